package main

import (
	"os"
	"syscall"
)

// readableByOthers cannot be told from the mode bits on Windows: files below a person's profile folder are the
// person's own by inherited access lists.
func readableByOthers(os.FileInfo) bool { return false }

// writableByAll cannot be told from the mode bits on Windows either.
func writableByAll(os.FileInfo) bool { return false }

// stopSignals end a run: ctrl-C and ctrl-Break, and the end of the console, which Go gives as SIGTERM.
func stopSignals() []os.Signal { return []os.Signal{os.Interrupt, syscall.SIGTERM} }
