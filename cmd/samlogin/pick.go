package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/AlecAivazis/survey/v2"
	surveyterm "github.com/AlecAivazis/survey/v2/terminal"

	"github.com/samlogin/samlogin/saml"
	"github.com/samlogin/samlogin/saml/foreign"
)

// This file is the only one that knows survey, which is archived upstream: another picker would change this file alone.

const pageSize = 15

// pick lets the person choose one of the roles offered. Typing filters by account, account name and role.
func (a *app) pick(ctx context.Context, offered []saml.Role, names accountNames) (saml.Role, error) {
	t, err := a.terminal()
	if err != nil {
		return saml.Role{}, &needError{
			What: fmt.Sprintf("%d roles are offered and nobody can be asked which one", len(offered)),
			Hint: "name one with --role account/name, or take all with --all; samlogin roles lists them",
		}
	}
	t.hold()
	defer t.restore()
	var chosen int
	lines := pickLines(offered, names, t.width()-4)
	question := &survey.Select{
		Message:  "Role:",
		Options:  lines,
		PageSize: min(pageSize, len(lines)),
		Help:     "type to filter by account, name or role; ↑ ↓ to move; return to take",
		Filter: func(typed, line string, _ int) bool {
			return containsAll(strings.ToLower(line), strings.Fields(strings.ToLower(typed)))
		},
	}
	done := make(chan error, 1)
	go func() { done <- survey.AskOne(question, &chosen, survey.WithStdio(t.in, t.out, t.out)) }()
	select {
	case err = <-done:
	case <-ctx.Done():
		fmt.Fprint(t.out, "\x1b[?25h\n") // survey hides the cursor
		return saml.Role{}, context.Cause(ctx)
	}
	if errors.Is(err, surveyterm.InterruptErr) {
		return saml.Role{}, errInterrupted
	}
	if err != nil {
		return saml.Role{}, &needError{What: "the list of roles cannot be shown on this terminal", Hint: "name a role with --role account/name"}
	}
	return offered[chosen], nil
}

func containsAll(s string, words []string) bool {
	for _, w := range words {
		if !strings.Contains(s, w) {
			return false
		}
	}
	return true
}

// pickLines draws one line a role, the account first, so that the roles of an account stand together. A line never
// wraps: the picker counts lines to redraw itself.
func pickLines(offered []saml.Role, names accountNames, width int) []string {
	widest := 0
	accounts := make([]string, len(offered))
	for i, r := range offered {
		accounts[i] = r.Account() + names.suffix(r.Account())
		widest = max(widest, len([]rune(accounts[i])))
	}
	lines := make([]string, len(offered))
	for i, r := range offered {
		lines[i] = foreign.Cut(fmt.Sprintf("%-*s  %s", widest, accounts[i], r.Path()), max(width, 20))
	}
	return lines
}
