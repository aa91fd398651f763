package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/samlogin/samlogin/cmd/samlogin/fault"
	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/idp/keychain"
	"github.com/samlogin/samlogin/profiles/settings"
)

// listed is a remembered secret as JSON output shows it.
type listed struct {
	Origin   string `json:"origin"`
	Username string `json:"username"`
	Kind     string `json:"kind"`
	Store    string `json:"store"`
	State    string `json:"state"` // "ready", "refused", "absent", "unknown"
	Refused  string `json:"refused,omitempty"`
}

func (a *app) secretList(ctx context.Context) error {
	a.watch()
	s, err := a.settings()
	if err != nil {
		return err
	}
	all := []listed{}
	rows := [][]string{{"IDP", "USER", "WHAT", "STATE", "WHERE"}}
	for _, line := range a.everyLine(ctx, s) {
		l := listed{Origin: line.Origin, Username: line.User, Kind: string(line.Kind), Store: line.Store, State: "unknown"}
		name, words := line.Store, ""
		st, err := a.stores().open(line.Store)
		if err == nil {
			name = st.Name()
			var e keychain.Entry
			e, err = st.Get(ctx, line.Key())
			switch {
			case err == nil && e.Refused.IsZero():
				l.State, words = "ready", "ready"
			case err == nil:
				l.State, l.Refused = "refused", e.Refused.UTC().Format(time.RFC3339)
				words = "refused on " + e.Refused.Local().Format("2 January 15:04") + ", not sent again"
			case errors.Is(err, keychain.ErrNotFound):
				l.State, words = "absent", "no longer there"
			}
		}
		if words == "" {
			words = "cannot be read"
			a.stores().tell(err)
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		all = append(all, l)
		rows = append(rows, []string{line.Origin, line.User, kindWord(line.Kind), words, a.short(name)})
	}
	if a.json() {
		a.printed = true
		return printJSON(a.out, all)
	}
	if len(all) == 0 {
		a.notice("nothing is remembered; samlogin secret set changes that")
		return nil
	}
	a.table(rows)
	return nil
}

// everyLine is what the ledger knows of, and what the stores themselves can list besides.
func (a *app) everyLine(ctx context.Context, s *settings.Settings) []keychain.Line {
	var all []keychain.Line
	known := map[keychain.Key]bool{}
	for _, line := range a.ledger().Lines() {
		if line.Store != "" {
			all = append(all, line)
			known[line.Key()] = true
		}
	}
	specs := map[string]bool{s.General.SecretStore: true}
	for _, in := range s.IdPs {
		specs[settings.Nearest(in.Choices, s.General).SecretStore] = true
	}
	for spec := range specs {
		for _, place := range a.stores().places(spec) {
			if path, err := a.secretsFile(); place == "file" && (err != nil || !exists(path)) {
				continue
			}
			st, err := a.stores().open(place)
			if err != nil {
				continue
			}
			keys, err := st.List(ctx)
			if err != nil && !errors.Is(err, keychain.ErrCannotList) {
				a.stores().tell(err)
			}
			for _, k := range keys {
				if !known[k] {
					known[k] = true
					all = append(all, keychain.Line{Origin: k.Origin, User: k.User, Kind: k.Kind, Store: place})
				}
			}
		}
	}
	return all
}

// secretTest logs in with what is remembered alone.
func (a *app) secretTest(ctx context.Context, f *secretFlags, names []string) error {
	a.watch()
	in, k, err := a.secretOwner(ctx, f, names)
	if err != nil {
		return err
	}
	if k.Origin == deviceOrigin {
		return &fault.UsageError{What: "a test is a login at an IdP, and " + k.User + " is a device of AWS", Hint: "samlogin login NAME uses its seed"}
	}
	transport, err := a.transport(in.choices)
	if err != nil {
		return err
	}
	d := &signInDialog{app: a, remembered: newRemembered(a, in), person: &person{app: a}}
	d.Dialog = d.remembered
	login := &session{app: a, in: in, dialog: d, fromFile: true} // a test is of the secret, and not of a session
	if login.provider, err = a.provider(in, transport, login.datedBy("the IdP's")); err != nil {
		return err
	}
	err = login.login(ctx)
	var need *idp.NeedError
	if errors.As(err, &need) {
		return &fault.NeedError{What: "no " + need.Question.Kind.String() + " that can be used is remembered for " + who(k), Hint: "samlogin secret set remembers one"}
	}
	if err != nil {
		return err
	}
	a.notice(fmt.Sprintf("what is remembered for %s works: the IdP offers %d roles", who(k), len(login.response.Roles)))
	return nil
}

func (a *app) secretRm(ctx context.Context, f *secretFlags, names []string) error {
	a.watch()
	in, k, err := a.secretOwner(ctx, f, names)
	if err != nil {
		return err
	}
	places := a.stores().places(in.choices.SecretStore)
	if place := a.ledger().Line(k).Store; place != "" {
		places = append(places, place)
	}
	gone, tried := false, map[string]bool{}
	for _, place := range places {
		if path, err := a.secretsFile(); tried[place] || place == "file" && (err != nil || !exists(path)) {
			continue
		}
		tried[place] = true
		st, err := a.stores().open(place)
		if err == nil {
			err = st.Delete(ctx, k)
		}
		if err != nil && !errors.Is(err, keychain.ErrNotFound) {
			return err
		}
		gone = gone || err == nil
	}
	if err := a.ledger().Change(ctx, k, func(l *keychain.Line) { *l = keychain.Line{Origin: k.Origin, User: k.User, Kind: k.Kind} }); err != nil {
		a.notice(err.Error())
	}
	if !gone {
		a.notice(fmt.Sprintf("no %s of %s is remembered", kindWord(k.Kind), who(k)))
		return nil
	}
	a.notice(fmt.Sprintf("the %s of %s is forgotten", kindWord(k.Kind), who(k)))
	return nil
}
