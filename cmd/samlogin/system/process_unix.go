//go:build unix

package system

import (
	"errors"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// InForeground reports whether this process is in the foreground of its terminal: in the background a prompt would show
// up between what somebody else types, and the answer would go to him.
func InForeground() bool {
	tty, err := os.OpenFile("/dev/tty", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		return false
	}
	defer func() { _ = tty.Close() }()
	group, err := unix.IoctlGetInt(int(tty.Fd()), unix.TIOCGPGRP)
	return err == nil && group == syscall.Getpgrp()
}

// ProcessLives reports whether there is a process of a number; one of somebody else's counts (kill(2)).
func ProcessLives(pid int) bool {
	err := syscall.Kill(pid, 0)
	return err == nil || errors.Is(err, syscall.EPERM)
}

// StopSignals end a run: ctrl-C, ctrl-\, the end of the terminal, and what others send. The terminal is put back for all.
func StopSignals() []os.Signal {
	return []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT}
}

// PassedOn are the signals that are for the command that runs when its parent gets them.
func PassedOn() []os.Signal {
	return []os.Signal{syscall.SIGHUP, syscall.SIGTERM, syscall.SIGINT, syscall.SIGQUIT, syscall.SIGUSR1, syscall.SIGUSR2, syscall.SIGWINCH, syscall.SIGCONT}
}

// OfTerminal reports whether a signal came from the terminal, which has sent it to the command as well: both are in the
// foreground there.
func OfTerminal(s os.Signal) bool {
	if s != syscall.SIGINT && s != syscall.SIGQUIT && s != syscall.SIGWINCH {
		return false
	}
	return InForeground()
}

// CodeOf is how a shell tells how a command ended: 128 and its number for a signal (POSIX, Shell & Utilities, 2.8.2).
func CodeOf(state *os.ProcessState) int {
	if status, ok := state.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return 128 + int(status.Signal())
	}
	return state.ExitCode()
}

// SameVariable reports whether two names are those of one environment variable.
func SameVariable(a, b string) bool { return a == b }
