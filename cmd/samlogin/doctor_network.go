package main

import (
	"cmp"
	"context"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/profiles/settings"
	"github.com/samlogin/samlogin/saml/foreign"
	"github.com/samlogin/samlogin/saml/secret"
	"github.com/samlogin/samlogin/sts"
)

const (
	serverLimit   = 20 * time.Second // of all that one server is asked
	clockTooFar   = 4 * time.Minute  // AWS takes an assertion for five minutes
	certificateOK = 14 * 24 * time.Hour
)

// way checks what is between this computer and all servers: the proxy of the environment and the CA bundle.
func (e *examination) way() []finding {
	f := &findings{section: "network"}
	env := e.app.env
	proxy := cmp.Or(env("HTTPS_PROXY"), env("https_proxy"))
	switch err := checkProxy(env); {
	case err != nil:
		f.failed(bad, "proxy", err)
	case proxy != "":
		f.note(good, "proxy", "by way of "+proxyHost(proxy)+" (HTTPS_PROXY); this computer itself is reached without it", "")
	case cmp.Or(env("ALL_PROXY"), env("all_proxy")) != "":
		f.note(warning, "proxy", "ALL_PROXY is not read by samlogin and not by AWS clients", "name the proxy in HTTPS_PROXY")
	}
	if any := cmp.Or(proxy, env("HTTP_PROXY"), env("http_proxy")); any != "" && !coversLoopback(cmp.Or(env("NO_PROXY"), env("no_proxy"))) {
		f.note(warning, "NO_PROXY", "some AWS clients send what is for this computer to the proxy, and do not reach samlogin serve", "add 127.0.0.1,localhost to NO_PROXY")
	}
	for _, path := range e.bundles() {
		e.bundle(f, path)
	}
	return f.all
}

// proxyHost is the host and port of a proxy's address, without the user and password that it may have.
func proxyHost(address string) string {
	if !strings.Contains(address, "://") {
		address = "http://" + address
	}
	u, err := url.Parse(address)
	if err != nil {
		return "a proxy"
	}
	return u.Host
}

func coversLoopback(list string) bool {
	for _, entry := range strings.Split(list, ",") {
		switch entry = strings.TrimSpace(entry); {
		case entry == "*", strings.EqualFold(entry, "localhost"), strings.HasPrefix(entry, "127."):
			return true
		}
	}
	return false
}

// bundles are the files of certificates that are in use.
func (e *examination) bundles() []string {
	var all []string
	add := func(path string) {
		if path = cmp.Or(path, e.app.env("AWS_CA_BUNDLE")); path != "" && !slices.Contains(all, path) {
			all = append(all, path)
		}
	}
	add(cmp.Or(e.flags.login.caBundle, e.settings.General.CABundle))
	for _, in := range e.signIns() {
		add(in.choices.CABundle)
	}
	return all
}

func (e *examination) bundle(f *findings, path string) {
	if _, err := loadRoots(path); err != nil {
		f.failed(bad, "CA bundle", err)
		return
	}
	file, err := openNamed(path)
	if err != nil {
		f.failed(bad, "CA bundle", err)
		return
	}
	defer func() { _ = file.Close() }()
	text, _ := io.ReadAll(io.LimitReader(file, caFileBytes))
	whole, ended := 0, 0
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			continue
		}
		if whole++; e.app.now().After(c.NotAfter) {
			ended++
		}
	}
	if mode, ok := ownFileMode(path); ok && mode&0o002 != 0 {
		f.note(bad, "CA bundle", "every user can write to "+e.tilde(path)+", and decide who is trusted", "look through it, then: chmod go-w "+e.tilde(path))
	}
	if ended > 0 {
		f.note(warning, "CA bundle", fmt.Sprintf("%s: %d of %s have ended", e.tilde(path), ended, plural(whole, "certificate")), "ask for a newer one if a server is not trusted")
		return
	}
	f.note(good, "CA bundle", e.tilde(path)+": "+plural(whole, "certificate"), "")
}

// servers are the checks of the IdPs and of STS, side by side, and of the clock by what they say.
func (e *examination) servers(ctx context.Context) []finding {
	var group sync.WaitGroup
	clock := &clocks{now: e.app.now}
	signIns, endpoints, refused := e.signIns(), map[string]*stsPlace{}, &findings{section: "sts"}
	e.endpoints(endpoints, refused)
	atIdPs := make([][]finding, len(signIns))
	for i, in := range signIns {
		group.Go(func() { atIdPs[i] = e.askIdP(ctx, in, clock) })
	}
	var places []*stsPlace
	for _, p := range endpoints {
		places = append(places, p)
	}
	slices.SortFunc(places, func(a, b *stsPlace) int { return strings.Compare(a.endpoint.URL, b.endpoint.URL) })
	atSTS := make([][]finding, len(places))
	for i, p := range places {
		group.Go(func() { atSTS[i] = e.askSTS(ctx, p, clock) })
	}
	group.Wait()
	return slices.Concat(slices.Concat(atIdPs...), refused.all, slices.Concat(atSTS...), clock.findings())
}

// signIns are the IdPs that the profiles asked about log in at; without any, that of the environment.
func (e *examination) signIns() []*signIn {
	var all []*signIn
	add := func(in *signIn, err error) {
		if err == nil && in.choices.URL != "" && !slices.ContainsFunc(all, in.same) {
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

// askIdP opens the start page of an IdP as a login would, and goes on for as long as nothing is to be typed. No secret,
// no cookie of an earlier login and no proof of Windows is sent.
func (e *examination) askIdP(ctx context.Context, in *signIn, clock *clocks) []finding {
	f := &findings{section: "idp"}
	label := cmp.Or(in.name, in.kind)
	ctx, cancel := context.WithTimeout(ctx, serverLimit)
	defer cancel()
	var last, title string
	probe := &app{
		in: strings.NewReader(""), out: io.Discard, errOut: io.Discard, env: e.app.env, now: e.app.now, stateless: true,
		observed: func(event idp.Event) {
			if event.Page != nil {
				last, title = event.Page.Known, event.Page.Title.String()
			}
		},
		global: globalFlags{noInput: true},
	}
	visit := *in
	visit.choices.Username, visit.choices.Windows, visit.choices.Certificate = "", "off", ""
	visit.choices.Timeout = serverLimit
	over, err := probe.transport(visit.choices)
	if err != nil {
		f.failed(bad, label, err)
		return f.all
	}
	defer over.base.CloseIdleConnections()
	seen := &handshakes{next: over}
	host := label
	if _, origin, err := idp.ParseStart(visit.choices.URL, ""); err == nil {
		host = origin.Host()
	}
	provider, err := probe.provider(&visit, seen, clock.of(label, host))
	if err == nil {
		_, err = provider.Login(ctx, silent{})
	}
	var need *idp.NeedError
	switch {
	case errors.As(err, &need):
		page := last
		if page == "" {
			page = fmt.Sprintf("%q", title)
		}
		f.note(good, label, fmt.Sprintf("%s answers; the first page is known: %s", host, page), "")
	case err == nil:
		f.note(good, label, host+" answers, and hands out a response without asking", "")
	case ctx.Err() != nil:
		f.note(bad, label, fmt.Sprintf("%s did not answer within %v", host, serverLimit), "see whether this computer, or its VPN, is connected")
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

// stsPlace is an endpoint of STS and how it is reached.
type stsPlace struct {
	endpoint sts.Endpoint
	choices  settings.Choices
}

// endpoints are those of STS that the profiles asked about use.
func (e *examination) endpoints(into map[string]*stsPlace, f *findings) {
	add := func(name, role string, c settings.Choices) {
		partition := "aws"
		if parts := strings.SplitN(role, ":", 3); len(parts) == 3 && parts[0] == "arn" {
			partition = parts[1]
		}
		at, err := sts.Resolve(partition, e.app.endpointOptions(c))
		if err != nil {
			f.failed(bad, name, err)
			return
		}
		if into[at.URL] == nil {
			into[at.URL] = &stsPlace{at, c}
		}
	}
	for _, name := range e.settingsNames() {
		p := e.settings.Profiles[name]
		c := settings.Nearest(e.flags.login.choices(), p.Choices, e.settings.General)
		if in, err := e.app.signInFor(&e.flags.login, e.settings, p); err == nil {
			c = in.choices
		}
		add(name, p.Role, c)
	}
	if len(into) == 0 && len(f.all) == 0 {
		add("sts", "", settings.Nearest(e.flags.login.choices(), e.settings.General))
	}
}

// askSTS asks an endpoint of STS who the caller is, without keys: a refusal in STS's own words is a good sign.
func (e *examination) askSTS(ctx context.Context, p *stsPlace, clock *clocks) []finding {
	f := &findings{section: "sts"}
	ctx, cancel := context.WithTimeout(ctx, serverLimit)
	defer cancel()
	u, _ := url.Parse(p.endpoint.URL) // Resolve made it
	label := "STS"
	probe := &app{in: strings.NewReader(""), out: io.Discard, errOut: io.Discard, env: e.app.env, now: e.app.now, stateless: true}
	c := p.choices
	c.Timeout = serverLimit
	over, err := probe.transport(c)
	if err != nil {
		f.failed(bad, label, err)
		return f.all
	}
	defer over.base.CloseIdleConnections()
	header, err := sts.Reach(ctx, &http.Client{Transport: over}, p.endpoint)
	switch {
	case err != nil && ctx.Err() != nil:
		f.note(bad, label, fmt.Sprintf("%s did not answer within %v", u.Host, serverLimit), "see whether the way there leads through a proxy (HTTPS_PROXY)")
	case err != nil:
		f.failed(bad, label, err)
	default:
		if date, err := http.ParseTime(header.Get("Date")); err == nil {
			clock.of("AWS", u.Host)(date)
		}
		f.note(good, label, u.Host+" answers", "")
	}
	for _, notice := range p.endpoint.Notices {
		f.note(warning, label, notice, "")
	}
	return f.all
}

// clocks compares the clocks of servers with that of this computer.
type clocks struct {
	now func() time.Time

	mu      sync.Mutex
	offsets []clockOffset
}

type clockOffset struct {
	whose string
	off   time.Duration // positive: this computer's clock is ahead
}

// of takes the first Date of one server.
func (c *clocks) of(whose, host string) func(time.Time) {
	var once sync.Once
	return func(server time.Time) {
		once.Do(func() {
			c.mu.Lock()
			defer c.mu.Unlock()
			c.offsets = append(c.offsets, clockOffset{whose + " (" + foreign.Clean(host) + ")", c.now().Sub(server).Round(time.Second)})
		})
	}
}

func (c *clocks) findings() []finding {
	c.mu.Lock()
	defer c.mu.Unlock()
	f := &findings{section: "clock"}
	slices.SortFunc(c.offsets, func(a, b clockOffset) int { return strings.Compare(a.whose, b.whose) })
	most, told := time.Duration(0), false
	for _, o := range c.offsets {
		most = max(most, o.off.Abs())
		if o.off.Abs() <= clockWorthSaying {
			continue
		}
		told = true
		state, why := warning, "AWS takes what an IdP gives for five minutes only"
		if o.off.Abs() > clockTooFar {
			state, why = bad, "AWS refuses what is too old or not valid yet"
		}
		f.note(state, "clock", "this computer's clock is "+ago(o.off)+" that of "+o.whose+": "+why, "set it right: timedatectl set-ntp true, or the settings of date and time")
	}
	if !told && len(c.offsets) > 0 {
		f.note(good, "clock", fmt.Sprintf("within %s of %s", cmp.Or(most, time.Second), plural(len(c.offsets), "server")), "")
	}
	return f.all
}
