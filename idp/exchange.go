package idp

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/samlogin/samlogin/saml/foreign"
)

// An Exchange answers a page whose script has a conversation with another server: it posts forms there and reads small
// JSON answers, until it has what it posts to the IdP. Run decides what is said; each thing of it goes through the Talk,
// which keeps the rules of the walk. Run never sees a secret: a Message names the field, and the walk fills it in.
type Exchange struct {
	With Origin // the other server; unless it is trusted nothing is sent to it
	Run  func(context.Context, *Talk) (Submit, error)
}

func (Exchange) step() {}

// A Message is a form posted to the server of an Exchange.
type Message struct {
	Path    string // what follows the origin in the address; it may have a query
	Query   []Pair // added to the address
	Pairs   []Pair // the form
	Code    string // field for a one-time code, which is asked for; "" none
	Label   foreign.Text
	Refused foreign.Text // what was said of the code sent before, "" where none was refused
}

// maxTalkBytes is the longest JSON answer of an Exchange.
const maxTalkBytes = 64 << 10

const talkStep = "talking to the server of the second step (MFA)"

// A Talk carries one Exchange out. It sends to its one server only, redirects included.
type Talk struct {
	walk     *Walk
	page     *Page // of the IdP
	dialog   Dialog
	origin   Origin
	from     *Page // the server's own page, once there is one
	messages int
	asked    bool // for a choice
}

// exchange carries out an Exchange and sends what it has led to.
func (w *Walk) exchange(ctx context.Context, p *Page, s Exchange, d Dialog) (request, error) {
	if here, err := w.trusted(ctx, p.Origin); err != nil {
		return request{}, err
	} else if !here {
		return request{}, &SafetyError{Rule: "a page of another server than the IdP (" + w.config.Home.Host() + ") asks for a second step (MFA)", From: p.Origin, To: s.With}
	}
	if there, err := w.trusted(ctx, s.With); err != nil {
		return request{}, err
	} else if !there {
		return request{}, &SafetyError{Rule: "the second step (MFA) is at another server than the IdP (" + w.config.Home.Host() + ")", From: p.Origin, To: s.With}
	}
	defer w.waited()
	answer, err := s.Run(ctx, &Talk{walk: w, page: p, dialog: d, origin: s.With})
	if err != nil {
		return request{}, err
	}
	r, err := w.submit(ctx, p, answer)
	r.step = "sending the answer to the second step (MFA)"
	return r, err
}

// Page posts a message and reads the page that it leads to.
func (t *Talk) Page(ctx context.Context, m Message) (*Page, error) {
	r, answer, err := t.post(ctx, m, "")
	if err != nil {
		return nil, err
	}
	if t.from, err = t.walk.fetch.read(ctx, r, answer); err != nil {
		return nil, err
	}
	t.walk.observed(t.from, nil, "page of the second step")
	return t.from, nil
}

// JSON posts a message and reads the answer into a value, as json.Unmarshal does. An answer that is something else, or
// longer than 64 KiB, is a *PageError. What the HTTP status is does not matter: servers send their JSON with errors, too.
func (t *Talk) JSON(ctx context.Context, m Message, into any) error {
	r, answer, err := t.post(ctx, m, "application/json")
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(answer.Body, maxTalkBytes+1))
	if err != nil || ctx.Err() != nil {
		return t.walk.fetch.broken(ctx, r, err)
	}
	strange := &PageError{Address: address(r.url), Status: answer.StatusCode}
	if len(body) > maxTalkBytes {
		strange.Why = "the answer of the second step is larger than 64 KiB"
		return strange
	}
	if json.Unmarshal(body, into) != nil { // its errors hold parts of the body
		strange.Why = "the answer of the second step is not the JSON that is known"
		return strange
	}
	return nil
}

// Choose asks which of several options is taken, and gives its index; a single one is taken without asking.
func (t *Talk) Choose(ctx context.Context, topic Topic, options []Option) (int, error) {
	if len(options) == 1 {
		return 0, nil
	}
	q := Question{Topic: topic, Origin: t.origin, Again: t.asked, Options: options}
	t.asked = true
	return t.walk.askWhich(ctx, t.dialog, q)
}

// Wait lets some time go by until the server is asked again how things stand, and shows what the person is to do. All
// waits together take MFATime at most; then it is a *RefusedError. The answers that follow may be kept back as long.
func (t *Talk) Wait(ctx context.Context, says foreign.Text, every time.Duration) error {
	_, _, err := t.walk.wait(ctx, &Page{URL: t.address(), Origin: t.origin}, Wait{Every: every, Says: says})
	return err
}

// Refused is the error for a server that said no, in its own words.
func (t *Talk) Refused(reason Reason, said foreign.Text) *RefusedError {
	return &RefusedError{Reason: reason, Origin: t.origin, User: t.walk.user, Said: said}
}

// NotUnderstood is the error for an answer to a message that was not understood.
func (t *Talk) NotUnderstood(m Message, why string) *PageError {
	to := t.address()
	to.Path, _, _ = strings.Cut(m.Path, "?")
	return &PageError{Address: address(to), Why: why}
}

func (t *Talk) address() *url.URL {
	return &url.URL{Scheme: t.origin.scheme, Host: t.origin.authority(), Path: "/"}
}

// post sends a message and follows redirects within the server.
func (t *Talk) post(ctx context.Context, m Message, accept string) (request, *http.Response, error) {
	w := t.walk
	r, err := t.request(ctx, m)
	if err != nil {
		return r, nil, err
	}
	if !w.until.IsZero() {
		ctx = context.WithValue(ctx, untilKey{}, w.until)
		r.step = waitingStep
	}
	for range maxRedirects + 1 {
		r.accept = accept
		if err := allowed(r); err != nil {
			return r, nil, err
		}
		answer, err := w.fetch.send(ctx, r)
		if err != nil {
			return r, nil, err
		}
		location := answer.Header.Get("Location")
		if answer.StatusCode < 300 || answer.StatusCode > 399 || location == "" {
			return r, answer, nil
		}
		_, _ = io.CopyN(io.Discard, answer.Body, 64<<10)
		_ = answer.Body.Close()
		if r, err = redirected(r, answer.StatusCode, location); err != nil {
			return r, nil, err
		}
		if to, err := OriginOf(r.url); err != nil || to != t.origin {
			return r, nil, &SafetyError{Rule: "the server of the second step (MFA) leads to another one", From: t.origin, To: to}
		}
	}
	return r, nil, &PageError{Address: address(r.url), Why: "it redirects in a circle: more than 15 redirects in a row"}
}

// request is what a message sends, with the code in it where it asks for one.
func (t *Talk) request(ctx context.Context, m Message) (request, error) {
	w := t.walk
	r := request{method: http.MethodPost, from: t.from, step: talkStep}
	to, err := resolve(t.address(), m.Path)
	if err != nil {
		return r, &SafetyError{Rule: "the server of the second step (MFA) leads to " + err.Error(), From: t.origin}
	}
	if there, err := OriginOf(to); err != nil || there != t.origin {
		return r, &SafetyError{Rule: "the server of the second step (MFA) leads to another one", From: t.origin, To: there}
	}
	shown := append([]Pair{{Value: to.Path}}, m.Query...)
	for name, values := range to.Query() {
		for _, v := range values {
			shown = append(shown, Pair{name, v})
		}
	}
	if w.holdsSecret(shown) {
		return r, &SafetyError{Rule: "a page would put what was typed into an address", From: t.page.Origin, To: t.origin}
	}
	if len(m.Query) > 0 {
		to.RawQuery = strings.TrimPrefix(to.RawQuery+"&"+encode(m.Query), "&")
	}
	r.url, r.pairs = to, m.Pairs
	if t.messages++; t.messages > maxPages+w.waits {
		return r, &PageError{Address: address(to), Why: fmt.Sprintf("the second step did not end within %d messages", maxPages)}
	}
	if m.Code == "" {
		return r, nil
	}
	if err := w.mayGetSecrets(ctx, t.page, &Form{Method: http.MethodPost, Action: to, Target: t.origin}, Code); err != nil {
		return r, err
	}
	q := Question{Kind: Code, Origin: t.origin, User: w.user, Label: m.Label, Refused: m.Refused, Again: m.Refused != "" && w.answers[Code] > 0}
	code, err := w.answer(ctx, t.dialog, q)
	r.pairs = append(m.Pairs[:len(m.Pairs):len(m.Pairs)], Pair{m.Code, code})
	return r, err
}
