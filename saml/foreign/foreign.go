// Package foreign holds text that somebody else wrote (an IdP's page, an assertion, an AWS answer) and makes it
// safe to show: no terminal escape, no line break, no invisible or direction-changing character gets through.
//
// It imports only the standard library, so that every package can hand foreign text on by this type.
package foreign

import (
	"fmt"
	"log/slog"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limit is the longest shown form of a Text, in characters (security case 24, 53).
const Limit = 300

// Text is text from outside. It prints cleaned, on one line and at most Limit characters long, under every verb;
// Raw gives it as it came, for comparing and for JSON output, where the encoder escapes it.
type Text string

// Raw is the text as it came.
func (t Text) Raw() string { return string(t) }

// String is the text made safe to show.
func (t Text) String() string { return Cut(Clean(string(t)), Limit) }

// Format implements fmt.Formatter: every verb prints the safe form.
func (t Text) Format(f fmt.State, verb rune) {
	s := t.String()
	if verb == 'q' {
		s = "\"" + s + "\""
	}
	_, _ = f.Write([]byte(s))
}

// LogValue implements slog.LogValuer.
func (t Text) LogValue() slog.Value { return slog.StringValue(t.String()) }

// Clean makes control, invisible and direction-changing characters visible as <U+XXXX>, and bytes that are not
// UTF-8 as <XX>. What is left is printable and has the order in which it is read.
func Clean(s string) string {
	if clean(s) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&b, "<%02X>", s[i])
		case hidden(r):
			fmt.Fprintf(&b, "<U+%04X>", r)
		default:
			b.WriteString(s[i : i+n])
		}
		i += n
	}
	return b.String()
}

func clean(s string) bool { return utf8.ValidString(s) && !strings.ContainsFunc(s, hidden) }

// hidden reports whether a character acts on the terminal or the eye rather than being seen: C0, DEL, C1, line and
// paragraph separators, format characters (all bidi controls, zero-width ones, tags), private use, and variation
// selectors, which have no place in the names this program shows.
func hidden(r rune) bool {
	switch {
	case r < 0x20 || r == 0x7F || (r >= 0x80 && r <= 0x9F):
		return true
	case r < 0xA0:
		return false
	case r == 0x034F || r == 0x115F || r == 0x1160 || r == 0x17B4 || r == 0x17B5 || r == 0x3164 || r == 0xFFA0:
		return true // fillers and joiners that draw nothing
	case r >= 0xFE00 && r <= 0xFE0F, r >= 0xE0100 && r <= 0xE01EF:
		return true
	}
	return !unicode.IsPrint(r) && r != 0x3000
}

// Suspicious reports whether a text has a character that Clean would make visible: a name with one must not be
// chosen by typing it.
func Suspicious(s string) bool { return !clean(s) }

// Cut shortens a text to at most limit characters, the last of which is then an ellipsis.
func Cut(s string, limit int) string {
	if utf8.RuneCountInString(s) <= limit {
		return s
	}
	n := 0
	for i := range s {
		if n == limit-1 {
			return s[:i] + "…"
		}
		n++
	}
	return s
}

// Line folds every run of white space of a page's text into one blank, which is how a browser shows it.
func Line(s string) Text { return Text(strings.Join(strings.Fields(s), " ")) }
