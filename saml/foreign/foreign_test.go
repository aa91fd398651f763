package foreign_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/samlogin/samlogin/saml/foreign"
)

// security case 47
func TestNothingActsOnTheTerminal(t *testing.T) {
	for name, in := range map[string]string{
		"clear screen": "\x1b[2J", "title": "\x1b]0;owned\a", "link": "\x1b]8;;https://evil.test\x1b\\x",
		"clipboard": "\x1b]52;c;AAAA\a", "DCS": "\x1bPq\x1b\\", "8-bit CSI": "\u009b2J", "raw C1 byte": "\x9b2J",
		"backspaces": "Admin\b\b\b\b\bRead", "carriage return": "Admin\rRead", "newline": "a\nb", "tab": "a\tb",
		"NEL": "a\u0085b", "line separator": "a\u2028b", "DEL": "a\x7f",
	} {
		for _, verb := range []string{"%v", "%s", "%q", "%+v", "%#v"} {
			out := fmt.Sprintf(verb, foreign.Text(in))
			for _, r := range out {
				if r < 0x20 || (r >= 0x7F && r <= 0x9F) || r == 0x2028 || r == utf8.RuneError {
					t.Errorf("%s under %s: %q still has U+%04X", name, verb, out, r)
				}
			}
		}
	}
	var buf bytes.Buffer
	slog.New(slog.NewTextHandler(&buf, nil)).Info("x", "title", foreign.Text("\x1b[2J"))
	if strings.ContainsRune(buf.String(), 0x1b) || strings.Contains(buf.String(), `\x1b`) {
		t.Errorf("slog wrote %q", buf.String())
	}
}

// security case 49
func TestInvisibleCharactersAreShown(t *testing.T) {
	for _, in := range []string{
		"Read\u202enimdA", "Ad\u200bmin", "Ad\u200dmin", "\ufeffAdmin", "Adm\u2066in", "Ad\U000E0041min", "Ad\u061cmin",
		"A\u034fdmin", "Admin\ufe0f", "\u3164Admin",
	} {
		out := foreign.Text(in).String()
		if !strings.Contains(out, "<U+") {
			t.Errorf("%+q is shown as %+q, without a visible escape", in, out)
		}
		if !foreign.Suspicious(in) {
			t.Errorf("%+q is not suspicious", in)
		}
	}
	for _, in := range []string{"Admin", "prod-eu/Read Only", "équipe", "管理者", "Zugriff für Müller"} {
		if out := foreign.Text(in).String(); out != in || foreign.Suspicious(in) {
			t.Errorf("%q is shown as %q", in, out)
		}
	}
}

// security case 53
func TestCut(t *testing.T) {
	if got := foreign.Text(strings.Repeat("é", 5000)).String(); utf8.RuneCountInString(got) != foreign.Limit || !strings.HasSuffix(got, "…") {
		t.Errorf("a text of 5,000 characters is shown with %d", utf8.RuneCountInString(got))
	}
	if got := foreign.Cut("abc", 3); got != "abc" {
		t.Errorf("Cut(abc, 3) = %q", got)
	}
	if got := foreign.Cut("abcd", 3); got != "ab…" {
		t.Errorf("Cut(abcd, 3) = %q", got)
	}
}

func TestLine(t *testing.T) {
	if got := foreign.Line("  Incorrect \n\t user ID  "); got.Raw() != "Incorrect user ID" {
		t.Errorf("Line = %q", got.Raw())
	}
}

func FuzzClean(f *testing.F) {
	f.Add("\x1b[2J\xff\u202e")
	f.Fuzz(func(t *testing.T, s string) {
		out := foreign.Clean(s)
		if !utf8.ValidString(out) || foreign.Suspicious(out) {
			t.Errorf("Clean(%q) = %q is not clean", s, out)
		}
		if again := foreign.Clean(out); again != out {
			t.Errorf("Clean is not stable: %q then %q", out, again)
		}
	})
}
