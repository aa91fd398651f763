package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/samlogin/samlogin/cmd/samlogin/fault"
	"github.com/samlogin/samlogin/profiles"
	"github.com/samlogin/samlogin/saml"
	"github.com/samlogin/samlogin/saml/foreign"
)

// chosenRole is a role and the profile it gets.
type chosenRole struct {
	role      saml.Role
	profile   string
	known     bool // the profile stands in the settings already
	principal bool // the role is offered by two providers: the settings have to say which
}

// chooseRoles finds the roles to be set up among those offered.
func (s *setup) chooseRoles(ctx context.Context, login *madeLogin) error {
	a, f, r := s.app, s.flags, login.session.response
	if r.Encrypted {
		return &fault.RoleError{What: "the assertion is encrypted for AWS, so that its roles cannot be seen here", Hint: "set up the IdP with --no-login, and name role and principal in [profile.NAME] of the settings"}
	}
	in := login.session.in
	t := &target{patterns: f.roles, all: f.all || len(f.roles) > 0, profile: f.profiles, signIn: in, choices: in.choices}
	if s.ask.terminal != nil { // what AWS calls accounts is proposed to a person, and taken for granted by nobody
		s.accounts = a.learnNames(ctx, login.session, login.transport, []*target{t}, s.accounts)
	}
	roles, err := t.roles(r, s.accounts, func(offered []saml.Role, _ string) ([]saml.Role, error) {
		if s.ask.terminal == nil {
			return nil, &fault.NeedError{What: fmt.Sprintf("%d roles are offered and nobody can be asked which ones are wanted", len(offered)), Hint: "name them with --role (account/name, * for anything), or take all with --all"}
		}
		fmt.Fprintf(s.ask.terminal.Out, "\n%d roles are offered; tab marks those that you want a profile for:\n", len(offered))
		return a.pick(ctx, in, offered, s.accounts, "")
	})
	if err != nil {
		return err
	}
	if len(r.Roles) == 1 {
		s.say("One role is offered: %s%s %s", roles[0].Account(), s.accounts.suffix(roles[0].Account()), foreign.Text(roles[0].Path()))
	}
	twice := map[string]int{}
	for _, offered := range r.Roles {
		twice[offered.ARN]++
	}
	for _, role := range roles {
		s.chosen = append(s.chosen, chosenRole{role: role, principal: twice[role.ARN] > 1})
	}
	return nil
}

// accountsAsked is how many accounts a person is asked to name.
const accountsAsked = 5

// nameProfiles gives each role the name of its profile, and the group its own.
func (s *setup) nameProfiles(ctx context.Context) error {
	if err := s.nameAccounts(ctx); err != nil {
		return err
	}
	fresh := s.keepKnown()
	if fresh > 0 {
		if _, err := s.ask.text(ctx, question{label: "Names of the profiles", flag: "profiles", given: s.flags.profiles, proposed: s.template(), check: s.applyTemplate}); err != nil {
			return err
		}
	}
	if len(s.chosen) == 1 && s.flags.group == "" && len(s.settings.Groups) == 0 {
		return nil
	}
	proposed := "morning"
	if s.settings.Groups[s.settings.Default] != nil {
		proposed = s.settings.Default
	}
	var err error
	s.group, err = s.ask.text(ctx, question{label: "Group for them, so that one login is enough in the morning", flag: "group", given: s.flags.group, proposed: proposed, check: func(text string) error {
		if slices.ContainsFunc(s.chosen, func(c chosenRole) bool { return c.profile == text }) {
			return fmt.Errorf("%s is the name of a profile", foreign.Text(text))
		}
		return s.free(text, "group")
	}})
	return err
}

// nameAccounts asks for names of accounts that the settings do not name, where they become part of the profiles' names.
// What AWS calls them is proposed: it is the choice of whoever owns the account.
func (s *setup) nameAccounts(ctx context.Context) error {
	var nameless []string
	for _, c := range s.chosen {
		if account := c.role.Account(); s.settings.Accounts[account] == "" && s.named[account] == "" && !slices.Contains(nameless, account) {
			nameless = append(nameless, account)
		}
	}
	if s.ask.terminal == nil || len(nameless) > accountsAsked || s.flags.profiles != "" && !strings.Contains(s.flags.profiles, "{alias}") {
		return nil
	}
	check := func(text string) error {
		if len(text) > 64 || foreign.Suspicious(text) {
			return errors.New("a name has 1 to 64 characters that can be seen")
		}
		return nil
	}
	for _, account := range nameless {
		label, proposed := "A name for account "+account, s.accounts[account]
		if proposed == "" || check(proposed) != nil {
			label, proposed = label+" (return: none)", ""
		}
		name, err := s.ask.text(ctx, question{label: label, flag: "account", proposed: proposed, empty: true, check: check})
		if err != nil {
			return err
		}
		if name != "" {
			s.setAccount(account, name)
		}
	}
	return nil
}

// keepKnown gives roles that the settings have already the profile they have, and counts the others.
func (s *setup) keepKnown() (fresh int) {
	for i := range s.chosen {
		c := &s.chosen[i]
		for name, p := range s.settings.Profiles {
			if p.IdP == s.idp.Name && p.Source == "" && p.Role == c.role.ARN && (p.Principal == "" || p.Principal == c.role.PrincipalARN) && (c.profile == "" || name < c.profile) {
				c.profile, c.known = name, true
			}
		}
		if !c.known {
			fresh++
		}
	}
	return fresh
}

// template is the shortest one that tells the roles apart.
func (s *setup) template() string {
	for _, template := range []string{"{alias}-{role}", "{account}-{role}", "{partition}-{account}-{role}"} {
		if s.applyTemplate(template) == nil {
			return template
		}
	}
	return "{alias}-{role}"
}

// applyTemplate names the roles that have no profile yet, or says why the template will not do.
func (s *setup) applyTemplate(template string) error {
	names := map[string]string{}
	for _, c := range s.chosen {
		if c.known {
			names[c.profile] = c.role.ARN
		}
	}
	for i, c := range s.chosen {
		if c.known {
			continue
		}
		name, err := expand(template, c.role, s.accounts)
		if err != nil {
			return err
		}
		if err := s.free(name, "profile"); err != nil {
			return err
		}
		if other, twice := names[name]; twice {
			return fmt.Errorf("%s and %s would both be %s; tell them apart with {account}", other, c.role.ARN, name)
		}
		if s.settings.Profiles[name] != nil {
			return fmt.Errorf("the settings have a profile %s of another role", name)
		}
		if err := s.notOthers(name); err != nil {
			return err
		}
		names[name] = c.role.ARN
		s.chosen[i].profile = name
	}
	return nil
}

// notOthers refuses the name of an AWS profile that samlogin may not replace.
func (s *setup) notOthers(name string) error {
	files, err := profiles.Locate(s.app.env)
	if err != nil {
		return err
	}
	there, err := files.Inspect(name)
	if err != nil {
		return err
	}
	switch there.Standing {
	case profiles.Absent, profiles.Managed, profiles.Adopted:
		return nil
	}
	if s.flags.overwrite && there.Standing != profiles.SwitchesRole {
		return nil // what is lost is told, or asked, when it is written
	}
	return &profiles.NotOursError{Profile: name, Path: there.Path, Line: there.Line, What: there.What, Standing: there.Standing}
}

// profileNames are the names of the profiles in the order of the roles.
func (s *setup) profileNames() []string {
	var names []string
	for _, c := range s.chosen {
		names = append(names, c.profile)
	}
	return names
}

// mainName is what the set-up is logged in to by: the group, else the only profile.
func (s *setup) mainName() string {
	if len(s.chosen) == 0 {
		return ""
	}
	return cmp.Or(s.group, s.chosen[0].profile)
}
