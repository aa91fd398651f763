package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"

	"github.com/samlogin/samlogin/cmd/samlogin/fault"
	"github.com/samlogin/samlogin/cmd/samlogin/terminal"
	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/idp/probe"
	"github.com/samlogin/samlogin/profiles/settings"
	"github.com/samlogin/samlogin/saml/foreign"
	"github.com/samlogin/samlogin/sts"
)

func checkDuration(text string) error {
	_, _, err := sts.ParseDuration(text)
	return err
}

// findIdP asks for the address and looks what stands there. A person may correct the address, a flag may not.
func (s *setup) findIdP(ctx context.Context) error {
	f := s.flags
	entry := s.settings.IdPs[cmp.Or(f.name, f.idp)]
	proposed := ""
	if entry != nil {
		proposed = entry.URL
	} else if len(s.settings.IdPs) == 1 {
		for _, only := range s.settings.IdPs {
			proposed = only.URL
		}
	}
	if s.ask.terminal != nil && f.url == "" {
		fmt.Fprintln(s.ask.terminal.Out, "Return takes what stands in [brackets]; ctrl-C stops.\nNothing is written before you say yes.")
	}
	for try := 1; ; try++ {
		address, err := s.ask.text(ctx, question{label: "Address of your sign-in page", flag: "url", given: f.url, proposed: proposed, check: func(text string) error {
			_, _, err := idp.ParseStart(text, "https://adfs.example.com")
			return err
		}})
		if err != nil {
			return err
		}
		s.finding, err = s.look(ctx, address)
		if err == nil {
			s.tellFinding()
			if err = s.usable(ctx); err == nil {
				return nil
			}
		}
		var unknown *probe.UnknownError
		var silent *idp.NetworkError
		var usage *fault.UsageError
		again := errors.As(err, &unknown) || errors.As(err, &silent) || errors.As(err, &usage)
		if s.ask.terminal == nil || f.url != "" || !again || try == triesToAnswer || ctx.Err() != nil {
			return err
		}
		s.ask.complain(err)
		proposed = ""
	}
}

// look probes an address, with a line on the terminal that tells what is looked at.
func (s *setup) look(ctx context.Context, address string) (*probe.Finding, error) {
	a := s.app
	choices := settings.Nearest(s.flags.choices(), s.settings.General)
	if entry := s.entryAt(address); entry != nil { // set up before
		choices = settings.Nearest(s.flags.choices(), entry.Choices, s.settings.General)
	}
	transport, err := a.transport(choices)
	if err != nil {
		return nil, err
	}
	host := foreign.Text(address).String()
	if _, origin, err := idp.ParseStart(address, ""); err == nil {
		host = origin.Host()
	}
	tell := func(string) {}
	if t := s.ask.terminal; t != nil && !a.json() && !a.plainTerminal() {
		place := overdrawn{plain: !a.color(true)}
		tell = func(what string) {
			fmt.Fprint(t.Out, place.over(terminal.Fit("Looking at "+host+": "+what+" …", t.Width()-1)))
		}
		defer func() { fmt.Fprint(t.Out, place.over("")) }()
	}
	within, end := transport.Within(ctx)
	defer end()
	return probe.Probe(within, probe.Config{Address: address, RelyingParty: choices.RelyingParty, Transport: transport, Agent: agent(), Now: a.now, Tell: tell})
}

// nameIdP settles the entry of the settings: its name, and what stands in it.
func (s *setup) nameIdP(ctx context.Context) error {
	f, found := s.flags, s.finding
	entry := s.entryAt(found.URL)
	proposed := ""
	switch {
	case f.name != "":
	case s.app.typed["idp"] && s.settings.IdPs[f.idp] != nil: // a variable is not about this address
		f.name = f.idp
	case entry != nil:
		f.name = entry.Name
	default:
		proposed = s.freeName(nameFor(found.URL))
	}
	name, err := s.ask.text(ctx, question{label: "Name for it in the settings", flag: "name", given: f.name, proposed: proposed, check: func(text string) error { return s.free(text, "idp") }})
	if err != nil {
		return err
	}
	s.idp = &settings.IdP{Name: name, Kind: found.Kind}
	if entry := s.settings.IdPs[name]; entry != nil {
		kept := *entry
		s.idp, s.known = &kept, true
	}
	c := &s.idp.Choices
	if !s.known || !sameOrigin(c.URL, found.URL) || s.app.typed["url"] && !sameAddress(c.URL, found.URL) {
		c.URL, s.idp.Kind = found.URL, found.Kind
	}
	c.Start = cmp.Or(f.start, c.Start, found.Start)
	c.RelyingParty = cmp.Or(f.relyingParty, c.RelyingParty, found.RelyingParty)
	c.MFA, c.Region, c.STSEndpoint = cmp.Or(f.mfa, c.MFA), cmp.Or(f.region, c.Region), cmp.Or(f.stsEndpoint, c.STSEndpoint)
	if found.SignIn == probe.SignInWindows && c.Windows == "" {
		c.Windows = "auto"
	}
	if err := s.realm(ctx, c); err != nil {
		return err
	}
	if err := s.commands(c); err != nil {
		return err
	}
	if found.Kind == probe.KindBrowser || f.assertionFile != "" || (f.noLogin && s.ask.terminal == nil) {
		c.Username = cmp.Or(f.username, c.Username)
		return nil
	}
	c.Username, err = s.ask.text(ctx, question{label: "User name", flag: "username", given: f.username, proposed: c.Username})
	return err
}

// realm asks whose account it is where the IdP asks, so that it need not every morning.
func (s *setup) realm(ctx context.Context, c *settings.Choices) error {
	c.Realm = cmp.Or(s.flags.realm, c.Realm)
	if c.Realm != "" || len(s.finding.Realms) < 2 || s.ask.terminal == nil {
		return nil
	}
	answer, err := chooseOption(ctx, s.ask.terminal, idp.Question{Kind: idp.Choice, Topic: idp.Organisation, Options: s.finding.Realms, Origin: s.origin()})
	if errors.Is(err, idp.ErrNoAnswer) {
		return nil
	}
	c.Realm = answer.Reveal()
	return err
}

func (s *setup) origin() idp.Origin {
	_, origin, _ := idp.ParseStart(s.finding.URL, "")
	return origin
}

// entryAt is the IdP of the settings that stands at the same server.
func (s *setup) entryAt(url string) *settings.IdP {
	for _, name := range slices.Sorted(maps.Keys(s.settings.IdPs)) {
		if entry := s.settings.IdPs[name]; sameOrigin(entry.URL, url) {
			return entry
		}
	}
	return nil
}

func sameOrigin(a, b string) bool {
	_, x, errX := idp.ParseStart(a, "")
	_, y, errY := idp.ParseStart(b, "")
	return errX == nil && errY == nil && x == y
}

// sameAddress reports whether two addresses are one, however they are written.
func sameAddress(a, b string) bool {
	x, _, errX := idp.ParseStart(a, "")
	y, _, errY := idp.ParseStart(b, "")
	return errX == nil && errY == nil && strings.TrimSuffix(x.String(), "/") == strings.TrimSuffix(y.String(), "/")
}

// nameFor is a short name for an IdP: the name of the company in its host.
func nameFor(url string) string {
	_, origin, err := idp.ParseStart(url, "")
	if err != nil {
		return "corp"
	}
	if _, err := netip.ParseAddr(origin.Host()); err == nil {
		return "corp"
	}
	parts, short := strings.Split(origin.Host(), "."), "corp"
	for len(parts) > 1 {
		parts = parts[:len(parts)-1]
		// What is left of example.co.uk is example.co: two and three letters are no company.
		last := parts[len(parts)-1]
		if len(parts) == 1 && slices.Contains(settings.Kinds(), last) {
			return short // adfs.abc.com: better than a kind's name with a number
		}
		if len(last) > 3 || len(parts) == 1 {
			return last
		}
		short = last
	}
	return parts[0]
}

// free reports whether a name can be used for one kind of table: names of IdPs, profiles and groups are unique.
func (s *setup) free(name, table string) error {
	taken := func(other string) error { return fmt.Errorf("%s is the name of %s already", foreign.Text(name), other) }
	switch {
	case strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._@+:/-") != "" || len(name) > 128 || strings.HasPrefix(name, "-"):
		return errors.New("a name has 1 to 128 letters, digits and ._@+:/- and does not begin with -")
	case slices.Contains(settings.Kinds(), name):
		return taken("a kind of IdP")
	case table != "idp" && (s.settings.IdPs[name] != nil || s.idp != nil && s.idp.Name == name):
		return taken("an IdP")
	case table != "profile" && s.settings.Profiles[name] != nil:
		return taken("a profile")
	case table != "group" && s.settings.Groups[name] != nil:
		return taken("a group")
	}
	return nil
}

// freeName is a name that nothing has, made of a proposal.
func (s *setup) freeName(proposal string) string {
	name := proposal
	for n := 2; s.free(name, "") != nil || s.settings.IdPs[name] != nil || s.settings.Profiles[name] != nil || s.settings.Groups[name] != nil; n++ {
		if n > 99 {
			return proposal
		}
		name = fmt.Sprintf("%s-%d", proposal, n)
	}
	return name
}
