package manual

import (
	"strings"

	"github.com/rivo/uniseg"
)

// Width is as wide as help gets, in columns: what a terminal has at least, and what is read with ease.
const Width = 80

// Text lays a page out for a terminal. bold draws heads.
func (m Page) Text(bold func(string) string) string {
	var b strings.Builder
	head := func(s string) { b.WriteString("\n" + bold(s) + "\n") }
	b.WriteString(filled(m.Short+".", Width, ""))
	if m.Examples != "" {
		head("Examples")
		b.WriteString(strings.TrimRight(m.Examples, "\n") + "\n")
	}
	head("Usage")
	for _, line := range strings.Split(m.Usage, "\n") {
		b.WriteString("  " + line + "\n")
	}
	for _, s := range append(m.Commands, m.Flags...) {
		head(s.Head)
		b.WriteString(s.text())
	}
	if m.Details != "" {
		head("About")
		b.WriteString(filled(m.Details, Width, "  "))
	}
	if len(m.Topics) > 0 {
		head("Topics")
		b.WriteString(filled(strings.Join(m.Topics, ", "), Width, "  "))
		b.WriteString("\n" + filled("samlogin COMMAND --help tells more of a command, samlogin login --help of the flags, samlogin help TOPIC of a topic.", Width, ""))
	}
	return b.String()
}

// text is two columns: words, and what they mean. A word that is too long for its column has a line of its own.
func (s Section) text() string {
	const most = 28
	width := 0
	for _, i := range s.Items {
		if w := uniseg.StringWidth(i.Word); w <= most {
			width = max(width, w)
		}
	}
	var b strings.Builder
	margin := strings.Repeat(" ", width+4)
	for _, i := range s.Items {
		meaning := filled(i.Meaning, Width, margin)
		if w := uniseg.StringWidth(i.Word); w <= width {
			b.WriteString("  " + i.Word + strings.Repeat(" ", width-w) + meaning[width+2:])
			continue
		}
		b.WriteString("  " + i.Word + "\n" + meaning)
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
