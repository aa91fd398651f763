package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/samlogin/samlogin/cmd/samlogin/fault"
	"github.com/samlogin/samlogin/cmd/samlogin/picker"
	"github.com/samlogin/samlogin/cmd/samlogin/terminal"
	"github.com/samlogin/samlogin/saml"
	"github.com/samlogin/samlogin/saml/foreign"
)

// pick lets the person choose from the roles offered: one for a profile that is named, else one or more.
func (a *app) pick(ctx context.Context, in *signIn, offered []saml.Role, names accountNames, profile string) ([]saml.Role, error) {
	t, err := a.terminal()
	if err != nil {
		return nil, &fault.NeedError{
			What: fmt.Sprintf("%d roles are offered and nobody can be asked which one", len(offered)),
			Hint: "name one with --role account/name, or take all with --all; samlogin roles lists them",
		}
	}
	kept := a.keptPicks(in)
	list := picker.New(offered, names)
	if profile == "" || templated(profile) {
		list.Several = true
	} else {
		list.Profile = foreign.Clean(profile)
	}
	list.Prefer(kept)
	choose := picker.OnScreen
	if a.plainTerminal() {
		choose = picker.ByNumber
	} else if a.color(true) {
		list.Highlight()
	}
	taken, err := choose(ctx, t, list)
	a.keepPicks(in, kept, list, taken)
	if errors.Is(err, picker.ErrNoKeys) {
		return nil, &fault.NeedError{What: "the list of roles cannot be shown on this terminal", Hint: "name a role with --role account/name"}
	}
	if err != nil {
		return nil, err
	}
	for i, role := range taken {
		if i == maxCandidates {
			fmt.Fprintf(t.Out, "… and %d more\n", len(taken)-i)
			break
		}
		fmt.Fprintf(t.Out, "Role: %s\n", terminal.Fit(role.Account()+names.suffix(role.Account())+" "+role.Path(), t.Width()-7))
	}
	return taken, nil
}

// plainTerminal reports whether nothing may be drawn: the terminal can only print lines (TERM=dumb), or somebody wants
// to have them read out (ACCESSIBLE, as other programs understand it).
func (a *app) plainTerminal() bool { return a.env("TERM") == "dumb" || a.env("ACCESSIBLE") != "" }
