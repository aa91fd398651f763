package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/samlogin/samlogin/cmd/samlogin/terminal"
	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/idp/keychain"
	"github.com/samlogin/samlogin/profiles/imports"
	"github.com/samlogin/samlogin/profiles/settings"
	"github.com/samlogin/samlogin/saml/foreign"
)

// copied is what became of a password that another tool may have, as JSON output shows it.
type copied struct {
	IdP    string `json:"idp"`
	Origin string `json:"origin"`
	User   string `json:"username,omitempty"`
	Copied bool   `json:"copied"`
	Why    string `json:"why,omitempty"`
}

// copySecrets copies passwords from another tool's entries in the key store to samlogin's, each on a yes. The store is
// not looked into before, since it may ask the person to unlock it.
func (a *app) copySecrets(ctx context.Context, f *importFlags, s *settings.Settings, r *imports.Result) ([]copied, error) {
	all := []copied{}
	asked := map[string]bool{}
	for _, e := range r.Stored {
		i := s.IdPs[e.IdP]
		if asked[e.IdP] || i == nil || settings.Nearest(i.Choices, s.General).SecretStore == storeNone {
			continue
		}
		asked[e.IdP] = true
		_, origin, err := idp.ParseStart(i.URL, "")
		if err != nil {
			continue
		}
		c := copied{IdP: e.IdP, Origin: origin.String(), User: e.User}
		yes, err := a.agreeToCopy(ctx, f, r.Tool, c)
		if err != nil {
			return all, err
		}
		if !yes {
			continue
		}
		for _, entry := range r.Stored { // accounts that share an IdP may have one each
			if entry.IdP == e.IdP && !c.Copied {
				if c.Copied, c.Why, err = a.copySecret(ctx, s, r.Tool, entry, &c); err != nil {
					return all, err
				}
			}
		}
		all = append(all, c)
	}
	return all, nil
}

func (a *app) agreeToCopy(ctx context.Context, f *importFlags, tool imports.Tool, c copied) (bool, error) {
	if f.secrets || !keychain.SystemPresent(a.env) {
		return f.secrets, nil
	}
	t, err := a.terminal()
	if err != nil || f.yes {
		return false, nil // --yes is about the settings
	}
	whose := "for"
	if c.User != "" {
		whose = "of " + foreign.Clean(c.User) + " at"
	}
	return t.Confirm(ctx, fmt.Sprintf("%s may have the password %s %s in the key store. Copy it?", tool, whose, c.Origin))
}

// copySecret copies one password. The errors are those after which nothing more is to be done; why says what else kept it
// from being copied.
func (a *app) copySecret(ctx context.Context, s *settings.Settings, tool imports.Tool, e imports.Stored, c *copied) (done bool, why string, err error) {
	i := s.IdPs[e.IdP]
	spec := settings.Nearest(i.Choices, s.General).SecretStore
	_, terminalErr := a.terminal()
	saved, err := keychain.FromOther(ctx, keychain.Options{Env: a.env, Interactive: terminalErr == nil}, keychain.Other{Tool: string(tool), Account: e.Account, URL: e.URL, User: e.User})
	switch {
	case ctx.Err() != nil:
		return false, "", context.Cause(ctx)
	case errors.Is(err, keychain.ErrNotFound):
		return false, string(tool) + " has none in the key store", nil
	case err != nil:
		return false, err.Error(), nil
	}
	if c.User == "" {
		c.User = saved.User
	}
	if c.User == "" || (saved.User != "" && !strings.EqualFold(saved.User, c.User)) {
		return false, "the one in the key store is another user's", nil
	}
	k := keychain.Key{Origin: c.Origin, User: c.User, Kind: keychain.Password}
	if _, place, err := a.stores().get(ctx, spec, k); err != nil {
		return false, "", err
	} else if place != "" {
		return false, "one is remembered already, and stays", nil
	}
	places := a.stores().places(spec)
	if len(places) == 0 {
		return false, "there is no place for it", nil
	}
	if err := a.rememberIn(ctx, places[0], k, saved.Secret); err != nil {
		if ctx.Err() != nil || errors.Is(err, terminal.ErrInterrupted) {
			return false, "", err
		}
		return false, err.Error(), nil
	}
	return true, "", nil
}
