package main

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/rivo/uniseg"

	"github.com/samlogin/samlogin/saml"
	"github.com/samlogin/samlogin/saml/foreign"
)

// pickList is the list of roles to pick from, apart from any terminal: what is typed, what fits it, where the bar is.
type pickList struct {
	all     []saml.Role // by account
	names   accountNames
	search  []string // what a filter looks at, in lower case, by role
	typed   string
	fitting []int // indexes of all
	bar     int   // index of fitting
	top     int   // the first of fitting that was shown last

	emphasis func(string) string // draws the line under the bar
}

func newPickList(offered []saml.Role, names accountNames) *pickList {
	l := &pickList{all: offered, names: names, emphasis: func(s string) string { return s }}
	for _, r := range offered {
		l.search = append(l.search, strings.ToLower(r.Account()+" "+names[r.Account()]+" "+r.Path()))
	}
	l.filter("")
	return l
}

// filter keeps the roles whose account, account name and path hold every word typed.
func (l *pickList) filter(typed string) {
	l.typed, l.fitting, l.bar, l.top = typed, l.fitting[:0], 0, 0
	words := strings.Fields(strings.ToLower(typed))
	for i, text := range l.search {
		if containsAll(text, words) {
			l.fitting = append(l.fitting, i)
		}
	}
}

func containsAll(s string, words []string) bool {
	for _, w := range words {
		if !strings.Contains(s, w) {
			return false
		}
	}
	return true
}

// untype takes back the last character typed.
func (l *pickList) untype() {
	_, size := utf8.DecodeLastRuneInString(l.typed)
	l.filter(l.typed[:len(l.typed)-size])
}

func (l *pickList) move(by int) { l.bar = max(0, min(l.bar+by, len(l.fitting)-1)) }
func (l *pickList) any() bool   { return len(l.fitting) > 0 }

// chosen is the role under the bar.
func (l *pickList) chosen() saml.Role { return l.all[l.fitting[l.bar]] }

// lines draws the list for a screen: what is typed, then the roles under their accounts. None is wider than width, since
// a line that wraps would be counted wrong; there are height of them at most.
func (l *pickList) lines(width, height int) []string {
	head := fmt.Sprintf("Role: %s▏ %d of %d; type to filter, ↑ ↓ to move, return to take", foreign.Clean(l.typed), len(l.fitting), len(l.all))
	out := []string{fit(head, width)}
	if !l.any() {
		return append(out, fit("  no role fits; backspace takes a letter back", width))
	}
	room := max(height-1, 1)
	if l.bar < l.top {
		l.top = l.bar
	}
	heads := room >= 2
	for l.top < l.bar && len(l.rows(l.top, l.bar, width, heads)) > room {
		l.top++
	}
	rows := l.rows(l.top, min(l.top+room, len(l.fitting)-1), width, heads)
	if len(rows) > room {
		rows = rows[:room]
	}
	return append(out, rows...)
}

// rows draws roles from one place of the list to another, under a head for each account where there is room for one.
func (l *pickList) rows(from, to, width int, heads bool) []string {
	var out []string
	account := ""
	for i := from; i <= to; i++ {
		r := l.all[l.fitting[i]]
		if heads && r.Account() != account {
			account = r.Account()
			out = append(out, fit("  "+account+l.names.suffix(account), width))
		}
		line := fit("    "+r.Path(), width)
		if i == l.bar {
			line = l.emphasis(fit("  > "+r.Path(), width))
		}
		out = append(out, line)
	}
	return out
}

// fit cuts a text to a width in columns of the terminal; what is cut off is replaced by an ellipsis.
func fit(s string, width int) string {
	s = foreign.Clean(s)
	if width < 1 {
		width = 1
	}
	if uniseg.StringWidth(s) <= width {
		return s
	}
	var b strings.Builder
	used := 0
	for g := uniseg.NewGraphemes(s); g.Next(); {
		if used+g.Width() > width-1 {
			break
		}
		used += g.Width()
		b.WriteString(g.Str())
	}
	return b.String() + "…"
}
