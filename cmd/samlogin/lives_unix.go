//go:build unix

package main

import (
	"errors"
	"syscall"
)

// processLives reports whether there is a process of a number; one of somebody else's counts (kill(2)).
func processLives(pid int) bool {
	err := syscall.Kill(pid, 0)
	return err == nil || errors.Is(err, syscall.EPERM)
}
