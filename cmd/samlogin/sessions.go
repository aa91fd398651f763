package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/idp/browser"
	"github.com/samlogin/samlogin/profiles/state"
	"github.com/samlogin/samlogin/saml"
)

// What a login leaves for the next one: the session at the IdP, which spares password and second factor, and the
// assertion while AWS takes it. Both lie sealed in samlogin's state (see profiles/state).

// Lives of what is kept, beside what the IdP itself says.
const (
	sessionLife   = 12 * time.Hour  // of cookies that name no end: an IdP ends its sessions sooner
	assertionLife = 5 * time.Minute // from its issue; AWS takes none that is older
	assertionKind = "assertion"
)

// folder is samlogin's state, nil where there is no place for it, or where none is wanted.
func (a *app) folder() *state.Folder {
	if a.stateless {
		return nil
	}
	if a.kept == nil {
		dir, err := state.Locate(a.env)
		if err == nil {
			a.kept, err = state.Open(state.Options{Dir: dir, Now: a.now})
		}
		a.stateless = err != nil
	}
	return a.kept
}

// keep puts an entry into the state. A failure costs a login later on, and is told of once.
func (a *app) keep(e state.Entry) {
	if a.holds {
		a.held = append(a.held, e)
		return
	}
	folder := a.folder()
	if folder == nil {
		return
	}
	if err := folder.Put(e); err != nil && !a.keepTold {
		a.keepTold = true
		a.notice(err.Error())
		if hint := hintOf(err); hint != "" {
			a.notice(hint)
		}
	}
}

// keepHeld keeps what was held back until somebody said yes.
func (a *app) keepHeld() {
	held := a.held
	a.holds, a.held = false, nil
	for _, e := range held {
		a.keep(e)
	}
}

// keepsSession reports whether this login may go on with an earlier one's session, and leave its own.
func (s *session) keepsSession() bool {
	return s.app.folder() != nil && s.in.choices.Session != "off" && !s.fromFile
}

// login gets a response: one that another process has just got, or by a login of its own. Of all processes that log in
// as one person at one IdP only one does at a time: AD FS stops a browser that asks for five tokens in 20 seconds.
func (s *session) login(ctx context.Context) error {
	s.response = nil
	if !s.keepsSession() {
		return s.lead(ctx)
	}
	var found *saml.Response
	flight := state.Flight{
		Kind: state.IdP, Identity: s.in.who(),
		Look: func() bool {
			if s.fresh {
				return false
			}
			found = s.keptResponse()
			return found != nil && !s.isStale(found)
		},
		Lead:     s.lead,
		Share:    sharedFailure,
		Heed:     s.heed,
		Patience: s.patience,
		Waiting: func() {
			s.app.notice("another samlogin is signing in as the same person; waiting for it")
		},
	}
	if err := s.app.folder().Fly(ctx, flight); err != nil {
		return err
	}
	if s.response == nil {
		s.take(found, found.IssueInstant)
	}
	return nil
}

// lead logs in, with the session of an earlier run where there is one. One that has ended shows as the sign-in page;
// one that confuses the IdP is forgotten, and the login begins again from nothing.
func (s *session) lead(ctx context.Context) error {
	restored := s.restore()
	barred := s.app.turnedAway(s.in)
	if barred != nil && !restored {
		return barred
	}
	s.dialog.barred = barred
	if s.fresh && s.in.kind == "browser" && s.in.choices.Session == "on" { // it would go on with the one that it keeps
		if base, err := s.app.browserFolder(); err == nil {
			if _, err := browser.Forget(ctx, base, s.in.who()); err != nil {
				return err
			}
		}
	}
	response, err := s.provider.Login(ctx, s.dialog)
	if err != nil && restored && barred == nil && !s.dialog.answered && aboutSession(err) {
		s.app.jar(s.in).Empty()
		_ = s.app.folder().Delete(state.IdP, s.in.who())
		response, err = s.provider.Login(ctx, s.dialog)
	}
	s.dialog.ended(ctx, err)
	if err != nil {
		return err
	}
	s.fresh = false // --force asks for one fresh login
	s.take(response, s.app.now())
	s.keepSession(response)
	return nil
}

// aboutSession reports whether an error may be about cookies that are not good any more.
func aboutSession(err error) bool {
	var refused *idp.RefusedError
	var page *idp.PageError
	var status *saml.StatusError
	return errors.As(err, &page) || errors.As(err, &status) || (errors.As(err, &refused) && refused.Reason != idp.IdPInitiatedOff)
}

// take makes a response that of this session, and tells what there is to be told of it.
func (s *session) take(response *saml.Response, at time.Time) {
	s.response, s.at = response, at
	s.app.notices(response.Notices)
	s.app.notices(response.Concerns(s.app.now(), s.in.audience()))
}

func (s *session) restore() bool {
	if !s.keepsSession() || s.fresh || s.app.restored[s.in.owner()] {
		return false
	}
	if s.app.restored == nil {
		s.app.restored = map[owner]bool{}
	}
	s.app.restored[s.in.owner()] = true
	cookies, _, err := s.app.folder().Get(state.IdP, s.in.who())
	return err == nil && s.app.jar(s.in).Restore(cookies) == nil
}

// idpEntry is what status tells of a session at an IdP.
type idpEntry struct {
	Name   string `json:"name"` // of the IdP in the settings, or its host
	User   string `json:"user,omitempty"`
	Origin string `json:"origin"`
}

func (s *session) keepSession(response *saml.Response) {
	if !s.keepsSession() {
		return
	}
	now := s.app.now()
	if cookies := s.app.jar(s.in).Keep(); !cookies.Empty() {
		described, err := json.Marshal(idpEntry{s.in.label(), s.in.choices.Username, s.in.owner().origin})
		if err == nil {
			s.app.keep(state.Entry{Kind: state.IdP, Identity: s.in.who(), Value: cookies, Expires: now.Add(sessionLife), Description: described})
		}
	}
	ends := now.Add(assertionLife)
	if issued := response.IssueInstant; !issued.IsZero() && issued.Add(assertionLife).Before(ends) {
		ends = issued.Add(assertionLife)
	}
	if !ends.After(now) { // a clock is wrong, which was told of
		return
	}
	s.app.keep(state.Entry{Kind: assertionKind, Identity: s.in.assertion(), Value: response.Encoded, Expires: ends})
}

// keptResponse is the response that was got by this process or another one, while it is young enough.
func (s *session) keptResponse() *saml.Response {
	encoded, ends, err := s.app.folder().Get(assertionKind, s.in.assertion())
	if err != nil || ends.Sub(s.app.now()) < assertionLife-maxAge {
		return nil
	}
	response, err := saml.Parse(encoded)
	if err != nil {
		return nil
	}
	return response
}

// isStale reports whether a response is the one that AWS called too old.
func (s *session) isStale(r *saml.Response) bool {
	return s.stale != nil && s.stale.Encoded.Reveal() == r.Encoded.Reveal()
}

// label is what a person calls the IdP.
func (in *signIn) label() string { return cmp.Or(in.name, in.kind) }

// who is whose session it is, by everything that can make it another person's: the user is "" where the IdP was left to
// ask, and then realm, certificate and Windows account alone tell people apart.
func (in *signIn) who() string {
	o := in.owner()
	return state.Identity(in.kind, o.origin, o.user, o.as)
}

// as is what tells people apart beside address and user name.
func (in *signIn) as() string {
	return state.Identity(append([]string{in.choices.Realm, in.choices.Certificate, in.choices.Windows}, in.command...)...)
}

// assertion is whose assertion it is, and what for.
func (in *signIn) assertion() string {
	return state.Identity(in.who(), in.choices.URL, in.audience(), in.choices.Start)
}

// sharedFailure tells which failures of a login are also those of the processes that wait for it: what is about the
// account. A relying party, a network or a page may be another one for them, and they may have a terminal.
func sharedFailure(err error) (state.Failure, bool) {
	f := explain(err)
	var refused *idp.RefusedError
	if !errors.As(err, &refused) || !aboutAccount(refused.Reason) {
		return state.Failure{}, false
	}
	words := f.Message
	f.Message = ""
	class, err := json.Marshal(f)
	return state.Failure{Class: string(class), Words: words}, err == nil
}

// shared is a failure of another process, as it told of it.
func shared(e *state.SharedError) failure {
	var f failure
	if json.Unmarshal([]byte(e.Failure.Class), &f) != nil || f.Exit == 0 {
		f = failure{Code: "fault", Exit: exitFault}
	}
	f.Message = strings.TrimSpace(e.Failure.Words) + " (told by the samlogin that signed in)"
	return f
}
