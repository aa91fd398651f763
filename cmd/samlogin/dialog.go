package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/samlogin/samlogin/cmd/samlogin/terminal"
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
	d.Dialog = idp.Chain(a.given, &wish{app: a, method: in.choices.MFA}, &programs{app: a, choices: in.choices}, d.remembered, d.person)
	return d
}

// wish answers with the method or device that flags or settings name.
type wish struct {
	app    *app
	method string
	told   bool
}

func (w *wish) Ask(_ context.Context, q idp.Question) (secret.Text, error) {
	if q.Kind != idp.Choice || q.Again || w.method == "" || (q.Topic != idp.Method && q.Topic != idp.Device) {
		return secret.Text{}, idp.ErrNoAnswer
	}
	if at := idp.Named(q.Options, w.method); at >= 0 {
		return secret.New(q.Options[at].ID), nil
	}
	if !w.told {
		w.told = true
		w.app.notice(fmt.Sprintf("%s offers no %s that is clearly %q", q.Origin.Host(), q.Topic, foreign.Text(w.method)))
	}
	return secret.Text{}, idp.ErrNoAnswer
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
		fmt.Fprintln(t.Out, folded(fmt.Sprintf("%s: %s", q.Origin.Host(), said), t.Width()))
	}
	if q.Says != "" && !q.Again {
		fmt.Fprintln(t.Out, folded(fmt.Sprintf("%s: %s", q.Origin.Host(), q.Says), t.Width()))
	}
	if q.Next {
		fmt.Fprintf(t.Out, "%s took the code, and wants the next one that the token shows.\n", q.Origin.Host())
	}
	if q.Kind == idp.Choice {
		return chooseOption(ctx, t, q)
	}
	for range 3 {
		answer, err := t.Line(ctx, prompt(q), q.Kind != idp.Username)
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

// chooseOption shows numbered lines and takes a number, or words that fit only one of them.
func chooseOption(ctx context.Context, t *terminal.Terminal, q idp.Question) (secret.Text, error) {
	fmt.Fprintf(t.Out, "%s asks for the %s:\n", q.Origin.Host(), q.Topic)
	if q.Label != "" {
		fmt.Fprintf(t.Out, "%s\n", q.Label)
	}
	for i, o := range q.Options {
		fmt.Fprintf(t.Out, "%4d  %s\n", i+1, terminal.Fit(o.String(), t.Width()-7))
	}
	for range 3 {
		answer, err := t.Line(ctx, "Number: ", false)
		if err != nil {
			return secret.Text{}, err
		}
		if n, err := strconv.Atoi(strings.TrimSpace(answer)); err == nil && n >= 1 && n <= len(q.Options) {
			return secret.New(q.Options[n-1].ID), nil
		}
		if at := idp.Named(q.Options, answer); at >= 0 {
			return secret.New(q.Options[at].ID), nil
		}
	}
	return secret.Text{}, idp.ErrNoAnswer
}

func prompt(q idp.Question) string {
	switch q.Kind {
	case idp.Username:
		return fmt.Sprintf("User name for %s: ", q.Origin.Host())
	case idp.Password:
		return fmt.Sprintf("Password of %s: ", foreign.Text(q.User))
	}
	if q.Label == "" && q.Kind == idp.PIN {
		return "PIN: "
	}
	if q.Label != "" {
		return foreign.Cut(strings.TrimRight(q.Label.String(), " :"), 60) + ": "
	}
	return "One-time code: "
}
