package manual

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// Roff lays a page out as a man page of section 1 (man(7)).
func (m Page) Roff(topics []string) string {
	var b strings.Builder
	name := strings.ReplaceAll(m.Command, " ", "-")
	b.WriteString(roffTitle(name, "1"))
	b.WriteString(".SH NAME\n" + roffText(name) + " \\- " + roffText(m.Short) + "\n")
	b.WriteString(".SH SYNOPSIS\n" + roffVerbatim(m.Usage))
	if m.Examples != "" {
		b.WriteString(".SH EXAMPLES\n" + roffVerbatim(m.Examples))
	}
	if m.Details != "" {
		b.WriteString(".SH DESCRIPTION\n" + roffParagraphs(m.Details))
	}
	for _, s := range append(m.Commands, m.Flags...) {
		b.WriteString(".SH \"" + roffText(strings.ToUpper(s.Head)) + "\"\n")
		for _, i := range s.Items {
			b.WriteString(".TP\n\\fB" + roffText(i.Word) + "\\fR\n" + roffText(i.Meaning) + "\n")
		}
	}
	b.WriteString(".SH \"SEE ALSO\"\n")
	var see []string
	for _, t := range topics {
		see = append(see, "samlogin-"+t+"(7)")
	}
	b.WriteString(roffText(strings.Join(see, ", ")) + "\n")
	return b.String()
}

// topicRoff is a topic as a man page of section 7. Its first line is its title.
func topicRoff(name, text string) string {
	title, rest, _ := strings.Cut(text, "\n")
	return roffTitle("samlogin-"+name, "7") + ".SH NAME\nsamlogin-" + roffText(name) + " \\- " + roffText(title) + "\n.SH DESCRIPTION\n" + roffVerbatim(strings.Trim(rest, "\n"))
}

func roffTitle(name, number string) string {
	return ".TH \"" + roffText(strings.ToUpper(name)) + "\" \"" + number + "\" \"\" \"samlogin\" \"samlogin manual\"\n.nh\n.ad l\n"
}

// roffText escapes what has a meaning to roff: backslashes, hyphens (which would not be found as minus signs), and dots
// and apostrophes at the beginning of a line.
func roffText(s string) string {
	s = strings.NewReplacer("\\", "\\e", "-", "\\-", "\"", "\\(dq").Replace(s)
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		if strings.HasPrefix(l, ".") || strings.HasPrefix(l, "'") {
			lines[i] = "\\&" + l
		}
	}
	return strings.Join(lines, "\n")
}

func roffVerbatim(s string) string { return ".nf\n" + roffText(strings.Trim(s, "\n")) + "\n.fi\n" }

// roffParagraphs fills paragraphs and keeps lines that begin with a blank.
func roffParagraphs(s string) string {
	var b strings.Builder
	verbatim := false
	for _, line := range strings.Split(strings.Trim(s, "\n"), "\n") {
		if kept := strings.HasPrefix(line, " "); kept != verbatim && line != "" {
			verbatim = kept
			if kept {
				b.WriteString(".nf\n")
			} else {
				b.WriteString(".fi\n")
			}
		}
		if line == "" {
			b.WriteString(".PP\n")
			continue
		}
		b.WriteString(roffText(line) + "\n")
	}
	if verbatim {
		b.WriteString(".fi\n")
	}
	return b.String()
}

// Write writes a man page for each command and each topic into a folder, which may be new. topics gives the text of each.
// The errors are those of the file system.
func Write(root *cobra.Command, dir string, topics map[string]string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	names := slices.Sorted(maps.Keys(topics))
	for _, c := range Commands(root) {
		page := Of(c, names).Roff(names)
		if err := os.WriteFile(filepath.Join(dir, strings.ReplaceAll(c.CommandPath(), " ", "-")+".1"), []byte(page), 0o644); err != nil {
			return err
		}
	}
	for name, text := range topics {
		if err := os.WriteFile(filepath.Join(dir, "samlogin-"+name+".7"), []byte(topicRoff(name, text)), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// Commands are a command and all below it that people are told of.
func Commands(cmd *cobra.Command) []*cobra.Command {
	out := []*cobra.Command{cmd}
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() || c.Name() == "help" {
			out = append(out, Commands(c)...)
		}
	}
	return out
}
