package main

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/samlogin/samlogin/cmd/samlogin/network"
	"github.com/samlogin/samlogin/profiles/settings"
	"github.com/samlogin/samlogin/profiles/state"
	"github.com/samlogin/samlogin/saml"
	"github.com/samlogin/samlogin/saml/secret"
	"github.com/samlogin/samlogin/sts"
)

// switchedRole is a role that is taken with the keys of the link before it (AssumeRole).
type switchedRole struct {
	app    *app
	from   link
	name   string // the NAME or AWS profile that it is the role of
	role   saml.Role
	call   sts.Switch // without a code
	target *target    // what is wished for
}

func (l *switchedRole) identity() string {
	c := l.target.choices
	return state.Identity("switch", l.from.identity(), l.role.ARN, l.call.Serial, l.call.ExternalID, l.call.SessionName, l.target.wishes(), c.Region, l.app.endpoint(c.STSEndpoint))
}
func (*switchedRole) kind() string    { return state.Role }
func (*switchedRole) temporary() bool { return true }

// asks reports whether each taking of the role needs a code.
func (l *switchedRole) asks() bool { return l.call.Serial != "" }

func (l *switchedRole) upkeep() upkeep {
	if l.asks() {
		return upkeep{Always: "asks"}
	}
	return l.from.lends()
}

// lends: with keys that took a code, others are taken for as long as they are good.
func (l *switchedRole) lends() upkeep {
	if l.asks() {
		return upkeep{keptEntry: entryOf(l)}
	}
	return l.upkeep()
}

func (l *switchedRole) take(ctx context.Context, f *loginFlags) (heldKeys, error) {
	by, err := l.app.keysFrom(ctx, f, l.from)
	if err != nil {
		return heldKeys{}, err
	}
	choices := l.target.choices
	caller, err := l.app.caller(l.role.Partition(), "AssumeRole", choices)
	if err != nil {
		return heldKeys{}, err
	}
	call, wish := l.call, l.target.wish
	if call.SessionName == "" {
		call.SessionName = sts.SessionName(by.AssumedRoleARN, l.app.now())
		if strings.HasPrefix(call.SessionName, "samlogin-") && call.Serial != "" {
			call.SessionName = sts.SessionName(call.Serial, l.app.now())
		}
	}
	if !f.force {
		wish.Guess = l.app.learned(l.role)
	}
	assume := func(code secret.Text) (sts.Session, error) {
		within, end := caller.within(ctx)
		defer end()
		call.Code = code
		return caller.client.Assume(within, by.Credentials, call, wish)
	}
	var session sts.Session
	if !l.asks() || by.Chained() { // with temporary keys the call is refused before anybody is asked for a code
		if l.asks() {
			return heldKeys{}, deviceOfARole(l.name, call.Serial)
		}
		session, err = assume(secret.Text{})
	} else {
		err = l.app.withCode(ctx, f, call.Serial, choices, func(code secret.Text) error {
			var err error
			session, err = assume(code)
			noteRefused(&wish, err)
			return err
		})
	}
	if err != nil {
		return heldKeys{}, err
	}
	l.app.learn(l.role, session.RoleMax)
	k := heldKeys{Session: session, role: l.role, region: caller.region(choices), choices: choices, life: session.Expiration.Sub(l.app.now())}
	l.app.remember(l, l.name, l.target.written(), k)
	return k, nil
}

// caller is STS as one link asks it.
type caller struct {
	app       *app
	transport *network.Way
	client    *sts.Client
	endpoint  sts.Endpoint
}

func (a *app) caller(partition, action string, c settings.Choices) (*caller, error) {
	endpoint, err := sts.Resolve(partition, a.endpointOptions(c))
	if err != nil {
		return nil, err
	}
	a.noticesOnce(endpoint.Notices)
	transport, err := a.transport(c)
	if err != nil {
		return nil, err
	}
	clock := &session{app: a}
	calls := &asked{app: a, action: action, next: transport, dated: clock.datedBy("AWS's")}
	return &caller{a, transport, sts.New(&http.Client{Transport: calls}, endpoint, a.now), endpoint}, nil
}

func (c *caller) within(ctx context.Context) (context.Context, context.CancelFunc) {
	return c.transport.Within(ctx)
}

// region is the one of the settings, where the role's partition has it.
func (c *caller) region(choices settings.Choices) string {
	if c.endpoint.Has(choices.Region) {
		return choices.Region
	}
	return ""
}

// hourOfAChain is what AWS gives to a role that was taken with temporary keys.
const hourOfAChain time.Duration = sts.ChainedMax
