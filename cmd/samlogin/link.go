package main

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"github.com/samlogin/samlogin/cmd/samlogin/fault"
	"github.com/samlogin/samlogin/profiles/state"
	"github.com/samlogin/samlogin/saml/secret"
)

// A link is one part of the way from what a person has to the keys of a NAME: a login at an IdP, the keys of an IAM user,
// an MFA session, a role. Each but the first gets its keys by those of the link before it. The whole way is the last
// link: a plan (see planner) strings them together.
type link interface {
	// identity is everything that decides what its keys are, those of the links before it included.
	identity() string
	// kind is the kind of entry in which its keys are kept between two runs; "" for keys that are there anyway.
	kind() string
	// temporary reports whether its keys are known to be temporary ones, which AWS lets do less.
	temporary() bool
	// take gets fresh keys, and keeps them for who comes later.
	take(ctx context.Context, f *loginFlags) (heldKeys, error)
	// steps are what the link and those before it do, in order: for --explain.
	steps() []step
	// upkeep is how its keys are renewed, and lends how those are that are taken with them.
	upkeep() upkeep
	lends() upkeep
}

// upkeep is how keys are renewed, as status tells it: always in one way, or silently as long as an entry of the state is
// there.
type upkeep struct {
	Always string `json:"renews,omitempty"` // "silently" or "asks"; "" depends on the entry
	keptEntry
	IdP string `json:"idp,omitempty"` // that logout may name
}

// keptEntry is what an entry of the state is found by. An identity is bytes, which JSON texts cannot hold as they are.
type keptEntry struct {
	Kind     string `json:"kind,omitempty"`
	Identity []byte `json:"identity,omitempty"`
}

func entryOf(l link) keptEntry { return keptEntry{l.kind(), []byte(l.identity())} }

// before are the entries of the links before one: with their keys its own could be taken again without anybody.
func before(l link) []keptEntry {
	role, ok := l.(*switchedRole)
	if !ok || role.from.kind() == "" {
		return nil
	}
	return append(before(role.from), entryOf(role.from))
}

// loginLink is a role that an IdP's assertion offers.
type loginLink struct {
	app    *app
	target *target
}

func (l *loginLink) identity() string { return l.app.identity(l.target) }
func (*loginLink) kind() string       { return state.Role }
func (*loginLink) temporary() bool    { return true }

func (l *loginLink) take(ctx context.Context, f *loginFlags) (heldKeys, error) {
	if f.silent && l.target.signIn.noticed() {
		return heldKeys{}, &fault.NeedError{What: "a login at " + l.target.signIn.label() + " may need a person", Hint: l.app.loginCommand(l.target.nameOr())}
	}
	r, err := l.app.takeRole(ctx, f, l.target) // which keeps them
	if err != nil {
		return heldKeys{}, err
	}
	return r.held(l.app.now()), nil
}

func (l *loginLink) lends() upkeep { return l.upkeep() }

func (l *loginLink) upkeep() upkeep {
	in := l.target.signIn
	return upkeep{keptEntry: keptEntry{state.IdP, []byte(in.who())}, IdP: in.label()}
}

// held are the keys of a result.
func (r result) held(now time.Time) heldKeys {
	return heldKeys{r.session, r.role, r.region, r.target.choices, r.session.Expiration.Sub(now)}
}

// way is the last link of what leads to a target's keys.
func (a *app) way(t *target) link {
	if t.way != nil {
		return t.way
	}
	return &loginLink{a, t}
}

// remember keeps the keys of a link: for later runs, and for what else this run takes with them.
func (a *app) remember(l link, name, written string, k heldKeys) {
	whose := state.Identity(l.kind(), l.identity())
	a.mu.Lock()
	if a.taken == nil {
		a.taken = map[string]heldKeys{}
	}
	a.taken[whose] = k
	a.mu.Unlock()
	if a.folder() == nil {
		return
	}
	c := k.Credentials
	value, err := json.Marshal(keptValue{c.AccessKeyID, c.SecretAccessKey.Reveal(), c.SessionToken.Reveal(), c.Expiration, k.role.ARN, k.role.PrincipalARN, k.region, k.life, accountOf(k.Session)})
	if err != nil {
		return
	}
	described, err := json.Marshal(roleEntry{name, k.role.ARN, written, c.AccessKeyID, l.upkeep(), before(l)})
	if err != nil {
		return
	}
	a.keep(state.Entry{Kind: l.kind(), Identity: l.identity(), Value: secret.New(string(value)), Expires: c.Expiration, Description: described})
}

// ofThisRun are the keys of a link that this run has taken already.
func (a *app) ofThisRun(l link) (heldKeys, bool) {
	whose := state.Identity(l.kind(), l.identity())
	a.mu.Lock()
	defer a.mu.Unlock()
	k, ok := a.taken[whose]
	return k, ok
}

// endpoint is everything that decides which STS is asked, but for the region.
func (a *app) endpoint(override string) string {
	parts := []string{override}
	for _, name := range []string{"AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT"} {
		parts = append(parts, a.env(name))
	}
	return state.Identity(parts...)
}

// written is the AWS profile that login writes for a target, "" where that is not decided.
func (t *target) written() string {
	if t.stored && t.profile == t.name {
		return sessionProfile(job{target: t, profile: t.name})
	}
	return t.profile
}

// wishes is the identity of what is wished for.
func (t *target) wishes() string {
	return state.Identity(t.wish.Duration.String(), strconv.FormatBool(t.wish.Max), strconv.FormatBool(t.wish.Exact), t.wish.Policy, state.Identity(t.wish.PolicyARNs...))
}
