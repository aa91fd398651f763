package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/rivo/uniseg"
	"golang.org/x/term"
)

// narrowest is the width in columns below which lines are left to the terminal: breaking them would help nobody.
const narrowest = 40

// message writes one to stderr: one line for programs; on a terminal it is broken between words, as the terminal
// would break it within them.
func (a *app) message(text string) {
	if a.errIsTTY {
		if width, _, err := term.GetSize(int(os.Stderr.Fd())); err == nil {
			text = folded(text, width)
		}
	}
	fmt.Fprintln(a.errOut, text)
}

// fits breaks a line of the result between words where a terminal is narrower.
func (a *app) fits(line string) string {
	if width := a.outWidth(); width > 0 {
		return folded(line, width)
	}
	return line
}

// folded breaks lines that are wider than a terminal, between words; what goes on is indented by two more columns. A line
// that fits stays as it is, and so does a word that never fits, such as an address: it can be copied whole.
func folded(message string, width int) string {
	if width < narrowest {
		return message
	}
	var b strings.Builder
	for n, line := range strings.Split(message, "\n") {
		if n > 0 {
			b.WriteByte('\n')
		}
		if uniseg.StringWidth(line) <= width {
			b.WriteString(line)
			continue
		}
		words := strings.TrimLeft(line, " ")
		margin := line[:len(line)-len(words)]
		b.WriteString(margin)
		used := len(margin)
		for i, word := range strings.Split(words, " ") {
			wide := uniseg.StringWidth(word)
			switch {
			case i == 0:
			case used+1+wide > width:
				b.WriteString("\n  " + margin)
				used = len(margin) + 2
			default:
				b.WriteByte(' ')
				used++
			}
			b.WriteString(word)
			used += wide
		}
	}
	return b.String()
}
