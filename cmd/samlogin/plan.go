package main

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/samlogin/samlogin/profiles"
	"github.com/samlogin/samlogin/profiles/settings"
	"github.com/samlogin/samlogin/saml"
	"github.com/samlogin/samlogin/saml/foreign"
	"github.com/samlogin/samlogin/saml/secret"
	"github.com/samlogin/samlogin/sts"
)

// planner finds the way to a NAME whose role is taken with other keys: it follows source, role_arn and source_profile
// down to keys that are there or a login at an IdP, and strings the links together. It asks nobody and calls nobody.
//
// What the way is depends on what the keys are for. Keys that are written down, or wanted for more than an hour, come
// from one AssumeRole with a code: AWS gives up to twelve hours to that, and one to a role taken with temporary keys.
// Keys that are renewed come by way of an MFA session, where the settings want one: one code for all roles of a day.
type planner struct {
	app      *app
	flags    *loginFlags
	settings *settings.Settings
	renewing bool     // the keys are asked for again and again
	visited  []string // profiles that lead here
}

// switched makes the target of a profile of the settings that has a source.
func (p *planner) switched(ctx context.Context, profile *settings.Profile) (*target, error) {
	f := p.flags
	if typed := p.app.typed; typed["role"] || typed["all"] || typed["principal"] {
		return nil, &usageError{What: fmt.Sprintf("profile %s is one role, taken from %s: --role, --all and --principal choose among the roles of an IdP", foreign.Text(profile.Name), foreign.Text(profile.Source)), Hint: "leave them out"}
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
			return p.stored(ctx, root.Name)
		case root.Kind != profiles.RootLongTerm || root.MFASerial == "":
			return nil, &usageError{What: fmt.Sprintf("profile %s (%s) has no role_arn, and no mfa_serial beside long-term keys: there is nothing to take", foreign.Text(name), root.Place), Hint: "AWS's clients use such a profile as it is; " + known(p.settings)}
		}
	}
	own := settings.Choices{Region: chain.Region, Duration: chain.Root.Duration}
	f := p.flags
	t := &target{name: name, stored: true, profile: cmp.Or(f.profile, name)}
	if n := len(chain.Roles); n > 0 {
		own.Duration, t.cli = chain.Roles[n-1].Duration, &chain.Roles[n-1]
	}
	t.choices = settings.Nearest(f.choices(), own, p.settings.General)
	if t.choices.Write == "" && f.profile == "" && keepsProcess(files, t) {
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
	p.renewing = p.flags.renewing || p.flags.writes && (t.choices.Write == writeProcess || t.choices.Write == "none")
	if given := t.choices.Duration; given != "" && t.stored && p.flags.duration == "" {
		if _, _, err := sts.ParseDuration(given); err != nil && !(t.profile != t.name && longSession(given) > 0) {
			return &usageError{What: fmt.Sprintf("duration_seconds of profile %s: %v", foreign.Text(t.name), err), Hint: "from 900 to 43200"}
		}
	}
	if longSession(t.choices.Duration) == 0 {
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
		t := &target{named: source, name: source.Name, choices: settings.Nearest(source.Choices, p.settings.General)}
		if err := t.readWish(ctx, p.app); err != nil {
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
	t := &target{name: profile.Source, stored: true, choices: settings.Nearest(settings.Choices{Region: chain.Region, Duration: chain.Roles[len(chain.Roles)-1].Duration}, p.settings.General)}
	if err := t.readWish(ctx, p.app); err != nil {
		return nil, "", err
	}
	from, err = p.ofFiles(ctx, chain, t)
	return from, "", err
}

// ofFiles is the way to a profile of AWS's files. t is what is wished of its own role.
func (p *planner) ofFiles(ctx context.Context, chain profiles.Chain, t *target) (link, error) {
	for _, r := range chain.Roles {
		if err := p.enter("files: " + r.Profile); err != nil {
			return nil, err
		}
	}
	way, err := p.root(ctx, chain.Root)
	if err != nil {
		return nil, err
	}
	for i, r := range chain.Roles {
		role, err := saml.SwitchedRole(r.RoleARN)
		if err != nil {
			return nil, &usageError{What: fmt.Sprintf("role_arn of profile %s (%s): %v", foreign.Text(r.Profile), r.Place, err), Hint: "write it like arn:aws:iam::222222222222:role/Deploy"}
		}
		wished := t
		if i < len(chain.Roles)-1 { // a role on the way is wished for as its own profile says
			wished = &target{name: r.Profile, choices: settings.Nearest(settings.Choices{
				Region: r.Region, Duration: r.Duration, STSEndpoint: t.choices.STSEndpoint, CABundle: t.choices.CABundle, Timeout: t.choices.Timeout,
				MFACommand: t.choices.MFACommand, SecretStore: t.choices.SecretStore,
			}, p.settings.General)}
			if err := wished.readWish(ctx, p.app); err != nil {
				return nil, &usageError{What: fmt.Sprintf("duration_seconds of profile %s: %v", foreign.Text(r.Profile), err), Hint: "from 900 to 43200"}
			}
		}
		call := sts.Switch{RoleARN: r.RoleARN, SessionName: r.SessionName, ExternalID: r.ExternalID}
		if way, err = p.role(way, r.MFASerial, wished, &switchedRole{name: r.Profile, role: role, call: call}); err != nil {
			return nil, err
		}
	}
	return way, nil
}

// root is the first link of a way through AWS's files.
func (p *planner) root(ctx context.Context, root profiles.Root) (link, error) {
	keys := &ownKeys{app: p.app, where: "profile " + foreign.Clean(root.Profile), place: root.Place, keys: sts.Credentials{
		AccessKeyID: root.AccessKeyID, SecretAccessKey: root.SecretAccessKey, SessionToken: root.SessionToken, Expiration: root.Expires,
	}}
	ours := p.settings.Profiles[cmp.Or(root.Name, root.Profile)]
	switch root.Kind {
	case profiles.RootEnvironment:
		keys.where, keys.place = "the environment", ""
		keys.keys = sts.Credentials{AccessKeyID: p.app.env("AWS_ACCESS_KEY_ID"), SecretAccessKey: secret.New(p.app.env("AWS_SECRET_ACCESS_KEY")), SessionToken: secret.New(p.app.env("AWS_SESSION_TOKEN"))}
		if keys.keys.AccessKeyID == "" || keys.keys.SecretAccessKey.Empty() {
			return nil, &usageError{What: fmt.Sprintf("profile %s takes the keys of the environment (credential_source = Environment), and there are none", foreign.Text(root.Profile)), Hint: "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"}
		}
		return keys, nil
	case profiles.RootProcess:
		// A command of samlogin's own would wait for what this process is about to do.
		if !ourProgram(root.Process) {
			return &processKeys{app: p.app, profile: root.Profile, line: root.Process}, nil
		}
		return p.own(ctx, root, ours)
	case profiles.RootManaged:
		if ours == nil && root.Name == "" {
			return keys, nil // of a login by flags alone
		}
		return p.own(ctx, root, ours)
	case profiles.RootAbsent:
		if ours == nil {
			files, _ := profiles.Locate(p.app.env)
			return nil, &usageError{What: fmt.Sprintf("the source profile %q (%s) is neither in AWS's files nor in the settings", foreign.Text(root.Profile), root.Place), Hint: cmp.Or(nearTo(root.Profile, p.settings, files), known(p.settings))}
		}
		return p.own(ctx, root, ours)
	}
	return keys, nil
}

// own is a source that samlogin itself keeps in keys.
func (p *planner) own(ctx context.Context, root profiles.Root, ours *settings.Profile) (link, error) {
	if ours != nil {
		t := &target{named: ours, name: ours.Name, choices: settings.Nearest(ours.Choices, p.settings.General)}
		if err := t.readWish(ctx, p.app); err != nil {
			return nil, err
		}
		return p.ofSettings(ctx, ours, t)
	}
	if err := p.enter("process: " + root.Name); err != nil {
		return nil, err
	}
	files, err := profiles.Locate(p.app.env)
	if err != nil {
		return nil, err
	}
	chain, err := files.Chain(root.Name)
	if err != nil {
		return nil, err
	}
	if len(chain.Roles) == 0 {
		return nil, &usageError{What: fmt.Sprintf("profile %s (%s) is to get its keys from samlogin, and the settings have no profile %q", foreign.Text(root.Profile), root.Place, foreign.Text(root.Name)), Hint: known(p.settings)}
	}
	t := &target{name: root.Name, stored: true, choices: settings.Nearest(settings.Choices{Region: chain.Region, Duration: chain.Roles[len(chain.Roles)-1].Duration}, p.settings.General)}
	if err := t.readWish(ctx, p.app); err != nil {
		return nil, err
	}
	return p.ofFiles(ctx, chain, t)
}

// enter notes a profile, and refuses one that was passed already.
func (p *planner) enter(name string) error {
	if slices.Contains(p.visited, name) {
		var shown []string
		for _, v := range append(p.visited, name) {
			_, v, _ = strings.Cut(v, ": ")
			shown = append(shown, foreign.Clean(v))
		}
		return &usageError{What: "the sources of profile " + shown[0] + " lead back to themselves: " + strings.Join(shown, " → "), Hint: "one of them needs keys of its own, or a login"}
	}
	p.visited = append(p.visited, name)
	return nil
}

// role puts a role on top of a link, with an MFA session between them where that is the plan.
func (p *planner) role(from link, device string, wished *target, r *switchedRole) (link, error) {
	r.app, r.from, r.target = p.app, from, wished
	if device == "" {
		return r, nil
	}
	if from.temporary() {
		return nil, deviceOfARole(r.name, device)
	}
	session, err := sessionLength(p.settings, wished.choices)
	if err != nil {
		return nil, err
	}
	if p.renewing && session > 0 && !wished.wish.Max && wished.wish.Duration <= hourOfAChain {
		r.from = &mfaSession{app: p.app, from: from, name: p.ownerOf(from, r.name), serial: device, duration: session, choices: wished.choices}
		return r, nil
	}
	r.call.Serial = device
	return r, nil
}

// user is the way to an MFA session that is wanted for itself.
func (p *planner) user(ctx context.Context, root profiles.Root, t *target) (link, error) {
	keys, err := p.root(ctx, root)
	if err != nil {
		return nil, err
	}
	session, err := sessionLength(p.settings, t.choices)
	if err != nil {
		return nil, err
	}
	wanted := cmp.Or(t.wish.Duration, longSession(t.choices.Duration), session, sts.UsualMFASession)
	if t.wish.Max {
		wanted = sts.MaxMFASession
	}
	return &mfaSession{app: p.app, from: keys, name: t.name, written: t.written(), serial: root.MFASerial, duration: wanted, choices: t.choices}, nil
}

func (p *planner) ownerOf(from link, otherwise string) string {
	if keys, ok := from.(*ownKeys); ok {
		if name, ok := strings.CutPrefix(keys.where, "profile "); ok {
			return name
		}
	}
	return otherwise
}

// deviceOfARole says why a code cannot be given with temporary keys.
func deviceOfARole(profile, device string) error {
	return &usageError{
		What: fmt.Sprintf("profile %s has mfa_serial, and its source gives temporary keys: the device %s belongs to an IAM user, and AWS takes its code only with that user's long-term keys", foreign.Text(profile), foreign.Text(device)),
		Hint: "take mfa_serial out of the profile, or let its source be the user's keys",
	}
}

// sessionLength is mfa_session of the settings: how long an MFA session is to last, 0 where none is wanted.
func sessionLength(s *settings.Settings, c settings.Choices) (time.Duration, error) {
	switch said := c.MFASession.(type) {
	case nil:
		return 0, nil
	case bool:
		if said {
			return sts.MaxMFASession, nil
		}
		return 0, nil
	case string:
		if d, err := sts.ParseMFASession(said); err == nil {
			return d, nil
		}
	}
	return 0, &usageError{What: "mfa_session in the settings (" + foreign.Clean(s.Path) + ") is not a time from 15m to 36h", Hint: `mfa_session = "36h"`}
}

// longSession reads a time of more than twelve hours, up to the 36 that AWS gives to an MFA session; 0 for any other text.
func longSession(text string) time.Duration {
	if d, err := sts.ParseMFASession(text); err == nil && d > sts.MaxDuration {
		return d
	}
	return 0
}

// ourProgram reports whether a credential_process is this program, as far as its name tells.
func ourProgram(line string) bool {
	words := strings.Fields(strings.ReplaceAll(line, "'", ""))
	return len(words) == 3 && words[1] == "credentials" && strings.TrimSuffix(filepath.Base(words[0]), ".exe") == "samlogin"
}

// nearTo is the name that a mistyped one is most like, of the settings and of AWS's files, as advice; "" none.
func nearTo(name string, s *settings.Settings, files profiles.Files) string {
	names, _ := files.Names()
	if near := settings.Closest(name, append(names, slices.Collect(maps.Keys(s.Profiles))...)); near != "" {
		return "did you mean " + foreign.Clean(near) + "?"
	}
	return ""
}
