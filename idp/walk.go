package idp

import (
	"context"
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/samlogin/samlogin/saml"
	"github.com/samlogin/samlogin/saml/foreign"
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
	Leave       []string          // cookies that are not carried from one login to the next
	Agent       string            // User-Agent; AD FS decides by it whether it shows a form
	Home        Origin            // the origin of the configured address: it may get secrets
	Origins     []Origin          // others that may
	Recognisers []Recogniser      // in the order in which they are asked
	Username    string            // "" asks for it
	Observe     func(Event)       // nil: nobody watches
	Dated       func(time.Time)   // told the Date of each answer, for comparing clocks; nil: nobody does
	Waiting     func(Waiting)     // told when a wait begins, goes on and ends; nil: nobody shows it
	// Agree decides about another origin that this login leads to and that may then get its secrets. nil: none may.
	Agree func(ctx context.Context, home, other Origin) (bool, error)
	Now   func() time.Time // bounds waits; nil is time.Now
	// Windows is how to sign in where a server asks for integrated Windows authentication. nil: that is refused.
	Windows *Windows
	// Siblings are other names and ports of the IdP, where it reads a client certificate: what they hand out counts,
	// but they never get what somebody types.
	Siblings []Origin
	// After waits for a page that wants to be left after a while; nil waits on a timer.
	After func(context.Context, time.Duration) error
	// Tell is given what a page on the way says to the person: that an account ends soon. nil: nobody is told.
	Tell func(foreign.Text)
	// Driver carries the pages in a real browser. nil: they are fetched, and no script runs.
	Driver Driver
}

// A Walk goes from a start address to a SAML response.
type Walk struct {
	config Config
	fetch  *fetcher

	user      string
	passwords int             // sent so far
	codes     map[string]bool // sent so far
	asked     string          // what the last challenge asked for
	told      foreign.Text    // what it said besides
	answers   map[Kind]int    // to each kind of question after the password, sent so far
	revealed  []secret.Text   // everything typed so far, to notice a page that would send it elsewhere
	redact    redactor        // knows the same, to keep it out of what is shown
	before    int             // secrets sent in earlier runs: an IdP that asks again has not refused those
	seen      map[[32]byte]int
	chosen    map[Topic]bool  // what was chosen already: a page that asks again did not like it
	until     time.Time       // the end of the waits under way, zero while there are none
	waits     int             // of them so far
	agreed    map[Origin]bool // what Agree said
	proved    map[string]bool // methods of Windows sign-in tried in this run

	names  map[Origin]int   // user names sent alone, in this run
	picked map[Topic]string // answers to the lists beside what is typed
}

// NewWalk prepares a walk; nothing is sent yet.
func NewWalk(c Config) *Walk {
	if c.After == nil {
		c.After = Pause
	}
	if c.Transport == nil {
		c.Transport = http.DefaultTransport
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	w := &Walk{config: c, user: c.Username, codes: map[string]bool{}, answers: map[Kind]int{}, chosen: map[Topic]bool{}, agreed: map[Origin]bool{}, picked: map[Topic]string{}}
	if c.Jar == nil {
		c.Jar = NewJar()
	}
	w.fetch = newFetcher(c.Transport, c.Jar, c.Agent, c.Dated)
	w.tells()
	return w
}

// SecretSent reports whether a password or code has left: after that no other way of starting is tried unasked.
func (w *Walk) SecretSent() bool { return len(w.revealed) > 0 }

// Run walks from a start address to the response. The errors are those of Provider.Login.
func (w *Walk) Run(ctx context.Context, start *url.URL, d Dialog) (*saml.Response, error) {
	w.seen, w.before, w.proved = map[[32]byte]int{}, len(w.revealed), map[string]bool{}
	w.fetch.jar.leave(w.config.Leave)
	response, err := w.run(ctx, start, d)
	return response, w.redact.err(err)
}

func (w *Walk) run(ctx context.Context, start *url.URL, d Dialog) (*saml.Response, error) {
	w.names = map[Origin]int{}
	r := request{method: http.MethodGet, url: start, step: "opening the sign-in page"}
	asked := ctx // may bear the patience of a wait
	for pages := 0; pages < maxPages; pages++ {
		page, response, err := w.get(asked, r)
		if err != nil || response != nil {
			w.waited()
			return response, err
		}
		asked = ctx
		step, name := w.recognise(page)
		w.observed(page, step, name)
		waits, waiting := step.(Wait)
		if waiting {
			pages-- // bounded by its time
			if r, asked, err = w.wait(ctx, page, waits); err != nil {
				w.waited()
				return nil, err
			}
			continue
		}
		w.waited()
		if err := w.circling(page, step); err != nil {
			return nil, err
		}
		if r, response, err = w.take(ctx, page, step, d); err != nil || response != nil {
			return response, err
		}
	}
	return nil, &PageError{Address: address(r.url), Why: fmt.Sprintf("the login did not end within %d pages", maxPages)}
}

// take carries out a step: the request that answers the page, or the response at the end.
func (w *Walk) take(ctx context.Context, page *Page, step Step, d Dialog) (r request, response *saml.Response, err error) {
	switch s := step.(type) {
	case Done:
		return w.done(ctx, page, s)
	case Stop:
		err = s.Err
	case Negotiate:
		r, err = w.negotiate(ctx, page, s, d)
	case SignIn:
		w.formInstead(page)
		r, err = w.signIn(ctx, page, s, d)
	case Challenge:
		r, err = w.challenge(ctx, page, s, d)
	case Choose:
		r, err = w.choose(ctx, page, s, d)
	case Submit:
		if s.Says != "" && w.config.Tell != nil {
			w.config.Tell(w.redact.foreign(s.Says))
		}
		r, err = w.submit(ctx, page, s)
	case Exchange:
		r, err = w.exchange(ctx, page, s, d)
	case Open:
		r, err = w.open(ctx, page, s)
	default:
		err = page.notRecognised(notKnown(page), w.config.Recognisers)
	}
	return r, nil, err
}

// done takes the response that is for AWS, or hands on the one that an IdP behind this one gave out for it.
func (w *Walk) done(ctx context.Context, page *Page, s Done) (request, *saml.Response, error) {
	trusted, err := w.trusted(ctx, page.Origin)
	if err != nil {
		return request{}, nil, err
	}
	if !trusted && !slices.Contains(w.config.Siblings, page.Origin) { // it would log in to somebody else's accounts
		return request{}, nil, &SafetyError{Rule: "a page of another server than the IdP (" + w.config.Home.Host() + ") hands out a SAML response", From: page.Origin}
	}
	if _, ok := saml.SignInAddress(s.Form.Action); ok {
		response, err := saml.Parse(s.Encoded)
		return request{}, response, err
	}
	if s.Form.Target != w.config.Home || page.Origin == w.config.Home {
		return request{}, nil, &SafetyError{Rule: "the SAML response would go to an address that is not AWS's", From: page.Origin, To: s.Form.Target}
	}
	r, err := w.submit(ctx, page, Submit{Form: s.Form})
	return r, nil, err
}

func (w *Walk) recognise(page *Page) (Step, string) {
	for _, k := range w.config.Recognisers {
		if step := k.Read(page); step != nil {
			return step, k.Name
		}
	}
	return nil, ""
}

// Unavailable reports whether a status says that the server, or the way from a proxy to it, is down for now (RFC 9110,
// 15.6.3 to 15.6.5).
func Unavailable(status int) bool {
	return status == http.StatusBadGateway || status == http.StatusServiceUnavailable || status == http.StatusGatewayTimeout
}

func notKnown(p *Page) string {
	if Unavailable(p.Status) {
		return "the IdP is not available: it, or a proxy before it, is down or overloaded"
	}
	if p.Status >= 400 {
		return "the IdP answered with an error that is not known"
	}
	return "the IdP showed a page that is not known"
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
	switch s := step.(type) {
	case SignIn, Challenge, Negotiate: // somebody answers, or nobody can
		return nil
	case Choose:
		if len(s.Options) > 1 {
			return nil
		}
	}
	if w.seen[key]++; w.seen[key] >= maxSeen {
		return p.NotUnderstood("the login goes round in a circle: this page came three times")
	}
	return nil
}

// submit sends a page's own form on. It carries nothing that a person typed, and is checked for that: a page could
// have echoed a password into a hidden field.
func (w *Walk) submit(ctx context.Context, p *Page, s Submit) (request, error) {
	f := s.Form
	if f.Target == (Origin{}) || !f.Target.Secure() {
		return request{}, &SafetyError{Rule: "a page would send itself on to an address without TLS", From: p.Origin, To: f.Target}
	}
	pairs := f.Filled(s.Also...)
	sibling := slices.Contains(w.config.Siblings, f.Target) && !w.holdsSecret(pairs)
	if trusted, err := w.trusted(ctx, f.Target); err != nil || (!trusted && !sibling) {
		if err == nil {
			err = &SafetyError{Rule: "the IdP hands this login over to another server", From: p.Origin, To: f.Target}
		}
		return request{}, err
	}
	if f.Method == http.MethodGet && w.holdsSecret(pairs) {
		return request{}, &SafetyError{Rule: "a page would put what was typed into an address", From: p.Origin, To: f.Target}
	}
	return request{method: f.Method, url: f.Action, pairs: pairs, form: f, from: p, step: "following the IdP's pages"}, nil
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

// Pause waits for a while, or until the context ends: then the error is its cause.
func Pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
