package main

import (
	"encoding/json"
	"time"

	"github.com/samlogin/samlogin/cmd/samlogin/picker"
	"github.com/samlogin/samlogin/profiles/state"
	"github.com/samlogin/samlogin/saml"
	"github.com/samlogin/samlogin/saml/secret"
)

// What a person likes to see first is kept sealed, by IdP and person.
const (
	picksKind = "picks"
	picksLife = 365 * 24 * time.Hour // from the last time that a role was picked
)

// keptPicks are those of earlier runs; none where nothing is kept.
func (a *app) keptPicks(in *signIn) picker.Picks {
	var p picker.Picks
	if folder := a.folder(); folder != nil {
		if text, _, err := folder.Get(picksKind, in.who()); err == nil && json.Unmarshal([]byte(text.Reveal()), &p) != nil {
			return picker.Picks{}
		}
	}
	return p
}

// keepPicks keeps what was taken and what was made a favourite.
func (a *app) keepPicks(in *signIn, was picker.Picks, l *picker.List, taken []saml.Role) {
	now, changed := was.After(l, taken)
	if !changed {
		return
	}
	text, err := json.Marshal(now)
	if err != nil {
		return
	}
	a.keep(state.Entry{Kind: picksKind, Identity: in.who(), Value: secret.New(string(text)), Expires: a.now().Add(picksLife)})
}
