package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

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

const (
	rolesListed = 60 // of more only the number is told
	rolesAtOnce = 10 // so many are proposed altogether
)

// chooseRoles finds the roles to be set up among those offered.
func (s *setup) chooseRoles(ctx context.Context, r *saml.Response) error {
	f := s.flags
	if r.Encrypted {
		return &roleError{What: "the assertion is encrypted for AWS, so that its roles cannot be seen here", Hint: "set up the IdP with --no-login, and name role and principal in [profile.NAME] of the settings"}
	}
	t := &target{patterns: f.roles, all: f.all || len(f.roles) > 0}
	pick := func([]saml.Role, string) ([]saml.Role, error) { return nil, errAsk }
	roles, err := t.roles(r, s.accounts, pick)
	if errors.Is(err, errAsk) {
		roles, err = s.askRoles(ctx, r.Roles)
	} else if err == nil && len(r.Roles) == 1 {
		s.say("One role is offered: %s%s %s", roles[0].Account(), s.accounts.suffix(roles[0].Account()), foreign.Text(roles[0].Path()))
	}
	if err != nil {
		return err
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

var errAsk = errors.New("a person has to choose")

// askRoles lists the roles by account, with numbers.
func (s *setup) askRoles(ctx context.Context, offered []saml.Role) ([]saml.Role, error) {
	t := s.ask.terminal
	if t == nil {
		return nil, &needError{What: fmt.Sprintf("%d roles are offered and nobody can be asked which ones are wanted", len(offered)), Hint: "name them with --role (account/name, * for anything), or take all with --all"}
	}
	sorted := slices.Clone(offered)
	slices.SortStableFunc(sorted, func(a, b saml.Role) int { return strings.Compare(a.Account(), b.Account()) })
	fmt.Fprintf(t.out, "\n%d roles are offered:\n", len(sorted))
	account := ""
	for i, role := range sorted {
		if i == rolesListed {
			fmt.Fprintf(t.out, "        and %d more\n", len(sorted)-i)
			break
		}
		if role.Account() != account {
			account = role.Account()
			fmt.Fprintf(t.out, "  %s\n", fit(account+s.accounts.suffix(account), t.width()-3))
		}
		fmt.Fprintf(t.out, "%6d  %s\n", i+1, fit(role.Path(), t.width()-9))
	}
	proposed := ""
	if len(sorted) <= rolesAtOnce {
		proposed = "all"
	}
	var chosen []saml.Role
	_, err := s.ask.text(ctx, question{label: "Which: all, numbers such as 1 3-5, or names such as */Admin", flag: "role", proposed: proposed, person: true, check: func(answer string) (err error) {
		chosen, err = pickRoles(answer, sorted, s.accounts)
		return err
	}})
	return chosen, err
}

// pickRoles reads which roles somebody means: numbers of the list, ranges of them, patterns, or all.
func pickRoles(answer string, sorted []saml.Role, names accountNames) ([]saml.Role, error) {
	var out []saml.Role
	add := func(roles ...saml.Role) {
		for _, r := range roles {
			if !slices.Contains(out, r) {
				out = append(out, r)
			}
		}
	}
	for _, word := range strings.FieldsFunc(answer, func(r rune) bool { return r == ' ' || r == ',' || r == ';' }) {
		if strings.EqualFold(word, "all") || strings.EqualFold(word, "a") {
			return sorted, nil
		}
		from, to, ranged := strings.Cut(word, "-")
		first, errFirst := strconv.Atoi(from)
		last := first
		var errLast error
		if ranged {
			last, errLast = strconv.Atoi(to)
		}
		if errFirst == nil && errLast == nil && len(from) < 12 {
			if first < 1 || last < first || last > len(sorted) {
				return nil, fmt.Errorf("the numbers go from 1 to %d", len(sorted))
			}
			add(sorted[first-1 : last]...)
			continue
		}
		found := matching(word, sorted, names)
		if len(found) == 0 {
			return nil, fmt.Errorf("no role fits %s", foreign.Text(word))
		}
		add(found...)
	}
	if len(out) == 0 {
		return nil, errors.New("no role was named")
	}
	return out, nil
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

// nameAccounts asks for names of accounts that have none, where they become part of the profiles' names.
func (s *setup) nameAccounts(ctx context.Context) error {
	var nameless []string
	for _, c := range s.chosen {
		if account := c.role.Account(); s.accounts[account] == "" && !slices.Contains(nameless, account) {
			nameless = append(nameless, account)
		}
	}
	if s.ask.terminal == nil || len(nameless) > accountsAsked || s.flags.profiles != "" && !strings.Contains(s.flags.profiles, "{alias}") {
		return nil
	}
	for _, account := range nameless {
		name, err := s.ask.text(ctx, question{label: "A name for account " + account + " (return: none)", flag: "account", empty: true, check: func(text string) error {
			if len(text) > 64 || foreign.Suspicious(text) {
				return errors.New("a name has 1 to 64 characters that can be seen")
			}
			return nil
		}})
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
