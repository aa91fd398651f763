package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"time"

	"github.com/samlogin/samlogin/cmd/samlogin/system"
	"github.com/samlogin/samlogin/saml/foreign"
	"github.com/samlogin/samlogin/saml/secret"
)

// afterLoginLimit is how long a program of after_login may take, for each profile.
const afterLoginLimit = time.Minute

// afterLogin runs the settings' after_login for each profile that got new keys: one after the other, since such programs
// often write to one and the same file. The keys are in its environment and nowhere else, SAMLOGIN_PROFILE names the AWS
// profile, stdin is empty and stdout goes to stderr, as stdout is the login's own. A failure is told of and changes
// nothing: the login is done.
func (a *app) afterLogin(ctx context.Context, results []result) error {
	for _, r := range results {
		argv := r.target.choices.AfterLogin
		if r.err != nil || r.kept || len(argv) == 0 {
			continue
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err := a.runAfterLogin(ctx, argv, r); err != nil && ctx.Err() == nil {
			a.notice(fmt.Sprintf("after_login of %s: %v; the login itself is done", r.profile, err))
		}
	}
	return nil
}

func (a *app) runAfterLogin(ctx context.Context, argv []string, r result) error {
	path, err := findCommand(argv[0])
	if err != nil {
		return err
	}
	within, end := context.WithTimeout(ctx, afterLoginLimit)
	defer end()
	cmd := exec.CommandContext(within, path)
	cmd.Args = argv
	cmd.Env = environmentWith(append(awsVariables(r.session.Credentials, r.region), variable{Name: "SAMLOGIN_PROFILE", Value: secret.New(r.profile)}))
	cmd.Stdout, cmd.Stderr = a.errOut, a.errOut
	cmd.WaitDelay = time.Second // for what it leaves behind with the streams open
	err = cmd.Run()
	var exited *exec.ExitError
	switch {
	case err == nil, errors.Is(err, exec.ErrWaitDelay): // it has done its work, and left something running
		return nil
	case within.Err() != nil:
		return fmt.Errorf("%q was stopped after %s", foreign.Text(argv[0]), span(afterLoginLimit))
	case errors.As(err, &exited):
		return fmt.Errorf("%q ended with %d", foreign.Text(argv[0]), system.CodeOf(exited.ProcessState))
	}
	return &commandError{Name: argv[0], Exit: exitNotExecutable, Err: err}
}
