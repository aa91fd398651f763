package idp

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/samlogin/samlogin/saml"
	"github.com/samlogin/samlogin/saml/secret"
)

// Limits of one walk.
const (
	maxPages     = 30
	maxSeen      = 3  // how often the same page may come back while nobody typed anything
	maxCodes     = 3  // one-time codes sent in a run
	maxPasswords = 3  // passwords sent in a run; the second and third only when a person gave them
	maxRefresh   = 10 // seconds a page may ask us to wait before it moves on
)

// Config is what a Walk needs from outside.
type Config struct {
	Transport   http.RoundTripper // proxy, trust and deadlines are its business
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

// A Walk goes from a start address to a SAML response. Its cookies live as long as it does.
type Walk struct {
	config Config
	fetch  *fetcher

	user      string
	passwords int             // sent so far
	codes     map[string]bool // sent so far
	revealed  []secret.Text   // everything typed in this run, to notice a page that would send it elsewhere
	seen      map[[32]byte]int
}

// NewWalk prepares a walk; nothing is sent yet.
func NewWalk(c Config) *Walk {
	if c.After == nil {
		c.After = wait
	}
	return &Walk{
		config: c, user: c.Username,
		fetch: newFetcher(c.Transport, c.Agent, c.Observe, c.Dated),
		codes: map[string]bool{},
	}
}

// SecretSent reports whether a password or code has left: after that no other way of starting is tried unasked.
func (w *Walk) SecretSent() bool { return len(w.revealed) > 0 }

// Run walks from a start address to the response. The errors are those of Provider.Login.
func (w *Walk) Run(ctx context.Context, start *url.URL, d Dialog) (*saml.Response, error) {
	w.seen = map[[32]byte]int{}
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

// mayGetSecrets is the rule of origins: a secret goes only over TLS, only in the body of a POST, only to the IdP's
// own origin or one that its settings name.
func (w *Walk) mayGetSecrets(p *Page, f *Form, kind Kind) error {
	refuse := func(rule string) error { return &SafetyError{Rule: rule, From: p.Origin, To: f.Target} }
	switch {
	case f.Target == Origin{}:
		return refuse(fmt.Sprintf("the form for the %s leads to an address that is none of the web's", kind))
	case !f.Target.Secure():
		return refuse(fmt.Sprintf("the form would send the %s without TLS", kind))
	case !w.trusted(f.Target):
		return refuse(fmt.Sprintf("the form would send the %s to another server than the IdP", kind))
	case !w.trusted(p.Origin):
		return refuse(fmt.Sprintf("a page of another server than the IdP asks for the %s", kind))
	case f.Method != http.MethodPost:
		return refuse(fmt.Sprintf("the form would put the %s into an address (GET)", kind))
	case f.Overridden():
		return refuse(fmt.Sprintf("a button of the form would send the %s elsewhere than the form says", kind))
	}
	return nil
}

func (w *Walk) trusted(o Origin) bool {
	if o == w.config.Home {
		return true
	}
	for _, other := range w.config.Origins {
		if o == other {
			return true
		}
	}
	return false
}

func (w *Walk) signIn(ctx context.Context, p *Page, s SignIn, d Dialog) (request, error) {
	if field := s.Form.Field(s.Password); field != nil && field.Type != "password" {
		return request{}, &SafetyError{Rule: "the field for the password is not a password field", From: p.Origin, To: s.Form.Target}
	}
	if err := w.mayGetSecrets(p, s.Form, Password); err != nil {
		return request{}, err
	}
	again := w.passwords > 0
	refused := &RefusedError{Reason: WrongPassword, Origin: w.config.Home, User: w.user, Said: s.Refused}
	if w.passwords >= maxPasswords {
		return request{}, refused
	}
	if w.user == "" && s.User != "" {
		name, err := w.ask(ctx, d, Question{Kind: Username, Origin: s.Form.Target})
		if err != nil {
			return request{}, err
		}
		w.user = strings.TrimSpace(name.Reveal())
	}
	password, err := w.ask(ctx, d, Question{Kind: Password, Origin: s.Form.Target, User: w.user, Again: again, Refused: s.Refused})
	var need *NeedError
	if again && errors.As(err, &need) {
		return request{}, refused
	}
	if err != nil {
		return request{}, err
	}
	w.passwords++
	w.revealed = append(w.revealed, password)
	set := append([]Pair{{s.Password, password.Reveal()}}, s.Also...)
	if s.User != "" {
		set = append([]Pair{{s.User, w.user}}, set...)
	}
	return request{method: http.MethodPost, url: s.Form.Action, pairs: s.Form.Filled(set...), from: p, step: "sending user name and password"}, nil
}

func (w *Walk) challenge(ctx context.Context, p *Page, s Challenge, d Dialog) (request, error) {
	if err := w.mayGetSecrets(p, s.Form, Code); err != nil {
		return request{}, err
	}
	again := len(w.codes) > 0
	refused := &RefusedError{Reason: CodeRefused, Origin: w.config.Home, User: w.user, Said: s.Refused}
	for range maxCodes {
		if len(w.codes) >= maxCodes {
			break
		}
		code, err := w.ask(ctx, d, Question{Kind: Code, Origin: s.Form.Target, User: w.user, Label: s.Label, Again: again, Refused: s.Refused})
		var need *NeedError
		if again && errors.As(err, &need) {
			return request{}, refused
		}
		if err != nil {
			return request{}, err
		}
		typed := strings.TrimSpace(code.Reveal())
		if w.codes[typed] { // the same code again is refused by every IdP, and counts as an attempt there
			again = true
			continue
		}
		w.codes[typed] = true
		w.revealed = append(w.revealed, code)
		set := append([]Pair{{s.Field, typed}}, s.Also...)
		return request{method: http.MethodPost, url: s.Form.Action, pairs: s.Form.Filled(set...), from: p, step: "sending the one-time code"}, nil
	}
	return request{}, refused
}

func (w *Walk) ask(ctx context.Context, d Dialog, q Question) (secret.Text, error) {
	answer, err := d.Ask(ctx, q)
	if errors.Is(err, ErrNoAnswer) || (err == nil && answer.Empty()) {
		return answer, &NeedError{Question: q}
	}
	return answer, err
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

func (w *Walk) holdsSecret(pairs []Pair) bool {
	for _, p := range pairs {
		for _, typed := range w.revealed {
			if v := typed.Reveal(); v != "" && strings.Contains(p.Value, v) {
				return true
			}
		}
	}
	return false
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
