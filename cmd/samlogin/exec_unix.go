//go:build unix

package main

import (
	"context"
	"syscall"
)

// become puts the command in this process's place: terminal, signals and exit code are its own from here on.
func (a *app) become(_ context.Context, path string, argv, env []string) error {
	a.close()
	a.unguard()
	err := syscall.Exec(path, argv, env)
	return &commandError{Name: argv[0], Exit: exitNotExecutable, Err: err}
}
