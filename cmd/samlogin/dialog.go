package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/idp/keychain"
	"github.com/samlogin/samlogin/saml/foreign"
	"github.com/samlogin/samlogin/saml/secret"
)

// dialog answers the questions of one IdP: first with what was given on the way (standard input, flags, environment),
// then with what the settings' programs say, then with what is remembered, then the person at the terminal is asked.
func (a *app) dialog(f *loginFlags, in *signIn) *signInDialog {
	d := &signInDialog{
		app:        a,
		remembered: newRemembered(a, in),
		person:     &person{app: a},
	}
	if a.given == nil {
		a.given = &given{app: a, flags: f}
	}
	d.Dialog = idp.Chain(a.given, &programs{app: a, choices: in.choices}, d.remembered, d.person)
	return d
}

// person asks at the terminal.
type person struct {
	app      *app
	typed    secret.Text // the password typed last
	typedFor keychain.Key
	replaces bool // another password was refused before
}

func (p *person) Ask(ctx context.Context, q idp.Question) (secret.Text, error) {
	t, err := p.app.terminal()
	if err != nil {
		return secret.Text{}, idp.ErrNoAnswer
	}
	if q.Again {
		said := q.Refused
		if said == "" {
			said = foreign.Text("that was not accepted")
		}
		fmt.Fprintf(t.out, "%s: %s\n", q.Origin.Host(), said)
	}
	for range 3 {
		answer, err := t.line(ctx, prompt(q), q.Kind != idp.Username)
		if err != nil {
			return secret.Text{}, err
		}
		if answer != "" {
			if q.Kind == idp.Password {
				p.typed, p.typedFor, p.replaces = secret.New(answer), keyOf(q), q.Again
			}
			return secret.New(answer), nil
		}
	}
	return secret.Text{}, idp.ErrNoAnswer // return was pressed again and again
}

func prompt(q idp.Question) string {
	switch q.Kind {
	case idp.Username:
		return fmt.Sprintf("User name for %s: ", q.Origin.Host())
	case idp.Password:
		return fmt.Sprintf("Password of %s: ", foreign.Text(q.User))
	}
	if q.Label != "" {
		return foreign.Cut(strings.TrimRight(q.Label.String(), " :"), 60) + ": "
	}
	return "One-time code: "
}
