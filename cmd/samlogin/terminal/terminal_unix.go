//go:build unix

package terminal

import (
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/sys/unix"
	"golang.org/x/term"
)

// Open opens the controlling terminal of the process.
func Open() (*Terminal, error) {
	f, err := os.OpenFile("/dev/tty", os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	return &Terminal{In: f, Out: f}, nil
}

// hide turns the echo off; hold has remembered the mode before.
func (t *Terminal) hide() error {
	fd := int(t.In.Fd())
	state, err := unix.IoctlGetTermios(fd, getTermios)
	if err != nil {
		return err
	}
	state.Lflag &^= unix.ECHO
	state.Lflag |= unix.ICANON | unix.ISIG
	state.Iflag |= unix.ICRNL
	return unix.IoctlSetTermios(fd, setTermios, state)
}

// guardStops makes ctrl-Z safe while the echo is off: the terminal is put back before the process stops, and hidden
// again, with the prompt, when it goes on.
func (t *Terminal) guardStops(prompt string) (release func()) {
	stops := make(chan os.Signal, 1)
	done := make(chan struct{})
	signal.Notify(stops, syscall.SIGTSTP)
	go func() {
		for {
			select {
			case <-done:
				return
			case <-stops:
			}
			t.mu.Lock()
			fd := int(t.In.Fd())
			if t.found != nil {
				_ = term.Restore(fd, t.found)
			}
			if continuable() {
				// The signal itself is caught for good once it was asked for; SIGSTOP has the same effect and cannot be.
				// This thread may run on for a moment after the signal: what comes next waits for the continuation.
				goesOn := make(chan os.Signal, 1)
				signal.Notify(goesOn, syscall.SIGCONT)
				if syscall.Kill(syscall.Getpid(), syscall.SIGSTOP) == nil {
					<-goesOn
				}
				signal.Stop(goesOn)
			}
			if t.found != nil {
				_ = t.hide()
				fmt.Fprint(t.Out, prompt)
			}
			t.mu.Unlock()
		}
	}()
	return func() {
		signal.Stop(stops)
		close(done)
	}
}

// continuable reports whether there is a shell that could continue this process: its parent, in the same session and
// another process group. Without one the kernel does not stop a process at ctrl-Z either (POSIX, orphaned process group).
func continuable() bool {
	parent := syscall.Getppid()
	own, err := unix.Getsid(0)
	theirs, err2 := unix.Getsid(parent)
	group, err3 := unix.Getpgid(parent)
	return err == nil && err2 == nil && err3 == nil && own == theirs && group != syscall.Getpgrp()
}
