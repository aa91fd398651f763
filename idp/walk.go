package idp

import (
	"context"
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/samlogin/samlogin/saml"
	"github.com/samlogin/samlogin/saml/secret"
)

// Limits of one walk.
const (
	maxPages   = 30
	maxSeen    = 3  // how often the same page may come back while nobody typed anything
	maxRefresh = 10 // seconds a page may ask us to wait before it moves on
)

// Config is what a Walk needs from outside.
type Config struct {
	Transport   http.RoundTripper // proxy, trust and deadlines are its business; nil is http.DefaultTransport
	Jar         *Jar              // nil: one of the walk's own
	Agent       string            // User-Agent; AD FS decides by it whether it shows a form
	Home        Origin            // the origin of the configured address: it may get secrets
	Origins     []Origin          // others that may
	Recognisers []Recogniser      // in the order in which they are asked
	Username    string            // "" asks for it
	Observe     func(Event)       // nil: nobody watches
	Dated       func(time.Time)   // told the Date of each answer, for comparing clocks; nil: nobody does
	// After waits for a page that wants to be left after a while; nil waits on a timer.
	After func(context.Context, time.Duration) error
}

// A Walk goes from a start address to a SAML response.
type Walk struct {
	config Config
	fetch  *fetcher

	user      string
	passwords int             // sent so far
	codes     map[string]bool // sent so far
	revealed  []secret.Text   // everything typed so far, to notice a page that would send it elsewhere
	redact    redactor        // knows the same, to keep it out of what is shown
	before    int             // secrets sent in earlier runs: an IdP that asks again has not refused those
	seen      map[[32]byte]int
}

// NewWalk prepares a walk; nothing is sent yet.
func NewWalk(c Config) *Walk {
	if c.After == nil {
		c.After = wait
	}
	if c.Transport == nil {
		c.Transport = http.DefaultTransport
	}
	w := &Walk{config: c, user: c.Username, codes: map[string]bool{}}
	if c.Observe != nil {
		w.config.Observe = func(e Event) { c.Observe(w.redact.event(e)) }
	}
	if c.Jar == nil {
		c.Jar = NewJar()
	}
	w.fetch = newFetcher(c.Transport, c.Jar, c.Agent, w.config.Observe, c.Dated)
	return w
}

// SecretSent reports whether a password or code has left: after that no other way of starting is tried unasked.
func (w *Walk) SecretSent() bool { return len(w.revealed) > 0 }

// Run walks from a start address to the response. The errors are those of Provider.Login.
func (w *Walk) Run(ctx context.Context, start *url.URL, d Dialog) (*saml.Response, error) {
	w.seen, w.before = map[[32]byte]int{}, len(w.revealed)
	response, err := w.run(ctx, start, d)
	return response, w.redact.err(err)
}

func (w *Walk) run(ctx context.Context, start *url.URL, d Dialog) (*saml.Response, error) {
	r := request{method: http.MethodGet, url: start, step: "opening the sign-in page"}
	for range maxPages {
		page, err := w.fetch.get(ctx, r)
		if err != nil {
			return nil, err
		}
		step, name := w.recognise(page)
		w.observed(page, name)
		if err := w.circling(page, step); err != nil {
			return nil, err
		}
		switch s := step.(type) {
		case Done:
			if !w.trusted(page.Origin) { // it would log in to somebody else's accounts
				return nil, &SafetyError{Rule: "a page of another server than the IdP (" + w.config.Home.Host() + ") hands out a SAML response", From: page.Origin}
			}
			return saml.Parse(s.Encoded)
		case Stop:
			return nil, s.Err
		case SignIn:
			r, err = w.signIn(ctx, page, s, d)
		case Challenge:
			r, err = w.challenge(ctx, page, s, d)
		case Submit:
			r, err = w.submit(page, s)
		case Open:
			r, err = w.open(ctx, page, s)
		default:
			return nil, page.NotUnderstood(notKnown(page))
		}
		if err != nil {
			return nil, err
		}
	}
	return nil, &PageError{Address: address(r.url), Why: fmt.Sprintf("the login did not end within %d pages", maxPages)}
}

func (w *Walk) recognise(page *Page) (Step, string) {
	for _, k := range w.config.Recognisers {
		if step := k.Read(page); step != nil {
			return step, k.Name
		}
	}
	return nil, ""
}

func notKnown(p *Page) string {
	if p.Status >= 400 {
		return "the IdP answered with an error that is not known"
	}
	return "the IdP showed a page that is not known"
}

func (w *Walk) observed(p *Page, name string) {
	if w.config.Observe == nil {
		return
	}
	e := Event{Address: address(p.URL), Status: p.Status, Title: p.Title, Page: name}
	for _, f := range p.Forms {
		e.Forms = append(e.Forms, f.String())
	}
	w.config.Observe(e)
}

// circling notices a walk that does not get anywhere: the same page again and again while nobody typed anything.
// What changes on every answer of AD FS (Context, the request id in the query) is left out of the comparison.
func (w *Walk) circling(p *Page, step Step) error {
	h := sha256.New()
	fmt.Fprintln(h, p.Origin, p.URL.Path, p.Title.Raw())
	for _, f := range p.Forms {
		fmt.Fprintln(h, f.String(), f.Value("AuthMethod"))
	}
	key := [32]byte(h.Sum(nil))
	switch step.(type) {
	case SignIn, Challenge: // bounded by the number of secrets
		return nil
	}
	if w.seen[key]++; w.seen[key] >= maxSeen {
		return p.NotUnderstood("the login goes round in a circle: this page came three times")
	}
	return nil
}

// submit sends a page's own form on. It carries nothing that a person typed, and is checked for that: a page could
// have echoed a password into a hidden field.
func (w *Walk) submit(p *Page, s Submit) (request, error) {
	f := s.Form
	switch {
	case f.Target == Origin{} || !f.Target.Secure():
		return request{}, &SafetyError{Rule: "a page would send itself on to an address without TLS", From: p.Origin, To: f.Target}
	case !w.trusted(f.Target):
		return request{}, &SafetyError{Rule: "the IdP hands this login over to another server", From: p.Origin, To: f.Target}
	}
	pairs := f.Filled()
	if f.Method == http.MethodGet && w.holdsSecret(pairs) {
		return request{}, &SafetyError{Rule: "a page would put what was typed into an address", From: p.Origin, To: f.Target}
	}
	return request{method: f.Method, url: f.Action, pairs: pairs, from: p, step: "following the IdP's pages"}, nil
}

// open follows a meta refresh, within the origin only.
func (w *Walk) open(ctx context.Context, p *Page, s Open) (request, error) {
	to, err := OriginOf(s.URL)
	if err != nil || to != p.Origin {
		return request{}, &SafetyError{Rule: "a page leads to another server by itself", From: p.Origin, To: to}
	}
	if p.Refresh != nil {
		if err := w.config.After(ctx, min(p.Refresh.After, maxRefresh*time.Second)); err != nil {
			return request{}, err
		}
	}
	return request{method: http.MethodGet, url: s.URL, from: p, step: "following the IdP's pages"}, nil
}

func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
