//go:build unix

package terminal

import (
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/sys/unix"
)

// Changes tells when what is drawn has to be drawn again: the window has another size, or the program goes on after it
// was stopped.
func (t *Terminal) Changes() (changed <-chan os.Signal, stop func()) {
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGWINCH, syscall.SIGCONT)
	return c, func() { signal.Stop(c) }
}

// ForgetTyped throws away what was typed and not read yet.
func (t *Terminal) ForgetTyped() {
	fd := int(t.In.Fd())
	if state, err := unix.IoctlGetTermios(fd, getTermios); err == nil {
		_ = unix.IoctlSetTermios(fd, flushTermios, state)
	}
}
