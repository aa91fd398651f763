package main

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/samlogin/samlogin/cmd/samlogin/fault"
	"github.com/samlogin/samlogin/profiles"
	"github.com/samlogin/samlogin/profiles/settings"
	"github.com/samlogin/samlogin/saml/foreign"
	"github.com/samlogin/samlogin/sts"
)

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
	if session > 0 && !wished.wish.Max && wished.wish.Duration <= hourOfAChain {
		by := &mfaSession{app: p.app, from: from, name: userProfile(from, r.name), serial: device, duration: session, choices: wished.choices}
		// Where an hour is enough, a session that is there spares another code, whatever the keys are for.
		if _, alive := p.app.keptKeys(by, silentMargin); alive || p.renewing {
			r.from = by
			return r, nil
		}
	}
	r.call.Serial = device
	return r, nil
}

// shareSessions lets roles of one run that want a code of the same device each come from one MFA session, where the
// settings want such sessions and an hour is enough: one code in the morning, and not one every half a minute.
func shareSessions(s *settings.Settings, all []*target) {
	alike := map[string][]*switchedRole{}
	for _, t := range all {
		role, ok := t.way.(*switchedRole)
		if !ok || !role.asks() || t.wish.Max || t.wish.Duration > hourOfAChain {
			continue
		}
		if d, err := sessionLength(s, t.choices); err == nil && d > 0 {
			device := role.call.Serial + " " + role.from.identity()
			alike[device] = append(alike[device], role)
		}
	}
	for _, roles := range alike {
		if len(roles) < 2 {
			continue
		}
		for _, r := range roles {
			length, _ := sessionLength(s, r.target.choices) // it was good above
			r.from = &mfaSession{app: r.app, from: r.from, name: userProfile(r.from, r.name), serial: r.call.Serial, duration: length, choices: r.target.choices}
			r.call.Serial = ""
		}
	}
}

// user is the way to an MFA session that is wanted for itself.
func (p *planner) user(ctx context.Context, root profiles.Root, t *target) (link, error) {
	switch {
	case t.choices.PolicyFile != "" || len(t.choices.PolicyARNs) > 0: // or who asked for little would get everything
		return nil, &fault.UsageError{What: fmt.Sprintf("profile %s gives an MFA session, and AWS takes no session policy for one (GetSessionToken)", foreign.Text(t.name)), Hint: "a policy can limit a role: take one with role_arn"}
	case templated(t.profile):
		return nil, &fault.UsageError{What: fmt.Sprintf("profile %s gives an MFA session, which has no role to name a profile by: --profile %q", foreign.Text(t.name), foreign.Text(t.profile)), Hint: "--profile takes a plain name, too"}
	}
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

// userProfile is the AWS profile that keys stand in.
func userProfile(from link, otherwise string) string {
	if keys, ok := from.(*ownKeys); ok {
		if name, ok := strings.CutPrefix(keys.where, "profile "); ok {
			return name
		}
	}
	return otherwise
}

// deviceOfARole says why a code cannot be given with temporary keys.
func deviceOfARole(profile, device string) error {
	return &fault.UsageError{
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
	return 0, &fault.UsageError{What: "mfa_session in the settings (" + foreign.Clean(s.Path) + ") is not a time from 15m to 36h", Hint: `mfa_session = "36h"`}
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
