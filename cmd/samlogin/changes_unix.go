//go:build unix

package main

import (
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/sys/unix"
)

// changes tells when what is drawn has to be drawn again: the window has another size, or the program goes on after it
// was stopped.
func (t *terminal) changes() (changed <-chan os.Signal, stop func()) {
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGWINCH, syscall.SIGCONT)
	return c, func() { signal.Stop(c) }
}

// forgetTyped throws away what was typed and not read yet.
func (t *terminal) forgetTyped() {
	fd := int(t.in.Fd())
	if state, err := unix.IoctlGetTermios(fd, getTermios); err == nil {
		_ = unix.IoctlSetTermios(fd, flushTermios, state)
	}
}
