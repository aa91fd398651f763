package main

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/samlogin/samlogin/cmd/samlogin/fault"
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
	profile  string            // AWS profile or template; "" is decided when the number of roles is known
	named    *settings.Profile // of the settings; nil for flags alone
	signIn   *signIn
	choices  settings.Choices
	wish     sts.Wish
	process  profiles.Process // what AWS clients are to run, with --write process

	way    link             // to a role that is taken with other keys; nil: the IdP offers it
	name   string           // of a target with a way: the NAME it was asked for by
	stored bool             // NAME is a profile of AWS's files, which is the person's own
	cli    *profiles.Switch // of such a profile with a role: what the AWS CLI would ask for
}

// defaultProfile is the AWS profile of a login that names none.
const defaultProfile = "saml"

// A job is one role to be taken and one AWS profile to write it to.
type job struct {
	target  *target
	role    saml.Role
	profile string
	by      *signedIn // by which it is taken; nil where it is not
}

// targets reads what is to be done from names, flags and settings, without asking anybody anything.
func (a *app) targets(ctx context.Context, f *loginFlags, s *settings.Settings, names []string) ([]*target, error) {
	if len(names) == 0 && s.Default != "" && !a.chosen() {
		names = []string{s.Default}
	}
	if len(names) == 0 {
		t, err := a.target(ctx, f, s, nil)
		return []*target{t}, err
	}
	var found []*settings.Profile
	var stored []*target
	for _, name := range names {
		switch {
		case s.Groups[name] != nil:
			for _, member := range s.Groups[name].Profiles {
				found = append(found, s.Profiles[member])
			}
		case s.Profiles[name] != nil:
			found = append(found, s.Profiles[name])
		case s.IdPs[name] != nil:
			return nil, &fault.UsageError{What: fmt.Sprintf("%s is an IdP, not a profile or a group", foreign.Text(name)), Hint: "samlogin --idp " + name + " logs in to it"}
		default:
			t, err := (&planner{app: a, flags: f, settings: s}).stored(ctx, name)
			if err != nil {
				return nil, err
			}
			if t == nil {
				return nil, &fault.UsageError{What: fmt.Sprintf("the settings have no group or profile %q, and AWS's files no profile", foreign.Text(name)), Hint: known(s)}
			}
			stored = append(stored, t)
		}
	}
	if n := len(found) + len(stored); n > 1 && f.profile != "" && !strings.Contains(f.profile, "{") {
		return nil, &fault.UsageError{What: fmt.Sprintf("--profile names one AWS profile for %d profiles", n), Hint: "leave it out, or use a template: --profile '{alias}-{role}'"}
	}
	var out []*target
	done := map[string]bool{}
	for _, p := range found {
		if done[p.Name] {
			continue
		}
		done[p.Name] = true
		t, err := a.target(ctx, f, s, p)
		if err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	for _, t := range stored {
		if !done["file "+t.name] {
			done["file "+t.name] = true
			out = append(out, t)
		}
	}
	shareSessions(s, out)
	return out, nil
}

// chosen reports whether the command line says what to log in to, so that the settings' default is not meant. Variables
// do not: they stand for all commands.
func (a *app) chosen() bool {
	for _, name := range []string{"idp", "url", "profile", "role", "all", "assertion-file"} {
		if a.typed[name] {
			return true
		}
	}
	return false
}

func known(s *settings.Settings) string {
	all := namesOf(s)
	if len(all) == 0 {
		return "there are none in " + foreign.Clean(cmp.Or(s.Path, "the settings")) + "; samlogin configure sets some up, and samlogin --idp adfs --url ADDRESS needs none"
	}
	return "there are: " + strings.Join(all, ", ")
}

// namesOf are the groups and profiles of the settings.
func namesOf(s *settings.Settings) []string {
	all := slices.AppendSeq(slices.Collect(maps.Keys(s.Groups)), maps.Keys(s.Profiles))
	slices.Sort(all)
	return all
}

func (a *app) target(ctx context.Context, f *loginFlags, s *settings.Settings, p *settings.Profile) (*target, error) {
	if p != nil && p.Source != "" {
		return (&planner{app: a, flags: f, settings: s}).switched(ctx, p)
	}
	t := &target{patterns: f.roles, all: f.all, profile: f.profile, named: p}
	if p != nil {
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
	if err := t.readWish(ctx, a); err != nil {
		return nil, err
	}
	if err := t.checkWrite(); err != nil {
		return nil, err
	}
	return t, t.checkWords(a)
}

// checkWords finds what cannot be meant before anybody gives a password for it.
func (t *target) checkWords(a *app) error {
	if t.profile != "" {
		sample, err := saml.NewRole("arn:aws:iam::123456789012:role/Sample", "arn:aws:iam::123456789012:saml-provider/Sample")
		if err != nil {
			return err
		}
		if _, err := expand(t.profile, sample, nil); err != nil {
			return err
		}
		if several := slices.Compact(slices.Sorted(slices.Values(t.patterns))); len(several) > 1 && !t.all && !templated(t.profile) {
			return severalForOne(len(several), t.profile)
		}
	}
	return a.endpointOptions(t.choices).Check()
}

func severalForOne(n int, profile string) error {
	return &fault.UsageError{What: fmt.Sprintf("%d roles cannot all be written to the profile %s", n, foreign.Text(profile)), Hint: "use a template: --profile '{alias}-{role}'"}
}

func (t *target) readWish(ctx context.Context, a *app) error {
	var err error
	if t.choices.Duration != "" {
		if t.wish.Duration, t.wish.Max, err = sts.ParseDuration(t.choices.Duration); err != nil {
			return err
		}
	}
	t.wish.Exact = t.choices.ExactDuration != nil && *t.choices.ExactDuration
	t.wish.PolicyARNs = t.choices.PolicyARNs
	if t.choices.PolicyFile != "" {
		t.wish.Policy, err = a.policy(ctx, t.choices.PolicyFile)
	}
	return err
}

// policy reads a session policy, once in a run: standard input can be read only once. An empty one is refused, since
// AWS would take it for none, and the keys could do everything.
func (a *app) policy(ctx context.Context, path string) (string, error) {
	if text, read := a.policies[path]; read {
		return text, nil
	}
	text, err := a.readFlagFile(ctx, "policy-file", path, 64<<10)
	if err != nil && ctx.Err() == nil && !a.typed["policy-file"] {
		err = &fault.UsageError{What: "policy_file in the settings names " + foreign.Clean(path) + ", which cannot be used: " + strings.TrimPrefix(err.Error(), "--policy-file cannot be read: "), Hint: "correct policy_file"}
	}
	if err == nil && strings.TrimSpace(text) == "" {
		err = &fault.UsageError{What: "--policy-file names a file that holds no policy", Hint: "leave it out for keys without a session policy"}
	}
	if err != nil {
		return "", err
	}
	if a.policies == nil {
		a.policies = map[string]string{}
	}
	a.policies[path] = text
	return text, nil
}

// chooser lets a person choose from roles: one for the profile that is named, else one or more.
type chooser func(offered []saml.Role, profile string) ([]saml.Role, error)
