package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// A manual is what there is to be told of one command, apart from how: on a terminal (manual_text.go) or as a man page
// (manual_roff.go).
type manual struct {
	command  string // samlogin login
	short    string // one sentence, without its full stop
	examples string
	usage    string
	commands []section
	flags    []section
	details  string // paragraphs; lines that begin with blanks stay as they are
	topics   []string
}

// A section has a head and, below it, words with what they mean.
type section struct {
	head  string
	items []item
}

type item struct{ word, meaning string }

// commandGroups say what commands are for. What is in none of them comes last.
var commandGroups = []struct {
	head  string
	names []string
}{
	{"Every day", []string{"login", "status", "roles", "console", "logout"}},
	{"For programs", []string{"credentials", "exec", "env", "serve"}},
	{"Setting up", []string{"secret", "doctor"}},
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

// manualOf gathers what there is to be told of a command.
func manualOf(cmd *cobra.Command) manual {
	m := manual{command: cmd.CommandPath(), short: cmd.Short, examples: cmd.Example, usage: cmd.UseLine()}
	m.details = strings.TrimSpace(strings.TrimPrefix(cmd.Long, cmd.Short+"."))
	if m.details == cmd.Short {
		m.details = ""
	}
	m.commands = commandSections(cmd)
	if cmd.HasParent() {
		m.flags = flagSections(cmd.LocalFlags())
	} else {
		m.usage = "samlogin [flags]          log in\nsamlogin COMMAND [flags]"
		m.topics = topics()
	}
	if items := flagItems(globalOf(cmd), func(string) bool { return true }); len(items) > 0 {
		m.flags = append(m.flags, section{"Of every command", items})
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

func commandSections(cmd *cobra.Command) []section {
	var out []section
	told := map[string]bool{}
	add := func(head string, fits func(name string) bool) {
		var items []item
		for _, c := range cmd.Commands() {
			if c.IsAvailableCommand() || c.Name() == "help" {
				if !told[c.Name()] && fits(c.Name()) {
					told[c.Name()] = true
					items = append(items, item{c.Name(), c.Short})
				}
			}
		}
		if len(items) > 0 {
			out = append(out, section{head, items})
		}
	}
	if !cmd.HasParent() {
		for _, g := range commandGroups {
			add(g.head, func(name string) bool { return slices.Contains(g.names, name) })
			if len(out) > 0 && out[len(out)-1].head == g.head {
				items := out[len(out)-1].items
				slices.SortFunc(items, func(x, y item) int { return slices.Index(g.names, x.word) - slices.Index(g.names, y.word) })
			}
		}
	}
	add("Commands", func(string) bool { return true })
	return out
}

// flagSections groups flags. A few are not worth heads.
func flagSections(flags *pflag.FlagSet) []section {
	const few = 8
	var out []section
	all := flagItems(flags, func(string) bool { return true })
	if len(all) <= few {
		if len(all) > 0 {
			out = append(out, section{"Flags", all})
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
		out = append(out, section{"Flags", own})
	}
	for _, g := range flagGroups {
		var items []item
		for _, name := range g.names {
			items = append(items, flagItems(flags, func(n string) bool { return n == name })...)
		}
		if len(items) > 0 {
			out = append(out, section{g.head, items})
		}
	}
	return out
}

// flagItems are flags with their meanings. --help is what the reader has found already.
func flagItems(flags *pflag.FlagSet, fits func(name string) bool) []item {
	var out []item
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Hidden || f.Name == "help" || !fits(f.Name) {
			return
		}
		value, meaning := pflag.UnquoteUsage(f)
		word := "--" + f.Name
		if value != "" {
			word += " " + value
		}
		out = append(out, item{word, meaning})
	})
	return out
}
