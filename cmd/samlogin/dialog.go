package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/idp/keychain"
	"github.com/samlogin/samlogin/idp/program"
	"github.com/samlogin/samlogin/profiles/settings"
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
	d.Dialog = idp.Chain(&given{app: a, flags: f, choices: in.choices}, d.remembered, d.person)
	return d
}

// given answers with what the command line, the environment and the settings name. A refused answer is never given
// again, and no program is run twice for one.
type given struct {
	app     *app
	flags   *loginFlags
	choices settings.Choices
	code    bool // --mfa-code or the program for codes is spent
}

func (g *given) Ask(ctx context.Context, q idp.Question) (secret.Text, error) {
	switch {
	case q.Again:
	case q.Kind == idp.Code && !g.code:
		g.code = true
		return g.oneTimeCode(ctx)
	case q.Kind == idp.Password:
		return g.password(ctx)
	}
	return secret.Text{}, idp.ErrNoAnswer
}

func (g *given) oneTimeCode(ctx context.Context) (secret.Text, error) {
	switch {
	case g.flags.mfaCode != "":
		return secret.New(g.flags.mfaCode), nil
	case g.flags.mfaCommand != "":
		return g.typedProgram(ctx, "--mfa-command", g.flags.mfaCommand)
	case len(g.choices.MFACommand) > 0:
		return g.program(ctx, "mfa_command", g.choices.MFACommand)
	}
	return secret.Text{}, idp.ErrNoAnswer
}

// typedProgram runs the program of a flag, which holds it in one text.
func (g *given) typedProgram(ctx context.Context, flag, line string) (secret.Text, error) {
	argv, ok := program.Words(line)
	if !ok || len(argv) == 0 {
		return secret.Text{}, &usageError{What: flag + " is no command: it is empty, or a quote is not closed", Hint: "blanks separate the words, quotes hold them together; there is no shell"}
	}
	return g.program(ctx, flag, argv)
}

// program runs a program for a secret. One that fails is told of, and the next source is asked.
func (g *given) program(ctx context.Context, what string, argv []string) (secret.Text, error) {
	s, err := g.app.secretOf(ctx, what, argv)
	if err != nil && ctx.Err() == nil && !errors.Is(err, errInterrupted) {
		g.app.notice(err.Error())
		return secret.Text{}, idp.ErrNoAnswer
	}
	return s, err
}

const secretBytes = 64 << 10

func (g *given) password(ctx context.Context) (secret.Text, error) {
	if g.flags.passwordStdin {
		b, err := io.ReadAll(io.LimitReader(g.app.in, secretBytes+1))
		if err != nil || len(b) > secretBytes {
			return secret.Text{}, &usageError{What: "the password cannot be read from standard input"}
		}
		return nonEmpty(secret.New(withoutLineEnd(string(b))), "standard input holds no password")
	}
	if line := g.flags.passwordCommand; line != "" {
		if s, err := g.typedProgram(ctx, "--password-command", line); !errors.Is(err, idp.ErrNoAnswer) {
			return s, err
		}
	}
	if !g.app.password.Empty() {
		return g.app.password, nil
	}
	if path := g.app.env("SAMLOGIN_PASSWORD_FILE"); path != "" {
		return passwordFromFile(path)
	}
	if len(g.choices.PasswordCommand) > 0 {
		return g.program(ctx, "password_command", g.choices.PasswordCommand)
	}
	return secret.Text{}, idp.ErrNoAnswer
}

func nonEmpty(s secret.Text, complaint string) (secret.Text, error) {
	if s.Empty() {
		return s, &usageError{What: complaint}
	}
	return s, nil
}

// passwordFromFile reads SAMLOGIN_PASSWORD_FILE. A file that others can read is refused, as ssh does with keys.
func passwordFromFile(path string) (secret.Text, error) {
	f, err := os.Open(path)
	if err != nil {
		return secret.Text{}, &usageError{What: fmt.Sprintf("SAMLOGIN_PASSWORD_FILE cannot be read: %v", err)}
	}
	defer func() { _ = f.Close() }()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return secret.Text{}, &usageError{What: "SAMLOGIN_PASSWORD_FILE is not a regular file"}
	} else if readableByOthers(info) {
		return secret.Text{}, &idp.SafetyError{Rule: "other users can read the file that SAMLOGIN_PASSWORD_FILE names; chmod 600 mends it"}
	}
	b, err := io.ReadAll(io.LimitReader(f, secretBytes+1))
	if err != nil || len(b) > secretBytes {
		return secret.Text{}, &usageError{What: "SAMLOGIN_PASSWORD_FILE cannot be read"}
	}
	return nonEmpty(secret.New(withoutLineEnd(string(b))), "SAMLOGIN_PASSWORD_FILE holds no password")
}

// withoutLineEnd takes off the one line end that an editor or echo puts there, and no more: blanks may be meant.
func withoutLineEnd(s string) string { return strings.TrimSuffix(strings.TrimSuffix(s, "\n"), "\r") }

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
	return secret.Text{}, errInterrupted
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
