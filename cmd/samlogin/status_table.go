package main

import (
	"cmp"
	"strings"
	"time"

	"github.com/samlogin/samlogin/cmd/samlogin/terminal"
)

const (
	barCells    = 8
	cellMost    = 28               // columns of a name or role on a terminal
	nearlyEnded = 15 * time.Minute // shown in yellow
)

// layStatus lays the table out for a width in columns, 0 for no limit. No line is wider.
func layStatus(rows []statusRow, names accountNames, now time.Time, width int, color bool) []string {
	const barHead = ""
	table := [][]string{{"PROFILE", "ACCOUNT", "ROLE", barHead, "LEFT", "RENEWS", "FROM"}}
	for _, r := range rows {
		account, role := roleOf(r.arn)
		switch r.kind {
		case "idp":
			role = "session at the IdP"
		case "mfa":
			role = "session with MFA"
		}
		row := []string{r.name, cmp.Or(names[account], account), role, bar(r, now), leftWords(r, now), r.renews, r.source}
		table = append(table, row)
	}
	most := 1 << 10
	if width > 0 {
		most = cellMost
	}
	for _, row := range table {
		for c := range row {
			row[c] = terminal.Fit(row[c], most)
		}
	}
	table = narrowed(table, width, "FROM", barHead, "RENEWS", "ACCOUNT", "ROLE") // when it ends stays to the last
	widths := columns(table)
	if over := tableWidth(widths) - width; width > 0 && over > 0 {
		widths[0] = max(leastCell, widths[0]-over) // the name
	}
	lines := layTable(table, widths, width)
	for i, text := range lines {
		if color {
			lines[i] = "\x1b[" + statusColor(rows, i-1, now) + "m" + text + "\x1b[0m"
		}
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
