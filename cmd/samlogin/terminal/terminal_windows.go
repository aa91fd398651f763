package terminal

import (
	"os"

	"golang.org/x/sys/windows"
)

// Open opens the console of the process, also where the streams are redirected.
func Open() (*Terminal, error) {
	in, err := os.OpenFile("CONIN$", os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	out, err := os.OpenFile("CONOUT$", os.O_RDWR, 0)
	if err != nil {
		_ = in.Close()
		return nil, err
	}
	return &Terminal{In: in, Out: out}, nil
}

// hide turns the echo off; hold has remembered the mode before (Microsoft, "SetConsoleMode").
func (t *Terminal) hide() error {
	console := windows.Handle(t.In.Fd())
	var mode uint32
	if err := windows.GetConsoleMode(console, &mode); err != nil {
		return err
	}
	mode &^= windows.ENABLE_ECHO_INPUT
	mode |= windows.ENABLE_LINE_INPUT | windows.ENABLE_PROCESSED_INPUT
	return windows.SetConsoleMode(console, mode)
}

// guardStops has nothing to guard: a Windows console has no job control.
func (t *Terminal) guardStops(string) (release func()) { return func() {} }
