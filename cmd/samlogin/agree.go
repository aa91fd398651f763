package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/profiles/state"
	"github.com/samlogin/samlogin/saml/secret"
)

// originKind are the servers that a person agreed to, by the IdP that leads to them.
const originKind = "origin"

// agreedFor is how long a yes counts.
const agreedFor = 5 * 365 * 24 * time.Hour

// agree asks, once for each, whether another server that a sign-in leads to may get what is typed there: like ssh, which
// shows a host's key the first time. Nobody is asked without a terminal, and then nothing goes there.
func (a *app) agree(ctx context.Context, home, other idp.Origin) (bool, error) {
	pair := state.Identity(home.String(), other.String())
	if folder := a.folder(); folder != nil {
		if said, _, err := folder.Get(originKind, pair); err == nil && said.Reveal() == "yes" {
			return true, nil
		}
	}
	t, err := a.terminal()
	if errors.Is(err, errNoTerminal) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	fmt.Fprintf(t.Out, "The sign-in at %s leads on to another server:\n\n    %s\n\n", home, other)
	yes, err := t.Confirm(ctx, "Is it your company's? What you type there goes to it, now and from now on.")
	if err == nil && yes {
		a.keep(state.Entry{Kind: originKind, Identity: pair, Value: secret.New("yes"), Expires: a.now().Add(agreedFor)})
	}
	return yes, err
}
