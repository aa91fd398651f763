package main

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/samlogin/samlogin/cmd/samlogin/terminal"
	"github.com/samlogin/samlogin/idp"
)

// waitLine shows that the login waits for a person's phone: what to do, the number to match, and the time left, on one
// line of the terminal that counts down. Without a terminal it is said once.
type waitLine struct {
	terminal *terminal.Terminal
	now      func() time.Time
	still    bool // nothing can be drawn over: the time is said once

	mu    sync.Mutex
	place overdrawn
	shown idp.Waiting // what is on the screen; zero: nothing
	stop  chan struct{}
	ended chan struct{}
}

// waiting is told when a wait begins, goes on and ends.
func (a *app) waiting(w idp.Waiting) {
	if a.waits == nil {
		if w.Until.IsZero() {
			return
		}
		t, err := a.terminal()
		if err != nil {
			t = nil
		}
		a.waits = &waitLine{terminal: t, now: a.now, still: a.plainTerminal(), place: overdrawn{plain: !a.color(true)}}
	}
	a.waits.show(a, w)
}

func (l *waitLine) show(a *app, w idp.Waiting) {
	l.mu.Lock()
	defer l.mu.Unlock()
	begins := l.shown.Until.IsZero() || l.shown.Says != w.Says || l.shown.Number != w.Number
	switch {
	case w.Until.IsZero():
		l.end()
		l.shown = w
	case !begins:
	case l.terminal == nil:
		a.notice(words(w))
		l.shown = w
	default:
		l.end()
		l.shown = w
		l.begin(w)
	}
}

// words is what to do, in the IdP's words where it has any.
func words(w idp.Waiting) string {
	says := w.Says.String()
	if says == "" {
		says = "confirm this sign-in on your phone"
	}
	line := w.Origin.Host() + ": " + says
	if w.Number != "" {
		line += " The number is " + w.Number.String() + "."
	}
	return line
}

// begin writes what stays and starts the line that counts down. The lock is held.
func (l *waitLine) begin(w idp.Waiting) {
	t := l.terminal
	says := w
	says.Number = ""
	fmt.Fprintln(t.Out, words(says))
	if number := w.Number.String(); number != "" {
		fmt.Fprintf(t.Out, "\n%s\n", large(number))
	}
	if l.still {
		fmt.Fprintln(t.Out, l.text(w))
		return
	}
	l.stop, l.ended = make(chan struct{}), make(chan struct{})
	ticks := time.NewTicker(time.Second)
	l.left(w)
	go func(stop, ended chan struct{}) {
		defer close(ended)
		defer ticks.Stop()
		for {
			select {
			case <-stop:
				fmt.Fprint(t.Out, l.place.over(""))
				return
			case <-ticks.C:
				l.left(w)
			}
		}
	}(l.stop, l.ended)
}

func (l *waitLine) left(w idp.Waiting) {
	fmt.Fprint(l.terminal.Out, l.place.over(terminal.Fit(l.text(w), l.terminal.Width()-1)))
}

func (l *waitLine) text(w idp.Waiting) string {
	left := max(w.Until.Sub(l.now()).Round(time.Second), 0)
	return fmt.Sprintf("Waiting, %d:%02d left; ctrl-C stops", int(left.Minutes()), int(left.Seconds())%60)
}

// end takes the line off the screen. The lock is held.
func (l *waitLine) end() {
	if l.stop != nil {
		close(l.stop)
		<-l.ended
		l.stop = nil
	}
}

// digits are three columns wide and three rows high.
var digits = map[rune][3]string{
	'0': {"█▀█", "█ █", "▀▀▀"}, '1': {"▀█ ", " █ ", "▀▀▀"}, '2': {"▀▀█", "█▀▀", "▀▀▀"}, '3': {"▀▀█", " ▀█", "▀▀▀"}, '4': {"█ █", "▀▀█", "  ▀"},
	'5': {"█▀▀", "▀▀█", "▀▀▀"}, '6': {"█▀▀", "█▀█", "▀▀▀"}, '7': {"▀▀█", "  █", "  ▀"}, '8': {"█▀█", "█▀█", "▀▀▀"}, '9': {"█▀█", "▀▀█", "▀▀▀"},
}

// large draws a number so that it can be read from the phone's distance, and says it in plain figures, too, for whoever
// has it read out. What is not all digits stays as it is.
func large(number string) string {
	if len(number) > 6 || strings.Trim(number, "0123456789") != "" {
		return "    " + number + "\n"
	}
	var rows [3]strings.Builder
	for _, r := range number {
		for i := range rows {
			rows[i].WriteString("  " + digits[r][i])
		}
	}
	return "  " + rows[0].String() + "\n  " + rows[1].String() + "     (" + number + ")\n  " + rows[2].String() + "\n"
}
