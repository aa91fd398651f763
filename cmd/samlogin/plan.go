package main

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/samlogin/samlogin/cmd/samlogin/fault"
	"github.com/samlogin/samlogin/profiles"
	"github.com/samlogin/samlogin/profiles/settings"
	"github.com/samlogin/samlogin/saml"
	"github.com/samlogin/samlogin/saml/foreign"
	"github.com/samlogin/samlogin/sts"
)

// planner finds the way to a NAME whose role is taken with other keys: it follows source, role_arn and source_profile
// down to keys that are there or a login at an IdP, and strings the links together. It asks nobody and calls nobody.
//
// What the way is depends on what the keys are for. Keys that are written down, or wanted for more than an hour, come
// from one AssumeRole with a code: AWS gives up to twelve hours to that, and one to a role taken with temporary keys.
// Keys that are renewed come by way of an MFA session, where the settings want one: one code for all roles of a day; and
// so do others where there is such a session and an hour is enough.
type planner struct {
	app      *app
	flags    *loginFlags
	settings *settings.Settings
	renewing bool     // the keys are asked for again and again
	asked    *target  // whose way it is
	visited  []string // profiles that lead here
}

// switched makes the target of a profile of the settings that has a source.
func (p *planner) switched(ctx context.Context, profile *settings.Profile) (*target, error) {
	f := p.flags
	if typed := p.app.typed; typed["role"] || typed["all"] || typed["principal"] {
		return nil, &fault.UsageError{What: fmt.Sprintf("profile %s is one role, taken from %s: --role, --all and --principal choose among the roles of an IdP", foreign.Text(profile.Name), foreign.Text(profile.Source)), Hint: "leave them out"}
	}
	t := &target{named: profile, name: profile.Name, profile: cmp.Or(f.profile, profile.Name), choices: settings.Nearest(f.choices(), profile.Choices, p.settings.General)}
	return t, p.prepare(ctx, t, func() (err error) {
		t.way, err = p.ofSettings(ctx, profile, t)
		return err
	})
}

// stored makes the target of a profile that only AWS's files know. It is nil where they do not.
func (p *planner) stored(ctx context.Context, name string) (*target, error) {
	files, err := profiles.Locate(p.app.env)
	if err != nil {
		return nil, nil // without a home there are no such profiles
	}
	chain, err := files.Chain(name)
	if err != nil {
		return nil, err
	}
	if len(chain.Roles) == 0 {
		switch root := chain.Root; {
		case root.Kind == profiles.RootAbsent:
			return nil, nil
		case root.Kind == profiles.RootManaged && p.settings.Profiles[root.Name] != nil:
			return p.app.target(ctx, p.flags, p.settings, p.settings.Profiles[root.Name])
		case root.Kind == profiles.RootManaged && root.Name != "" && root.Name != name: // NAME-session: its command gives the keys of NAME
			if err := p.enter("command: " + name); err != nil {
				return nil, err
			}
			return p.stored(ctx, root.Name)
		case root.Kind == profiles.RootManaged && root.Name == "" && !root.Expires.IsZero() && p.flags.takes:
			return p.written(chain)
		case root.Kind == profiles.RootManaged && root.Name == "":
			return nil, &fault.UsageError{What: fmt.Sprintf("profile %s (%s) holds keys that samlogin wrote, and the settings have no such profile: nothing tells how to get others", foreign.Text(name), root.Place), Hint: "log in with the flags of then, or let samlogin configure put it into the settings; " + known(p.settings)}
		case root.Kind != profiles.RootLongTerm || root.MFASerial == "":
			return nil, &fault.UsageError{What: fmt.Sprintf("profile %s (%s) has no role_arn, and no mfa_serial beside long-term keys: there is nothing to take", foreign.Text(name), root.Place), Hint: "AWS's clients use such a profile as it is; " + known(p.settings)}
		}
	}
	own := settings.Choices{Region: chain.Region, Duration: chain.Root.Duration}
	f := p.flags
	t := &target{name: name, stored: true, profile: cmp.Or(f.profile, name)}
	if n := len(chain.Roles); n > 0 {
		own.Duration, t.cli = chain.Roles[n-1].Duration, &chain.Roles[n-1]
	}
	t.choices = settings.Nearest(f.choices(), own, p.settings.General)
	if f.writes && t.choices.Write == "" && f.profile == "" && keepsProcess(files, t) {
		t.choices.Write = writeProcess
	}
	if len(chain.Roles) == 0 && f.profile == "" {
		t.profile = sessionProfile(job{target: t, profile: name}) // its own keys are never written over
	}
	return t, p.prepare(ctx, t, func() (err error) {
		if len(chain.Roles) == 0 {
			t.way, err = p.user(ctx, chain.Root, t)
		} else {
			t.way, err = p.ofFiles(ctx, chain, t)
		}
		return err
	})
}

// prepare reads what is wished for and then finds the way, with the checks of every target.
func (p *planner) prepare(ctx context.Context, t *target, find func() error) error {
	p.asked = t
	// A login that writes nothing gets keys ready for those who ask for them again and again.
	p.renewing = p.flags.renewing || p.flags.writes && (t.choices.Write == writeProcess || t.choices.Write == "none")
	if given := t.choices.Duration; given != "" && t.stored && p.flags.duration == "" {
		if _, _, err := sts.ParseDuration(given); err != nil && !(t.profile != t.name && longSession(given) > 0) {
			return &fault.UsageError{What: fmt.Sprintf("duration_seconds of profile %s: %v", foreign.Text(t.name), err), Hint: "from 900 to 43200"}
		}
	}
	if longSession(t.choices.Duration) == 0 { // more than twelve hours may be meant for an MFA session, and is no wish for a role
		if err := t.readWish(ctx, p.app); err != nil {
			return err
		}
	}
	if err := t.checkWrite(); err != nil {
		return err
	}
	if err := t.checkWords(p.app); err != nil {
		return err
	}
	if err := find(); err != nil {
		return err
	}
	if longSession(t.choices.Duration) > 0 {
		if _, user := t.way.(*mfaSession); !user {
			return t.readWish(ctx, p.app) // which refuses it, in its words
		}
	}
	return nil
}

// ofSettings is the way to a profile of the settings.
func (p *planner) ofSettings(ctx context.Context, profile *settings.Profile, t *target) (link, error) {
	if err := p.enter("settings: " + profile.Name); err != nil {
		return nil, err
	}
	if profile.Source == "" {
		f := *p.flags // what is wished for is wished of the last role, not of its sources
		f.roles, f.all, f.profile, f.principal, f.duration, f.exactGiven, f.policyFile, f.policyARNs, f.write, f.region = nil, false, "", "", "", nil, "", nil, "", ""
		source, err := p.app.target(ctx, &f, p.settings, profile)
		if err != nil {
			return nil, err
		}
		return &loginLink{p.app, source}, nil
	}
	role, err := saml.SwitchedRole(profile.Role)
	if err != nil {
		return nil, p.settings.Fault("needs the whole ARN of a role, as it is taken with the keys of source", "write it like arn:aws:iam::222222222222:role/Deploy", "profile", profile.Name, "role")
	}
	from, device, err := p.source(ctx, profile)
	if err != nil {
		return nil, err
	}
	return p.role(from, device, t, &switchedRole{name: profile.Name, role: role, call: sts.Switch{RoleARN: role.ARN}})
}

// source is where the keys come from that take the role of a profile of the settings, and the device of their owner.
func (p *planner) source(ctx context.Context, profile *settings.Profile) (from link, device string, err error) {
	if source := p.settings.Profiles[profile.Source]; source != nil {
		t, err := p.onTheWay(ctx, source.Name, source, source.Choices)
		if err != nil {
			return nil, "", err
		}
		from, err := p.ofSettings(ctx, source, t)
		return from, "", err
	}
	files, err := profiles.Locate(p.app.env)
	if err != nil {
		return nil, "", err
	}
	chain, err := files.Chain(profile.Source)
	if err != nil {
		return nil, "", err
	}
	if len(chain.Roles) == 0 && chain.Root.Kind == profiles.RootAbsent {
		return nil, "", p.settings.Fault("no [profile.NAME] of this name, and no profile of AWS's files: "+fmt.Sprintf("%q", foreign.Text(profile.Source)), nearTo(profile.Source, p.settings, files), "profile", profile.Name, "source")
	}
	if len(chain.Roles) == 0 {
		from, err := p.root(ctx, chain.Root)
		return from, chain.Root.MFASerial, err
	}
	t, err := p.onTheWay(ctx, profile.Source, nil, ownChoices(chain.Roles[len(chain.Roles)-1]))
	if err != nil {
		return nil, "", err
	}
	from, err = p.ofFiles(ctx, chain, t)
	return from, "", err
}

// nearTo is the name that a mistyped one is most like, of the settings and of AWS's files, as advice; "" none.
func nearTo(name string, s *settings.Settings, files profiles.Files) string {
	names, _ := files.Names()
	if near := settings.Closest(name, append(names, slices.Collect(maps.Keys(s.Profiles))...)); near != "" {
		return "did you mean " + foreign.Clean(near) + "?"
	}
	return ""
}
