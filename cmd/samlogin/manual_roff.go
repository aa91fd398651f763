package main

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/samlogin/samlogin/profiles"
)

// roff lays a manual out as a man page of section 1 (man(7)).
func (m manual) roff() string {
	var b strings.Builder
	name := strings.ReplaceAll(m.command, " ", "-")
	b.WriteString(roffTitle(name, "1"))
	b.WriteString(".SH NAME\n" + roffText(name) + " \\- " + roffText(m.short) + "\n")
	b.WriteString(".SH SYNOPSIS\n" + roffVerbatim(m.usage))
	if m.examples != "" {
		b.WriteString(".SH EXAMPLES\n" + roffVerbatim(m.examples))
	}
	if m.details != "" {
		b.WriteString(".SH DESCRIPTION\n" + roffParagraphs(m.details))
	}
	for _, s := range append(m.commands, m.flags...) {
		b.WriteString(".SH \"" + roffText(strings.ToUpper(s.head)) + "\"\n")
		for _, i := range s.items {
			b.WriteString(".TP\n\\fB" + roffText(i.word) + "\\fR\n" + roffText(i.meaning) + "\n")
		}
	}
	b.WriteString(".SH \"SEE ALSO\"\n")
	var see []string
	for _, t := range topics() {
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

// writeMan writes a man page for each command and each topic into a folder, which may be new.
func writeMan(root *cobra.Command, dir string) error {
	fail := func(path, step string, err error) error { return &profiles.FileError{Path: path, Step: step, Err: err} }
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fail(dir, "make the folder", err)
	}
	write := func(name, text string) error {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			return fail(path, "write it", err)
		}
		return nil
	}
	for _, c := range allCommands(root) {
		if err := write(strings.ReplaceAll(c.CommandPath(), " ", "-")+".1", manualOf(c).roff()); err != nil {
			return err
		}
	}
	for _, t := range topics() {
		text, err := helpTexts.ReadFile("help/" + t + ".txt")
		if err != nil {
			return err
		}
		if err := write("samlogin-"+t+".7", topicRoff(t, string(text))); err != nil {
			return err
		}
	}
	return nil
}

// allCommands are a command and all below it that people are told of.
func allCommands(cmd *cobra.Command) []*cobra.Command {
	out := []*cobra.Command{cmd}
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() || c.Name() == "help" {
			out = append(out, allCommands(c)...)
		}
	}
	return out
}
