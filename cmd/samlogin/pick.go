package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"

	survey "github.com/AlecAivazis/survey/v2/terminal"
	"golang.org/x/term"

	"github.com/samlogin/samlogin/saml"
)

// This file is the only one that knows survey: its terminal layer reads keys and moves the cursor on every system. What
// survey draws by itself is left out: it cannot group, and its templates alone would make the program 3 MB larger.

// pick lets the person choose one of the roles offered.
func (a *app) pick(ctx context.Context, offered []saml.Role, names accountNames) (saml.Role, error) {
	t, err := a.terminal()
	if err != nil {
		return saml.Role{}, &needError{
			What: fmt.Sprintf("%d roles are offered and nobody can be asked which one", len(offered)),
			Hint: "name one with --role account/name, or take all with --all; samlogin roles lists them",
		}
	}
	t.hold()
	defer t.restore()
	keys := survey.NewRuneReader(survey.Stdio{In: t.in, Out: t.out, Err: t.out})
	if err := keys.SetTermMode(); err != nil {
		return saml.Role{}, &needError{What: "the list of roles cannot be shown on this terminal", Hint: "name a role with --role account/name"}
	}
	out := &frame{file: t.out}
	screen := &pickScreen{terminal: t, list: newPickList(offered, names), out: out, cursor: &survey.Cursor{In: t.in, Out: out}}
	if a.color(true) {
		screen.list.emphasis = func(s string) string { return "\x1b[1m" + s + "\x1b[0m" }
	}
	_ = screen.cursor.Hide()
	defer func() {
		_ = screen.cursor.Show()
		out.flush()
	}()
	screen.draw()
	typed, wanted := make(chan rune, 1), make(chan struct{}, 1)
	defer close(wanted)
	wanted <- struct{}{}
	go func() {
		// A key is read only when one is wanted: a read that outlives the picker would eat what is meant for the next.
		for range wanted {
			key, _, err := keys.ReadRune()
			if errors.Is(err, io.EOF) || errors.Is(err, os.ErrClosed) {
				key = survey.KeyEndTransmission // the terminal is gone
			} else if err != nil {
				key = survey.IgnoreKey // a key that survey does not know
			}
			typed <- key
		}
	}()
	for {
		select {
		case <-ctx.Done():
			screen.erase()
			return saml.Role{}, context.Cause(ctx)
		case key := <-typed:
			switch done, err := screen.press(key); {
			case err != nil:
				screen.erase()
				return saml.Role{}, err
			case done:
				screen.erase()
				role := screen.list.chosen()
				fmt.Fprintf(out, "Role: %s\r\n", fit(role.Account()+names.suffix(role.Account())+" "+role.Path(), t.width()-7))
				return role, nil
			}
			screen.draw()
			wanted <- struct{}{}
		}
	}
}

// pickScreen shows a list and takes keys. What a key does depends only on what was drawn last.
type pickScreen struct {
	terminal *terminal
	list     *pickList
	out      *frame
	cursor   *survey.Cursor
	drawn    int // lines on the screen
}

// press takes one key; done means that the role under the bar was taken.
func (s *pickScreen) press(key rune) (done bool, err error) {
	switch key {
	case survey.KeyEnter, '\n':
		return s.list.any(), nil
	case survey.KeyInterrupt, survey.KeyEndTransmission:
		return false, errInterrupted
	case survey.KeyArrowUp:
		s.list.move(-1)
	case survey.KeyArrowDown, survey.KeyTab:
		s.list.move(1)
	case survey.SpecialKeyHome:
		s.list.move(-len(s.list.all))
	case survey.SpecialKeyEnd:
		s.list.move(len(s.list.all))
	case survey.KeyBackspace, survey.KeyDelete:
		s.list.untype()
	case survey.KeyDeleteLine, survey.KeyDeleteWord, survey.KeyEscape:
		s.list.filter("")
	default:
		if key >= ' ' {
			s.list.filter(s.list.typed + string(key))
		}
	}
	return false, nil
}

// draw puts the list where it was drawn before.
func (s *pickScreen) draw() {
	width, height := 80, 24
	if w, h, err := term.GetSize(int(s.terminal.out.Fd())); err == nil && w > 0 && h > 0 {
		width, height = w, h
	}
	s.erase()
	lines := s.list.lines(width-1, min(height-1, 20))
	for _, line := range lines {
		fmt.Fprint(s.out, line, "\r\n")
	}
	s.drawn = len(lines)
	s.out.flush()
}

// erase takes the list off the screen and leaves the cursor where it began.
func (s *pickScreen) erase() {
	for ; s.drawn > 0; s.drawn-- {
		_ = s.cursor.PreviousLine(1)
		_ = survey.EraseLine(s.out, survey.ERASE_LINE_ALL)
	}
}

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
