package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/samlogin/samlogin/cmd/samlogin/fault"
	"github.com/samlogin/samlogin/profiles"
	"github.com/samlogin/samlogin/saml"
	"github.com/samlogin/samlogin/saml/foreign"
)

// jobs finds the roles of a target among those offered. pick is asked where only a person can decide.
func (t *target) jobs(r *saml.Response, names accountNames, pick chooser) ([]job, error) {
	roles, err := t.roles(r, names, pick)
	if err != nil {
		return nil, err
	}
	var out []job
	for _, role := range roles {
		template := t.profile
		switch {
		case template == "" && len(roles) == 1:
			template = defaultProfile
		case template == "":
			template = "{alias}-{role}"
		case len(roles) > 1 && !strings.Contains(template, "{"):
			return nil, severalForOne(len(roles), template)
		}
		profile, err := expand(template, role, names)
		if err != nil {
			return nil, err
		}
		out = append(out, job{target: t, role: role, profile: profile})
	}
	return out, nil
}

func (t *target) roles(r *saml.Response, names accountNames, pick chooser) ([]saml.Role, error) {
	if r.Encrypted {
		return t.unseen()
	}
	offered := r.Roles
	if len(offered) == 0 {
		return nil, &fault.RoleError{What: "the IdP let you in, but offers no AWS role", Hint: "ask its administrator for a role: the groups you are in decide, or the claim rules for AWS"}
	}
	if provider := t.choices.Principal; provider != "" {
		offered = slices.DeleteFunc(slices.Clone(offered), func(r saml.Role) bool { return r.PrincipalARN != provider })
		if len(offered) == 0 {
			return nil, &fault.RoleError{What: fmt.Sprintf("no role is offered by way of the SAML provider %s", foreign.Text(provider)), Candidates: providersOf(r.Roles), Hint: "--principal takes one of these ARNs, or none"}
		}
	}
	switch {
	case t.all && len(t.patterns) == 0:
		return offered, nil
	case len(t.patterns) > 0:
		var out []saml.Role
		for _, p := range t.patterns {
			if err := seen(p); err != nil { // also where all that fit are taken
				return nil, err
			}
			found := matching(p, offered, names)
			if len(found) == 0 || !t.all {
				role, err := theOne(p, offered, names)
				if err != nil {
					return nil, err
				}
				found = []saml.Role{role}
			}
			for _, role := range found {
				if !slices.Contains(out, role) { // two patterns may mean one role
					out = append(out, role)
				}
			}
		}
		return out, nil
	case len(offered) == 1:
		return offered, nil
	}
	return pick(offered, t.profile)
}

// providersOf are the SAML providers of roles, each once.
func providersOf(roles []saml.Role) []string {
	var out []string
	for _, r := range roles {
		if !slices.Contains(out, r.PrincipalARN) {
			out = append(out, r.PrincipalARN)
		}
	}
	return out
}

// unseen are the roles of an encrypted assertion: only AWS can read them, so the person has to name them.
func (t *target) unseen() ([]saml.Role, error) {
	if len(t.patterns) == 1 && t.choices.Principal != "" {
		role, err := saml.NewRole(t.patterns[0], t.choices.Principal)
		if err == nil {
			return []saml.Role{role}, nil
		}
		return nil, &fault.RoleError{What: "the assertion is encrypted for AWS: " + err.Error(), Hint: "give the whole ARNs: --role arn:aws:iam::…:role/NAME --principal arn:aws:iam::…:saml-provider/NAME"}
	}
	return nil, &fault.RoleError{What: "the assertion is encrypted for AWS, so that its roles cannot be seen here", Hint: "name the role and its provider: --role arn:aws:iam::…:role/NAME --principal arn:aws:iam::…:saml-provider/NAME"}
}

// expand fills a template for the AWS profile. What a name may not hold becomes a dash.
func expand(template string, role saml.Role, names accountNames) (string, error) {
	alias := cmp.Or(names[role.Account()], role.Account())
	pattern := template
	if templated(template) { // a plain name is taken as it is, or refused
		pattern = strings.Map(func(r rune) rune {
			if strings.ContainsRune("{}", r) {
				return r
			}
			return rune(profiles.SafeName(string(r))[0])
		}, template)
	}
	out := strings.NewReplacer(
		"{account}", role.Account(), "{alias}", profiles.SafeName(alias), "{role}", profiles.SafeName(role.Name()), "{partition}", role.Partition(),
	).Replace(pattern)
	if strings.ContainsAny(out, "{}") {
		return "", &fault.UsageError{What: fmt.Sprintf("the template %q has a word in braces that is not known", foreign.Text(template)), Hint: "known are {account} {alias} {role} {partition}"}
	}
	return out, profiles.CheckName(out)
}
