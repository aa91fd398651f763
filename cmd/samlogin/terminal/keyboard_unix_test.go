//go:build unix

package terminal

import (
	"os"
	"testing"
	"time"
)

// Whoever comes too late to see the rest of a sequence arrive still finds it.
func TestWhatHasArrivedIsNotLate(t *testing.T) {
	from, to, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _, _ = from.Close(), to.Close() }()
	const over = -time.Second
	if readable(from.Fd(), over) {
		t.Error("something came before anything was sent")
	}
	if _, err := to.WriteString("\x1b[B\x1b"); err != nil {
		t.Fatal(err)
	}
	k := NewKeyboard(from)
	k.comes = func() bool { return readable(k.fd, over) }
	for _, want := range []rune{KeyDown, 0x1b} {
		if got, err := k.key(); err != nil || got != want {
			t.Errorf("%U, %v, want %U", got, err, want)
		}
	}
	if _, err := to.WriteString("x"); err != nil {
		t.Fatal(err)
	}
	if got, err := k.key(); err != nil || got != 'x' {
		t.Errorf("%U, %v, want what is pressed after escape", got, err)
	}
	_ = to.Close()
	if !readable(from.Fd(), over) {
		t.Error("the end is nothing to wait for")
	}
}
