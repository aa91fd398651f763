package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/samlogin/samlogin/cmd/samlogin/fault"
	"github.com/samlogin/samlogin/profiles/settings"
)

// changes are what has to stand in the settings, in the order in which it is written there.
func (s *setup) changes() []settings.Change {
	var all []settings.Change
	set := func(table, key string, value, was any) {
		switch v := value.(type) {
		case string:
			if v == "" || v == was {
				return
			}
		case []string:
			if old, _ := was.([]string); len(v) == 0 || slices.Equal(v, old) {
				return
			}
		}
		all = append(all, settings.Change{Table: table, Key: key, Value: value})
	}
	if main := s.mainName(); main != "" && (s.settings.Default == "" || s.flags.asDefault) {
		set("", "default", main, s.settings.Default)
	}
	for _, number := range slices.Sorted(maps.Keys(s.named)) {
		set("accounts", number, s.named[number], s.settings.Accounts[number])
	}
	table, c := "idp."+s.idp.Name, s.idp.Choices
	was := settings.IdP{}
	if old := s.settings.IdPs[s.idp.Name]; old != nil {
		was = *old
	}
	set(table, "kind", s.idp.Kind, was.Kind)
	for _, key := range []struct {
		name, value, was string
	}{
		{"url", c.URL, was.URL}, {"start", c.Start, was.Start}, {"relying_party", c.RelyingParty, was.RelyingParty}, {"realm", c.Realm, was.Realm},
		{"username", c.Username, was.Username}, {"mfa", c.MFA, was.MFA}, {"windows", c.Windows, was.Windows}, {"ca_bundle", c.CABundle, was.CABundle},
		{"region", c.Region, was.Region}, {"sts_endpoint", c.STSEndpoint, was.STSEndpoint}, {"duration", s.flags.duration, was.Duration}, {"write", s.written(was.Write), was.Write},
	} {
		set(table, key.name, key.value, key.was)
	}
	set(table, "password_command", c.PasswordCommand, was.PasswordCommand)
	set(table, "mfa_command", c.MFACommand, was.MFACommand)
	var members []string
	if old := s.settings.Groups[s.group]; old != nil {
		members = slices.Clone(old.Profiles)
	}
	for _, chosen := range s.chosen {
		table := "profile." + chosen.profile
		if !chosen.known {
			set(table, "idp", s.idp.Name, "")
			set(table, "role", chosen.role.ARN, "")
			if chosen.principal {
				set(table, "principal", chosen.role.PrincipalARN, "")
			}
		}
		if !slices.Contains(members, chosen.profile) {
			members = append(members, chosen.profile)
		}
	}
	if s.group != "" {
		set("group."+s.group, "profiles", members, oldMembers(s.settings.Groups[s.group]))
	}
	return all
}

func oldMembers(g *settings.Group) []string {
	if g == nil {
		return nil
	}
	return g.Profiles
}

// written is the value of write for the settings: keys is what is done without it.
func (s *setup) written(was string) string {
	if s.flags.write == "keys" && was == "" {
		return ""
	}
	return s.flags.write
}

// write shows what the settings are going to say, asks, writes it, and takes the roles with the login that was made.
func (s *setup) write(ctx context.Context, login *madeLogin) error {
	a := s.app
	edit, err := settings.Plan(s.path, s.changes())
	if err != nil {
		return err
	}
	edit.Notice = a.notice
	if a.loaded, err = a.loader().Planned(edit); err != nil {
		return err
	}
	var wanted []*target
	var writer *keysWriter
	if login != nil {
		if wanted, err = a.targets(ctx, login.flags, a.loaded, s.profileNames()); err != nil {
			return err
		}
		if writer, err = a.writer(ctx, login.flags, wanted); err != nil { // before the settings: both or none
			return err
		}
	}
	if err := s.agree(ctx, edit); err != nil {
		return err
	}
	if err := edit.Save(ctx); err != nil {
		return err
	}
	a.keepHeld()
	if edit.Changes() {
		s.say("Written to %s.\n", s.app.short(s.path))
	}
	if login == nil {
		s.say("Next: %s", s.command("roles"))
		return s.print(edit, nil)
	}
	if !s.known {
		login.session.keepSession(login.session.response)
	}
	results, err := s.take(ctx, login, wanted, writer)
	if err != nil {
		return err
	}
	if err := s.finish(ctx, edit, writer, results); err != nil {
		return err
	}
	return s.rememberPassword(ctx, login)
}

// take takes the roles with the login that was made.
func (s *setup) take(ctx context.Context, login *madeLogin, wanted []*target, writer *keysWriter) ([]result, error) {
	names := accountNames(s.app.loaded.Accounts)
	jobs, results, err := newSignedIn(login.session, login.transport, login.transport).jobs(ctx, wanted, names)
	if err != nil {
		return nil, err
	}
	if err := writer.check(ctx, jobs); err != nil {
		return nil, err
	}
	if err := writer.clash(jobs, names); err != nil {
		return nil, err
	}
	taken, err := s.app.take(ctx, login.flags, jobs)
	return append(results, taken...), err
}

// agree shows the change, and takes a yes for it.
func (s *setup) agree(ctx context.Context, edit *settings.Edit) error {
	if !edit.Changes() {
		s.say("The settings say all of that already.\n")
		return nil
	}
	t := s.ask.terminal
	if !s.app.json() {
		fmt.Fprintln(s.app.out)
		s.app.showDiff(edit.Diff())
	}
	if s.flags.yes {
		return nil
	}
	if t == nil {
		return &fault.NeedError{What: "the settings would be changed, and nobody can be asked", Hint: "--yes writes what is shown"}
	}
	if s.app.json() {
		fmt.Fprint(t.Out, edit.Diff())
	}
	yes, err := t.Decide(ctx, "Write that to "+s.app.short(s.path)+"?")
	if err == nil && !yes {
		err = &fault.NeedError{What: "nothing was written", Hint: "samlogin configure begins again; an editor does as well"}
	}
	return err
}

// command is a command line for the settings that were written.
func (s *setup) command(words string) string {
	if s.app.global.config != "" {
		return "samlogin --config " + shellWord(s.path) + " " + words
	}
	return strings.TrimSpace("samlogin " + words)
}

// finish writes the AWS profiles and tells.
func (s *setup) finish(ctx context.Context, edit *settings.Edit, w *keysWriter, results []result) error {
	a := s.app
	if !a.json() {
		if err := a.finish(ctx, w, results, accountNames(a.loaded.Accounts)); err != nil {
			return err
		}
		again := s.command("")
		if a.loaded.Default != s.mainName() {
			again = s.command("login " + s.mainName())
		}
		s.say("\nEvery morning: %s", strings.TrimSpace(again))
		return nil
	}
	if err := w.save(ctx, results); err != nil {
		return err
	}
	if err := s.print(edit, results); err != nil {
		return err
	}
	var failed error
	missed := 0
	for _, r := range results {
		if r.err != nil {
			failed = cmpErr(failed, r.err)
			missed++
		}
	}
	if missed > 0 && missed < len(results) {
		return &fault.SomeFailedError{Failed: missed, All: len(results)}
	}
	return failed
}

// print prints the JSON of a set-up; its members are a contract.
func (s *setup) print(edit *settings.Edit, results []result) error {
	if !s.app.json() {
		return nil
	}
	f := s.finding
	type certificate struct {
		SHA256  string `json:"sha256"`
		Expires string `json:"expires"` // RFC 3339, UTC
	}
	type found struct {
		Name         string        `json:"name"`
		Kind         string        `json:"kind"`
		URL          string        `json:"url"`
		Product      string        `json:"product,omitempty"`
		Version      string        `json:"version,omitempty"`
		Start        string        `json:"start,omitempty"`
		SignIn       string        `json:"sign_in,omitempty"`
		Windows      bool          `json:"windows,omitempty"`
		Certificate  bool          `json:"certificate,omitempty"`
		Realms       []string      `json:"realms,omitempty"`
		EntityID     string        `json:"entity_id,omitempty"`
		Certificates []certificate `json:"signing_certificates,omitempty"`
	}
	is := found{Name: s.idp.Name, Kind: s.idp.Kind, URL: s.idp.URL, Product: f.Product, Version: f.Version, Start: s.idp.Start, SignIn: f.SignIn, Windows: f.Windows, Certificate: f.Certificate}
	for _, realm := range f.Realms {
		is.Realms = append(is.Realms, realm.ID)
	}
	if f.Metadata != nil {
		is.EntityID = f.Metadata.EntityID
		for _, c := range f.Metadata.Certificates {
			sum := sha256.Sum256(c.Raw)
			is.Certificates = append(is.Certificates, certificate{hex.EncodeToString(sum[:]), c.NotAfter.UTC().Format(time.RFC3339)})
		}
	}
	entries := []entry{}
	for _, r := range results {
		entries = append(entries, r.entry(accountNames(s.app.loaded.Accounts)))
	}
	s.app.printed = true
	return printJSON(s.app.out, struct {
		Settings string  `json:"settings"`
		Changed  bool    `json:"changed"`
		Diff     string  `json:"diff,omitempty"`
		IdP      found   `json:"idp"`
		Group    string  `json:"group,omitempty"`
		Profiles []entry `json:"profiles"`
	}{s.path, edit.Changes(), edit.Diff(), is, s.group, entries})
}
