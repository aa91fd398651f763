package main

import (
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/saml/secret"
)

// signIns are the IdPs that the profiles asked about log in at; without any, that of the environment. Each is there once,
// and has an address.
func (e *examination) signIns() []*signIn {
	var all []*signIn
	for _, in := range e.allSignIns() {
		if in.choices.URL != "" && !slices.ContainsFunc(all, in.same) {
			all = append(all, in)
		}
	}
	return all
}

// allSignIns are the logins of each profile asked about, and those of the IdPs.
func (e *examination) allSignIns() []*signIn {
	var all []*signIn
	add := func(in *signIn, err error) {
		if err == nil {
			all = append(all, in)
		}
	}
	for _, name := range e.settingsNames() {
		if p := e.settings.Profiles[name]; p.Source == "" {
			add(e.app.signInFor(&e.flags.login, e.settings, p))
		}
	}
	if e.names == nil {
		var names []string
		for name := range e.settings.IdPs {
			names = append(names, name)
		}
		slices.Sort(names)
		for _, name := range names {
			add(e.app.signInFor(&loginFlags{idp: name, caBundle: e.flags.login.caBundle}, e.settings, nil))
		}
	}
	if len(all) == 0 {
		add(e.app.signInFor(&e.flags.login, e.settings, nil))
	}
	return all
}

// silent is a Dialog that has no answer to anything: what it is asked shows where a login gets to without a secret.
type silent struct{}

func (silent) Ask(context.Context, idp.Question) (secret.Text, error) {
	return secret.Text{}, idp.ErrNoAnswer
}

// visitor is an app that asks nobody, tells nobody and keeps nothing.
func (e *examination) visitor() *app {
	return &app{
		in: strings.NewReader(""), out: io.Discard, errOut: io.Discard, env: e.app.env, now: e.app.now, stateless: true,
		global: globalFlags{noInput: true},
	}
}

// askIdP opens the start page of an IdP as a login would, and goes on for as long as nothing is to be typed. No secret,
// no cookie of an earlier login and no proof of Windows is sent.
func (e *examination) askIdP(ctx context.Context, in *signIn, clock *clocks) []finding {
	f := &findings{section: "idp"}
	label := cmp.Or(in.name, in.kind)
	ctx, cancel := context.WithTimeout(ctx, e.limit())
	defer cancel()
	var last, title string
	probe := e.visitor()
	probe.observed = func(event idp.Event) {
		if event.Page != nil {
			last, title = event.Page.Known, event.Page.Title.String()
		}
	}
	visit := *in
	visit.choices.Username, visit.choices.Windows, visit.choices.Certificate = "", "off", ""
	visit.choices.Timeout = e.limit()
	over, err := probe.transport(visit.choices)
	if err != nil {
		f.failed(bad, label, err)
		return f.all
	}
	defer over.Base.CloseIdleConnections()
	seen := &handshakes{next: over}
	host := label
	if _, origin, err := idp.ParseStart(visit.choices.URL, ""); err == nil {
		host = origin.Host()
	}
	looks := in.kind == "browser" || in.kind == "command" // no window is opened, and no program run, to see whether it answers
	if looks {
		visit.kind = "form"
	}
	provider, err := probe.provider(&visit, seen, clock.of(label, host))
	if looker, ok := provider.(interface {
		Look(context.Context) (idp.Sight, error)
	}); ok && looks && err == nil {
		var sight idp.Sight
		if sight, err = looker.Look(ctx); err == nil && sight.Page != nil && sight.Page.Status >= http.StatusInternalServerError {
			err = sight.Page.NotUnderstood("the server says that it cannot answer")
		}
	} else if err == nil {
		_, err = provider.Login(ctx, silent{})
	}
	var need *idp.NeedError
	switch {
	case looks && err == nil:
		f.note(good, label, host+" answers; what comes after that is for "+map[string]string{"browser": "a browser", "command": "its command"}[in.kind], "")
	case errors.As(err, &need):
		page := last
		if page == "" {
			page = fmt.Sprintf("%q", title)
		}
		f.note(good, label, fmt.Sprintf("%s answers; the first page is known: %s", host, page), "")
	case err == nil:
		f.note(good, label, host+" answers, and hands out a response without asking", "")
	case ctx.Err() != nil:
		f.note(bad, label, fmt.Sprintf("%s did not answer within %v", host, e.limit()), "see whether this computer, or its VPN, is connected")
	default:
		f.failed(bad, label, err)
	}
	if leaf, chain := seen.certificate(); leaf != nil {
		e.certificate(f, label, leaf, chain)
	}
	return f.all
}

// certificate tells how long the certificate of a server lasts.
func (e *examination) certificate(f *findings, label string, leaf *x509.Certificate, chain int) {
	left := leaf.NotAfter.Sub(e.app.now())
	issuer := cmp.Or(leaf.Issuer.CommonName, strings.Join(leaf.Issuer.Organization, " "), "an unnamed authority")
	text := fmt.Sprintf("its certificate is from %s, a chain of %d, until %s", issuer, chain, leaf.NotAfter.UTC().Format("2 January 2006"))
	if left < certificateOK && left > 0 && leaf.NotAfter.Sub(leaf.NotBefore) > 2*certificateOK {
		f.note(warning, label, text, "tell the administrator of the IdP")
		return
	}
	f.note(good, label, text, "")
}

// handshakes notes the certificate of the first server that was reached.
type handshakes struct {
	next http.RoundTripper

	mu    sync.Mutex
	leaf  *x509.Certificate
	chain int
}

func (h *handshakes) RoundTrip(req *http.Request) (*http.Response, error) {
	answer, err := h.next.RoundTrip(req)
	if err == nil && answer.TLS != nil && len(answer.TLS.PeerCertificates) > 0 {
		h.mu.Lock()
		defer h.mu.Unlock()
		if h.leaf == nil {
			h.leaf = answer.TLS.PeerCertificates[0]
			for _, chain := range answer.TLS.VerifiedChains[:min(1, len(answer.TLS.VerifiedChains))] {
				h.chain = len(chain)
			}
		}
	}
	return answer, err
}

func (h *handshakes) certificate() (*x509.Certificate, int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.leaf, h.chain
}
