package state

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"strings"
	"time"
)

// What a file of an entry holds:
//
//	"SLS1", the length of the sealed header (2 bytes), the sealed header, the sealed value
//
// Both are sealed with AES-256-GCM under a random nonce (NIST SP 800-38D), which stands before each. Bound to the
// header is the name of the file, which is an HMAC of kind and identity; bound to the value is the sealed header. So
// a file that was renamed, put together from two, cut or written under another key does not open.
const (
	magic          = "SLS1"
	keyBytes       = 32
	maxValue       = 1 << 20 // bytes; an assertion may have 100,000 characters
	maxKind        = 64      // bytes
	maxDescription = 4 << 10 // bytes
	headerFixed    = 8 + 8 + 8 + 8 + 1
	sealOverhead   = 12 + 16 // nonce and tag
	maxHeader      = headerFixed + maxKind + maxDescription + sealOverhead
	maxFront       = len(magic) + 2 + maxHeader
	maxFile        = maxFront + maxValue + sealOverhead
)

// errDamaged does not say more: who edits a file is not told how far it got.
var errDamaged = errors.New("it is damaged, or sealed with another key")

// keys are what the random key is used for: names of files, and sealing.
type keys struct {
	names [sha256.Size]byte
	aead  cipher.AEAD
}

func newKeys(random []byte) (keys, error) {
	if len(random) != keyBytes {
		return keys{}, errors.New("the key is damaged")
	}
	k := keys{names: mac(random, "samlogin state: names, 1")}
	seal := mac(random, "samlogin state: sealing, 1")
	defer clear(seal[:])
	block, err := aes.NewCipher(seal[:])
	if err != nil {
		return keys{}, err
	}
	k.aead, err = cipher.NewGCMWithRandomNonce(block)
	return k, err
}

func mac(key []byte, text string) (sum [sha256.Size]byte) {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	h.Sum(sum[:0])
	return sum
}

// same reports whether two keys are of the same random key.
func (k keys) same(other keys) bool { return hmac.Equal(k.names[:], other.names[:]) }

// name is the name of an entry's file, which says nothing without the key.
func (k keys) name(kind, identity string) string {
	sum := mac(k.names[:], Identity(kind, identity))
	return hex.EncodeToString(sum[:])
}

const nameLength = 2 * sha256.Size

// isName reports whether a file is one of an entry.
func isName(name string) bool {
	return len(name) == nameLength && strings.Trim(name, "0123456789abcdef") == ""
}

// Identity makes one text of several, so that no two lists of texts give the same one. Everything that decides what an
// entry is belongs in its identity: for role credentials the IdP, the user, role, provider, duration, partition and
// session policy.
func Identity(parts ...string) string {
	var b []byte
	for _, p := range parts {
		b = binary.AppendUvarint(b, uint64(len(p)))
		b = append(b, p...)
	}
	return string(b)
}

// header is what is known of an entry without opening its value.
type header struct {
	id          [12]byte // random: tells two entries of the same name apart
	made        time.Time
	expires     time.Time
	uptime      time.Duration // when it was made, 0: not known
	host        [8]byte       // of which computer
	kind        string
	description []byte
}

func hostMark(host string) (mark [8]byte) {
	sum := sha256.Sum256([]byte(host))
	copy(mark[:], sum[:])
	return mark
}

func (h header) encode() []byte {
	b := make([]byte, 0, headerFixed+len(h.kind)+len(h.description))
	b = binary.BigEndian.AppendUint64(b, uint64(h.made.UnixMilli()))
	b = binary.BigEndian.AppendUint64(b, uint64(h.expires.UnixMilli()))
	b = binary.BigEndian.AppendUint64(b, uint64(h.uptime.Milliseconds()))
	b = append(b, h.host[:]...)
	b = append(b, byte(len(h.kind)))
	b = append(b, h.kind...)
	return append(b, h.description...)
}

func decodeHeader(b []byte) (h header, ok bool) {
	if len(b) < headerFixed || len(b) < headerFixed+int(b[headerFixed-1]) {
		return header{}, false
	}
	h.made = time.UnixMilli(int64(binary.BigEndian.Uint64(b))).UTC()
	h.expires = time.UnixMilli(int64(binary.BigEndian.Uint64(b[8:]))).UTC()
	h.uptime = time.Duration(binary.BigEndian.Uint64(b[16:])) * time.Millisecond
	copy(h.host[:], b[24:])
	kind := int(b[headerFixed-1])
	h.kind = string(b[headerFixed : headerFixed+kind])
	h.description = bytes.Clone(b[headerFixed+kind:])
	return h, true
}

// seal writes a file of an entry.
func (k keys) seal(name string, h header, value []byte) []byte {
	front := make([]byte, len(magic)+2, maxFront+len(value)+sealOverhead)
	copy(front, magic)
	front = k.aead.Seal(front, nil, h.encode(), []byte(magic+name))
	binary.BigEndian.PutUint16(front[len(magic):], uint16(len(front)-len(magic)-2))
	return k.aead.Seal(front, nil, value, front)
}

// openHeader reads the front of a file, which may go on after what is given.
func (k keys) openHeader(name string, file []byte) (h header, front int, err error) {
	if len(file) < len(magic)+2 || string(file[:len(magic)]) != magic {
		return header{}, 0, errDamaged
	}
	length := int(binary.BigEndian.Uint16(file[len(magic):]))
	front = len(magic) + 2 + length
	if length < sealOverhead || length > maxHeader || len(file) < front {
		return header{}, 0, errDamaged
	}
	sealed := file[len(magic)+2 : front]
	plain, err := k.aead.Open(nil, nil, sealed, []byte(magic+name))
	if err != nil {
		return header{}, 0, errDamaged
	}
	h, ok := decodeHeader(plain)
	if !ok {
		return header{}, 0, errDamaged
	}
	copy(h.id[:], sealed)
	return h, front, nil
}

// open reads a whole file. The error is errDamaged.
func (k keys) open(name string, file []byte) (header, []byte, error) {
	h, front, err := k.openHeader(name, file)
	if err != nil {
		return header{}, nil, err
	}
	value, err := k.aead.Open(nil, nil, file[front:], file[:front])
	if err != nil {
		return header{}, nil, errDamaged
	}
	return h, value, nil
}
