package demo

import (
	"bytes"
	"crypto/hmac"
	"crypto/md5"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf16"

	//lint:ignore SA1019 NTLM is built on it (MS-NLMP, 3.3.2)
	"golang.org/x/crypto/md4"
)

// The server's side of NTLMv2 (MS-NLMP), as /adfs/ls/wia has it: a challenge belongs to one connection, is good for one
// answer, and the answer has to prove the password over all that the challenge said.

// challenge is what the answer of one connection is checked against.
type challenge struct {
	nonce  [8]byte
	target []byte // the AV pairs of TargetInfo
	stamp  []byte
}

const (
	ntlmSignature = "NTLMSSP\x00"
	ntlmFlags     = 0x1 | 0x4 | 0x200 | 0x8000 | 0x10000 | 0x80000 | 0x800000 // Unicode, target, NTLM, always sign, domain, extended session security, target info
)

// windows is /adfs/ls/wia.
func (x *exchange) windows() {
	scheme, text, _ := strings.Cut(x.r.Header.Get("Authorization"), " ")
	token, err := base64.StdEncoding.DecodeString(text)
	ours := strings.EqualFold(scheme, "NTLM") || strings.EqualFold(scheme, "Negotiate")
	// HTTP/2 shares a connection among requests: Windows has no NTLM on it.
	if !x.config.Windows || !ours || err != nil || x.r.ProtoMajor != 1 || len(token) < 12 || string(token[:8]) != ntlmSignature {
		x.askWindows("")
		x.did("asked for Windows sign-in")
		return
	}
	switch binary.LittleEndian.Uint32(token[8:]) {
	case 1:
		x.askWindows(scheme + " " + base64.StdEncoding.EncodeToString(x.challenged()))
		x.did("challenge of the Windows sign-in")
	case 3:
		p := x.proved(token)
		if p == nil || p.State != Active {
			x.askWindows("")
			x.did("Windows sign-in refused")
			return
		}
		x.start(p)
		x.redirect(x.wentFor())
		x.did("Windows sign-in accepted")
	default:
		x.askWindows("")
	}
}

func (x *exchange) askWindows(challenge string) {
	if challenge != "" {
		x.w.Header().Add("WWW-Authenticate", challenge)
	} else {
		x.w.Header().Add("WWW-Authenticate", "Negotiate")
		x.w.Header().Add("WWW-Authenticate", "NTLM")
	}
	http.Error(x.w, "401 - Unauthorized", http.StatusUnauthorized)
}

// wentFor is the page that sent the browser here.
func (x *exchange) wentFor() string {
	path := "/adfs/ls/IdpInitiatedSignOn.aspx"
	if _, err := x.r.Cookie("MSISSamlRequest"); err == nil || x.r.URL.Query().Has("SAMLRequest") {
		path = "/adfs/ls/"
	}
	return (&url.URL{Path: path, RawQuery: x.r.URL.RawQuery}).String()
}

// challenged is a CHALLENGE_MESSAGE (MS-NLMP, 2.2.1.2), remembered for this connection.
func (x *exchange) challenged() []byte {
	c := challenge{stamp: binary.LittleEndian.AppendUint64(nil, uint64(x.config.Now().UnixNano()/100+116444736000000000))}
	_, _ = rand.Read(c.nonce[:]) // never fails (crypto/rand)
	pair := func(id uint16, value []byte) {
		c.target = binary.LittleEndian.AppendUint16(c.target, id)
		c.target = binary.LittleEndian.AppendUint16(c.target, uint16(len(value)))
		c.target = append(c.target, value...)
	}
	domain := utf16le("CORP")
	pair(2, domain)
	pair(4, utf16le("corp.example.com"))
	pair(7, c.stamp)
	pair(0, nil)
	x.mu.Lock()
	x.offered[x.r.RemoteAddr] = c
	x.mu.Unlock()

	const header = 56
	m := append([]byte(ntlmSignature), 2, 0, 0, 0)
	field := func(n, at int) {
		m = binary.LittleEndian.AppendUint16(m, uint16(n))
		m = binary.LittleEndian.AppendUint16(m, uint16(n))
		m = binary.LittleEndian.AppendUint32(m, uint32(at))
	}
	field(len(domain), header)
	m = binary.LittleEndian.AppendUint32(m, ntlmFlags)
	m = append(m, c.nonce[:]...)
	m = append(m, make([]byte, 8)...)
	field(len(c.target), header+len(domain))
	m = append(m, make([]byte, 8)...) // version
	return append(append(m, domain...), c.target...)
}

// proved is who proved the password by an AUTHENTICATE_MESSAGE (MS-NLMP, 2.2.1.3 and 3.3.2), nil for nobody.
func (x *exchange) proved(m []byte) *Person {
	x.mu.Lock()
	c, known := x.offered[x.r.RemoteAddr]
	delete(x.offered, x.r.RemoteAddr)
	x.mu.Unlock()
	response, domain, user := ntlmField(m, 20), ntlmField(m, 28), ntlmField(m, 36)
	const fixed = 16 + 28 // the proof, and what stands before the AV pairs
	if !known || len(response) < fixed || user == nil {
		return nil
	}
	proof, blob := response[:16], response[16:]
	if blob[0] != 1 || blob[1] != 1 || !bytes.Equal(blob[8:16], c.stamp) || !bytes.Contains(blob[28:], c.target[:len(c.target)-4]) {
		return nil
	}
	if x.config.BindChannels && !hasPair(blob[28:], 10) {
		return nil
	}
	name := fromUTF16(user)
	if len(domain) > 0 {
		name = fromUTF16(domain) + `\` + name
	}
	p := x.person(name)
	if p == nil {
		return nil
	}
	hash := md4.New()
	_, _ = hash.Write(utf16le(p.Password.Reveal()))
	key := keyed(hash.Sum(nil), utf16le(strings.ToUpper(fromUTF16(user))), domain)
	if !x.counted(p, hmac.Equal(proof, keyed(key, c.nonce[:], blob))) {
		return nil
	}
	return p
}

// ntlmField is the part of a message that the eight bytes at an offset describe, nil where they lie.
func ntlmField(m []byte, at int) []byte {
	if len(m) < at+8 {
		return nil
	}
	n, from := int(binary.LittleEndian.Uint16(m[at:])), int64(binary.LittleEndian.Uint32(m[at+4:]))
	if from+int64(n) > int64(len(m)) {
		return nil
	}
	return m[from : from+int64(n)]
}

// hasPair reports whether AV pairs hold one with an id.
func hasPair(pairs []byte, id uint16) bool {
	for len(pairs) >= 4 {
		got, n := binary.LittleEndian.Uint16(pairs), int(binary.LittleEndian.Uint16(pairs[2:]))
		switch {
		case got == id:
			return true
		case got == 0 || len(pairs) < 4+n:
			return false
		}
		pairs = pairs[4+n:]
	}
	return false
}

func keyed(key []byte, parts ...[]byte) []byte {
	mac := hmac.New(md5.New, key)
	for _, p := range parts {
		_, _ = mac.Write(p)
	}
	return mac.Sum(nil)
}

func utf16le(s string) []byte {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		b = binary.LittleEndian.AppendUint16(b, u)
	}
	return b
}

func fromUTF16(b []byte) string {
	var units []uint16
	for ; len(b) >= 2; b = b[2:] {
		units = append(units, binary.LittleEndian.Uint16(b))
	}
	return string(utf16.Decode(units))
}
