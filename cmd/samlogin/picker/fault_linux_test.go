package picker

import (
	"strings"
	"testing"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"

	"github.com/samlogin/samlogin/cmd/samlogin/terminal"
)

// A fault while the list has the terminal leaves it as it was, with its cursor and no marks around what is pasted.
func TestAFaultLeavesTheTerminal(t *testing.T) { // security case 84, 105
	person, tty, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tty.Close(); _ = person.Close() }()
	found, err := unix.IoctlGetTermios(int(tty.Fd()), unix.TCGETS)
	if err != nil {
		t.Fatal(err)
	}
	var screen strings.Builder
	shown := make(chan struct{})
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		listed := false
		for b := make([]byte, 4096); ; {
			n, err := person.Read(b)
			screen.Write(b[:n])
			if !listed && strings.Contains(screen.String(), "return takes it") {
				listed = true
				close(shown)
			}
			if err != nil || strings.HasSuffix(screen.String(), "the end") {
				return
			}
		}
	}()
	offered, names := someRoles(t)
	for range 3 {
		offered = append(offered, offered...)
	}
	list := New(offered, names)
	list.fitting = append(list.fitting, len(list.rows)) // a row that is not there, at the end
	go func() {
		<-shown
		_, _ = person.WriteString("\x1b[F") // the key End
	}()
	fell := func() (fell any) {
		defer func() { fell = recover() }()
		_, _ = OnScreen(t.Context(), &terminal.Terminal{In: tty, Out: tty}, list)
		return nil
	}()
	if fell == nil {
		t.Fatal("it did not fall")
	}
	if now, err := unix.IoctlGetTermios(int(tty.Fd()), unix.TCGETS); err != nil || *now != *found {
		t.Errorf("the terminal is in another mode: %+v, found %+v, %v", now, found, err)
	}
	_, _ = tty.WriteString("the end")
	<-gone
	if s := screen.String(); !strings.Contains(s, "\x1b[?25h") || !strings.Contains(s, "\x1b[?2004l") {
		t.Errorf("the cursor is hidden, or pastes are marked: %q", s)
	}
}
