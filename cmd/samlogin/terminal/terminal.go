// Package terminal asks the person at the controlling terminal: lines, with the echo off for secrets, and single keys. It
// puts the terminal back on every way out.
package terminal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"

	"golang.org/x/term"
)

// ErrInterrupted is what a question gives that the person does not want to answer, and why a run's context ends when the
// person, or the system, wants it to stop.
var ErrInterrupted = errors.New("interrupted")

// Terminal is the controlling terminal, apart from the streams, which may lead into files and pipes. What is asked is
// asked here and only here.
//
// House rules: whatever mode it is put into, it is put back on every way out: the answer, ctrl-C, a signal, a panic.
// A process that dies with the echo off leaves a shell in which nobody sees what he types.
type Terminal struct {
	In, Out *os.File // the same file but on Windows

	mu    sync.Mutex
	found *term.State // the mode to go back to; nil while it is unchanged
}

// Is reports whether a stream leads to a terminal.
func Is(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

// Hold remembers the mode before something changes it.
func (t *Terminal) Hold() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.found == nil {
		t.found, _ = term.GetState(int(t.In.Fd()))
	}
}

// Restore goes back to the mode that hold remembered. The device stays open: a read may still wait on it.
func (t *Terminal) Restore() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.found != nil {
		_ = term.Restore(int(t.In.Fd()), t.found)
		t.found = nil
	}
}

type typed struct {
	text string
	err  error
}

// Line asks for one line. hidden keeps it off the screen: the echo is off before the prompt shows, so that no signal
// can come between. When ctx ends while nobody has pressed return, the read is left behind and the terminal is put back.
func (t *Terminal) Line(ctx context.Context, prompt string, hidden bool) (string, error) {
	t.Hold()
	defer t.Restore()
	if hidden {
		if err := t.hide(); err != nil {
			return "", fmt.Errorf("keeping what is typed off the screen: %w", err)
		}
		defer t.guardStops(prompt)()
	}
	fmt.Fprint(t.Out, prompt)
	done := make(chan typed, 1)
	go func() {
		text, err := readLine(t.In)
		done <- typed{text, err}
	}()
	select {
	case answer := <-done:
		if hidden {
			fmt.Fprintln(t.Out)
		}
		if answer.err != nil {
			return "", ErrInterrupted // the end of input (ctrl-D): nobody wants to answer
		}
		return answer.text, nil
	case <-ctx.Done():
		t.Restore()
		fmt.Fprintln(t.Out)
		return "", context.Cause(ctx)
	}
}

// readLine reads up to the end of the line and not a byte more: what was typed ahead belongs to the next question.
// Where it was kept is wiped: a password is then in the text alone.
func readLine(f io.Reader) (string, error) {
	return readInto(f, make([]byte, 0, 512))
}

// readInto reads into line, and wipes it and what it grew to.
func readInto(f io.Reader, line []byte) (string, error) {
	var b [1]byte
	defer func() { clear(b[:]); clear(line[:cap(line)]) }()
	for {
		n, err := f.Read(b[:])
		if n == 1 && b[0] == '\n' {
			return trimCR(withoutPasteMarks(line)), nil
		}
		if n == 1 {
			if len(line) == cap(line) { // what append leaves behind would stay
				longer := append(make([]byte, 0, 2*cap(line)), line...)
				clear(line)
				line = longer
			}
			line = append(line, b[0])
		}
		if err != nil {
			return "", err
		}
	}
}

// withoutPasteMarks takes out, in place, what a terminal puts around a pasted text where a program before this one asked for
// that and did not take it back (xterm, bracketed paste mode): nobody means it to be a part of the password.
func withoutPasteMarks(line []byte) []byte {
	kept := line[:0]
	for len(line) > 0 {
		if bytes.HasPrefix(line, []byte("\x1b[200~")) || bytes.HasPrefix(line, []byte("\x1b[201~")) {
			line = line[len("\x1b[200~"):]
			continue
		}
		kept, line = append(kept, line[0]), line[1:]
	}
	return kept
}

func trimCR(line []byte) string {
	if n := len(line); n > 0 && line[n-1] == '\r' {
		line = line[:n-1]
	}
	return string(line)
}

// Confirm asks a yes or no question; everything but yes is no.
func (t *Terminal) Confirm(ctx context.Context, question string) (bool, error) {
	answer, err := t.Line(ctx, question+" [y/N] ", false)
	switch answer {
	case "y", "Y", "yes", "Yes", "YES":
		return err == nil, err
	}
	return false, err
}

// Decide asks what has no answer that return alone could mean: work would be lost by it. Three times at most.
func (t *Terminal) Decide(ctx context.Context, question string) (bool, error) {
	for range 3 {
		answer, err := t.Line(ctx, question+" [y/n] ", false)
		if err != nil {
			return false, err
		}
		switch strings.ToLower(answer) {
		case "y", "yes":
			return true, nil
		case "n", "no":
			return false, nil
		}
	}
	return false, nil
}

func (t *Terminal) Width() int {
	columns, _ := Size(t.Out)
	return columns
}

// Size is how many columns and lines the terminal has that a file leads to: 80 and 24 where it does not tell.
func Size(f *os.File) (columns, lines int) {
	columns, lines, err := term.GetSize(int(f.Fd()))
	if err != nil || columns <= 0 {
		columns = 80
	}
	if err != nil || lines <= 0 {
		lines = 24
	}
	return columns, lines
}
