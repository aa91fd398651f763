package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"

	survey "github.com/AlecAivazis/survey/v2/terminal"
	"golang.org/x/term"

	"github.com/samlogin/samlogin/saml"
	"github.com/samlogin/samlogin/saml/foreign"
)

// This file is the only one that knows survey: its terminal layer reads keys and moves the cursor on every system. What
// survey draws by itself is left out: it cannot group, and its templates alone would make the program 3 MB larger.

// pick lets the person choose from the roles offered: one for a profile that is named, else one or more.
func (a *app) pick(ctx context.Context, in *signIn, offered []saml.Role, names accountNames, profile string) ([]saml.Role, error) {
	t, err := a.terminal()
	if err != nil {
		return nil, &needError{
			What: fmt.Sprintf("%d roles are offered and nobody can be asked which one", len(offered)),
			Hint: "name one with --role account/name, or take all with --all; samlogin roles lists them",
		}
	}
	kept := a.keptPicks(in)
	list := newPickList(offered, names)
	if profile == "" || templated(profile) {
		list.several = true
	} else {
		list.profile = foreign.Clean(profile)
	}
	list.prefer(kept)
	choose := a.pickOnScreen
	if a.plainTerminal() {
		choose = pickByNumber
	}
	taken, err := choose(ctx, t, list)
	a.keepPicks(in, kept, list, taken)
	if err != nil {
		return nil, err
	}
	for i, role := range taken {
		if i == maxCandidates {
			fmt.Fprintf(t.out, "… and %d more\n", len(taken)-i)
			break
		}
		fmt.Fprintf(t.out, "Role: %s\n", fit(role.Account()+names.suffix(role.Account())+" "+role.Path(), t.width()-7))
	}
	return taken, nil
}

// pickOnScreen shows the list and takes keys until roles are taken.
func (a *app) pickOnScreen(ctx context.Context, t *terminal, list *pickList) ([]saml.Role, error) {
	t.hold()
	defer t.restore()
	streams := survey.Stdio{In: t.in, Out: t.out, Err: t.out}
	if runtime.GOOS != "windows" {
		streams.In = newKeyboard(t.in) // survey knows no page keys and no pasting, and takes a slow sequence for letters
	}
	keys := survey.NewRuneReader(streams)
	if err := keys.SetTermMode(); err != nil {
		return nil, &needError{What: "the list of roles cannot be shown on this terminal", Hint: "name a role with --role account/name"}
	}
	t.forgetTyped() // what was typed before the list was to be seen cannot be about it
	if a.color(true) {
		list.bold, list.under = "\x1b[1m", "\x1b[4m"
	}
	changed, stop := t.changes() // before the first drawing, which is for the size that the window has then
	defer stop()
	screen := newPickScreen(t, list)
	screen.open()
	defer screen.close()
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
			return nil, context.Cause(ctx)
		case <-changed: // its size, or the program goes on after a stop
			if err := keys.SetTermMode(); err != nil {
				return nil, errInterrupted
			}
			screen.again()
		case key := <-typed:
			done, err := screen.press(key)
			if err != nil {
				return nil, err
			}
			if done {
				return list.taken(), nil
			}
			if !screen.pasting {
				screen.draw()
			}
			wanted <- struct{}{}
		}
	}
}

// pickScreen shows a list and takes keys. What a key does depends only on what was drawn last.
type pickScreen struct {
	terminal *terminal
	list     *pickList
	paint    *painter
	pasting  bool
	pasted   []rune
}

func newPickScreen(t *terminal, list *pickList) *pickScreen {
	out := &frame{file: t.out}
	return &pickScreen{terminal: t, list: list, paint: &painter{out: out, cursor: &survey.Cursor{In: t.in, Out: out}}}
}

// press takes one key; done means that return was pressed on something that can be taken.
func (s *pickScreen) press(key rune) (done bool, err error) {
	l := s.list
	if s.pasting && key != keyPasteEnds && key != survey.KeyInterrupt && key != survey.KeyEndTransmission {
		s.paste(key)
		return false, nil
	}
	switch key {
	case survey.KeyEnter, '\n':
		return len(l.taken()) > 0, nil
	case survey.KeyInterrupt, survey.KeyEndTransmission:
		return false, errInterrupted
	case survey.KeyArrowUp, keyUp:
		l.move(-1)
	case survey.KeyArrowDown, keyDown:
		l.move(1)
	case survey.SpecialKeyHome, keyHome:
		l.move(-len(l.rows))
	case survey.SpecialKeyEnd, keyEnd:
		l.move(len(l.rows))
	case keyPageUp:
		l.move(-max(l.page-1, 1))
	case keyPageDown:
		l.move(max(l.page-1, 1))
	case survey.KeyTab:
		l.mark(1)
	case keyBackTab:
		l.mark(-1)
	case keyAll, '\x14': // ctrl-T: ctrl-A is the key Home to survey on Windows
		l.markAll()
	case '*': // no name of a role has one
		l.favour()
	case survey.KeyBackspace, survey.KeyDelete, keyRemove:
		l.untype()
	case survey.KeyDeleteLine, survey.KeyDeleteWord, survey.KeyEscape, '\x15':
		l.filter("")
	case keyPasteBegins:
		s.pasting, s.pasted = true, nil
	case keyPasteEnds:
		if s.pasting {
			s.pasting = false
			l.typeText(string(s.pasted))
		}
	default:
		if key >= ' ' && !(key >= 0x7f && key < 0xa0) && !(key >= keyUp && key < keysEnd) {
			l.typeText(string(key))
		}
	}
	return false, nil
}

// paste gathers what is pasted: it filters, whatever it holds, and takes nothing.
func (s *pickScreen) paste(key rune) {
	switch {
	case key == keyNone || len(s.pasted) >= longestFilter:
	case key < ' ' || key == 0x7f:
		s.pasted = append(s.pasted, ' ')
	default:
		s.pasted = append(s.pasted, key)
	}
}

func (s *pickScreen) open() {
	s.markPastes(true)
	_ = s.paint.cursor.Hide()
	s.draw()
}

// markPastes asks the terminal to mark what is pasted, or not to do so any more (xterm's bracketed paste). A Windows
// console is not asked: it sends keys and no sequences.
func (s *pickScreen) markPastes(on bool) {
	if runtime.GOOS != "windows" {
		fmt.Fprint(s.paint.out, map[bool]string{true: "\x1b[?2004h", false: "\x1b[?2004l"}[on])
	}
}

// again draws everything on an empty screen. A terminal that changes its width may have wrapped the lines of an older
// drawing or not, so that nobody knows where they are; none may stay, since a bar in it would be taken for the real one.
func (s *pickScreen) again() {
	if runtime.GOOS != "windows" {
		fmt.Fprint(s.paint.out, "\x1b[H\x1b[2J")
		s.paint.forget()
	}
	s.draw()
}

// close takes the list off the screen and leaves the cursor where it began.
func (s *pickScreen) close() {
	p := s.paint
	p.draw(nil)
	s.markPastes(false)
	_ = p.cursor.Show()
	p.out.flush()
}

// draw brings the screen to what the list is now.
func (s *pickScreen) draw() {
	width, height := 80, 24
	if w, h, err := term.GetSize(int(s.terminal.out.Fd())); err == nil && w > 0 && h > 0 {
		width, height = w, h
	}
	s.paint.draw(s.list.lines(width-1, min(height-1, 20)))
	s.paint.out.flush()
}

// painter brings lines to the screen and writes only those that changed.
type painter struct {
	out    *frame
	cursor *survey.Cursor
	shown  []string
	at     int // the line that the cursor is in
	made   int // lines that there are to move in, beyond the first
}

// forget begins with an empty screen.
func (p *painter) forget() { p.shown, p.at, p.made = nil, 0, 0 }

func (p *painter) draw(lines []string) {
	for i, line := range lines {
		if i < len(p.shown) && p.shown[i] == line {
			continue
		}
		p.move(i)
		fmt.Fprint(p.out, line)
		if i < len(p.shown) {
			_ = survey.EraseLine(p.out, survey.ERASE_LINE_END)
		}
	}
	for i := len(lines); i < len(p.shown); i++ {
		p.move(i)
		_ = survey.EraseLine(p.out, survey.ERASE_LINE_ALL)
	}
	if len(lines) == 0 {
		p.move(0)
	}
	p.shown = lines
}

// move goes to the beginning of a line.
func (p *painter) move(to int) {
	if down := min(to, p.made) - p.at; down > 0 {
		_ = p.cursor.Down(down)
	} else if down < 0 {
		_ = p.cursor.Up(-down)
	}
	fmt.Fprint(p.out, "\r")
	for ; p.made < to; p.made++ {
		fmt.Fprint(p.out, "\r\n")
	}
	p.at = to
}
