package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/samlogin/samlogin/cmd/samlogin/fault"
	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/idp/probe"
	"github.com/samlogin/samlogin/profiles/settings"
	"github.com/samlogin/samlogin/saml/foreign"
)

// tellFinding says what stands at the address.
func (s *setup) tellFinding() {
	f := s.finding
	bold := func(text string) string {
		if s.app.color(s.app.outIsTTY) {
			return "\x1b[1m" + text + "\x1b[0m"
		}
		return text
	}
	what := cmp.Or(f.Product, "An identity provider of a kind that is not known")
	if f.Version != "" {
		what += " of " + f.Version
	}
	_, origin, err := idp.ParseStart(f.URL, "")
	if err == nil {
		what += " at " + origin.Host()
	}
	s.say("%s", bold(what))
	row := func(label, text string) {
		width := 80
		if s.ask.terminal != nil {
			width = s.ask.terminal.Width()
		}
		for _, line := range wrapped(foreign.Clean(text), max(width-17, 40)) {
			s.say("  %-12s  %s", label, line)
			label = ""
		}
	}
	if f.SignIn != "" {
		row("asks for", f.SignIn)
	}
	if f.Kind == probe.KindADFS && f.Said == nil {
		row("begins", map[bool]string{true: "from our side: its page IdpInitiatedSignOn is switched off", false: "from the IdP's side"}[f.Start == "sp"])
	}
	var besides []string
	if f.Windows && f.SignIn != "" {
		besides = append(besides, "a Windows account (windows = \"auto\" in the settings)")
	}
	if f.Certificate {
		besides = append(besides, "a client certificate (certificate in the settings)")
	}
	if len(besides) > 0 {
		row("also takes", strings.Join(besides, ", "))
	}
	if f.RelyingParty != "" {
		row("knows AWS as", f.RelyingParty)
	}
	if len(f.Realms) > 0 {
		row("accounts of", labels(f.Realms))
	}
	if m := f.Metadata; m != nil {
		row("entity", foreign.Text(m.EntityID).String())
		for _, c := range m.Certificates {
			row("signs until", c.NotAfter.Local().Format("2 January 2006"))
			if s.app.now().After(c.NotAfter) {
				s.app.notice("this signing certificate has expired; AWS refuses what it signs unless the administrator renewed it there, too")
			}
		}
	}
	for _, note := range f.Notes {
		row("note", note)
	}
}

const labelsShown = 12

// labels are the names of options in one line: those of a page that lists everything there is are not all told.
func labels(options []idp.Option) string {
	var all []string
	for i, o := range options {
		if i == labelsShown {
			return strings.Join(all, ", ") + fmt.Sprintf(" and %d more", len(options)-i)
		}
		all = append(all, foreign.Cut(o.String(), 60))
	}
	return strings.Join(all, ", ")
}

// usable says why a login could not begin there. A person may say which application of a list is AWS.
func (s *setup) usable(ctx context.Context) error {
	f := s.finding
	if kind := s.flags.idp; s.app.typed["idp"] && slices.Contains(settings.Kinds(), kind) {
		f.Kind = kind // who says so knows better
	}
	given := s.flags.relyingParty != ""
	if f.Missing != "" && len(f.Applications) > 0 && !given {
		if s.ask.terminal == nil {
			return &fault.UsageError{What: "this AD FS does not know AWS by the usual name", Hint: "--relying-party takes one of the names it lists: " + labels(f.Applications)}
		}
		id, err := chooseOption(ctx, s.ask.terminal, idp.Question{Kind: idp.Choice, Topic: idp.Application, Options: f.Applications, Origin: s.origin()})
		if err != nil {
			return err
		}
		for _, o := range f.Applications {
			if o.ID == id.Reveal() {
				f.RelyingParty, f.Missing = o.Label.Raw(), ""
			}
		}
	}
	if f.Missing != "" && !given {
		return &fault.UsageError{What: "this address alone is not enough: what is missing is " + f.Missing, Hint: "open AWS from your company's portal in a browser; the address behind that tile will do"}
	}
	if f.Said != nil && f.RelyingParty == "" && !s.flags.noLogin {
		return f.Said
	}
	return nil
}
