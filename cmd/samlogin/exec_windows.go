package main

import (
	"context"
	"os"
	"strings"
)

// sameVariable: names of variables have no case on Windows.
func sameVariable(a, b string) bool { return strings.EqualFold(a, b) }

// become runs the command and waits for it: Windows has no way to put it in this process's place.
func (a *app) become(ctx context.Context, path string, argv, env []string) error {
	return a.runChild(ctx, path, argv, env, nil)
}

// passedOn is empty: ctrl-C and ctrl-Break reach every process of the console by themselves.
func passedOn() []os.Signal { return []os.Signal{os.Interrupt} }

func (a *app) ofTerminal(os.Signal) bool { return true }

func codeOf(state *os.ProcessState) int { return state.ExitCode() }
