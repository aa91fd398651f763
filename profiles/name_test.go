package profiles

import (
	"errors"
	"strings"
	"testing"
)

func TestNamesThatEveryClientReads(t *testing.T) { // security case 54
	for _, name := range []string{"default", "p", "a.b-c_d", "a/b:c@d+e", "0", strings.Repeat("x", 128)} {
		if err := CheckName(name); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
	for name, position := range map[string]int{
		"": 0, "a]": 2, "[a": 1, "a\nb": 2, "a\rb": 2, "a\x00": 2, "\ta": 1, " a": 1, "a ": 2, "a#b": 2, "a;b": 2, "profile x": 8,
		"é\u202ea": 1, "ab\u202e": 3, "a=b": 2, "a,b": 2, `"a"`: 1, "\xff": 1, strings.Repeat("x", 129): 129, strings.Repeat("x", 300): 129,
	} {
		err := CheckName(name)
		var bad *NameError
		if !errors.As(err, &bad) || bad.Position != position {
			t.Errorf("%q: %v, want a NameError at character %d", name, err, position)
			continue
		}
		if strings.ContainsAny(err.Error(), "\n\r\x00\u202e") || bad.Hint() == "" {
			t.Errorf("%q: the message is not clean, or has no hint: %q", name, err)
		}
		h := newHome(t)
		if err := h.save(ReplaceLongTerm, testKeys(name)); !errors.As(err, &bad) {
			t.Errorf("%q: Save gives %v, want a NameError", name, err)
		}
		if safe := SafeName(name); name != "" && CheckName(safe) != nil {
			t.Errorf("SafeName(%q) = %q, which CheckName refuses", name, safe)
		}
	}
}

func TestSafeNameKeepsWhatIsSafe(t *testing.T) {
	for in, want := range map[string]string{"corp-prod-Admin": "corp-prod-Admin", "équipe a": "-quipe-a", "": "", strings.Repeat("y", 200): strings.Repeat("y", 128)} {
		if got := SafeName(in); got != want {
			t.Errorf("SafeName(%q) = %q, want %q", in, got, want)
		}
	}
}
