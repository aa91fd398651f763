package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/samlogin/samlogin/cmd/samlogin/fault"
	"github.com/samlogin/samlogin/cmd/samlogin/terminal"
	"github.com/samlogin/samlogin/profiles/settings"
	"github.com/samlogin/samlogin/saml/foreign"
)

func newCredentialsCmd(a *app) *cobra.Command {
	f := &loginFlags{}
	cmd := &cobra.Command{
		Use:   "credentials NAME",
		Short: "Print the keys of one profile for AWS clients (credential_process)",
		Long: `Print the keys of one profile, of the settings or one of ~/.aws/config that switches roles, as the JSON that AWS clients want of a credential_process. stdout has
that one object, or nothing.`,
		Example: `  credential_process = samlogin credentials prod       # in ~/.aws/config
  credential_process = ssh -o BatchMode=yes host samlogin credentials build`,
		Args:              exactlyOneName,
		ValidArgsFunction: a.completeNames,
		Annotations:       map[string]string{readByPrograms: "an AWS client"},
		RunE:              func(cmd *cobra.Command, args []string) error { return a.credentials(cmd.Context(), f, args[0]) },
	}
	f.addTaking(cmd.Flags())
	f.addExplain(cmd.Flags())
	cmd.Flags().BoolVar(&f.force, "force", false, "a fresh login even if one is alive")
	return cmd
}

func exactlyOneName(cmd *cobra.Command, args []string) error {
	if len(args) != 1 {
		return &fault.UsageError{What: cmd.CommandPath() + " takes one NAME", Hint: "see " + cmd.CommandPath() + " --help"}
	}
	return nil
}

// addTaking adds the flags of commands that take one role of the settings.
func (f *loginFlags) addTaking(flags *pflag.FlagSet) {
	f.takes = true
	f.addRole(flags)
	flags.StringVar(&f.mfaCode, "mfa-code", "", "one-time `CODE`, sent once")
	flags.StringVar(&f.mfaCommand, "mfa-command", "", "`PROGRAM` and arguments that print a one-time code; no shell")
	flags.StringVar(&f.caBundle, "ca-bundle", "", "`FILE` of PEM certificates to trust besides the system's")
	flags.Var((*seconds)(&f.timeout), "timeout", "network `TIME` of the whole run, 120s; people are not counted")
	hasVariable(flags, "mfa-code", "mfa-command", "ca-bundle", "timeout")
}

// processOutput is what AWS clients read from a credential_process (AWS SDKs and Tools Reference Guide, "Process
// credential provider"). Version is a number; an Expiration that is missing would never be renewed.
type processOutput struct {
	Version         int
	AccessKeyID     string `json:"AccessKeyId"`
	SecretAccessKey string
	SessionToken    string
	Expiration      string
}

func (a *app) credentials(ctx context.Context, f *loginFlags, name string) error {
	f.renewing = true
	if f.explain {
		return a.explainOne(ctx, f, name, "")
	}
	within, end := a.withCaller(ctx)
	defer end(nil)
	k, err := a.keysForMachines(within, f, name)
	if err != nil {
		return a.forPerson(err, name, a.withoutWriting(ctx, f, name))
	}
	c := k.Credentials
	var out bytes.Buffer
	to := json.NewEncoder(&out)
	to.SetEscapeHTML(false)
	if err := to.Encode(processOutput{1, c.AccessKeyID, c.SecretAccessKey.Reveal(), c.SessionToken.Reveal(), c.Expiration.UTC().Format(time.RFC3339)}); err != nil {
		return fmt.Errorf("encoding the keys: %w", err)
	}
	return a.printOnce(out.Bytes())
}

// withCaller gives a context that ends, once this run waits for something, with the program that called for the keys:
// nobody is left to get them. They were not asked for by whoever types next on the terminal.
func (a *app) withCaller(ctx context.Context) (context.Context, context.CancelCauseFunc) {
	within, end := context.WithCancelCause(ctx)
	caller, watch := os.Getppid(), a.watch
	a.watch = func() {
		watch()
		go orphaned(within, func() bool { return os.Getppid() == caller }, func() { end(terminal.ErrInterrupted) })
	}
	return within, end
}

// printOnce writes all of stdout in one call, so that nobody can read half of it.
func (a *app) printOnce(text []byte) error {
	if _, err := a.out.Write(text); err != nil {
		return &fault.OutputError{Err: err}
	}
	return nil
}

// keysForMachines are keys for a program that waits for them and cannot be asked anything.
func (a *app) keysForMachines(ctx context.Context, f *loginFlags, name string) (heldKeys, error) {
	s, err := a.settings()
	if err != nil {
		return heldKeys{}, err
	}
	choices := s.General
	if p := s.Profiles[name]; p != nil {
		choices = settings.Nearest(p.Choices, s.General)
	}
	if !f.force {
		f.heed = heedFailures
	}
	within, end := a.forMachines(ctx, choices)
	defer end()
	return a.keysOf(within, f, name)
}

// oneTarget is the one role that a NAME of the settings stands for.
func (a *app) oneTarget(ctx context.Context, f *loginFlags, name string) (*target, error) {
	f.username = a.env("SAMLOGIN_USERNAME") // goes with SAMLOGIN_PASSWORD, wherever that counts
	s, err := a.settings()
	if err != nil {
		return nil, err
	}
	wanted, err := a.targets(ctx, f, s, []string{name})
	if err != nil {
		return nil, err
	}
	if len(wanted) != 1 {
		return nil, &fault.UsageError{What: fmt.Sprintf("%s is a group of %d profiles, and one is needed", foreign.Text(name), len(wanted)), Hint: known(s)}
	}
	return wanted[0], nil
}

// takeRole logs in and takes a target's role.
func (a *app) takeRole(ctx context.Context, f *loginFlags, t *target) (result, error) {
	s, err := a.settings()
	if err != nil {
		return result{}, err
	}
	jobs, results, err := a.signInTo(ctx, f, []*target{t}, s.Accounts)
	if err == nil && len(results) == 0 {
		results, err = a.take(ctx, f, jobs)
	}
	switch {
	case err != nil:
		return result{}, err
	case len(results) != 1:
		return result{}, &fault.UsageError{What: fmt.Sprintf("profile %s stands for %d roles, and one is needed", foreign.Text(t.profile), len(results)), Hint: "give the profile a role in the settings"}
	}
	return results[0], results[0].err
}
