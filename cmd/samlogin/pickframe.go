package main

import (
	"bytes"
	"os"
	"runtime"
)

// frame gathers what is drawn, so that it reaches the terminal in one piece and does not flicker over a slow line. On
// Windows survey moves the cursor by calls to the console, past any buffer: there everything is written at once.
type frame struct {
	pending bytes.Buffer
	file    *os.File
}

func (f *frame) Write(b []byte) (int, error) {
	if runtime.GOOS == "windows" {
		return f.file.Write(b)
	}
	return f.pending.Write(b)
}

func (f *frame) Fd() uintptr { return f.file.Fd() }

func (f *frame) flush() { _, _ = f.pending.WriteTo(f.file) }
