package picker

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/rivo/uniseg"

	"github.com/samlogin/samlogin/cmd/samlogin/terminal"
	"github.com/samlogin/samlogin/saml/foreign"
)

// lines draws the list for a screen: what is typed, the roles under their accounts, the keys. None is wider than width,
// since a line that wraps would be counted wrong; there are height of them at most, but never less than two.
func (l *List) lines(width, height int) []string {
	marked := len(l.marked())
	out := []string{l.line(width, marked)}
	if !l.any() {
		l.page = 1
		return append(out, terminal.Fit("  no role fits; backspace takes a letter back", width))
	}
	keys := height >= 8
	room := max(height-1, 1)
	if keys {
		room--
	}
	d := drawing{list: l, width: width, heads: room >= 2, parts: l.divided && room >= 6}
	if d.parts && l.fittingPart(0) == others {
		d.parts = false // nothing that would have to be told apart
	}
	l.top = max(min(l.top, l.bar), d.lowestTop(room))
	rows := d.rows(room)
	out = append(out, rows...)
	if keys {
		out = append(out, l.keys(width, marked))
	}
	return out
}

// line is the one that is typed in, with how many roles fit.
func (l *List) line(width, marked int) string {
	count := fmt.Sprintf("▏ %d of %d", len(l.fitting), len(l.rows))
	if marked > 0 {
		count += fmt.Sprintf(", %d marked", marked)
	}
	if width < 40 && marked > 0 {
		count = fmt.Sprintf("▏ %d ✓%d", len(l.fitting), marked)
	}
	return terminal.Fit("Role: "+ending(foreign.Clean(l.typed), width-6-uniseg.StringWidth(count))+count, width)
}

func (l *List) fittingPart(i int) part { return l.rows[l.fitting[i]].part }

// keys is the line that says what keys do, as much of it as fits.
func (l *List) keys(width, marked int) string {
	say := []string{"return takes it", "type to filter", "↑ ↓"}
	if l.Profile != "" {
		say[0] += " for " + foreign.Cut(l.Profile, 30)
	}
	if marked == 1 {
		say[0] = "return takes the one marked"
	} else if marked > 1 {
		say[0] = fmt.Sprintf("return takes the %d marked", marked)
	}
	if l.Several {
		say = append(say, "tab marks", "ctrl-T all")
	}
	say = append(say, "* favourite")
	line := say[0]
	for _, s := range say[1:] {
		if uniseg.StringWidth(line)+3+uniseg.StringWidth(s) > width {
			break
		}
		line += " · " + s
	}
	return terminal.Fit(line, width)
}

// drawing is one drawing of the rows.
type drawing struct {
	list         *List
	width        int
	heads, parts bool // there is room for a line for each account, and for each part of the list
}

// before counts the lines that stand before a row: the head of its part and that of its account, where the row above has
// others. above is -1 at the top of the window.
func (d drawing) before(i, above int) int {
	row, n := d.list.rows[d.list.fitting[i]], 0
	var last *item
	if above >= 0 {
		last = d.list.rows[d.list.fitting[above]]
	}
	if d.parts && (last == nil || last.part != row.part) {
		n++
	}
	if d.heads && (last == nil || last.part != row.part || last.role.Account() != row.role.Account()) {
		n++
	}
	return n
}

// lowestTop is the first row of the window with which the bar is just inside it.
func (d drawing) lowestTop(room int) int {
	top, below := d.list.bar, 1 // lines from the row at the top, without what stands before it
	for top > 0 {
		next := below + d.before(top, top-1) + 1
		if next+d.before(top-1, -1) > room {
			break
		}
		top, below = top-1, next
	}
	return top
}

// rows draws the window from the top of the list on.
func (d drawing) rows(room int) []string {
	l := d.list
	var out []string
	l.page = 0
	for i, above := l.top, -1; i < len(l.fitting); i++ {
		row := l.rows[l.fitting[i]]
		if len(out)+d.before(i, above)+1 > room && above >= 0 {
			break
		}
		found := row.places(l.words)
		var last *item
		if above >= 0 {
			last = l.rows[l.fitting[above]]
		}
		if d.parts && (last == nil || last.part != row.part) {
			out = append(out, terminal.Fit(row.part.String(), d.width))
		}
		if d.heads && (last == nil || last.part != row.part || last.role.Account() != row.role.Account()) {
			out = append(out, d.head(row, found))
		}
		out = append(out, d.row(row, found, i == l.bar))
		above = i
		l.page++
	}
	if len(out) > room {
		out = out[len(out)-room:] // the bar, in a window of hardly any lines
	}
	return out
}

// head is the line of an account: its number, and its name in brackets.
func (d drawing) head(row *item, f fitPlaces) string {
	text, marks := "  "+row.account.shown, append([]bool{false, false}, f.account...)
	if row.name.shown != "" {
		marks = append(pad(marks, utf8.RuneCountInString(text)+2), f.name...)
		text += " (" + row.name.shown + ")"
	}
	return d.marked(text, marks, d.width)
}

// row is the line of a role.
func (d drawing) row(row *item, f fitPlaces, bar bool) string {
	before := "    "
	switch {
	case bar && row.marked:
		before = "✓ > "
	case bar:
		before = "  > "
	case row.marked:
		before = "✓   "
	}
	after := ""
	if row.via != "" {
		after = " by " + row.via
	}
	if row.favourite {
		after += " ★"
	}
	room := d.width - 4 - uniseg.StringWidth(after)
	if room < 6 {
		room, after = d.width-4, ""
	}
	line := terminal.Fit(before, d.width)
	if room > 0 && d.width > 4 {
		line += d.marked(row.path.shown, f.path, room) + after
	}
	if bar && d.list.bold != "" {
		return d.list.bold + line + "\x1b[0m"
	}
	return line
}

// marked is a text cut to a width, with what the filter found in it underlined.
func (d drawing) marked(text string, marks []bool, width int) string {
	cut := terminal.Fit(text, width)
	if d.list.under == "" || len(marks) == 0 {
		return cut
	}
	var b strings.Builder
	on, n := false, 0
	for g := uniseg.NewGraphemes(cut); g.Next(); {
		runes := g.Runes()
		// The ellipsis stands for the rest: whether that holds something is not shown.
		hit := n < len(marks) && marks[n] && (g.Str() != "…" || cut == text)
		n += len(runes)
		if hit != on {
			b.WriteString(map[bool]string{true: d.list.under, false: "\x1b[24m"}[hit])
			on = hit
		}
		b.WriteString(g.Str())
	}
	if on {
		b.WriteString("\x1b[24m")
	}
	return b.String()
}

// pad makes marks as long as the text that they belong to.
func pad(marks []bool, n int) []bool {
	for len(marks) < n {
		marks = append(marks, false)
	}
	return marks
}

// ending is the end of a text that is being typed, cut to a width: what is typed next has to be seen.
func ending(s string, width int) string {
	if len(s) <= width || uniseg.StringWidth(s) <= width {
		return s
	}
	var all []string
	var widths []int
	for g := uniseg.NewGraphemes(s); g.Next(); {
		all, widths = append(all, g.Str()), append(widths, g.Width())
	}
	from, used := len(all), 1
	for from > 0 && used+widths[from-1] <= width {
		from--
		used += widths[from]
	}
	return "…" + strings.Join(all[from:], "")
}
