package terminal

import (
	"strings"
	"testing"
)

// What was typed is wiped where it was kept, and where it was kept before it grew.
func TestTypedIsWiped(t *testing.T) { // security case 104
	kept := make([]byte, 0, 32)
	if got, err := readInto(strings.NewReader("Correct-Horse-7\nnext"), kept); got != "Correct-Horse-7" || err != nil {
		t.Fatal(got, err)
	}
	if got, err := readInto(strings.NewReader("\x1b[200~Correct-Horse-7\x1b[201~\n"), kept); got != "Correct-Horse-7" || err != nil {
		t.Fatal(got, err)
	}
	for _, long := range []string{"", strings.Repeat("long", 40) + "\n"} {
		if long != "" {
			if got, err := readInto(strings.NewReader(long), kept); got+"\n" != long || err != nil {
				t.Fatal(got, err)
			}
		}
		for i, b := range kept[:cap(kept)] {
			if b != 0 {
				t.Fatalf("byte %d is left of %d typed", i, len(long))
			}
		}
	}
}

// security case 50
func TestFit(t *testing.T) {
	for _, c := range []struct {
		text  string
		width int
		want  string
	}{
		{"管理者", 5, "管理…"}, {"管理者", 6, "管理者"}, {"Admin", 5, "Admin"}, {"Admin", 4, "Adm…"}, {"Admin", 0, "…"}, {"a\x1b[2Jb", 20, "a<U+001B>[2Jb"}, {"e\u0301e\u0301e", 2, "e\u0301…"},
	} {
		if got := Fit(c.text, c.width); got != c.want {
			t.Errorf("%q in %d columns is %q, want %q", c.text, c.width, got, c.want)
		}
	}
}
