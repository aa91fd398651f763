package main

import (
	"context"
	"strings"
	"time"

	"github.com/samlogin/samlogin/profiles/settings"
	"github.com/samlogin/samlogin/profiles/state"
	"github.com/samlogin/samlogin/saml/secret"
	"github.com/samlogin/samlogin/sts"
)

// mfaSession is a session of an IAM user who gave a code of his device once (GetSessionToken). There is one for each
// device and length, whatever is taken with it: who asks for an hour does not get what was made for a day.
type mfaSession struct {
	app      *app
	from     link
	name     string // of the AWS profile with the user's keys
	written  string // the AWS profile that login writes, "" where the session is only for others
	serial   string
	duration time.Duration
	choices  settings.Choices
}

func (l *mfaSession) identity() string {
	return state.Identity("mfa", l.from.identity(), l.serial, l.duration.String(), l.partition(), l.app.endpoint(l.choices.STSEndpoint))
}
func (*mfaSession) kind() string    { return state.MFA }
func (*mfaSession) temporary() bool { return true }
func (*mfaSession) upkeep() upkeep  { return upkeep{Always: "asks"} }
func (l *mfaSession) lends() upkeep { return upkeep{keptEntry: entryOf(l)} }

// partition is that of the device, which has it in its ARN; a device of metal has a number only.
func (l *mfaSession) partition() string {
	if parts := strings.SplitN(l.serial, ":", 3); len(parts) == 3 && parts[0] == "arn" {
		return parts[1]
	}
	return "aws"
}

func (l *mfaSession) take(ctx context.Context, f *loginFlags) (heldKeys, error) {
	by, err := l.app.keysFrom(ctx, f, l.from)
	if err != nil {
		return heldKeys{}, err
	}
	caller, err := l.app.caller(l.partition(), "GetSessionToken", l.choices)
	if err != nil {
		return heldKeys{}, err
	}
	var session sts.Session
	err = l.app.withCode(ctx, f, l.serial, l.choices, func(code secret.Text) error {
		within, end := caller.within(ctx)
		defer end()
		var err error
		session, err = caller.client.SessionToken(within, by.Credentials, l.serial, code, l.duration)
		return err
	})
	if err != nil {
		return heldKeys{}, err
	}
	session.AssumedRoleARN = l.serial // whose keys they are, as far as it is known
	k := heldKeys{Session: session, region: caller.region(l.choices), choices: l.choices, life: session.Expiration.Sub(l.app.now())}
	l.app.remember(l, l.name, l.written, k)
	return k, nil
}
