package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/samlogin/samlogin/profiles"
	"github.com/samlogin/samlogin/profiles/settings"
	"github.com/samlogin/samlogin/saml"
	"github.com/samlogin/samlogin/saml/foreign"
	"github.com/samlogin/samlogin/sts"
)

// A target is one thing a person wants: roles that fit, written to a profile.
type target struct {
	patterns []string // role patterns; none: what is offered, picked by the person if it is more than one
	all      bool
	profile  string // AWS profile or template; "" is decided when the number of roles is known
	signIn   *signIn
	choices  settings.Choices
	wish     sts.Wish
}

// A job is one role to be taken and one AWS profile to write it to.
type job struct {
	target  *target
	role    saml.Role
	profile string
}

// targets reads what is to be done from names, flags and settings, without asking anybody anything.
func (a *app) targets(f *loginFlags, s *settings.Settings, names []string) ([]*target, error) {
	if len(names) == 0 && s.Default != "" && !f.chosen() {
		names = []string{s.Default}
	}
	if len(names) == 0 {
		t, err := a.target(f, s, nil)
		return []*target{t}, err
	}
	var found []*settings.Profile
	for _, name := range names {
		switch {
		case s.Groups[name] != nil:
			for _, member := range s.Groups[name].Profiles {
				found = append(found, s.Profiles[member])
			}
		case s.Profiles[name] != nil:
			found = append(found, s.Profiles[name])
		case s.IdPs[name] != nil:
			return nil, &usageError{What: fmt.Sprintf("%s is an IdP, not a profile or a group", foreign.Text(name)), Hint: "samlogin --idp " + name + " logs in to it"}
		default:
			return nil, &usageError{What: fmt.Sprintf("the settings have no group or profile %q", foreign.Text(name)), Hint: known(s)}
		}
	}
	if len(found) > 1 && f.profile != "" && !strings.Contains(f.profile, "{") {
		return nil, &usageError{What: fmt.Sprintf("--profile names one AWS profile for %d profiles of the settings", len(found)), Hint: "leave it out, or use a template: --profile '{alias}-{role}'"}
	}
	var out []*target
	done := map[string]bool{}
	for _, p := range found {
		if done[p.Name] {
			continue
		}
		done[p.Name] = true
		t, err := a.target(f, s, p)
		if err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	return out, nil
}

// chosen reports whether flags say what to log in to, so that the settings' default is not meant.
func (f *loginFlags) chosen() bool {
	return f.idp != "" || f.url != "" || f.profile != "" || len(f.roles) > 0 || f.all || f.assertionFile != ""
}

func known(s *settings.Settings) string {
	all := namesOf(s)
	if len(all) == 0 {
		return "there are none in " + foreign.Clean(cmp.Or(s.Path, "the settings")) + "; samlogin --idp adfs --url ADDRESS needs none"
	}
	return "there are: " + strings.Join(all, ", ")
}

// namesOf are the groups and profiles of the settings.
func namesOf(s *settings.Settings) []string {
	all := slices.AppendSeq(slices.Collect(maps.Keys(s.Groups)), maps.Keys(s.Profiles))
	slices.Sort(all)
	return all
}

func (a *app) target(f *loginFlags, s *settings.Settings, p *settings.Profile) (*target, error) {
	t := &target{patterns: f.roles, all: f.all, profile: f.profile}
	if p != nil {
		if p.Source != "" {
			return nil, &usageError{What: fmt.Sprintf("profile %s is a role taken from %s; this build takes roles from the IdP only", foreign.Text(p.Name), foreign.Text(p.Source)), Hint: "log in to " + p.Source + "; the AWS CLI switches roles by role_arn and source_profile in its own config"}
		}
		t.profile = cmp.Or(t.profile, p.Name)
		if len(t.patterns) == 0 && !t.all && p.Role != "" {
			t.patterns = []string{p.Role}
		}
	}
	in, err := a.signInFor(f, s, p)
	if err != nil {
		if f.assertionFile == "" {
			return nil, err
		}
		in = &signIn{choices: settings.Nearest(f.choices(), s.General)}
	}
	if p == nil && len(t.patterns) == 0 && !t.all && in.choices.Role != "" {
		t.patterns = []string{in.choices.Role}
	}
	t.signIn, t.choices = in, in.choices
	if err := t.readWish(a); err != nil {
		return nil, err
	}
	switch t.choices.Write {
	case "", "keys", "none":
	default:
		return nil, &usageError{What: fmt.Sprintf("--write takes keys or none in this build, not %q", foreign.Text(t.choices.Write))}
	}
	if t.profile != "" && !strings.Contains(t.profile, "{") {
		if err := profiles.CheckName(t.profile); err != nil {
			return nil, err
		}
	}
	return t, nil
}

func (t *target) readWish(a *app) error {
	var err error
	if t.choices.Duration != "" {
		if t.wish.Duration, t.wish.Max, err = sts.ParseDuration(t.choices.Duration); err != nil {
			return err
		}
	}
	t.wish.Exact = t.choices.ExactDuration != nil && *t.choices.ExactDuration
	t.wish.PolicyARNs = t.choices.PolicyARNs
	if t.choices.PolicyFile != "" {
		t.wish.Policy, err = a.readFlagFile("policy-file", t.choices.PolicyFile, 64<<10)
	}
	return err
}

// jobs finds the roles of a target among those offered. pick is asked where only a person can decide.
func (t *target) jobs(r *saml.Response, names accountNames, pick func([]saml.Role) (saml.Role, error)) ([]job, error) {
	roles, err := t.roles(r, names, pick)
	if err != nil {
		return nil, err
	}
	var out []job
	for _, role := range roles {
		template := t.profile
		switch {
		case template == "" && len(roles) == 1:
			template = "saml"
		case template == "":
			template = "{alias}-{role}"
		case len(roles) > 1 && !strings.Contains(template, "{"):
			return nil, &usageError{What: fmt.Sprintf("%d roles cannot all be written to the profile %s", len(roles), foreign.Text(template)), Hint: "use a template: --profile '{alias}-{role}'"}
		}
		profile, err := expand(template, role, names)
		if err != nil {
			return nil, err
		}
		out = append(out, job{target: t, role: role, profile: profile})
	}
	return out, nil
}

func (t *target) roles(r *saml.Response, names accountNames, pick func([]saml.Role) (saml.Role, error)) ([]saml.Role, error) {
	if r.Encrypted {
		return t.unseen()
	}
	offered := r.Roles
	if len(offered) == 0 {
		return nil, &roleError{What: "the IdP let you in, but offers no AWS role", Hint: "ask its administrator for a role: the groups you are in decide, or the claim rules for AWS"}
	}
	switch {
	case t.all && len(t.patterns) == 0:
		return offered, nil
	case t.all:
		var out []saml.Role
		taken := map[saml.Role]bool{}
		for _, p := range t.patterns {
			for _, role := range matching(p, offered, names) {
				if !taken[role] {
					taken[role] = true
					out = append(out, role)
				}
			}
		}
		if len(out) == 0 {
			_, err := theOne(t.patterns[0], offered, names)
			return nil, err
		}
		return out, nil
	case len(t.patterns) > 0:
		var out []saml.Role
		for _, p := range t.patterns {
			role, err := theOne(p, offered, names)
			if err != nil {
				return nil, err
			}
			out = append(out, role)
		}
		return out, nil
	case len(offered) == 1:
		return offered, nil
	}
	role, err := pick(offered)
	return []saml.Role{role}, err
}

// unseen are the roles of an encrypted assertion: only AWS can read them, so the person has to name them.
func (t *target) unseen() ([]saml.Role, error) {
	if len(t.patterns) == 1 && t.choices.Principal != "" {
		role, err := saml.NewRole(t.patterns[0], t.choices.Principal)
		if err == nil {
			return []saml.Role{role}, nil
		}
		return nil, &roleError{What: "the assertion is encrypted for AWS: " + err.Error(), Hint: "give the whole ARNs: --role arn:aws:iam::…:role/NAME --principal arn:aws:iam::…:saml-provider/NAME"}
	}
	return nil, &roleError{What: "the assertion is encrypted for AWS, so that its roles cannot be seen here", Hint: "name the role and its provider: --role arn:aws:iam::…:role/NAME --principal arn:aws:iam::…:saml-provider/NAME"}
}

// expand fills a template for the AWS profile. What a name may not hold becomes a dash.
func expand(template string, role saml.Role, names accountNames) (string, error) {
	alias := cmp.Or(names[role.Account()], role.Account())
	out := strings.NewReplacer(
		"{account}", role.Account(), "{alias}", profiles.SafeName(alias), "{role}", profiles.SafeName(role.Name()), "{partition}", role.Partition(),
	).Replace(template)
	if strings.ContainsAny(out, "{}") {
		return "", &usageError{What: fmt.Sprintf("--profile %q has a word in braces that is not known", foreign.Text(template)), Hint: "known are {account} {alias} {role} {partition}"}
	}
	return out, profiles.CheckName(out)
}

// clash finds two jobs that would write the same profile.
func clash(jobs []job) error {
	first := map[string]job{}
	for _, j := range jobs {
		other, taken := first[j.profile]
		if taken && j.target.choices.Write != "none" {
			return &usageError{
				What: fmt.Sprintf("%s and %s would both be written to the profile %s", other.role.ARN, j.role.ARN, j.profile),
				Hint: "tell them apart in the name: --profile '{account}-{role}'",
			}
		}
		first[j.profile] = j
	}
	return nil
}
