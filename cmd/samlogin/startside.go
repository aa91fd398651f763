package main

import (
	"time"

	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/profiles/state"
	"github.com/samlogin/samlogin/saml/secret"
)

// What start = "auto" found out about an IdP is remembered, so that the next login neither asks in vain nor says so
// again. After a while it is looked again: an administrator may have switched it on.
const (
	startKind = "start"
	startLife = 30 * 24 * time.Hour
)

// knownOff reports whether an earlier login found IdP-initiated sign-on switched off.
func (a *app) knownOff(at idp.Origin) bool {
	folder := a.folder()
	if folder == nil {
		return false
	}
	side, _, err := folder.Get(startKind, at.String())
	return err == nil && side.Reveal() == "sp"
}

func (a *app) foundOff(at idp.Origin) {
	a.keep(state.Entry{Kind: startKind, Identity: at.String(), Value: secret.New("sp"), Expires: a.now().Add(startLife)})
}
