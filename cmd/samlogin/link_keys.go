package main

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime"
	"strings"
	"time"

	"github.com/samlogin/samlogin/idp/program"
	"github.com/samlogin/samlogin/profiles/settings"
	"github.com/samlogin/samlogin/profiles/state"
	"github.com/samlogin/samlogin/saml"
	"github.com/samlogin/samlogin/saml/foreign"
	"github.com/samlogin/samlogin/saml/secret"
	"github.com/samlogin/samlogin/sts"
)

// ownKeys are keys that are there without a call: an IAM user's in an AWS profile or in the environment, or temporary
// ones that somebody else wrote.
type ownKeys struct {
	app   *app
	where string // for a person: "profile iam", "the environment"
	place string // file and line, "" unknown
	keys  sts.Credentials

	// of keys that a login by flags alone has written, for those who take them as they are
	role    saml.Role
	choices settings.Choices
}

func (l *ownKeys) identity() string { return state.Identity("keys", l.keys.AccessKeyID) }
func (*ownKeys) kind() string       { return "" }
func (l *ownKeys) temporary() bool  { return l.keys.Chained() }

func (l *ownKeys) take(context.Context, *loginFlags) (heldKeys, error) {
	if end := l.keys.Expiration; !end.IsZero() && !end.After(l.app.now()) {
		return heldKeys{}, &sourceError{Where: l.where, Ended: end}
	}
	return heldKeys{Session: sts.Session{Credentials: l.keys}, role: l.role, region: l.choices.Region, choices: l.choices}, nil
}

func (l *ownKeys) upkeep() upkeep { return l.lends() }

// lends: an IAM user's keys are always there; nobody knows who renews temporary ones.
func (l *ownKeys) lends() upkeep {
	if l.temporary() {
		return upkeep{Always: "asks"}
	}
	return upkeep{Always: "silently"}
}

// sourceError reports a source whose keys are of no use any more.
type sourceError struct {
	Where string
	Ended time.Time // zero: it gave none
	Why   string
}

func (e *sourceError) Error() string {
	if e.Ended.IsZero() {
		return e.Where + " gives no keys: " + e.Why
	}
	return fmt.Sprintf("the keys of %s have ended at %s", e.Where, e.Ended.Local().Format("15:04 on 2 January"))
}

// Hint says what to do.
func (e *sourceError) Hint() string {
	if e.Ended.IsZero() {
		return ""
	}
	return "whatever wrote them has to write new ones; then run this again"
}

// processKeys are those that the credential_process of an AWS profile prints (AWS SDKs and Tools Reference Guide,
// "Process credential provider").
type processKeys struct {
	app     *app
	profile string
	line    string
}

func (l *processKeys) identity() string { return state.Identity("process", l.line) }
func (*processKeys) kind() string       { return "" }
func (*processKeys) temporary() bool    { return false } // that is known when it has printed them
func (*processKeys) upkeep() upkeep     { return upkeep{Always: "silently"} }
func (l *processKeys) lends() upkeep    { return l.upkeep() }

func (l *processKeys) take(ctx context.Context, _ *loginFlags) (heldKeys, error) {
	where := "the credential_process of profile " + foreign.Clean(l.profile)
	call := program.Call{Argv: []string{"/bin/sh", "-c", l.line}} // a shell runs it for AWS's SDKs, too
	if runtime.GOOS == "windows" {
		call.Argv = []string{"cmd.exe", "/C", l.line}
	}
	if t, err := l.app.terminal(); err == nil {
		call.Terminal = t.In
	}
	answer, err := program.Run(ctx, call)
	if err != nil {
		if ctx.Err() != nil {
			return heldKeys{}, context.Cause(ctx)
		}
		why := err.Error()
		if said := lastLine(answer.Stderr).String(); strings.TrimSpace(said) != "" {
			why = said // by the custom of credential processes what a person has to do
		}
		return heldKeys{}, &sourceError{Where: where, Why: why}
	}
	var said processOutput
	if json.Unmarshal([]byte(answer.Output.Reveal()), &said) != nil || said.Version != 1 || said.AccessKeyID == "" || said.SecretAccessKey == "" {
		return heldKeys{}, &sourceError{Where: where, Why: "what it prints is not the JSON of version 1 that AWS clients read"}
	}
	k := sts.Credentials{AccessKeyID: said.AccessKeyID, SecretAccessKey: secret.New(said.SecretAccessKey), SessionToken: secret.New(said.SessionToken)}
	if said.Expiration != "" {
		if k.Expiration, err = time.Parse(time.RFC3339, said.Expiration); err != nil {
			return heldKeys{}, &sourceError{Where: where, Why: "the Expiration that it prints cannot be read"}
		}
	}
	return (&ownKeys{app: l.app, where: where, keys: k}).take(ctx, nil)
}
