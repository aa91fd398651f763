package manual

import "testing"

func TestATextGivesNoOrdersToRoff(t *testing.T) {
	for text, want := range map[string]string{
		".so /etc/passwd":  "\\&.so /etc/passwd",
		"'\\n-\"":          "\\&'\\en\\-\\(dq",
		"a\n.so /dev/null": "a\n\\&.so /dev/null",
	} {
		if got := roffText(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
