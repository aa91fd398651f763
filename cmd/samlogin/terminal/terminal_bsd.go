//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package terminal

import "golang.org/x/sys/unix"

// The requests by which macOS and the BSDs give and take terminal modes.
const (
	getTermios = unix.TIOCGETA
	setTermios = unix.TIOCSETA
	// flushTermios also throws away what was typed and not read yet.
	flushTermios = unix.TIOCSETAF
)
