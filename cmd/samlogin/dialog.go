package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/saml/foreign"
	"github.com/samlogin/samlogin/saml/secret"
)

// dialog answers the IdP's questions: first what was given on the way (standard input, environment, flags), each once,
// then the person at the terminal.
func (a *app) dialog(f *loginFlags) idp.Dialog {
	return idp.Chain(&given{app: a, flags: f}, &person{app: a})
}

// given answers with what the command line and the environment hold. A refused answer is never given again.
type given struct {
	app   *app
	flags *loginFlags
	code  bool // --mfa-code is spent
}

func (g *given) Ask(_ context.Context, q idp.Question) (secret.Text, error) {
	switch {
	case q.Kind == idp.Code && g.flags.mfaCode != "" && !g.code && !q.Again:
		g.code = true
		return secret.New(g.flags.mfaCode), nil
	case q.Kind == idp.Password && !q.Again:
		return g.password()
	}
	return secret.Text{}, idp.ErrNoAnswer
}

const secretBytes = 64 << 10

func (g *given) password() (secret.Text, error) {
	if g.flags.passwordStdin {
		b, err := io.ReadAll(io.LimitReader(g.app.in, secretBytes+1))
		if err != nil || len(b) > secretBytes {
			return secret.Text{}, &usageError{What: "the password cannot be read from standard input"}
		}
		return nonEmpty(secret.New(withoutLineEnd(string(b))), "standard input holds no password")
	}
	if !g.app.password.Empty() {
		return g.app.password, nil
	}
	if path := g.app.env("SAMLOGIN_PASSWORD_FILE"); path != "" {
		return passwordFromFile(path)
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
type person struct{ app *app }

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
