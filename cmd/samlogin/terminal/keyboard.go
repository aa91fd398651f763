package terminal

import (
	"io"
	"os"
	"time"
	"unicode/utf8"
)

// Keys that a terminal sends as a sequence, each as one character from a range that means nothing (private use), which is
// taken from nobody who types it.
const (
	KeyUp rune = 0x10FF00 + iota
	KeyDown
	KeyHome
	KeyEnd
	KeyPageUp
	KeyPageDown
	KeyRemove      // delete
	KeyBackTab     // shift-tab
	KeyAll         // ctrl-A
	KeyPasteBegins // what is pasted stands between these two (xterm, bracketed paste)
	KeyPasteEnds
	KeysEnd // the first that is none of them
)

// KeyNone is what means nothing to anybody.
const KeyNone rune = 0

// Keyboard reads keys of a terminal (ECMA-48 control sequences, as xterm sends them) and gives each as one character. It
// never reads a byte more than the key has, since the next one may be for another question; and it gives a sequence time
// to arrive in pieces, as over a slow line.
type Keyboard struct {
	from    io.Reader
	fd      uintptr
	comes   func() bool // waits for the rest of a sequence: false, and what came was the key itself
	pasting bool
	given   []byte // of a key, in UTF-8, what is still to be given
}

// escapeWait is how long the rest of a sequence may take. Somebody who presses escape hardly notices it.
const escapeWait = 50 * time.Millisecond

// NewKeyboard reads from a terminal that gives its bytes as they are typed.
func NewKeyboard(f *os.File) *Keyboard {
	fd := f.Fd()
	return &Keyboard{from: f, fd: fd, comes: func() bool { return readable(fd, escapeWait) }}
}

// Fd is the terminal's.
func (k *Keyboard) Fd() uintptr { return k.fd }

// Read gives one key.
func (k *Keyboard) Read(p []byte) (int, error) {
	if len(k.given) == 0 {
		r, err := k.key()
		if err != nil {
			return 0, err
		}
		k.given = utf8.AppendRune(nil, r)
	}
	n := copy(p, k.given)
	k.given = k.given[n:]
	return n, nil
}

// one reads a byte.
func (k *Keyboard) one() (byte, error) {
	var one [1]byte
	n, err := k.from.Read(one[:])
	switch {
	case n == 1:
		return one[0], nil
	case err == nil:
		err = io.EOF
	}
	return 0, err
}

// next reads a further byte of a key, if one comes in time.
func (k *Keyboard) next() (b byte, came bool, err error) {
	if !k.comes() {
		return 0, false, nil
	}
	b, err = k.one()
	return b, err == nil, err
}

func (k *Keyboard) key() (rune, error) {
	b, err := k.one()
	switch {
	case err != nil:
		return 0, err
	case b == 0x1b:
		r, err := k.escape()
		if k.pasting && r != KeyPasteEnds {
			r = KeyNone // no key is pressed by pasting
		}
		k.pasting = (k.pasting || r == KeyPasteBegins) && r != KeyPasteEnds
		return r, err
	case b == 0x01 && !k.pasting:
		return KeyAll, nil // ctrl-A, as opposed to the key Home
	case b < utf8.RuneSelf:
		return rune(b), nil
	}
	return k.character(b)
}

// character reads the rest of a character in UTF-8. What is none, or is one of our own, means nothing.
func (k *Keyboard) character(first byte) (rune, error) {
	text := []byte{first}
	for !utf8.FullRune(text) {
		b, came, err := k.next()
		if err != nil || !came {
			return KeyNone, err
		}
		text = append(text, b)
	}
	r, n := utf8.DecodeRune(text)
	if (r == utf8.RuneError && n <= 1) || (r >= KeyUp && r < KeysEnd) {
		return KeyNone, nil
	}
	return r, nil
}

// longestSequence is how many bytes of a control sequence are read: no key has more.
const longestSequence = 32

func (k *Keyboard) escape() (rune, error) {
	b, came, err := k.next()
	for err == nil && came && b == 0x1b {
		b, came, err = k.next()
	}
	switch {
	case err != nil:
		return KeyNone, err
	case !came:
		return 0x1b, nil
	case b == 'O': // the application's keypad
		b, came, err = k.next()
		if err != nil || !came {
			return KeyNone, err
		}
		return finalKey(b, ""), nil
	case b != '[':
		return KeyNone, nil // with alt
	}
	var parameters []byte
	for range longestSequence {
		b, came, err = k.next()
		if err != nil || !came {
			return KeyNone, err
		}
		if b == '[' && len(parameters) == 0 { // the Linux console's function keys have one letter more
			_, _, err = k.next()
			return KeyNone, err
		}
		if b >= 0x40 && b <= 0x7e {
			return finalKey(b, string(parameters)), nil
		}
		parameters = append(parameters, b)
	}
	return KeyNone, nil
}

// finalKey is the key that a sequence stands for. Shift, alt and ctrl, which come as further parameters, change nothing.
func finalKey(final byte, parameters string) rune {
	switch final {
	case 'A':
		return KeyUp
	case 'B':
		return KeyDown
	case 'F':
		return KeyEnd
	case 'H':
		return KeyHome
	case 'Z':
		return KeyBackTab
	case '~':
		for i := range parameters {
			if parameters[i] == ';' {
				parameters = parameters[:i]
				break
			}
		}
		switch parameters {
		case "1", "7":
			return KeyHome
		case "4", "8":
			return KeyEnd
		case "3":
			return KeyRemove
		case "5":
			return KeyPageUp
		case "6":
			return KeyPageDown
		case "200":
			return KeyPasteBegins
		case "201":
			return KeyPasteEnds
		}
	}
	return KeyNone
}
