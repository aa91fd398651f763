package main

import (
	"context"
	"errors"

	"github.com/samlogin/samlogin/idp"
)

// turnedAway is the refusal that an IdP has given an account in this run. Nothing more is sent for it: every further try
// counts towards its lock.
func (a *app) turnedAway(in *signIn) error {
	if refused := a.refusals[in.owner()]; refused != nil {
		return refused
	}
	return nil
}

// noteRefusal keeps a refusal that is about the account, and not about what it may do.
func (a *app) noteRefusal(in *signIn, err error) {
	var refused *idp.RefusedError
	if !errors.As(err, &refused) {
		return
	}
	if aboutAccount(refused.Reason) {
		if a.refusals == nil {
			a.refusals = map[owner]*idp.RefusedError{}
		}
		a.refusals[in.owner()] = refused
	}
}

// missedBefore is why a login failed that this run has made already. Roles that are taken with those of an IdP would
// each make it again, with the password: once is enough, whatever the IdP's answer was.
func (a *app) missedBefore(f *loginFlags, in *signIn) error {
	if !f.writes { // what renews keys all day tries again
		return nil
	}
	if err := a.missed[in.who()]; err != nil {
		return err
	}
	return a.missed[in.assertion()]
}

// noteMissed keeps why a login failed: for this very login, and once something was answered for all of the person's at
// that IdP.
func (a *app) noteMissed(ctx context.Context, s *session, err error) {
	if ctx.Err() != nil {
		return
	}
	if a.missed == nil {
		a.missed = map[string]error{}
	}
	a.missed[s.in.assertion()] = err
	if s.dialog.answered {
		a.missed[s.in.who()] = err
	}
}

// aboutAccount reports whether a refusal is about the account, so that trying again would meet it again, and count.
func aboutAccount(r idp.Reason) bool {
	switch r {
	case idp.WrongPassword, idp.WindowsPassword, idp.Locked, idp.Disabled, idp.PasswordExpired, idp.CodeRefused, idp.MFATimedOut, idp.TooManyLogins:
		return true
	}
	return false
}
