package terminal

import "golang.org/x/sys/unix"

// The requests by which Linux gives and takes terminal modes.
const (
	getTermios = unix.TCGETS
	setTermios = unix.TCSETS
	// flushTermios also throws away what was typed and not read yet.
	flushTermios = unix.TCSETSF
)
