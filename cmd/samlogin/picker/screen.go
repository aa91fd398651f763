package picker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"

	survey "github.com/AlecAivazis/survey/v2/terminal"

	"github.com/samlogin/samlogin/cmd/samlogin/terminal"
	"github.com/samlogin/samlogin/saml"
)

// This file and the next are the only ones that know survey: its terminal layer reads keys and moves the cursor on every
// system. What survey draws by itself is left out: it cannot group, and its templates alone would make the program 3 MB
// larger.

// ErrNoKeys is what a terminal gives whose keys cannot be read one by one.
var ErrNoKeys = errors.New("the terminal does not give its keys one by one")

// OnScreen shows the list and takes keys until roles are taken. Errors: ErrNoKeys, terminal.ErrInterrupted (ctrl-C, or the
// terminal is gone), the context's cause.
func OnScreen(ctx context.Context, t *terminal.Terminal, list *List) ([]saml.Role, error) {
	t.Hold()
	defer t.Restore()
	streams := survey.Stdio{In: t.In, Out: t.Out, Err: t.Out}
	if runtime.GOOS != "windows" {
		streams.In = terminal.NewKeyboard(t.In) // survey knows no page keys and no pasting, and takes a slow sequence for letters
	}
	keys := survey.NewRuneReader(streams)
	if err := keys.SetTermMode(); err != nil {
		return nil, ErrNoKeys
	}
	t.ForgetTyped()              // what was typed before the list was to be seen cannot be about it
	changed, stop := t.Changes() // before the first drawing, which is for the size that the window has then
	defer stop()
	screen := newScreen(t, list)
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
				return nil, terminal.ErrInterrupted
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

// screen shows a list and takes keys. What a key does depends only on what was drawn last.
type screen struct {
	terminal *terminal.Terminal
	list     *List
	paint    *painter
	pasting  bool
	pasted   []rune
}

func newScreen(t *terminal.Terminal, list *List) *screen {
	out := &frame{file: t.Out}
	return &screen{terminal: t, list: list, paint: &painter{out: out, cursor: &survey.Cursor{In: t.In, Out: out}}}
}

// press takes one key; done means that return was pressed on something that can be taken.
func (s *screen) press(key rune) (done bool, err error) {
	l := s.list
	if s.pasting && key != terminal.KeyPasteEnds && key != survey.KeyInterrupt && key != survey.KeyEndTransmission {
		s.paste(key)
		return false, nil
	}
	switch key {
	case survey.KeyEnter, '\n':
		return len(l.taken()) > 0, nil
	case survey.KeyInterrupt, survey.KeyEndTransmission:
		return false, terminal.ErrInterrupted
	case survey.KeyArrowUp, terminal.KeyUp:
		l.move(-1)
	case survey.KeyArrowDown, terminal.KeyDown:
		l.move(1)
	case survey.SpecialKeyHome, terminal.KeyHome:
		l.move(-len(l.rows))
	case survey.SpecialKeyEnd, terminal.KeyEnd:
		l.move(len(l.rows))
	case terminal.KeyPageUp:
		l.move(-max(l.page-1, 1))
	case terminal.KeyPageDown:
		l.move(max(l.page-1, 1))
	case survey.KeyTab:
		l.mark(1)
	case terminal.KeyBackTab:
		l.mark(-1)
	case terminal.KeyAll, '\x14': // ctrl-T: ctrl-A is the key Home to survey on Windows
		l.markAll()
	case '*': // no name of a role has one
		l.favour()
	case survey.KeyBackspace, survey.KeyDelete, terminal.KeyRemove:
		l.untype()
	case survey.KeyDeleteLine, survey.KeyDeleteWord, survey.KeyEscape, '\x15':
		l.filter("")
	case terminal.KeyPasteBegins:
		s.pasting, s.pasted = true, nil
	case terminal.KeyPasteEnds:
		if s.pasting {
			s.pasting = false
			l.typeText(string(s.pasted))
		}
	default:
		if key >= ' ' && !(key >= 0x7f && key < 0xa0) && !(key >= terminal.KeyUp && key < terminal.KeysEnd) {
			l.typeText(string(key))
		}
	}
	return false, nil
}

// paste gathers what is pasted: it filters, whatever it holds, and takes nothing.
func (s *screen) paste(key rune) {
	switch {
	case key == terminal.KeyNone || len(s.pasted) >= longestFilter:
	case key < ' ' || key == 0x7f:
		s.pasted = append(s.pasted, ' ')
	default:
		s.pasted = append(s.pasted, key)
	}
}

func (s *screen) open() {
	s.markPastes(true)
	_ = s.paint.cursor.Hide()
	s.draw()
}

// markPastes asks the terminal to mark what is pasted, or not to do so any more (xterm's bracketed paste). A Windows
// console is not asked: it sends keys and no sequences.
func (s *screen) markPastes(on bool) {
	if runtime.GOOS != "windows" {
		fmt.Fprint(s.paint.out, map[bool]string{true: "\x1b[?2004h", false: "\x1b[?2004l"}[on])
	}
}

// again draws everything on an empty screen. A terminal that changes its width may have wrapped the lines of an older
// drawing or not, so that nobody knows where they are; none may stay, since a bar in it would be taken for the real one.
func (s *screen) again() {
	if runtime.GOOS != "windows" {
		fmt.Fprint(s.paint.out, "\x1b[H\x1b[2J")
		s.paint.forget()
	}
	s.draw()
}

// close takes the list off the screen and leaves the cursor where it began.
func (s *screen) close() {
	p := s.paint
	p.draw(nil)
	s.markPastes(false)
	_ = p.cursor.Show()
	p.out.flush()
}

// draw brings the screen to what the list is now.
func (s *screen) draw() {
	width, height := terminal.Size(s.terminal.Out)
	s.paint.draw(s.list.lines(width-1, min(height-1, 20)))
	s.paint.out.flush()
}
