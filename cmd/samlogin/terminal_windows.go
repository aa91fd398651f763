package main

import "os"

// openTerminal opens the console of the process, also where the streams are redirected.
func openTerminal() (*terminal, error) {
	in, err := os.OpenFile("CONIN$", os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	out, err := os.OpenFile("CONOUT$", os.O_RDWR, 0)
	if err != nil {
		_ = in.Close()
		return nil, err
	}
	return &terminal{in: in, out: out}, nil
}

// guardStops has nothing to guard: a Windows console has no job control.
func (t *terminal) guardStops(string) (release func()) { return func() {} }
