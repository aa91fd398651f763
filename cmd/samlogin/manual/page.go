// Package manual lays out the help of commands: as text for a terminal, and as man pages. Both are made from the same
// source, the commands themselves.
package manual

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// A Page is what there is to be told of one command, apart from how.
type Page struct {
	Command  string // samlogin login
	Short    string // one sentence, without its full stop
	Examples string
	Usage    string
	Commands []Section
	Flags    []Section
	Details  string   // paragraphs; lines that begin with blanks stay as they are
	Topics   []string // of samlogin help TOPIC; on the page of the program alone
}

// A Section has a head and, below it, words with what they mean.
type Section struct {
	Head  string
	Items []Item
}

// An Item is a command or a flag.
type Item struct{ Word, Meaning string }

// commandGroups say what commands are for. What is in none of them comes last.
var commandGroups = []struct {
	head  string
	names []string
}{
	{"Every day", []string{"login", "status", "roles", "console", "logout"}},
	{"For programs", []string{"credentials", "exec", "env", "serve"}},
	{"Setting up", []string{"configure", "secret", "duration", "doctor"}},
	{"More", []string{"demo", "completion", "help", "version"}},
}

// flagGroups say what flags are about. What is in none of them comes first.
var flagGroups = []struct {
	head  string
	names []string
}{
	{"Signing in", []string{"idp", "url", "username", "password-stdin", "password-command", "mfa", "mfa-code", "mfa-command", "start", "relying-party", "assertion-file", "force"}},
	{"Roles", []string{"role", "all", "principal", "duration", "exact-duration", "policy-file", "policy-arn"}},
	{"The AWS profile", []string{"profile", "region", "write", "overwrite"}},
	{"Network", []string{"ca-bundle", "sts-endpoint", "timeout"}},
}

// Of gathers what there is to be told of a command. topics are those of samlogin help TOPIC.
func Of(cmd *cobra.Command, topics []string) Page {
	m := Page{Command: cmd.CommandPath(), Short: cmd.Short, Examples: cmd.Example, Usage: cmd.UseLine()}
	m.Details = strings.TrimSpace(strings.TrimPrefix(cmd.Long, cmd.Short+"."))
	if m.Details == cmd.Short {
		m.Details = ""
	}
	m.Commands = commandSections(cmd)
	if cmd.HasParent() {
		m.Flags = flagSections(cmd.LocalFlags())
	} else {
		m.Usage = "samlogin [flags]          log in\nsamlogin COMMAND [flags]"
		m.Topics = topics
	}
	if items := flagItems(globalOf(cmd), func(string) bool { return true }); len(items) > 0 {
		m.Flags = append(m.Flags, Section{"Of every command", items})
	}
	return m
}

// globalOf are the flags that every command has.
func globalOf(cmd *cobra.Command) *pflag.FlagSet {
	if cmd.HasParent() {
		return cmd.InheritedFlags()
	}
	return cmd.PersistentFlags()
}

func commandSections(cmd *cobra.Command) []Section {
	var out []Section
	told := map[string]bool{}
	add := func(head string, fits func(name string) bool) {
		var items []Item
		for _, c := range cmd.Commands() {
			if c.IsAvailableCommand() || c.Name() == "help" {
				if !told[c.Name()] && fits(c.Name()) {
					told[c.Name()] = true
					items = append(items, Item{c.Name(), c.Short})
				}
			}
		}
		if len(items) > 0 {
			out = append(out, Section{head, items})
		}
	}
	if !cmd.HasParent() {
		for _, g := range commandGroups {
			add(g.head, func(name string) bool { return slices.Contains(g.names, name) })
			if len(out) > 0 && out[len(out)-1].Head == g.head {
				items := out[len(out)-1].Items
				slices.SortFunc(items, func(x, y Item) int { return slices.Index(g.names, x.Word) - slices.Index(g.names, y.Word) })
			}
		}
	}
	add("Commands", func(string) bool { return true })
	return out
}

// flagSections groups flags. A few are not worth heads.
func flagSections(flags *pflag.FlagSet) []Section {
	const few = 8
	var out []Section
	all := flagItems(flags, func(string) bool { return true })
	if len(all) <= few {
		if len(all) > 0 {
			out = append(out, Section{"Flags", all})
		}
		return out
	}
	grouped := map[string]bool{}
	for _, g := range flagGroups {
		for _, name := range g.names {
			grouped[name] = true
		}
	}
	if own := flagItems(flags, func(name string) bool { return !grouped[name] }); len(own) > 0 {
		out = append(out, Section{"Flags", own})
	}
	for _, g := range flagGroups {
		var items []Item
		for _, name := range g.names {
			items = append(items, flagItems(flags, func(n string) bool { return n == name })...)
		}
		if len(items) > 0 {
			out = append(out, Section{g.head, items})
		}
	}
	return out
}

// flagItems are flags with their meanings. --help is what the reader has found already.
func flagItems(flags *pflag.FlagSet, fits func(name string) bool) []Item {
	var out []Item
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Hidden || f.Name == "help" || !fits(f.Name) {
			return
		}
		value, meaning := pflag.UnquoteUsage(f)
		word := "--" + f.Name
		if value != "" {
			word += " " + value
		}
		out = append(out, Item{word, meaning})
	})
	return out
}
