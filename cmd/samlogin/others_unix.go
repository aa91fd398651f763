//go:build unix

package main

import (
	"os"
	"syscall"
)

// readableByOthers reports whether anybody but the owner may read a file.
func readableByOthers(info os.FileInfo) bool { return info.Mode().Perm()&0o077 != 0 }

// writableByAll reports whether every user may write to a file.
func writableByAll(info os.FileInfo) bool { return info.Mode().Perm()&0o002 != 0 }

// stopSignals end a run: ctrl-C, ctrl-\, the end of the terminal, and what others send. The terminal is put back for all.
func stopSignals() []os.Signal {
	return []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT}
}
