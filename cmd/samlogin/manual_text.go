package main

import (
	"strings"

	"github.com/rivo/uniseg"
)

// manualWidth is as wide as help gets, in columns: what a terminal has at least, and what is read with ease.
const manualWidth = 80

// text lays a manual out for a terminal. bold draws heads.
func (m manual) text(bold func(string) string) string {
	var b strings.Builder
	head := func(s string) { b.WriteString("\n" + bold(s) + "\n") }
	b.WriteString(filled(m.short+".", manualWidth, ""))
	if m.examples != "" {
		head("Examples")
		b.WriteString(strings.TrimRight(m.examples, "\n") + "\n")
	}
	head("Usage")
	for _, line := range strings.Split(m.usage, "\n") {
		b.WriteString("  " + line + "\n")
	}
	for _, s := range append(m.commands, m.flags...) {
		head(s.head)
		b.WriteString(s.text())
	}
	if m.details != "" {
		head("About")
		b.WriteString(filled(m.details, manualWidth, "  "))
	}
	if len(m.topics) > 0 {
		head("Topics")
		b.WriteString(filled(strings.Join(m.topics, ", "), manualWidth, "  "))
		b.WriteString("\n" + filled("samlogin COMMAND --help tells more of a command, samlogin login --help of the flags, samlogin help TOPIC of a topic.", manualWidth, ""))
	}
	return b.String()
}

// text is two columns: words, and what they mean. A word that is too long for its column has a line of its own.
func (s section) text() string {
	const most = 28
	width := 0
	for _, i := range s.items {
		if w := uniseg.StringWidth(i.word); w <= most {
			width = max(width, w)
		}
	}
	var b strings.Builder
	margin := strings.Repeat(" ", width+4)
	for _, i := range s.items {
		meaning := filled(i.meaning, manualWidth, margin)
		if w := uniseg.StringWidth(i.word); w <= width {
			b.WriteString("  " + i.word + strings.Repeat(" ", width-w) + meaning[width+2:])
			continue
		}
		b.WriteString("  " + i.word + "\n" + meaning)
	}
	return b.String()
}

// filled fills paragraphs to a width, each line behind a margin. Lines that begin with a blank stay as they are.
func filled(text string, width int, margin string) string {
	var b strings.Builder
	line := ""
	flush := func() {
		if line != "" {
			b.WriteString(margin + line + "\n")
			line = ""
		}
	}
	for _, raw := range strings.Split(text, "\n") {
		if raw == "" || raw[0] == ' ' {
			flush()
			if raw = strings.TrimRight(raw, " "); raw != "" {
				raw = margin + raw
			}
			b.WriteString(raw + "\n")
			continue
		}
		for _, word := range strings.Fields(raw) {
			if line != "" && uniseg.StringWidth(margin+line+" "+word) > width {
				flush()
			}
			if line != "" {
				line += " "
			}
			line += word
		}
	}
	flush()
	return b.String()
}
