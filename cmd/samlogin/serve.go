package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/samlogin/samlogin/cmd/samlogin/fault"
	"github.com/samlogin/samlogin/cmd/samlogin/system"
	"github.com/samlogin/samlogin/saml/foreign"
	"github.com/samlogin/samlogin/saml/secret"
	"github.com/samlogin/samlogin/sts/container"
)

func newServeCmd(a *app) *cobra.Command {
	f := &loginFlags{}
	var shell string
	var parent int
	cmd := &cobra.Command{
		Use:   "serve NAME",
		Short: "Keep an endpoint from which AWS clients fetch the keys of one profile",
		Long: `Keep an endpoint on this computer's loopback from which AWS clients fetch the keys of one profile, renewed for as long
as that needs nobody. stdout has the two variables that lead to it, in the words of a shell; whoever has them has the
keys. It ends with ctrl-C, or with the process that started it.`,
		Example: `  eval "$(samlogin serve prod --parent $$ &)"   # then: aws s3 ls
  samlogin exec prod --server -- CMD…           # the same for one command`,
		Args:              exactlyOneName,
		ValidArgsFunction: a.completeNames,
		Annotations:       map[string]string{readByPrograms: "a shell"},
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.serve(cmd.Context(), f, args[0], shell, parent)
		},
	}
	f.addTaking(cmd.Flags())
	cmd.Flags().StringVar(&shell, "shell", "", "`SHELL` that reads the variables: sh, bash, zsh, fish, powershell, cmd or dotenv")
	cmd.Flags().IntVar(&parent, "parent", 0, "`PID` of the process to end with; the one that started it otherwise")
	return cmd
}

func (a *app) serve(ctx context.Context, f *loginFlags, name, shell string, parent int) error {
	first := os.Getppid() // an orphan gets another parent
	lives := func() bool { return os.Getppid() == first }
	if parent != 0 {
		lives = func() bool { return system.ProcessLives(parent) }
		if !lives() {
			return &fault.UsageError{What: fmt.Sprintf("there is no process %d to end with", parent), Hint: "--parent $$ is the shell's own"}
		}
	}
	if shell == "" {
		shell = a.ownShell()
	}
	if shell == "github" {
		return &fault.UsageError{What: "an endpoint ends with the step that started it: --shell github is no use here", Hint: "samlogin env " + foreign.Clean(name) + " --shell github hands on the keys themselves"}
	}
	if _, err := statementOf(shell); err != nil {
		return err
	}
	source, err := a.renewing(ctx, f, name)
	if err != nil {
		return err
	}
	server, err := container.Listen(source.get)
	if err != nil {
		return err
	}
	defer server.Close()
	var text bytes.Buffer
	if err := printEnvironment(&text, a.errOut, shell, []variable{
		{Name: "AWS_CONTAINER_CREDENTIALS_FULL_URI", Value: secret.New(server.URL())},
		{Name: "AWS_CONTAINER_AUTHORIZATION_TOKEN", Value: server.Token()},
	}, ""); err != nil {
		return err
	}
	if err := a.printOnce(text.Bytes()); err != nil {
		return err
	}
	if !a.outIsTTY {
		_ = os.Stdout.Close() // whoever reads it to its end, as eval "$(…)" does, has all of it
	}
	a.notice(fmt.Sprintf("serving the keys of %s at %s until ctrl-C", foreign.Text(name), server.URL()))
	serving, end := context.WithCancelCause(ctx)
	defer end(nil)
	go orphaned(serving, lives, func() { end(errParentGone) })
	switch err := server.Serve(serving); {
	case errors.Is(err, errParentGone):
		return nil
	case errors.Is(err, container.ErrGuessing):
		return &guessedError{err}
	default:
		return err
	}
}

var errParentGone = errors.New("the process that started it has ended")

// guessedError reports that the endpoint was ended for safety.
type guessedError struct{ err error }

func (e *guessedError) Error() string { return "the endpoint was closed: " + e.err.Error() }

// orphaned watches for the end of the process that this one belongs to. There is no event for it that every system has.
func orphaned(ctx context.Context, lives func() bool, end func()) {
	ticks := time.NewTicker(time.Second)
	defer ticks.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticks.C:
			if !lives() {
				end()
				return
			}
		}
	}
}
