package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/samlogin/samlogin/saml/foreign"
)

const rootLong = `samlogin logs in to a SAML identity provider such as AD FS, lets you pick an AWS role, and writes the keys to an
AWS profile, for up to 12 hours.`

const rootExample = `  samlogin --idp adfs --url https://adfs.example.com
  samlogin login prod
  samlogin login --role '111111111111/Admin' --profile prod --duration 12h
  samlogin roles --output json`

// newRootCmd puts the commands together. Nothing is opened or read here, so that help is instant.
func newRootCmd(a *app) *cobra.Command {
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
	root.SetOut(a.out)
	root.SetErr(a.errOut)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return &usageError{What: flagComplaint(err), Hint: "see " + cmd.CommandPath() + " --help"}
	})
	global := root.PersistentFlags()
	global.StringVar(&a.global.config, "config", "", "settings `FILE`")
	global.StringVar(&a.global.output, "output", "", "`FORMAT` of results: text or json")
	global.BoolVar(&a.global.noInput, "no-input", false, "never ask; implied where there is no terminal, or CI is set")
	global.BoolVar(&a.global.verbose, "verbose", false, "tell each step on stderr")
	global.StringVar(&a.global.trace, "trace", "", "write each step to the new `FILE`, without secrets")
	global.BoolVar(&a.global.noColor, "no-color", false, "no colours")
	hasVariable(global, "output", "no-input", "verbose", "trace", "no-color")
	flags.add(root.Flags())
	root.AddCommand(newLoginCmd(a), newRolesCmd(a), newCredentialsCmd(a), newSecretCmd(a), newDemoCmd(a), newVersionCmd(a))
	root.SetHelpCommand(newHelpCmd(a))
	root.InitDefaultCompletionCmd()
	for _, c := range root.Commands() {
		if c.Name() == "completion" {
			c.Short = "Print the completion script for a shell"
		}
	}
	return root
}

// unknownWord refuses a word that is no command, with the one that was perhaps meant. (A profile is logged in to with
// "samlogin login NAME", so that a new command can never shadow a profile.)
func unknownWord(cmd *cobra.Command, word string) error {
	e := &usageError{What: fmt.Sprintf("unknown command %q", foreign.Text(word)), Hint: "see samlogin --help; profiles are named after login: samlogin login NAME"}
	if near := cmd.SuggestionsFor(word); len(near) > 0 {
		e.Hint = "did you mean samlogin " + near[0] + "?"
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
	var failed error
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		names := f.Annotations[variableAnnotation]
		if failed != nil || f.Changed || len(names) == 0 {
			return
		}
		if value := a.env(names[0]); value != "" {
			if err := cmd.Flags().Set(f.Name, value); err != nil {
				failed = &usageError{What: names[0] + " has a value that --" + f.Name + " does not take"}
			}
		}
	})
	if failed != nil {
		return failed
	}
	a.started = true
	switch a.global.output {
	case "", "text", "json":
	default:
		what := a.global.output
		a.global.output = "text"
		return &usageError{What: fmt.Sprintf("--output takes text or json, not %q", foreign.Text(what))}
	}
	if a.global.trace != "" {
		var err error
		if a.trace, err = openTrace(a.global.trace, a.now()); err != nil {
			return err
		}
	}
	return nil
}
