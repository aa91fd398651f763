package main

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/samlogin/samlogin/cmd/samlogin/fault"
	"github.com/samlogin/samlogin/cmd/samlogin/network"
	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/idp/adapter"
	"github.com/samlogin/samlogin/idp/adfs"
	"github.com/samlogin/samlogin/idp/form"
	"github.com/samlogin/samlogin/profiles/settings"
	"github.com/samlogin/samlogin/saml"
	"github.com/samlogin/samlogin/saml/foreign"
	"github.com/samlogin/samlogin/saml/secret"
	"github.com/samlogin/samlogin/sts"
)

const defaultTimeout = 120 * time.Second

// agent is the User-Agent. AD FS shows its form to agents that are on none of its lists for integrated sign-in.
func agent() string { return "samlogin/" + version() }

// signIn is one IdP as a run uses it, all layers of choices put on top of each other.
type signIn struct {
	name     string // in the settings, "" where flags alone name it
	kind     string
	origins  []string
	adapters []adapter.Adapter // MFA adapters of the settings
	command  []string          // of the kind command: what prints the response
	choices  settings.Choices
}

// signInFor finds the IdP for a profile of the settings (nil: for flags alone). Nearest wins: flag, variable, profile,
// IdP, the top of the settings.
func (a *app) signInFor(f *loginFlags, s *settings.Settings, p *settings.Profile) (*signIn, error) {
	given := f.choices()
	profile := settings.Choices{}
	name := f.idp
	if p != nil {
		profile = p.Choices
		name = cmp.Or(name, p.IdP)
	}
	if name == "" && f.url == "" && len(s.IdPs) == 1 {
		for only := range s.IdPs {
			name = only
		}
	}
	if entry := s.IdPs[name]; entry != nil {
		adapters, err := adaptersOf(s, entry)
		return &signIn{name: name, kind: entry.Kind, origins: entry.Origins, command: entry.Command, adapters: adapters, choices: settings.Nearest(given, profile, entry.Choices, s.General)}, err
	}
	c := settings.Nearest(given, profile, s.General)
	switch {
	case name == "" && c.URL == "":
		return nil, nobodyNamed(s)
	case name == "":
		name = "adfs"
	}
	for _, kind := range settings.Kinds() {
		if name == kind {
			return &signIn{kind: kind, choices: c}, nil
		}
	}
	known := settings.Kinds()
	for other := range s.IdPs {
		known = append(known, other)
	}
	slices.Sort(known)
	return nil, &fault.UsageError{What: fmt.Sprintf("no IdP is named %q in the settings, and it is no kind of IdP", foreign.Text(name)), Hint: "there are: " + strings.Join(known, ", ")}
}

// signInOf is the login at an IdP that a NAME means, or that its keys begin with; nil where there is none, as for roles
// that are taken with an IAM user's keys.
func (a *app) signInOf(ctx context.Context, s *settings.Settings, name string) *signIn {
	p, f := s.Profiles[name], &loginFlags{}
	var t *target
	var err error
	switch {
	case s.IdPs[name] != nil:
		in, _ := a.signInFor(&loginFlags{idp: name}, s, nil)
		return in
	case p != nil && p.Source == "":
		in, _ := a.signInFor(f, s, p)
		return in
	case p != nil:
		t, err = a.target(ctx, f, s, p)
	default:
		t, err = (&planner{app: a, flags: f, settings: s}).stored(ctx, name)
	}
	if err != nil || t == nil {
		return nil
	}
	for at := a.way(t); ; {
		switch l := at.(type) {
		case *loginLink:
			return l.target.signIn
		case *switchedRole:
			at = l.from
		case *mfaSession:
			at = l.from
		default:
			return nil
		}
	}
}

// noticed reports whether a login is likely to be noticed by a person, also where nobody is asked: a program may open a
// window, and a browser that keeps no session has to sign in from nothing.
func (in *signIn) noticed() bool {
	return in.kind == "command" || in.kind == "browser" && in.choices.Session != "on"
}

// provider makes the IdP's provider: the one place that knows which kinds there are.
func (a *app) provider(in *signIn, transport http.RoundTripper, dated func(time.Time)) (idp.Provider, error) {
	if in.kind == "command" {
		return a.commandProvider(in)
	}
	if in.choices.URL == "" {
		return nil, &fault.UsageError{What: "the address of the IdP is not known", Hint: "give it with --url, SAMLOGIN_URL or url in the settings"}
	}
	walk := idp.Config{Transport: transport, Jar: a.jar(in), Agent: agent(), Username: in.choices.Username, Observe: a.observer(in), Dated: dated, Waiting: a.waiting, Agree: a.agree, Now: a.now, After: a.wait}
	for _, text := range in.origins {
		origin, err := idp.ParseOrigin(text)
		if err != nil {
			return nil, &fault.UsageError{What: fmt.Sprintf("origins: %q: %v", foreign.Text(text), err)}
		}
		walk.Origins = append(walk.Origins, origin)
	}
	switch in.kind {
	case "browser":
		return a.browserProvider(in, walk)
	case "form":
		return a.formProvider(in, walk)
	case "adfs":
		address, err := adfs.ParseAddress(in.choices.URL)
		if err != nil {
			if explain(err).Exit == exitFault {
				err = &fault.UsageError{What: err.Error(), Hint: "--url takes a host, a base address or a full start address"}
			}
			return nil, err
		}
		start := adfs.Start(in.choices.Start)
		switch start {
		case "", adfs.StartAuto, adfs.StartIdP, adfs.StartSP:
		default:
			return nil, &fault.UsageError{What: "--start takes auto, idp or sp"}
		}
		other := a.withoutTyping(in, &walk, transport)
		walk.Transport = a.certified(in, address.Origin, transport)
		return adfs.New(adfs.Config{
			Address: address, Start: start, RelyingParty: in.choices.RelyingParty, Walk: walk, Now: a.now, Notice: a.notice,
			Wishes:     adfs.Wishes{Method: in.choices.MFA, Realm: in.choices.Realm, Application: in.choices.RelyingParty, Adapters: in.adapters},
			OtherAgent: other, Certificate: in.choices.Certificate != "",
			KnownOff: a.knownOff(address.Origin), FoundOff: func() { a.foundOff(address.Origin) },
		}), nil
	}
	return nil, &fault.UsageError{What: "this build knows no IdP of the kind " + in.kind, Hint: "it knows: " + strings.Join(settings.Kinds(), ", ")}
}

// formProvider makes the provider for IdPs with plain forms.
func (a *app) formProvider(in *signIn, walk idp.Config) (idp.Provider, error) {
	address, err := form.ParseAddress(in.choices.URL)
	if err != nil {
		if explain(err).Exit == exitFault {
			err = &fault.UsageError{What: err.Error(), Hint: "--url takes the full address at which a login for AWS begins"}
		}
		return nil, err
	}
	walk.Tell = func(said foreign.Text) { a.notice(fmt.Sprintf("%s says: %s", address.Origin.Host(), said)) }
	return form.New(form.Config{Address: address, RelyingParty: in.choices.RelyingParty, Realm: in.choices.Realm, Walk: walk}), nil
}

// owner is who logs in where, as far as it is known before the login.
func (in *signIn) owner() owner {
	_, origin, err := idp.ParseStart(in.choices.URL, "")
	if err != nil {
		return owner{in.choices.URL, strings.ToLower(in.choices.Username), in.as()}
	}
	return owner{origin.String(), strings.ToLower(in.choices.Username), in.as()}
}

// jar keeps the cookies of one person at one IdP for the whole run, so that a second relying party there wants no second
// password.
func (a *app) jar(in *signIn) *idp.Jar {
	who := in.owner()
	if a.jars[who] == nil {
		if a.jars == nil {
			a.jars = map[owner]*idp.Jar{}
		}
		a.jars[who] = idp.NewJar()
	}
	return a.jars[who]
}

// fileProvider takes the response from a file instead of an IdP.
type fileProvider struct {
	app  *app
	path string
}

const responseBytes = 3 << 20

func (p fileProvider) Login(ctx context.Context, _ idp.Dialog) (*saml.Response, error) {
	text, err := p.app.readFlagFile(ctx, "assertion-file", p.path, responseBytes)
	if err != nil {
		return nil, err
	}
	return saml.Parse(secret.New(strings.TrimSpace(text)))
}

// choices are the flags (and their variables) as the nearest layer of choices.
func (f *loginFlags) choices() settings.Choices {
	c := settings.Choices{
		URL: f.url, Start: f.start, RelyingParty: f.relyingParty, Username: f.username, MFA: f.mfa, Principal: f.principal, Duration: f.duration,
		Region: f.region, STSEndpoint: f.stsEndpoint, PolicyFile: f.policyFile, PolicyARNs: f.policyARNs, Write: f.write,
		CABundle: f.caBundle, Timeout: f.timeout,
	}
	if f.exactGiven != nil && f.exactGiven() {
		c.ExactDuration = &f.exactDuration
	}
	return c
}

// endpointOptions are what chooses the endpoint of STS.
func (a *app) endpointOptions(c settings.Choices) sts.EndpointOptions {
	return sts.EndpointOptions{Region: c.Region, Override: c.STSEndpoint, Env: a.env}
}

// transport is how this run reaches servers. The trace is opened here, since what is to be traced begins here.
func (a *app) transport(c settings.Choices) (*network.Way, error) {
	if err := a.openTrace(); err != nil {
		return nil, err
	}
	if err := network.CheckProxy(a.env); err != nil {
		return nil, err
	}
	roots, err := network.Roots(cmp.Or(c.CABundle, a.env("AWS_CA_BUNDLE")))
	if err != nil {
		return nil, err
	}
	return network.NewWay(network.NewTransport(roots, a.env, atOnce), cmp.Or(c.Timeout, defaultTimeout), a.now, a.pause), nil
}
