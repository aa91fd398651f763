package terminal

import (
	"os"

	"golang.org/x/sys/windows"
)

// Changes tells nothing: a Windows console sends no signal, and its size is asked for at each drawing.
func (t *Terminal) Changes() (changed <-chan os.Signal, stop func()) { return nil, func() {} }

// ForgetTyped throws away what was typed and not read yet.
func (t *Terminal) ForgetTyped() { _ = windows.FlushConsoleInputBuffer(windows.Handle(t.In.Fd())) }
