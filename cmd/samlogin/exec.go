package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/samlogin/samlogin/cmd/samlogin/fault"
	"github.com/samlogin/samlogin/cmd/samlogin/system"
	"github.com/samlogin/samlogin/saml/foreign"
)

// Exit codes of exec for a command that never started, as of a shell.
const (
	exitNotExecutable = 126
	exitNotFound      = 127
)

func newExecCmd(a *app) *cobra.Command {
	f := &loginFlags{}
	var server bool
	cmd := &cobra.Command{
		Use:   "exec NAME [--server] -- CMD…",
		Short: "Run a command with the keys of one profile in its environment",
		Long: `Run a command with the keys of one profile in its environment, and nothing there that AWS's clients
would take before them. With --server the command gets the address of an endpoint that samlogin keeps for it, and that
gives it fresh keys for as long as they can be renewed without asking anybody.

Signals reach the command, and its exit code is samlogin's (128+n where signal n ended it).`,
		Example: `  samlogin exec prod -- aws s3 ls
  samlogin exec prod -- terraform apply
  samlogin exec prod --server -- ./runs-all-day`,
		Args: func(cmd *cobra.Command, args []string) error {
			if f.explain && len(args) >= 1 {
				return nil
			}
			if at := cmd.ArgsLenAtDash(); at != 1 || len(args) < 2 {
				return &fault.UsageError{What: "exec takes a NAME, two dashes and a command", Hint: "samlogin exec NAME -- aws sts get-caller-identity"}
			}
			return nil
		},
		ValidArgsFunction: a.completeNames,
		RunE: func(cmd *cobra.Command, args []string) error {
			if f.explain {
				f.renewing = server
				fixed := ""
				if !server {
					fixed = "a command keeps what it began with; --server renews it"
				}
				return a.explainOne(cmd.Context(), f, args[0], fixed)
			}
			return a.exec(cmd.Context(), f, args[0], args[1:], server)
		},
	}
	f.addTaking(cmd.Flags())
	f.addExplain(cmd.Flags())
	cmd.Flags().BoolVar(&server, "server", false, "give the command an endpoint for fresh keys, instead of the keys")
	return cmd
}

// commandError reports a command that cannot be started.
type commandError struct {
	Name string
	Exit int // 126 or 127
	Err  error
}

func (e *commandError) Error() string {
	if e.Exit == exitNotFound {
		return fmt.Sprintf("the command %q is not found", foreign.Text(e.Name))
	}
	return fmt.Sprintf("the command %q cannot be run: %s", foreign.Text(e.Name), cause(e.Err))
}

// exitedError carries the exit code of a command that ran: nothing is said about it.
type exitedError struct{ Code int }

func (e *exitedError) Error() string { return fmt.Sprintf("the command ended with %d", e.Code) }

// findCommand finds what will be run, before anybody logs in for it. What PATH finds in the working directory is not
// run (see os/exec).
func findCommand(name string) (string, error) {
	path, err := exec.LookPath(name)
	switch {
	case err == nil:
		return path, nil
	case errors.Is(err, exec.ErrNotFound), errors.Is(err, fs.ErrNotExist):
		return "", &commandError{Name: name, Exit: exitNotFound, Err: err}
	}
	return "", &commandError{Name: name, Exit: exitNotExecutable, Err: err}
}

func (a *app) exec(ctx context.Context, f *loginFlags, name string, argv []string, server bool) error {
	path, err := findCommand(argv[0])
	if err != nil {
		return err
	}
	if server {
		return a.execWithServer(ctx, f, name, path, argv)
	}
	k, err := a.keysOf(ctx, f, name)
	if err != nil {
		return err
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	a.tellEnd(name, k)
	return a.become(ctx, path, argv, environmentWith(awsVariables(k.Credentials, k.region)))
}

// rivals are variables from which AWS's clients take credentials, or by which they look for them elsewhere: none of
// them reaches a command that is given others.
func rivals() []string {
	return []string{
		"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN", "AWS_CREDENTIAL_EXPIRATION",
		"AWS_ACCESS_KEY", "AWS_SECRET_KEY", // of older SDKs
		"AWS_CREDENTIAL_FILE",          // boto and the AWS CLI look there before they ask an endpoint
		"AWS_CREDENTIAL_PROFILES_FILE", // version 1 of the SDK for Java, likewise
		"AWS_SDK_LOAD_CONFIG",          // by which older SDKs take a profile's role
		"AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_DEFAULT_SDK_PROFILE", "AWS_EB_PROFILE",
		"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_AUTHORIZATION_TOKEN", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
		"AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN", "AWS_ROLE_SESSION_NAME", "AWS_BEARER_TOKEN_BEDROCK",
	}
}

// environmentWith is this process's environment with variables set, and without rivals and what holds our own secrets.
// (Those of samlogin's that hold secrets were taken out at the start.)
func environmentWith(vars []variable) []string {
	gone := append(rivals(), "SAMLOGIN_PASSWORD_COMMAND", "SAMLOGIN_PASSWORD_FILE", "SAMLOGIN_MFA_COMMAND", "SAMLOGIN_PASSPHRASE_COMMAND")
	for _, v := range vars {
		gone = append(gone, v.Name)
	}
	var out []string
	for _, pair := range os.Environ() {
		name, _, _ := strings.Cut(pair, "=")
		if !slices.ContainsFunc(gone, func(g string) bool { return system.SameVariable(g, name) }) {
			out = append(out, pair)
		}
	}
	for _, v := range vars {
		if !v.Value.Empty() {
			out = append(out, v.Name+"="+v.Value.Reveal())
		}
	}
	return out
}
