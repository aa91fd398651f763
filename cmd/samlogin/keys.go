package main

import (
	"context"
	"time"

	"github.com/samlogin/samlogin/profiles/settings"
	"github.com/samlogin/samlogin/saml"
	"github.com/samlogin/samlogin/sts"
)

// Margins of renewal: keys that end sooner are renewed. Where that needs nobody it is done early, since some AWS
// clients take keys for expired 15 minutes before they are (botocore); where a person has to do something it is put
// off; and keys that could not be renewed are served while they are good for anything.
const (
	silentMargin = 15 * time.Minute
	askingMargin = 5 * time.Minute
	lastMargin   = time.Minute
)

// heldKeys are the keys of one NAME.
type heldKeys struct {
	sts.Credentials
	role    saml.Role
	region  string // of the settings, where STS was asked in it; "" none
	choices settings.Choices
}

// keysOf gives the keys of one NAME that a command was called with.
func (a *app) keysOf(ctx context.Context, f *loginFlags, name string) (heldKeys, error) {
	r, err := a.takeOne(ctx, f, name)
	if err != nil {
		return heldKeys{}, err
	}
	return heldKeys{r.session.Credentials, r.role, r.region, r.target.choices}, nil
}
