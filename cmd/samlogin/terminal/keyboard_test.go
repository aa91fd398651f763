package terminal

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"testing"
)

// pieces give a reader what arrives, a piece at a time; a gap between two, which is nil, is longer than any wait.
type pieces [][]byte

func (p *pieces) Read(b []byte) (int, error) {
	for len(*p) > 0 {
		if first := (*p)[0]; len(first) > 0 {
			n := copy(b, first)
			(*p)[0] = first[n:]
			return n, nil
		}
		*p = (*p)[1:]
	}
	return 0, io.EOF
}

// comes reports whether something is read next, before any gap.
func (p *pieces) comes() bool {
	for len(*p) > 0 && (*p)[0] != nil && len((*p)[0]) == 0 {
		*p = (*p)[1:]
	}
	return len(*p) == 0 || (*p)[0] != nil
}

// What terminals send for keys, whole or in pieces, is read as keys, and never as letters of a filter.
func TestKeysOfTerminals(t *testing.T) {
	for _, c := range []struct {
		name   string
		pieces []string // "" is a gap
		want   []rune
	}{
		{"letters", []string{"aé管😀"}, []rune("aé管😀")},
		{"arrows", []string{"\x1b[A\x1b[B\x1bOA\x1bOB"}, []rune{KeyUp, KeyDown, KeyUp, KeyDown}},
		{"arrows in pieces", []string{"\x1b", "[", "B", "x"}, []rune{KeyDown, 'x'}},
		{"with modifiers", []string{"\x1b[1;5A\x1b[5;2~\x1b[1;3Bx"}, []rune{KeyUp, KeyPageUp, KeyDown, 'x'}},
		{"pages and ends", []string{"\x1b[5~\x1b[6~\x1b[1~\x1b[4~\x1b[7~\x1b[8~\x1b[H\x1b[F\x1bOH\x1bOF\x1b[3~"}, []rune{
			KeyPageUp, KeyPageDown, KeyHome, KeyEnd, KeyHome, KeyEnd, KeyHome, KeyEnd, KeyHome, KeyEnd, KeyRemove}},
		{"tab and back", []string{"\t\x1b[Z\t"}, []rune{'\t', KeyBackTab, '\t'}},
		{"ctrl-A is not the key Home", []string{"\x01\x1b[H"}, []rune{KeyAll, KeyHome}},
		{"escape alone", []string{"\x1b", "", "x"}, []rune{0x1b, 'x'}},
		{"escape twice", []string{"\x1b\x1b", "", "x"}, []rune{0x1b, 'x'}},
		{"unknown sequences", []string{"\x1b[15~\x1b[[A\x1b[200;1R\x1bxy\x1b[I"}, []rune{0, 0, 0, 0, 'y', 0}},
		{"one that never ends", []string{"\x1b[1", "", "x"}, []rune{0, 'x'}},
		{"not UTF-8", []string{"\xff", "a"}, []rune{0, 'a'}},
		{"half a character", []string{"\xc3", "", "b"}, []rune{0, 'b'}},
		{"our own characters", []string{string(KeyPageUp) + string(KeyPasteBegins) + "x"}, []rune{0, 0, 'x'}},
		{"pasted", []string{"\x1b[200~a\x1b[Ab\r\x01\x1b[201~\r"}, []rune{KeyPasteBegins, 'a', 0, 'b', '\r', 1, KeyPasteEnds, '\r'}},
		{"the end of a paste alone", []string{"\x1b[201~x"}, []rune{KeyPasteEnds, 'x'}},
	} {
		from := &pieces{}
		for _, p := range c.pieces {
			if p == "" {
				*from = append(*from, nil)
			} else {
				*from = append(*from, []byte(p))
			}
		}
		k := &Keyboard{from: from, comes: from.comes}
		var got []rune
		for {
			r, err := k.key()
			if err != nil {
				if !errors.Is(err, io.EOF) {
					t.Errorf("%s: %v", c.name, err)
				}
				break
			}
			got = append(got, r)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q was read as %U, want %U", c.name, c.pieces, got, c.want)
		}
	}
}

// What comes behind a key stays where it is, for whoever asks next.
func TestAKeyIsNotReadAheadOf(t *testing.T) {
	from := bytes.NewReader([]byte("\x1b[B\ryes\n"))
	k := &Keyboard{from: from, comes: func() bool { return from.Len() > 0 }}
	var p [8]byte
	for range 2 {
		if _, err := k.Read(p[:]); err != nil {
			t.Fatal(err)
		}
	}
	if left, _ := io.ReadAll(from); string(left) != "yes\n" {
		t.Errorf("left is %q", left)
	}
}
