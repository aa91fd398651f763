package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/samlogin/samlogin/cmd/samlogin/fault"
	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/idp/adfs"
	"github.com/samlogin/samlogin/idp/keychain"
	"github.com/samlogin/samlogin/idp/totp"
	"github.com/samlogin/samlogin/profiles/settings"
	"github.com/samlogin/samlogin/saml/foreign"
	"github.com/samlogin/samlogin/saml/secret"
)

// secretOwner finds whose secret is meant.
func (a *app) secretOwner(ctx context.Context, f *secretFlags, names []string) (*signIn, keychain.Key, error) {
	fail := func(err error) (*signIn, keychain.Key, error) { return nil, keychain.Key{}, err }
	s, err := a.settings()
	if err != nil {
		return fail(err)
	}
	var p *settings.Profile
	if len(names) == 1 {
		switch name := names[0]; {
		case a.deviceOf(s, name) != "":
			if !f.totp {
				return fail(&fault.UsageError{What: fmt.Sprintf("%s is an MFA device of AWS, or a profile with one: what can be remembered of it is the seed of its codes", foreign.Text(name)), Hint: "add --totp"})
			}
			return &signIn{choices: s.General}, deviceKey(a.deviceOf(s, name)), nil
		case s.IdPs[name] != nil:
			f.idp = name
		case s.Profiles[name] != nil:
			p = s.Profiles[name]
		default:
			return fail(&fault.UsageError{What: fmt.Sprintf("the settings have no IdP or profile %q, and it is no MFA device of AWS", foreign.Text(name)), Hint: "name the IdP with --url and --username, or the device by its ARN"})
		}
	}
	in, err := a.signInFor(&f.loginFlags, s, p)
	if err != nil {
		return fail(err)
	}
	if in.choices.URL == "" {
		return fail(&fault.UsageError{What: "the address of the IdP is not known", Hint: "give it with --url, SAMLOGIN_URL or url in the settings"})
	}
	address, err := adfs.ParseAddress(in.choices.URL)
	if err != nil {
		if explain(err).Exit == exitFault {
			err = &fault.UsageError{What: err.Error()}
		}
		return fail(err)
	}
	k := keychain.Key{Origin: address.Origin.String(), User: in.choices.Username, Kind: keychain.Password}
	if f.totp {
		k.Kind = keychain.Seed
	}
	if k.User == "" {
		user, err := (&person{app: a}).Ask(ctx, idp.Question{Kind: idp.Username, Origin: address.Origin})
		if errors.Is(err, idp.ErrNoAnswer) {
			err = &fault.UsageError{What: "the user name is not known", Hint: needHint(idp.Question{Kind: idp.Username})}
		}
		if err != nil {
			return fail(err)
		}
		k.User = strings.TrimSpace(user.Reveal())
		in.choices.Username = k.User
	}
	return in, k, nil
}

func kindWord(k keychain.Kind) string {
	if k == keychain.Seed {
		return "TOTP seed"
	}
	return "password"
}

func (a *app) secretSet(ctx context.Context, f *secretFlags, names []string) error {
	a.watch()
	in, k, err := a.secretOwner(ctx, f, names)
	if err != nil {
		return err
	}
	places := a.stores().places(in.choices.SecretStore)
	if len(places) == 0 {
		return &fault.UsageError{What: `secret_store = "none" in the settings: nothing is remembered`}
	}
	st, err := a.stores().open(places[0])
	if err != nil {
		return err
	}
	if err := a.bothFactors(ctx, f, places[0], k, st); err != nil {
		return err
	}
	value, err := a.secretValue(ctx, f, k)
	if err != nil {
		return err
	}
	if err := a.rememberIn(ctx, places[0], k, value); err != nil {
		return err
	}
	a.notice(fmt.Sprintf("the %s of %s is remembered in %s", kindWord(k.Kind), who(k), st.Name()))
	return nil
}

// bothFactors wants a yes before a store holds both the password and the seed of one user.
func (a *app) bothFactors(ctx context.Context, f *secretFlags, place string, k keychain.Key, st keychain.Store) error {
	other := k
	other.Kind = map[keychain.Kind]keychain.Kind{keychain.Password: keychain.Seed, keychain.Seed: keychain.Password}[k.Kind]
	_, err := st.Get(ctx, other)
	switch {
	case errors.Is(err, keychain.ErrNotFound), f.both:
		return nil
	case err != nil:
		return err
	}
	warning := fmt.Sprintf("%s has the %s of %s already: with both, whoever can read it has both factors", st.Name(), kindWord(other.Kind), who(k))
	t, err := a.terminal()
	if err != nil {
		return &fault.NeedError{What: warning, Hint: "--both-factors agrees to that"}
	}
	yes, err := t.Confirm(ctx, warning+". Keep both there?")
	if err == nil && !yes {
		err = &fault.NeedError{What: "nothing was remembered", Hint: "another place for the seed keeps the factors apart: --mfa-command, or your telephone"}
	}
	return err
}

// secretValue reads the value and checks what can be checked of it.
func (a *app) secretValue(ctx context.Context, f *secretFlags, k keychain.Key) (secret.Text, error) {
	var value secret.Text
	if f.stdin {
		b, err := io.ReadAll(io.LimitReader(a.in, secretBytes+1))
		if err != nil || len(b) > secretBytes {
			return value, &fault.UsageError{What: "the value cannot be read from standard input"}
		}
		value = secret.New(firstLine(string(b)))
	} else {
		t, err := a.terminal()
		if err != nil {
			return value, &fault.NeedError{What: "the " + kindWord(k.Kind) + " is needed, and nobody can be asked", Hint: "give it on standard input with --stdin"}
		}
		question := "Password of " + who(k) + ": "
		if k.Kind == keychain.Seed {
			question = "TOTP seed of " + who(k) + " (base32 or otpauth://): "
		}
		text, err := t.Line(ctx, question, true)
		if err != nil {
			return value, err
		}
		value = secret.New(text)
	}
	if value.Empty() {
		return value, &fault.UsageError{What: "the " + kindWord(k.Kind) + " is empty; nothing was remembered"}
	}
	if k.Kind != keychain.Seed {
		return value, nil
	}
	seed, err := totp.Parse(value)
	if err != nil {
		return value, &fault.UsageError{What: err.Error(), Hint: "a seed is what the QR code holds: base32 letters, or an otpauth:// address"}
	}
	return seed.Text(), nil
}
