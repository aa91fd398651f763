package main

import (
	"os"

	"golang.org/x/sys/windows"
)

// changes tells nothing: a Windows console sends no signal, and its size is asked for at each drawing.
func (t *terminal) changes() (changed <-chan os.Signal, stop func()) { return nil, func() {} }

// forgetTyped throws away what was typed and not read yet.
func (t *terminal) forgetTyped() { _ = windows.FlushConsoleInputBuffer(windows.Handle(t.in.Fd())) }
