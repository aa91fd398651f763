package main

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/samlogin/samlogin/saml/foreign"
	"github.com/samlogin/samlogin/sts"
)

// step is one part of a plan, as --explain tells it; the members are a contract.
type step struct {
	Call    string `json:"call"` // "keys", "credential_process", "login", "AssumeRoleWithSAML", "GetSessionToken", "AssumeRole"
	Of      string `json:"of,omitempty"`
	RoleARN string `json:"role_arn,omitempty"`
	Device  string `json:"mfa_serial,omitempty"` // of which a code is sent
	Asked   int64  `json:"asked_seconds,omitempty"`
	Most    int64  `json:"at_most_seconds,omitempty"` // what AWS gives to such a call
	Why     string `json:"why,omitempty"`             // what AWS limits it by
}

func (l *ownKeys) steps() []step {
	s := step{Call: "keys", Of: l.where + " (" + shownKey(l.keys.AccessKeyID) + ")", Why: "an IAM user's own keys, which do not end"}
	if l.temporary() {
		s.Why = "temporary keys"
		if end := l.keys.Expiration; !end.IsZero() {
			s.Why += " until " + l.app.when(end)
		}
	}
	return []step{s}
}

func (l *processKeys) steps() []step {
	return []step{{Call: "credential_process", Of: "profile " + foreign.Clean(l.profile)}}
}

func (l *loginLink) steps() []step {
	t := l.target
	role := strings.Join(t.patterns, ", ")
	if role == "" {
		role = "the role that is offered, or picked"
	}
	asked := t.wish.Duration
	why := "the role's MaxSessionDuration, and the end of the IdP's session, may allow less"
	if t.wish.Max {
		asked, why = sts.MaxDuration, "the longest whole hour that the role allows is searched for"
	}
	login := step{Call: "login", Of: l.app.nameOfSignIn(t.signIn)}
	if user := t.choices.Username; user != "" {
		login.Of += " as " + foreign.Clean(user)
	}
	return []step{login, {Call: "AssumeRoleWithSAML", RoleARN: role, Asked: seconds64(asked), Most: seconds64(sts.MaxDuration), Why: why}}
}

func (a *app) nameOfSignIn(in *signIn) string {
	if in.choices.URL == "" {
		return in.label()
	}
	return in.label() + ", " + foreign.Clean(in.choices.URL)
}

func (l *mfaSession) steps() []step {
	return append(l.from.steps(), step{
		Call: "GetSessionToken", Of: l.name, Device: l.serial, Asked: seconds64(l.duration), Most: seconds64(sts.MaxMFASession),
		Why: "one code; every profile with this device takes its roles from this session",
	})
}

func (l *switchedRole) steps() []step {
	s := step{Call: "AssumeRole", Of: l.name, RoleARN: l.role.ARN, Device: l.call.Serial, Asked: seconds64(sts.MinRoleMax), Most: seconds64(sts.MaxDuration), Why: "the role's MaxSessionDuration may allow less"}
	w := l.target.wish
	if w.Duration > 0 {
		s.Asked = seconds64(w.Duration)
	}
	if w.Max {
		s.Asked = seconds64(sts.MaxDuration)
	}
	if l.from.temporary() {
		s.Most, s.Why = seconds64(hourOfAChain), "AWS gives one hour to a role taken with temporary keys"
	}
	return append(l.from.steps(), s)
}

func seconds64(d time.Duration) int64 { return int64(d / time.Second) }

// shownKey is as much of an access key's ID as tells it from others.
func shownKey(id string) string {
	if len(id) < 16 {
		return "…"
	}
	return foreign.Clean(id[:4] + "…" + id[len(id)-4:])
}

// planOf is the plan of one NAME, as JSON output shows it; the members are a contract.
type planOf struct {
	Name    string `json:"name"`
	Profile string `json:"profile,omitempty"` // that login writes
	Renews  string `json:"renews"`            // "silently", "asks", "no"
	Kept    string `json:"kept_until,omitempty"`
	Steps   []step `json:"steps"`
}

// explainPlans tells how targets would come to their keys. fixed is why those are not renewed where they are, "" where
// they are. Nobody is asked and nothing is called.
func (a *app) explainPlans(f *loginFlags, all []*target, writes bool, fixed string) error {
	var out bytes.Buffer
	var plans []planOf
	for i, t := range all {
		way := a.way(t)
		p := planOf{Name: t.nameOr(), Renews: "silently", Steps: way.steps()}
		fixed := fixed
		if writes {
			p.Profile = t.written()
			if t.choices.Write == writeProcess {
				fixed = ""
			}
		}
		if own, ok := way.(*ownKeys); ok && own.temporary() {
			fixed = "whatever wrote them has to write new ones"
		}
		switch {
		case fixed != "":
			p.Renews = "no"
		case asks(way):
			p.Renews = "asks"
		}
		k, ok := a.keptKeys(way, lastMargin)
		if ok && (!writes || k.longEnough(a.now()) && mayStay(f, t)) { // else a login takes the role anew
			p.Kept = k.Expiration.UTC().Format(time.RFC3339)
		}
		plans = append(plans, p)
		if i > 0 {
			out.WriteString("\n")
		}
		a.layPlan(&out, p, way, fixed)
	}
	if a.json() {
		a.printed = true
		return printJSON(a.out, plans)
	}
	return a.printOnce(out.Bytes())
}

// explainOne explains the plan of one NAME.
func (a *app) explainOne(ctx context.Context, f *loginFlags, name, fixed string) error {
	t, err := a.oneTarget(ctx, f, name)
	if err != nil {
		return err
	}
	return a.explainPlans(f, []*target{t}, false, fixed)
}

// asks reports whether fresh keys of a link need a code each time, whatever is kept.
func asks(l link) bool {
	role, ok := l.(*switchedRole)
	return ok && role.asks()
}

func (t *target) nameOr() string {
	switch {
	case t.name != "":
		return t.name
	case t.named != nil:
		return t.named.Name
	}
	return t.profile
}

func (a *app) layPlan(out *bytes.Buffer, p planOf, way link, fixed string) {
	fmt.Fprintf(out, "%s\n\n", foreign.Clean(p.Name))
	for i, s := range p.Steps {
		words := s.Of
		if s.RoleARN != "" {
			words = s.RoleARN
		}
		fmt.Fprintf(out, "%3d  %-18s  %s\n", i+1, s.Call, foreign.Clean(words))
		line := func(text string) { fmt.Fprintf(out, "     %-18s  %s\n", "", text) }
		if s.Device != "" {
			line("a code of " + foreign.Clean(deviceName(s.Device)))
		}
		if s.Asked > 0 {
			asked := time.Duration(s.Asked) * time.Second
			most := time.Duration(s.Most) * time.Second
			text := "for " + span(asked)
			if asked > most {
				text = "for " + span(most) + " of the " + span(asked) + " wished for"
			}
			line(text + "; AWS gives up to " + span(most))
		}
		if s.Why != "" {
			line(s.Why)
		}
	}
	fmt.Fprintln(out)
	switch p.Renews {
	case "no":
		fmt.Fprintln(out, "     not renewed         "+fixed)
	case "asks":
		fmt.Fprintln(out, "     renewed             with a code each time; with mfa_session, one a day")
	default:
		fmt.Fprintln(out, "     renewed             by itself, "+whileLives(way))
	}
	if at, err := time.Parse(time.RFC3339, p.Kept); err == nil {
		words := "until " + a.when(at) + ": nothing is called before that"
		if p.Profile != "" { // of a login
			words = "until " + a.when(at) + ": nothing is called now; --force takes it anew"
		}
		fmt.Fprintln(out, "     kept                "+words)
	}
}

// whileLives says for how long a way renews its keys without anybody.
func whileLives(l link) string {
	switch l := l.(type) {
	case *switchedRole:
		return whileLives(l.from)
	case *loginLink:
		return "as long as the IdP's session lives or a password is stored"
	case *mfaSession:
		return "until the MFA session ends"
	case *ownKeys:
		if l.temporary() {
			return "as long as the keys it begins with are good"
		}
	}
	return "always"
}
