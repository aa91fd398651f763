package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/rivo/uniseg"

	"github.com/samlogin/samlogin/cmd/samlogin/terminal"
)

// progress tells how far the taking of many roles has come: on a terminal by one line that is drawn again and again and
// is gone at the end, elsewhere by a line now and then, where it takes long.
//
// House rules: the line never scrolls and never fills the last column, where some terminals would wrap it; what others
// have to say meanwhile goes through Write, which takes the line away first.
type progress struct {
	out    io.Writer // stderr
	drawn  bool      // a line on a terminal, as opposed to lines now and then
	colour bool
	place  overdrawn
	now    func() time.Time
	width  func() int

	mu           sync.Mutex
	all          int
	good, failed int
	busy         []string // profiles whose roles are under way, the latest last
	shown        string   // the line that is on the screen, "" none
	paused       bool
	told         time.Time
	stop, ended  chan struct{}
}

const (
	drawEvery  = 100 * time.Millisecond
	drawAfter  = 300 * time.Millisecond // what is quicker needs no line
	tellEvery  = 10 * time.Second
	barColumns = 24
)

// begin starts to show the progress of jobs. With one job, or with JSON on stdout for a program, there is none.
func (a *app) begin(jobs []job) {
	if len(jobs) < 2 || a.json() {
		return
	}
	p := &progress{
		out: a.errOut, all: len(jobs), now: a.now, told: a.now(),
		drawn: a.errIsTTY && a.env("TERM") != "dumb" && a.env("CI") == "", colour: a.color(a.errIsTTY),
		place: overdrawn{plain: !a.color(a.errIsTTY)},
		width: func() int { columns, _ := terminal.Size(os.Stderr); return columns },
	}
	a.progress, a.errOut = p, p // notices come from those who take the roles, side by side
	if !p.drawn {
		return
	}
	p.stop, p.ended = make(chan struct{}), make(chan struct{})
	go p.keepDrawing()
}

// endProgress takes the line off the screen.
func (a *app) endProgress() {
	p := a.progress
	if p == nil {
		return
	}
	if p.drawn {
		close(p.stop)
		<-p.ended
	}
	a.progress, a.errOut = nil, p.out
}

func (p *progress) keepDrawing() {
	defer close(p.ended)
	ticks := time.NewTicker(drawEvery)
	defer ticks.Stop()
	first := time.NewTimer(drawAfter)
	defer first.Stop()
	for begun := false; ; {
		select {
		case <-p.stop:
			p.mu.Lock()
			p.erase()
			p.mu.Unlock()
			return
		case <-first.C:
			begun = true
		case <-ticks.C:
			if begun {
				p.mu.Lock()
				p.draw()
				p.mu.Unlock()
			}
		}
	}
}

// begun notes that a role is being taken.
func (p *progress) begun(j job) {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.busy = append(p.busy, j.profile)
}

// done notes what became of a role.
func (p *progress) done(j job, err error) {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if i := slices.Index(p.busy, j.profile); i >= 0 {
		p.busy = slices.Delete(p.busy, i, i+1)
	}
	if err != nil {
		p.failed++
	} else {
		p.good++
	}
	if now := p.now(); !p.drawn && now.Sub(p.told) >= tellEvery && p.good+p.failed < p.all {
		p.told = now
		fmt.Fprintln(p.out, "samlogin: roles: "+p.counts())
	}
}

// pause takes the line away while a person is asked something. It comes back with resume.
func (p *progress) pause() (resume func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.erase()
	p.paused = true
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.paused = false
	}
}

// Write lets a notice by. The line comes back below it.
func (p *progress) Write(text []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.erase()
	return p.out.Write(text)
}

func (p *progress) erase() {
	if p.shown != "" {
		_, _ = io.WriteString(p.out, p.place.over(""))
		p.shown = ""
	}
}

func (p *progress) draw() {
	if p.paused {
		return
	}
	if line := p.line(p.width() - 1); line != p.shown {
		_, _ = io.WriteString(p.out, p.place.over(line))
		p.shown = line
	}
}

func (p *progress) counts() string {
	done := p.good + p.failed
	text := fmt.Sprintf("%d done", p.good)
	if p.failed > 0 {
		text += fmt.Sprintf(", %d failed", p.failed)
	}
	return fmt.Sprintf("%s, %d left", text, p.all-done)
}

// line is the line for a number of columns: the bar, where there is room for one, the numbers, and what is under way.
func (p *progress) line(columns int) string {
	text := p.counts()
	if columns < barColumns+2+uniseg.StringWidth(text) {
		return terminal.Fit(text, columns)
	}
	filled := barColumns * (p.good + p.failed) / p.all
	full, empty := strings.Repeat("█", filled), strings.Repeat("░", barColumns-filled)
	if p.colour {
		full, empty = "\x1b[32m"+full+"\x1b[0m", "\x1b[2m"+empty+"\x1b[0m"
	}
	columns -= barColumns + 2
	if room := columns - uniseg.StringWidth(text) - 2; room > 8 && len(p.busy) > 0 {
		text += "  " + terminal.Fit(strings.Join(p.busy, ", "), room)
	}
	return full + empty + "  " + text
}
