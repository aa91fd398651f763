package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/samlogin/samlogin/idp/browser"
	"github.com/samlogin/samlogin/idp/keychain"
	"github.com/samlogin/samlogin/profiles/settings"
	"github.com/samlogin/samlogin/profiles/state"
	"github.com/samlogin/samlogin/saml/foreign"
)

func newLogoutCmd(a *app) *cobra.Command {
	secrets := false
	cmd := &cobra.Command{
		Use:   "logout [NAME…]",
		Short: "Forget sessions and keys, and take samlogin's lines out of the AWS files",
		Long: `Forget sessions and keys, and take samlogin's lines out of the AWS files: of the groups, profiles and IdPs named, or all.
The session at the IdP that a profile was logged in with goes too, so that its next login asks. Keys that AWS has
handed out stay valid at AWS until they end.`,
		Example: `  samlogin logout
  samlogin logout prod
  samlogin logout --secrets`,
		ValidArgsFunction: a.completeNames,
		RunE:              func(cmd *cobra.Command, args []string) error { return a.logout(cmd.Context(), secrets, args) },
	}
	cmd.Flags().BoolVar(&secrets, "secrets", false, "forget remembered passwords and seeds too")
	return cmd
}

// loggedOut is what logout did, as JSON output shows it; the members are a contract.
type loggedOut struct {
	Profiles []string `json:"profiles"` // of the AWS files
	Keys     int      `json:"keys"`     // of roles, kept by samlogin
	Sessions int      `json:"sessions"` // at IdPs
	Secrets  int      `json:"secrets"`
}

// leaving is what a logout is about.
type leaving struct {
	all    bool
	names  map[string]bool // profiles and IdPs
	owners map[string]bool // who is logged in where, as signIn.who
	places map[owner]bool  // the same, as remembered secrets know it

	settings *settings.Settings
	keyIDs   map[string]bool // of AWS, of keys that are forgotten: they are taken out wherever they were written
	entries  []keptEntry     // MFA sessions and roles that keys were taken with
	regions  []regionEntry   // that samlogin wrote, as they were before what is kept is forgotten
}

func (a *app) logout(ctx context.Context, secrets bool, names []string) error {
	a.watch()
	s, err := a.settings()
	if err != nil {
		return err
	}
	l, err := a.leaving(ctx, s, names)
	if err != nil {
		return err
	}
	l.regions = a.regionsPlaced()
	done := loggedOut{Profiles: []string{}}
	// Each part is tried whatever became of the others: what is left behind by one must not keep the rest.
	failed := errors.Join(a.forgetKept(l, &done), a.forgetBrowsers(ctx, l, &done), a.forgetProfiles(ctx, l, &done), a.forgetForCLI(l, &done))
	if secrets {
		failed = errors.Join(failed, a.forgetSecrets(ctx, s, l, &done))
	}
	if failed != nil {
		return failed
	}
	if a.json() {
		a.printed = true
		return printJSON(a.out, done)
	}
	a.notice(done.words())
	return nil
}

func (d loggedOut) words() string {
	var parts []string
	add := func(n int, one, many string) {
		if n == 1 {
			parts = append(parts, "1 "+one)
		} else if n > 1 {
			parts = append(parts, fmt.Sprintf("%d %s", n, many))
		}
	}
	add(d.Sessions, "session at an IdP", "sessions at IdPs")
	add(d.Keys, "role's keys", "roles' keys")
	add(d.Secrets, "remembered secret", "remembered secrets")
	text := ""
	if len(parts) > 0 {
		text = "forgotten: " + strings.Join(parts, ", ")
	}
	if len(d.Profiles) > 0 {
		if text != "" {
			text += "; "
		}
		text += "taken out of the AWS files: " + foreign.Clean(strings.Join(d.Profiles, ", "))
	}
	if text == "" {
		return "there was nothing to forget"
	}
	return text
}

// leaving finds out who is meant: by the settings, and by what earlier logins left.
func (a *app) leaving(ctx context.Context, s *settings.Settings, names []string) (*leaving, error) {
	l := &leaving{all: len(names) == 0, names: map[string]bool{}, owners: map[string]bool{}, places: map[owner]bool{}, keyIDs: map[string]bool{}}
	if l.all {
		return l, nil
	}
	rows, err := a.gather(false)
	if err != nil {
		return nil, err
	}
	members, err := a.membersOf(s, names, rows)
	if err != nil {
		return nil, err
	}
	for _, name := range members {
		l.names[name] = true
		if in := a.signInOf(ctx, s, name); in != nil {
			l.owners[in.who()], l.places[in.owner()] = true, true
		}
	}
	l.settings = s
	return l, l.written(a)
}

// forgetKept forgets what samlogin keeps. Assertions say nothing of whose they are, and last for five minutes: all go.
func (a *app) forgetKept(l *leaving, done *loggedOut) error {
	folder := a.folder()
	if folder == nil {
		return nil
	}
	kept := folder.List("")
	gone := make([]bool, len(kept))
	for i, k := range kept {
		var e roleEntry
		if k.Kind != state.Role && k.Kind != state.MFA || json.Unmarshal(k.Description, &e) != nil {
			continue
		}
		named := l.all || l.names[e.Name] || l.names[e.IdP]
		if gone[i] = named || e.Written != "" && l.names[e.Written] || e.KeyID != "" && l.keyIDs[e.KeyID]; gone[i] {
			if named {
				l.names[e.Name] = true
				if e.Written != "" {
					l.names[e.Written] = true
				}
			}
			if e.KeyID != "" {
				l.keyIDs[e.KeyID] = true
			}
			if kind, identity, depends := e.keptBy(); depends && kind == state.IdP {
				l.owners[identity] = true
			}
			l.entries = append(l.entries, e.Before...)
		}
	}
	var failed error
	for i, k := range kept {
		if k.Kind == assertionKind {
			gone[i] = true
		}
		var e idpEntry
		if k.Kind == state.IdP && json.Unmarshal(k.Description, &e) == nil {
			gone[i] = l.all || l.names[e.Name]
			if gone[i] {
				l.places[owner{origin: e.Origin, user: e.User}] = true
			}
		}
		if !gone[i] {
			continue
		}
		failed = errors.Join(failed, folder.Remove(k))
		switch k.Kind {
		case state.Role, state.MFA:
			done.Keys++
		case state.IdP:
			done.Sessions++
		}
	}
	for who := range l.owners { // those of profiles that were named; List does not tell whose a session is
		if _, _, err := folder.Get(state.IdP, who); err == nil {
			failed = errors.Join(failed, folder.Delete(state.IdP, who))
			done.Sessions++
		}
	}
	for _, e := range l.entries { // and those that keys of theirs were taken with, or their next command would ask nobody
		if _, _, err := folder.Get(e.Kind, string(e.Identity)); err == nil {
			failed = errors.Join(failed, folder.Delete(e.Kind, string(e.Identity)))
			done.Keys++
		}
	}
	if l.all {
		failed = errors.Join(failed, folder.Clear())
	}
	return failed
}

// forgetBrowsers forgets the sessions that browsers keep.
func (a *app) forgetBrowsers(ctx context.Context, l *leaving, done *loggedOut) error {
	base, err := a.browserFolder()
	if err != nil {
		return nil // no place, no session
	}
	whose := slices.Collect(maps.Keys(l.owners))
	if l.all {
		whose = []string{""}
	}
	var failed error
	for _, who := range whose {
		n, err := browser.Forget(ctx, base, who)
		done.Sessions += n
		failed = errors.Join(failed, err)
	}
	return failed
}

// forgetSecrets forgets passwords and seeds. The ledger forgets one only after its store has.
func (a *app) forgetSecrets(ctx context.Context, s *settings.Settings, l *leaving, done *loggedOut) error {
	var failed error
	for _, line := range a.everyLine(ctx, s) {
		k := line.Key()
		if !l.all && !slices.ContainsFunc(ownersOf(l), func(o owner) bool { return o.origin == k.Origin && strings.EqualFold(o.user, k.User) }) {
			continue
		}
		st, err := a.stores().open(line.Store)
		if err == nil {
			err = st.Delete(ctx, k)
		}
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case err == nil:
			done.Secrets++
		case !errors.Is(err, keychain.ErrNotFound):
			failed = errors.Join(failed, err)
			continue
		}
		failed = errors.Join(failed, a.ledger().Change(ctx, k, func(l *keychain.Line) { *l = keychain.Line{Origin: k.Origin, User: k.User, Kind: k.Kind} }))
	}
	return failed
}

func ownersOf(l *leaving) []owner {
	out := make([]owner, 0, len(l.places))
	for o := range l.places {
		out = append(out, o)
	}
	return out
}
