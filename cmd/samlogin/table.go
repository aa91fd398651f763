package main

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/rivo/uniseg"

	"github.com/samlogin/samlogin/cmd/samlogin/terminal"
	"github.com/samlogin/samlogin/saml/foreign"
)

// columns are the widths of a table's columns.
func columns(rows [][]string) []int {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], uniseg.StringWidth(foreign.Clean(cell)))
		}
	}
	return widths
}

// outWidth is the width of the terminal that results go to, 0 where they go elsewhere. Whether somebody can be asked there
// does not matter.
func (a *app) outWidth() int {
	if !a.outIsTTY {
		return 0
	}
	columns, _ := terminal.Size(os.Stdout)
	return columns
}

func tableWidth(widths []int) int {
	sum := 2 * (len(widths) - 1)
	for _, w := range widths {
		sum += w
	}
	return sum
}

// narrowed leaves out columns, by their heads and in this order, until the rest fits into a width; 0 is no limit.
func narrowed(rows [][]string, limit int, heads ...string) [][]string {
	widths := columns(rows)
	for _, head := range heads {
		if limit == 0 || tableWidth(widths) <= limit {
			break
		}
		i := slices.Index(rows[0], head)
		if i < 0 {
			continue
		}
		widths = slices.Delete(widths, i, i+1)
		less := make([][]string, len(rows))
		for n, row := range rows {
			less[n] = slices.Delete(slices.Clone(row), i, i+1)
		}
		rows = less
	}
	return rows
}

// layTable puts rows into columns, and cuts what is too wide for its column, or for the limit; 0 is none.
func layTable(rows [][]string, widths []int, limit int) []string {
	lines := make([]string, 0, len(rows))
	for _, row := range rows {
		var b strings.Builder
		for i, cell := range row {
			cell = terminal.Fit(cell, widths[i])
			b.WriteString(cell)
			b.WriteString(strings.Repeat(" ", widths[i]-uniseg.StringWidth(cell)+2))
		}
		text := strings.TrimRight(b.String(), " ")
		if limit > 0 {
			text = terminal.Fit(text, limit)
		}
		lines = append(lines, text)
	}
	return lines
}

// How rows of a table may look on a terminal.
const (
	faint = "\x1b[2m"
	red   = "\x1b[31m"
)

// leastCell is what is left of a cell, in columns of the terminal, before others give way.
const leastCell = 4

// table prints rows in columns. Where the terminal has no room for them the widest column gives way first. The first row
// is the head; looks says how others look, by their index.
func (a *app) table(rows [][]string, looks ...string) {
	widths, limit := columns(rows), a.outWidth()
	for range widths {
		if over := tableWidth(widths) - limit; limit > 0 && over > 0 {
			widest := slices.Index(widths, slices.Max(widths))
			widths[widest] = max(leastCell, widths[widest]-over)
		}
	}
	for n, text := range layTable(rows, widths, limit) {
		look := ""
		if n == 0 {
			look = faint
		} else if n < len(looks) {
			look = looks[n]
		}
		if look != "" && a.color(a.outIsTTY) {
			text = look + text + "\x1b[0m"
		}
		fmt.Fprintln(a.out, text)
	}
}
