package main

import (
	"cmp"
	"strings"
	"time"

	"github.com/rivo/uniseg"

	"github.com/samlogin/samlogin/cmd/samlogin/terminal"
)

// The columns of status, in the order of the screen.
const (
	nameColumn = iota
	accountColumn
	roleColumn
	barColumn
	leftColumn
	renewsColumn
	fromColumn
	statusColumns
)

// droppable are the columns that a narrow terminal does without, the first one first: when it ends stays to the last.
var droppable = [...]int{fromColumn, barColumn, renewsColumn, accountColumn, roleColumn}

const (
	barCells    = 8
	cellMost    = 28               // columns of a name or role on a terminal
	nearlyEnded = 15 * time.Minute // shown in yellow
)

// layStatus lays the table out for a width in columns, 0 for no limit. No line is wider.
func layStatus(rows []statusRow, names accountNames, now time.Time, width int, color bool) []string {
	table := [][statusColumns]string{{"PROFILE", "ACCOUNT", "ROLE", "", "LEFT", "RENEWS", "FROM"}}
	for _, r := range rows {
		account, role := roleOf(r.arn)
		switch r.kind {
		case "idp":
			role = "session at the IdP"
		case "mfa":
			role = "session with MFA"
		}
		row := [statusColumns]string{r.name, cmp.Or(names[account], account), role, bar(r, now), leftWords(r, now), r.renews, r.source}
		table = append(table, row)
	}
	var widths [statusColumns]int
	for i := range table {
		for c := range table[i] {
			most := 1 << 10
			if width > 0 {
				most = cellMost
			}
			table[i][c] = terminal.Fit(table[i][c], most)
			widths[c] = max(widths[c], uniseg.StringWidth(table[i][c]))
		}
	}
	shown := [statusColumns]bool{true, true, true, true, true, true, true}
	total := func() int {
		sum := -2
		for c, w := range widths {
			if shown[c] {
				sum += w + 2
			}
		}
		return sum
	}
	for _, c := range droppable {
		if width > 0 && total() > width {
			shown[c] = false
		}
	}
	if over := total() - width; width > 0 && over > 0 {
		widths[nameColumn] = max(4, widths[nameColumn]-over)
	}
	lines := make([]string, 0, len(table))
	for i, row := range table {
		var b strings.Builder
		for c, cell := range row {
			if !shown[c] {
				continue
			}
			cell = terminal.Fit(cell, widths[c])
			b.WriteString(cell + strings.Repeat(" ", widths[c]-uniseg.StringWidth(cell)+2))
		}
		text := strings.TrimRight(b.String(), " ")
		if width > 0 {
			text = terminal.Fit(text, width)
		}
		if color {
			text = "\x1b[" + statusColor(rows, i-1, now) + "m" + text + "\x1b[0m"
		}
		lines = append(lines, text)
	}
	return lines
}

// statusColor is that of a row: dim for the head, red for what has ended, yellow for what soon will.
func statusColor(rows []statusRow, i int, now time.Time) string {
	switch {
	case i < 0:
		return "2"
	case !rows[i].expires.After(now):
		return "31"
	case rows[i].expires.Sub(now) < nearlyEnded:
		return "33"
	}
	return "32"
}

// bar is the part that is left of the whole life. Where the beginning is not known, the life is taken for the shortest
// usual one that holds what is left.
func bar(r statusRow, now time.Time) string {
	left, life := r.expires.Sub(now), r.expires.Sub(r.begun)
	if r.begun.IsZero() {
		for _, hours := range []time.Duration{1, 2, 4, 8, 12, 36} {
			if life = hours * time.Hour; left <= life {
				break
			}
		}
	}
	cells := 0
	if left > 0 && life > 0 {
		cells = min(barCells, 1+int(float64(left)/float64(life)*(barCells-1)+0.5))
	}
	return strings.Repeat("█", cells) + strings.Repeat("░", barCells-cells)
}

func leftWords(r statusRow, now time.Time) string {
	left := r.expires.Sub(now)
	switch {
	case left <= 0:
		return "ended " + span(-left) + " ago"
	case r.kind == "idp": // the IdP may end it sooner
		return "up to " + span(left)
	}
	return span(left)
}
