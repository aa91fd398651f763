//go:build unix

package main

import (
	"context"
	"os"
	"syscall"
)

func sameVariable(a, b string) bool { return a == b }

// become puts the command in this process's place: terminal, signals and exit code are its own from here on.
func (a *app) become(_ context.Context, path string, argv, env []string) error {
	a.close()
	a.unguard()
	err := syscall.Exec(path, argv, env)
	return &commandError{Name: argv[0], Exit: exitNotExecutable, Err: err}
}

// passedOn are the signals that are for the command when samlogin gets them.
func passedOn() []os.Signal {
	return []os.Signal{syscall.SIGHUP, syscall.SIGTERM, syscall.SIGINT, syscall.SIGQUIT, syscall.SIGUSR1, syscall.SIGUSR2, syscall.SIGWINCH, syscall.SIGCONT}
}

// ofTerminal reports whether a signal came from the terminal, which has sent it to the command as well: both are in the
// foreground there.
func (a *app) ofTerminal(s os.Signal) bool {
	if s != syscall.SIGINT && s != syscall.SIGQUIT && s != syscall.SIGWINCH {
		return false
	}
	return inForeground()
}

// codeOf is how a shell tells how a command ended.
func codeOf(state *os.ProcessState) int {
	if status, ok := state.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return 128 + int(status.Signal())
	}
	return state.ExitCode()
}
