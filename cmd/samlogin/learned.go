package main

import (
	"time"

	"github.com/samlogin/samlogin/profiles/state"
	"github.com/samlogin/samlogin/saml"
	"github.com/samlogin/samlogin/saml/secret"
)

// learned is the longest duration that a role was found to allow in the last seven days; 0 if that is not known.
func (a *app) learned(role saml.Role) time.Duration {
	if a.folder() == nil {
		return 0
	}
	text, _, err := a.folder().Get(state.Duration, role.ARN)
	if err != nil {
		return 0
	}
	d, err := time.ParseDuration(text.Reveal())
	if err != nil {
		return 0
	}
	return d
}

const learnedLife = 7 * 24 * time.Hour

func (a *app) learn(role saml.Role, longest time.Duration) {
	if longest > 0 {
		a.keep(state.Entry{Kind: state.Duration, Identity: role.ARN, Value: secret.New(longest.String()), Expires: a.now().Add(learnedLife)})
	}
}
