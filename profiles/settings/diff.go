package settings

import (
	"fmt"
	"strings"

	"github.com/samlogin/samlogin/saml/foreign"
)

const (
	around     = 3         // lines that stay, shown above and below those that change
	mostCounts = 4_000_000 // what is compared line by line; longer stretches are shown as replaced
)

// line is one line of a comparison: ' ' stays, '-' goes, '+' comes.
type line struct {
	mark byte
	text string
}

// Diff shows the change to a person, in the unified form that diff -u and git have, "" where nothing changes. Lines are
// cleaned of what acts on a terminal, and end with "\n".
func (e *Edit) Diff() string {
	if !e.Changes() {
		return ""
	}
	lines := compare(split(e.before), split(e.after))
	var b strings.Builder
	from := "/dev/null"
	if e.exists {
		from = foreign.Clean(e.Path)
	}
	fmt.Fprintf(&b, "--- %s\n+++ %s\n", from, foreign.Clean(e.Path))
	for at := 0; at < len(lines); {
		first, end := hunk(lines, at)
		if first == end {
			break
		}
		writeHunk(&b, lines, first, end)
		at = end
	}
	return b.String()
}

// hunk finds the next lines to be shown: those that change, those around them, and the next ones if they are near.
func hunk(lines []line, at int) (first, end int) {
	for first = at; first < len(lines) && lines[first].mark == ' '; {
		first++
	}
	if first == len(lines) {
		return first, first
	}
	last := first
	for i := first; i < len(lines) && i-last <= 2*around; i++ {
		if lines[i].mark != ' ' {
			last = i
		}
	}
	return max(first-around, at), min(last+1+around, len(lines))
}

func writeHunk(b *strings.Builder, lines []line, first, end int) {
	count := func(lines []line, not byte) (n int) {
		for _, l := range lines {
			if l.mark != not {
				n++
			}
		}
		return n
	}
	span := func(not byte) string {
		start, n := count(lines[:first], not), count(lines[first:end], not)
		if n > 0 {
			start++ // a stretch of no lines is named by the line above it
		}
		return fmt.Sprintf("%d,%d", start, n)
	}
	fmt.Fprintf(b, "@@ -%s +%s @@\n", span('+'), span('-'))
	for _, l := range lines[first:end] {
		fmt.Fprintf(b, "%c%s\n", l.mark, foreign.Clean(l.text))
	}
}

// split gives the lines of a text without their ends: a line end that is missing at the very end is not shown.
func split(text string) []string {
	if text == "" {
		return nil
	}
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	for i := range lines {
		lines[i] = strings.TrimSuffix(lines[i], "\r")
	}
	return lines
}

// compare finds the fewest lines that go and come (the longest common subsequence, between what is alike at both ends).
func compare(a, b []string) []line {
	var head, middle, tail []line
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		head = append(head, line{' ', a[0]})
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		tail = append(tail, line{' ', a[len(a)-1]})
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	if len(a)*len(b) <= mostCounts {
		middle = common(a, b)
	} else {
		for _, s := range a {
			middle = append(middle, line{'-', s})
		}
		for _, s := range b {
			middle = append(middle, line{'+', s})
		}
	}
	all := append(head, middle...)
	for i := range tail {
		all = append(all, tail[len(tail)-1-i])
	}
	return all
}

func common(a, b []string) []line {
	longest := make([][]int, len(a)+1) // of what begins at i and j
	for i := range longest {
		longest[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				longest[i][j] = longest[i+1][j+1] + 1
			} else {
				longest[i][j] = max(longest[i+1][j], longest[i][j+1])
			}
		}
	}
	var lines []line
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			lines = append(lines, line{' ', a[i]})
			i, j = i+1, j+1
		case i < len(a) && (j == len(b) || longest[i+1][j] >= longest[i][j+1]):
			lines = append(lines, line{'-', a[i]})
			i++
		default:
			lines = append(lines, line{'+', b[j]})
			j++
		}
	}
	return lines
}
