package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/samlogin/samlogin/cmd/samlogin/fault"
	"github.com/samlogin/samlogin/cmd/samlogin/terminal"
	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/idp/program"
	"github.com/samlogin/samlogin/saml"
	"github.com/samlogin/samlogin/saml/foreign"
	"github.com/samlogin/samlogin/saml/secret"
)

// commandTime is how long a program may take that signs a person in: it may show a window of its own.
const commandTime = 5 * time.Minute

// commandProvider has a program of the person's bring the response: for IdPs that nothing else gets past.
func (a *app) commandProvider(in *signIn) (idp.Provider, error) {
	if len(in.command) == 0 {
		return nil, &fault.UsageError{What: "an IdP of the kind command is described in the settings only", Hint: `[idp.NAME] with kind = "command" and command = ["program", "argument"], then --idp NAME`}
	}
	return &commandProvider{app: a, argv: in.command, limit: commandTime}, nil
}

// commandProvider implements idp.Provider. Of the program's output, standard output alone is the response; what it
// writes to standard error is told, cleaned, when it fails: that is where a person finds out why.
type commandProvider struct {
	app   *app
	argv  []string
	limit time.Duration
}

func (p *commandProvider) Login(ctx context.Context, _ idp.Dialog) (*saml.Response, error) {
	call := program.Call{Argv: p.argv, Env: environmentWith(nil), Limit: p.limit, Most: responseBytes}
	if t, err := p.app.terminal(); err == nil {
		call.Terminal = t.In
	}
	answer, err := program.Run(ctx, call)
	var failed *program.Error
	switch {
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case errors.As(err, &failed) && failed.Problem == program.Interrupted:
		return nil, terminal.ErrInterrupted
	case err != nil:
		return nil, &signInCommandError{Err: err, Said: lastLine(answer.Stderr)}
	}
	encoded := strings.TrimSpace(answer.Output.Reveal())
	if encoded == "" {
		return nil, &signInCommandError{Err: fmt.Errorf("%s printed nothing", foreign.Text(filepath.Base(p.argv[0]))), Said: lastLine(answer.Stderr)}
	}
	return saml.Parse(secret.New(encoded))
}

// lastLine is where programs say what went wrong.
func lastLine(s secret.Text) foreign.Text {
	lines := strings.Split(strings.TrimSpace(s.Reveal()), "\n")
	return foreign.Line(foreign.Cut(lines[len(lines)-1], foreign.Limit))
}

// signInCommandError reports a program that brought no response.
type signInCommandError struct {
	Err  error        // a *program.Error, or what was wrong with its output
	Said foreign.Text // the last line of its standard error
}

func (e *signInCommandError) Error() string {
	s := "the sign-in command brought no response: " + e.Err.Error()
	if e.Said != "" {
		s += fmt.Sprintf("; it said %q", e.Said)
	}
	return s
}

// exit is that of a refusal, or of wrong settings where there is no such program.
func (e *signInCommandError) exit() int {
	var failed *program.Error
	if errors.As(e.Err, &failed) && (failed.Problem == program.NotFound || failed.Problem == program.NotRun) {
		return exitUsage
	}
	return exitRefused
}

func (e *signInCommandError) Unwrap() error { return e.Err }

// Hint says what can be done.
func (e *signInCommandError) Hint() string {
	return "command in the settings has to print the SAMLResponse (base64) on standard output and to end with 0; run it by hand to see more"
}
