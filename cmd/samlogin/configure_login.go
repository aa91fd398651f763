package main

import (
	"cmp"
	"context"
	"path/filepath"

	"github.com/samlogin/samlogin/cmd/samlogin/fault"
	"github.com/samlogin/samlogin/cmd/samlogin/network"
	"github.com/samlogin/samlogin/idp/keychain"
	"github.com/samlogin/samlogin/idp/program"
	"github.com/samlogin/samlogin/profiles/settings"
)

// commands takes over what was typed as a flag and every later login needs, too. Variables are there every time.
func (s *setup) commands(c *settings.Choices) error {
	f, typed := s.flags, s.app.typed
	for _, one := range []struct {
		flag, line string
		into       *[]string
	}{{"password-command", f.passwordCommand, &c.PasswordCommand}, {"mfa-command", f.mfaCommand, &c.MFACommand}} {
		if one.line == "" || !typed[one.flag] {
			continue
		}
		words, ok := program.Words(one.line)
		if !ok || len(words) == 0 {
			return &fault.UsageError{What: "--" + one.flag + " is no command: it is empty, or a quote is not closed"}
		}
		*one.into = words
	}
	if f.caBundle != "" && typed["ca-bundle"] {
		path, err := filepath.Abs(f.caBundle)
		if err != nil {
			return &fault.UsageError{What: "--ca-bundle cannot be found: " + cause(err)}
		}
		c.CABundle = path
	}
	return nil
}

// madeLogin is the login that was tried, and goes on to be used.
type madeLogin struct {
	session   *session
	transport *network.Way
	flags     *loginFlags
}

// tryLogin logs in as every login after it is going to: with what will stand in the settings, and the flags that are
// about this one time.
func (s *setup) tryLogin(ctx context.Context) (*madeLogin, error) {
	a, f := s.app, s.flags
	once := &loginFlags{
		passwordStdin: f.passwordStdin, passwordCommand: f.passwordCommand, mfaCode: f.mfaCode, mfaCommand: f.mfaCommand,
		assertionFile: f.assertionFile, caBundle: f.caBundle, timeout: f.timeout, force: f.force, overwrite: f.overwrite,
	}
	in := &signIn{name: s.idp.Name, kind: s.idp.Kind, origins: s.idp.Origins, command: s.idp.Command, choices: settings.Nearest(once.choices(), s.idp.Choices, s.settings.General)}
	if s.known {
		var err error
		if in.adapters, err = adaptersOf(s.settings, s.settings.IdPs[s.idp.Name]); err != nil {
			return nil, err
		}
	}
	transport, err := a.transport(in.choices)
	if err != nil {
		return nil, err
	}
	session := &session{app: a, in: in, dialog: a.dialog(once, in), fresh: once.force, fromFile: once.assertionFile != ""}
	if session.fromFile {
		session.provider = fileProvider{a, once.assertionFile}
	} else if session.provider, err = a.provider(in, transport, session.datedBy("the IdP's")); err != nil {
		return nil, err
	}
	if !s.known { // who has set up nothing yet, and stops, has left nothing behind
		stateless := a.stateless
		a.stateless, a.holds = true, true
		defer func() { a.stateless = stateless }()
	}
	if err := session.login(ctx); err != nil {
		return nil, err
	}
	return &madeLogin{session, transport, once}, nil
}

// rememberPassword puts the password into the key store as --remember says; without the flag a person is asked. What the
// flag asks for and cannot be had is an error, though all else is done then.
func (s *setup) rememberPassword(ctx context.Context, login *madeLogin) error {
	a := s.app
	if !a.typed["remember"] {
		a.offerToRemember(ctx)
		return nil
	}
	if !s.flags.remember {
		return nil
	}
	offers := a.offers
	if held := a.given; len(offers) == 0 && held != nil && !held.held.Empty() {
		origin := held.owner.origin
		offers = []offer{{secret: held.held, spec: login.session.in.choices.SecretStore}}
		offers[0].key.Origin, offers[0].key.User, offers[0].key.Kind = origin, cmp.Or(s.idp.Username, held.owner.user), keychain.Password
	}
	if len(offers) == 0 {
		a.notice("no password was needed, so none is remembered; samlogin secret set remembers one")
		return nil
	}
	for _, o := range offers {
		places := a.stores().places(o.spec)
		if len(places) == 0 {
			return &fault.UsageError{What: `the settings say secret_store = "none": the password is not remembered`, Hint: "all else is done; leave out --remember, or change secret_store"}
		}
		if err := a.rememberIn(ctx, places[0], o.key, o.secret); err != nil {
			a.notice("all else is done; the password is not remembered")
			return err
		}
	}
	return nil
}
