package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/rivo/uniseg"

	"github.com/samlogin/samlogin/cmd/samlogin/terminal"
	"github.com/samlogin/samlogin/saml/foreign"
)

// finding is what one check came to, as JSON output shows it; the members are a contract.
type finding struct {
	Section string `json:"section"`
	Name    string `json:"name"`
	State   health `json:"state"`
	Message string `json:"message"`
	Mend    string `json:"mend,omitempty"`
	Fixable bool   `json:"fixable"` // --fix does it, after a yes

	repair *repair
}

type health string

const (
	good    health = "good"
	warning health = "warning" // something may go wrong, or differently than it looks
	bad     health = "bad"     // something does not work, or others can read what is secret
)

// repair is what --fix would do about a finding. It is told before it is done.
type repair struct {
	what string
	do   func(context.Context) error
}

// findings collects those of one section.
type findings struct {
	section string
	all     []finding
}

// note adds a finding. All texts are cleaned here: they may name what stands in files and comes from servers.
func (f *findings) note(state health, name, message, mend string) *finding {
	f.all = append(f.all, finding{Section: f.section, Name: foreign.Clean(name), State: state, Message: foreign.Clean(message), Mend: foreign.Clean(mend)})
	return &f.all[len(f.all)-1]
}

// failed adds an error, with the advice that there is for it.
func (f *findings) failed(state health, name string, err error) *finding {
	e := explain(err)
	return f.note(state, name, e.Message, e.Hint)
}

// fix says how a finding is mended.
func (f *finding) fix(what string, do func(context.Context) error) {
	f.Fixable, f.repair = true, &repair{foreign.Clean(what), do}
}

// badError reports that doctor found something bad. It has been told already.
type badError struct{ count int }

func (e *badError) Error() string {
	if e.count == 1 {
		return "1 check is bad"
	}
	return fmt.Sprintf("%d checks are bad", e.count)
}

func count(all []finding, state health) (n int) {
	for _, f := range all {
		if f.State == state {
			n++
		}
	}
	return n
}

// headings are the sections in the order of the page. Several may stand under one heading.
var headings = [...]struct{ section, heading string }{
	{"settings", "Settings"}, {"state", "Settings"}, {"files", "AWS files"}, {"profiles", "Profiles"},
	{"tools", "AWS tools"}, {"environment", "AWS tools"}, {"network", "Network"}, {"idp", "Network"}, {"sts", "Network"}, {"clock", "Network"},
	{"secrets", "Passwords and sessions"}, {"sessions", "Passwords and sessions"}, {"terminal", "Terminal"},
}

// Columns of the names of checks: those of all headings, and those of one with long names, as profiles have. A name that
// is longer still has a line of its own: cut, it may be that of several.
const (
	nameMost     = 16
	nameLongMost = 28
)

// layFindings lays the page out for a width in columns, 0 for no limit: what reads it then is a program that looks for
// words. Without colours the marks have words.
func layFindings(all []finding, width int, color bool) []string {
	if width <= 0 {
		width = 1 << 20
	}
	names, under := 0, map[string]int{}
	heading := map[string]string{}
	for _, h := range headings {
		heading[h.section] = h.heading
	}
	for _, f := range all {
		own := uniseg.StringWidth(f.Name)
		names = max(names, min(nameMost, own))
		if own <= nameLongMost || width > pageMost {
			under[heading[f.Section]] = max(under[heading[f.Section]], own)
		}
	}
	var lines []string
	last := ""
	for _, h := range headings {
		for _, f := range all {
			if f.Section != h.section {
				continue
			}
			if h.heading != last {
				if last != "" {
					lines = append(lines, "")
				}
				lines = append(lines, painted(h.heading, "1", color))
				last = h.heading
			}
			lines = append(lines, layFinding(f, max(names, under[h.heading]), width, color)...)
		}
	}
	return lines
}

func layFinding(f finding, names, width int, color bool) []string {
	mark := map[health]string{good: "✓", warning: "!", bad: "✗"}[f.State]
	paint := map[health]string{good: "32", warning: "33", bad: "31"}[f.State]
	if !color {
		mark += map[health]string{good: " ok     ", warning: " warning", bad: " bad    "}[f.State]
	}
	lead := 2 + uniseg.StringWidth(mark) + 1 + names + 2
	var lines []string
	name, begun := f.Name, uniseg.StringWidth(f.Name) > names
	if begun {
		lines = append(lines, "  "+painted(mark, paint, color)+" "+terminal.Fit(name, width-lead+names+2))
	} else {
		name += strings.Repeat(" ", names-uniseg.StringWidth(name))
	}
	for i, text := range linesOf(f.Message, width-lead) {
		if i == 0 && !begun {
			lines = append(lines, "  "+painted(mark, paint, color)+" "+name+"  "+text)
		} else {
			lines = append(lines, strings.Repeat(" ", lead)+text)
		}
	}
	if f.Mend != "" && f.State != good {
		for i, text := range linesOf(f.Mend, width-lead-2) {
			arrow := "→ "
			if i > 0 {
				arrow = "  "
			}
			lines = append(lines, strings.Repeat(" ", lead)+painted(arrow+text, "2", color))
		}
	}
	return lines
}

// linesOf breaks a text into lines. A word that is too long for one, such as a path, is cut.
func linesOf(text string, width int) []string {
	width = max(width, 20)
	var words []string
	for _, word := range strings.Fields(text) {
		for runes := []rune(word); ; runes = runes[width:] {
			if len(runes) <= width {
				words = append(words, string(runes))
				break
			}
			words = append(words, string(runes[:width]))
		}
	}
	return wrapped(strings.Join(words, " "), width)
}

func painted(text, code string, color bool) string {
	if !color {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

// verdictLine is the last line of the page.
func verdictLine(all []finding, fixing bool) string {
	bads, warnings, fixable := count(all, bad), count(all, warning), 0
	for _, f := range all {
		if f.Fixable {
			fixable++
		}
	}
	var parts []string
	if bads > 0 {
		parts = append(parts, fmt.Sprintf("%d bad", bads))
	}
	if warnings == 1 {
		parts = append(parts, "1 warning")
	} else if warnings > 1 {
		parts = append(parts, fmt.Sprintf("%d warnings", warnings))
	}
	if len(parts) == 0 {
		return "Everything is in order."
	}
	line := strings.Join(parts, ", ") + "."
	switch {
	case fixable > 0 && !fixing && fixable < bads+warnings:
		line += fmt.Sprintf(" samlogin doctor --fix mends %d of them, after a yes.", fixable)
	case fixable > 0 && !fixing:
		line += " samlogin doctor --fix mends that, after a yes."
	}
	return line
}
