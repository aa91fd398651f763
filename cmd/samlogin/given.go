package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/samlogin/samlogin/cmd/samlogin/fault"
	"github.com/samlogin/samlogin/cmd/samlogin/system"
	"github.com/samlogin/samlogin/cmd/samlogin/terminal"
	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/idp/program"
	"github.com/samlogin/samlogin/profiles/settings"
	"github.com/samlogin/samlogin/saml/secret"
)

// given answers with what the command line and the environment hold. There is one for the whole run: a password is for
// one user at one IdP, the first that asks for it, and is handed out again only where it was not refused.
type given struct {
	app   *app
	flags *loginFlags

	owner  owner // of the password
	held   secret.Text
	code   bool // the code is spent
	warned bool
}

// owner is whose secret something is.
type owner struct {
	origin, user string
	as           string // what else tells people apart: realm, certificate, Windows account; "" in questions
}

func ownerOf(q idp.Question) owner {
	return owner{origin: q.Origin.String(), user: strings.ToLower(q.User)}
}

func (o owner) String() string { return o.user + " at " + o.origin }

func (g *given) Ask(ctx context.Context, q idp.Question) (secret.Text, error) {
	switch {
	case q.Again:
		if q.Kind == idp.Password {
			g.held = secret.Text{} // it was refused: nobody gets it again
		}
	case q.Kind == idp.Code && !g.code:
		g.code = true
		return g.oneTimeCode(ctx)
	case q.Kind == idp.Password:
		return g.password(ctx, ownerOf(q))
	}
	return secret.Text{}, idp.ErrNoAnswer
}

func (g *given) oneTimeCode(ctx context.Context) (secret.Text, error) {
	switch {
	case g.flags.mfaCode != "":
		return secret.New(g.flags.mfaCode), nil
	case g.flags.mfaCommand != "":
		return g.program(ctx, "--mfa-command", g.flags.mfaCommand)
	}
	return secret.Text{}, idp.ErrNoAnswer
}

// password is read once, when it is first asked for.
func (g *given) password(ctx context.Context, who owner) (secret.Text, error) {
	switch {
	case g.owner == owner{}:
		s, err := g.readPassword(ctx)
		if !errors.Is(err, idp.ErrNoAnswer) {
			g.owner, g.held = who, s
		}
		return s, err
	case g.owner != who && !g.warned:
		g.warned = true
		g.app.notice(fmt.Sprintf("the password that was given is for %s; it does not go to %s", g.owner, who))
		return secret.Text{}, idp.ErrNoAnswer
	case g.owner != who || g.held.Empty():
		return secret.Text{}, idp.ErrNoAnswer
	}
	return g.held, nil
}

func (g *given) readPassword(ctx context.Context) (secret.Text, error) {
	if g.flags.passwordStdin {
		b, err := readAll(ctx, g.app.in, secretBytes)
		if ctx.Err() != nil {
			return secret.Text{}, context.Cause(ctx)
		}
		if err != nil {
			return secret.Text{}, &fault.UsageError{What: "the password cannot be read from standard input"}
		}
		return nonEmpty(secret.New(firstLine(string(b))), "standard input holds no password")
	}
	if line := g.flags.passwordCommand; line != "" {
		if s, err := g.program(ctx, "--password-command", line); !errors.Is(err, idp.ErrNoAnswer) {
			return s, err
		}
	}
	if !g.app.password.Empty() {
		return g.app.password, nil
	}
	if path := g.app.env("SAMLOGIN_PASSWORD_FILE"); path != "" {
		return passwordFromFile(ctx, path)
	}
	return secret.Text{}, idp.ErrNoAnswer
}

// program runs the program of a flag, which holds it in one text.
func (g *given) program(ctx context.Context, flag, line string) (secret.Text, error) {
	argv, ok := program.Words(line)
	if !ok || len(argv) == 0 {
		return secret.Text{}, &fault.UsageError{What: flag + " is no command: it is empty, or a quote is not closed", Hint: "blanks separate the words, quotes hold them together; there is no shell"}
	}
	return g.app.askProgram(ctx, flag, argv)
}

// askProgram runs a program for a secret. One that fails is told of, and the next source is asked.
func (a *app) askProgram(ctx context.Context, what string, argv []string) (secret.Text, error) {
	s, err := a.secretOf(ctx, what, argv)
	if err != nil && ctx.Err() == nil && !errors.Is(err, terminal.ErrInterrupted) {
		a.notice(err.Error())
		return secret.Text{}, idp.ErrNoAnswer
	}
	return s, err
}

// programs answers with the programs that the settings name for one IdP, each run once.
type programs struct {
	app            *app
	choices        settings.Choices
	password, code bool // run already
}

func (p *programs) Ask(ctx context.Context, q idp.Question) (secret.Text, error) {
	switch {
	case q.Again:
	case q.Kind == idp.Password && len(p.choices.PasswordCommand) > 0 && !p.password:
		p.password = true
		return p.app.askProgram(ctx, "password_command", p.choices.PasswordCommand)
	case q.Kind == idp.Code && len(p.choices.MFACommand) > 0 && !p.code:
		p.code = true
		return p.app.askProgram(ctx, "mfa_command", p.choices.MFACommand)
	}
	return secret.Text{}, idp.ErrNoAnswer
}

const secretBytes = 64 << 10

func nonEmpty(s secret.Text, complaint string) (secret.Text, error) {
	if s.Empty() {
		return s, &fault.UsageError{What: complaint}
	}
	return s, nil
}

// passwordFromFile reads SAMLOGIN_PASSWORD_FILE. A file that others can read is refused, as ssh does with keys.
func passwordFromFile(ctx context.Context, path string) (secret.Text, error) {
	fail := func(why string) (secret.Text, error) {
		return secret.Text{}, &fault.UsageError{What: "SAMLOGIN_PASSWORD_FILE " + why}
	}
	if info, err := os.Stat(path); err != nil {
		return fail("cannot be read: " + cause(err))
	} else if !info.Mode().IsRegular() { // opening a named pipe would wait for its other end
		return fail("is not a regular file")
	}
	f, err := os.Open(path)
	if err != nil {
		return fail("cannot be read: " + cause(err))
	}
	defer func() { _ = f.Close() }()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return fail("is not a regular file")
	} else if system.ReadableByOthers(info) {
		return secret.Text{}, &idp.SafetyError{Rule: "other users can read the file that SAMLOGIN_PASSWORD_FILE names; chmod 600 mends it"}
	}
	b, err := readAll(ctx, f, secretBytes)
	if err != nil {
		return fail("cannot be read")
	}
	return nonEmpty(secret.New(firstLine(string(b))), "SAMLOGIN_PASSWORD_FILE holds no password")
}

// firstLine is a secret as it was given, without the line end that an editor or echo puts there; blanks may be meant. What
// follows is no part of it, by the custom of programs that print secrets: no password that can be typed has a line end,
// and one that was sent with it would be refused, and count.
func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return strings.TrimSuffix(line, "\r")
}

var errTooMuch = errors.New("it is too large")

// readAll reads to the end, limit bytes at most, or until ctx ends: nobody may ever write the rest. The read is then
// left behind, as the process is about to end.
func readAll(ctx context.Context, from io.Reader, limit int64) ([]byte, error) {
	type outcome struct {
		text []byte
		err  error
	}
	done := make(chan outcome, 1)
	go func() {
		text, err := io.ReadAll(io.LimitReader(from, limit+1))
		done <- outcome{text, err}
	}()
	select {
	case o := <-done:
		if o.err == nil && int64(len(o.text)) > limit {
			o.err = errTooMuch
		}
		return o.text, o.err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}
