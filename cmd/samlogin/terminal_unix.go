//go:build unix

package main

import (
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/sys/unix"
	"golang.org/x/term"
)

// openTerminal opens the controlling terminal of the process.
func openTerminal() (*terminal, error) {
	f, err := os.OpenFile("/dev/tty", os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	return &terminal{in: f, out: f}, nil
}

// hide turns the echo off; hold has remembered the mode before.
func (t *terminal) hide() error {
	fd := int(t.in.Fd())
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
func (t *terminal) guardStops(prompt string) (release func()) {
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
			fd := int(t.in.Fd())
			if t.found != nil {
				_ = term.Restore(fd, t.found)
			}
			signal.Reset(syscall.SIGTSTP)
			_ = syscall.Kill(syscall.Getpid(), syscall.SIGTSTP) // stops here until somebody continues the process
			signal.Notify(stops, syscall.SIGTSTP)
			if t.found != nil {
				_ = t.hide()
				fmt.Fprint(t.out, prompt)
			}
			t.mu.Unlock()
		}
	}()
	return func() {
		signal.Stop(stops)
		close(done)
	}
}
