package main

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/samlogin/samlogin/cmd/samlogin/fault"
	"github.com/samlogin/samlogin/cmd/samlogin/manual"
	"github.com/samlogin/samlogin/cmd/samlogin/terminal"
	"github.com/samlogin/samlogin/saml/foreign"
	"github.com/samlogin/samlogin/sts"
)

const rootLong = `samlogin logs in to a SAML identity provider such as AD FS, lets you pick an AWS role, and writes the keys to an
AWS profile, for up to 12 hours.`

const rootExample = `  samlogin configure
  samlogin --idp adfs --url https://adfs.example.com
  samlogin login prod
  samlogin login --role '111111111111/Admin' --profile prod --duration 12h
  samlogin roles --output json`

// commands are all that there are, in the order of the help.
func commands() []command {
	return []command{
		{"login", newLoginCmd},
		{"roles", newRolesCmd},
		{"credentials", newCredentialsCmd},
		{"env", newEnvCmd},
		{"exec", newExecCmd},
		{"serve", newServeCmd},
		{"console", newConsoleCmd},
		{"status", newStatusCmd},
		{"duration", newDurationCmd},
		{"logout", newLogoutCmd},
		{"secret", newSecretCmd},
		{"configure", newConfigureCmd},
		{"doctor", newDoctorCmd},
		{"demo", newDemoCmd},
		{"version", newVersionCmd},
	}
}

// A command is built when it is wanted: putting all flags of all commands together takes as long as the rest of
// "samlogin credentials", which machines run hundreds of times a day.
type command struct {
	name  string
	build func(*app) *cobra.Command
}

// plainlyAsked is the command that a command line begins with, maybe after the settings file, as AWS's clients run it.
// Anything else needs all commands to be understood.
func plainlyAsked(args []string) (command, bool) {
	if len(args) > 2 && args[0] == "--config" {
		args = args[2:]
	}
	if len(args) == 0 {
		return command{}, false
	}
	all := commands()
	i := slices.IndexFunc(all, func(c command) bool { return c.name == args[0] })
	if i < 0 {
		return command{}, false
	}
	return all[i], true
}

// newRootCmd puts together what a command line needs. Nothing is opened or read here, so that help is instant.
func newRootCmd(a *app, args []string) *cobra.Command {
	flags := &loginFlags{}
	root := &cobra.Command{
		Use:           "samlogin [flags]",
		Short:         "AWS keys by way of your company's sign-in",
		Long:          rootLong,
		Example:       rootExample,
		Version:       version(),
		SilenceErrors: true,
		SilenceUsage:  true,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			return unknownWord(cmd, args[0])
		},
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error { return a.prepare(cmd) },
		RunE:              func(cmd *cobra.Command, _ []string) error { return a.login(cmd.Context(), flags, nil) },
	}
	root.SuggestionsMinimumDistance = 2
	root.SetHelpFunc(func(cmd *cobra.Command, _ []string) {
		bold := func(s string) string { return s }
		if a.color(a.outIsTTY) {
			bold = func(s string) string { return "\x1b[1m" + s + "\x1b[0m" }
		}
		fmt.Fprint(a.out, manual.Of(cmd, topics()).Text(bold))
	})
	root.SetOut(a.out)
	root.SetErr(a.errOut)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return &fault.UsageError{What: flagComplaint(err), Hint: "see " + cmd.CommandPath() + " --help"}
	})
	global := root.PersistentFlags()
	global.StringVar(&a.global.config, "config", "", "settings `FILE`")
	global.StringVar(&a.global.output, "output", "", "`FORMAT` of results: text or json")
	global.BoolVar(&a.global.noInput, "no-input", false, "never ask; implied where there is no terminal, or CI is set")
	global.BoolVar(&a.global.verbose, "verbose", false, "tell each step on stderr")
	global.StringVar(&a.global.trace, "trace", "", "write each step to the new `FILE`, without secrets")
	global.BoolVar(&a.global.noColor, "no-color", false, "no colours")
	hasVariable(global, "output", "no-input", "verbose", "trace", "no-color")
	root.SetHelpCommand(newHelpCmd(a))
	if asked, ok := plainlyAsked(args); ok {
		root.AddCommand(asked.build(a))
		root.CompletionOptions.DisableDefaultCmd = true
		return root
	}
	flags.add(root.Flags())
	for _, c := range commands() {
		root.AddCommand(c.build(a))
	}
	addCompletion(root)
	return root
}

// addCompletion adds cobra's own command with our words and errors.
func addCompletion(root *cobra.Command) {
	root.InitDefaultCompletionCmd()
	for _, c := range root.Commands() {
		if c.Name() == "completion" {
			c.Short = "Print the completion script for a shell"
			c.Args = func(_ *cobra.Command, args []string) error {
				if len(args) == 1 {
					return &fault.UsageError{What: fmt.Sprintf("there is no completion for the shell %q", foreign.Text(args[0])), Hint: "there is one for bash, zsh, fish and powershell"}
				}
				return &fault.UsageError{What: "completion takes the name of a shell", Hint: "bash, zsh, fish or powershell"}
			}
			c.RunE = func(*cobra.Command, []string) error { return nil } // without it Args is not looked at
		}
	}
}

// unknownWord refuses a word that is no command, with the one that was perhaps meant. (A profile is logged in to with
// "samlogin login NAME", so that a new command can never shadow a profile.)
func unknownWord(cmd *cobra.Command, word string) error {
	e := &fault.UsageError{What: fmt.Sprintf("unknown command %q", foreign.Text(word)), Hint: "see " + cmd.CommandPath() + " --help"}
	if !cmd.HasParent() {
		e.Hint += "; profiles are named after login: samlogin login NAME"
	}
	if near := cmd.SuggestionsFor(word); len(near) > 0 {
		e.Hint = "did you mean " + cmd.CommandPath() + " " + near[0] + "?"
	}
	return e
}

// flagComplaint is pflag's message without the value that was given: it may be a secret in the wrong place.
func flagComplaint(err error) string {
	s := err.Error()
	if name, found := strings.CutPrefix(s, "unknown flag: "); found {
		name, _, _ = strings.Cut(name, "=")
		return "unknown flag " + foreign.Text(name).String()
	}
	if strings.HasPrefix(s, "unknown shorthand flag") {
		return "there are no short flags"
	}
	if strings.HasPrefix(s, "invalid argument ") {
		if _, rest, ok := strings.Cut(s, `" for "`); ok {
			name, _, _ := strings.Cut(rest, `" flag`)
			return foreign.Text(name).String() + " does not take this value"
		}
	}
	return foreign.Text(s).String()
}

const variableAnnotation = "samlogin_variable"

// hasVariable marks the flags that a variable can give: SAMLOGIN_ and the flag in capitals.
func hasVariable(flags *pflag.FlagSet, names ...string) {
	for _, n := range names {
		_ = flags.SetAnnotation(n, variableAnnotation, []string{"SAMLOGIN_" + strings.ToUpper(strings.ReplaceAll(n, "-", "_"))})
	}
}

// prepare fills in flags from their variables and checks the words that every command takes.
func (a *app) prepare(cmd *cobra.Command) error {
	if instant(cmd) {
		return nil
	}
	var failed error
	a.typed = map[string]bool{}
	cmd.Flags().Visit(func(f *pflag.Flag) {
		a.typed[f.Name] = true
		// An empty value is most often a shell variable that was never set: not a wish for the default.
		empty := f.Value.Type() == "string" && f.Value.String() == ""
		if several, ok := f.Value.(pflag.SliceValue); ok {
			empty = slices.Contains(several.GetSlice(), "")
		}
		if failed == nil && empty {
			failed = &fault.UsageError{What: "--" + f.Name + " was given an empty value", Hint: "leave the flag out for its default"}
		}
	})
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		names := f.Annotations[variableAnnotation]
		if failed != nil || f.Changed || len(names) == 0 {
			return
		}
		if value := a.env(names[0]); value != "" {
			if err := cmd.Flags().Set(f.Name, value); err != nil {
				failed = &fault.UsageError{What: names[0] + " has a value that --" + f.Name + " does not take"}
			}
		}
	})
	if failed != nil {
		return failed
	}
	if f := cmd.Flags().Lookup("sts-endpoint"); f != nil && f.Changed && !a.typed[f.Name] {
		if err := sts.CheckVariable(f.Annotations[variableAnnotation][0], f.Value.String()); err != nil {
			return err
		}
	}
	a.started = true
	a.include = a.includer(cmd)
	switch a.global.output {
	case "", "text", "json":
	default:
		what := a.global.output
		a.global.output = "text"
		return &fault.UsageError{What: fmt.Sprintf("--output takes text or json, not %q", foreign.Text(what))}
	}
	return a.oneReader(cmd)
}

// instant reports commands that look at nothing: a wrong variable must not keep anybody from the help about it.
func instant(cmd *cobra.Command) bool {
	for c := cmd; c != nil; c = c.Parent() {
		switch c.Name() {
		case "help", "completion", cobra.ShellCompRequestCmd, cobra.ShellCompNoDescRequestCmd:
			return true
		}
	}
	return false
}

// oneReader refuses two flags that would both read standard input: the second would find it empty.
func (a *app) oneReader(cmd *cobra.Command) error {
	var readers []string
	for name, value := range map[string]string{"password-stdin": "true", "stdin": "true", "assertion-file": "-", "policy-file": "-"} {
		if f := cmd.Flags().Lookup(name); f != nil && f.Value.String() == value {
			readers = append(readers, "--"+name)
		}
	}
	if len(readers) > 1 {
		slices.Sort(readers)
		return &fault.UsageError{What: strings.Join(readers, " and ") + " cannot both read standard input"}
	}
	if file, ok := a.in.(*os.File); ok && len(readers) == 1 && (a.typed["password-stdin"] || a.typed["stdin"]) && terminal.Is(file) {
		return &fault.UsageError{What: readers[0] + " reads from a pipe or a file, and standard input is the terminal, which would show what you type", Hint: "leave it out: samlogin asks, and shows nothing"}
	}
	return nil
}

// outputEarly finds out whether JSON is wanted before the command line is read, since reading it can fail.
func (a *app) outputEarly(args []string) {
	wanted := a.env("SAMLOGIN_OUTPUT")
	for i, arg := range args {
		if arg == "--" {
			break
		}
		if value, ok := strings.CutPrefix(arg, "--output="); ok {
			wanted = value
		} else if arg == "--output" && i+1 < len(args) {
			wanted = args[i+1]
		}
	}
	if wanted == "json" {
		a.global.output = wanted
	}
}
