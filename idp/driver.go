package idp

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/samlogin/samlogin/saml"
	"github.com/samlogin/samlogin/saml/secret"
)

// A Driver has a real browser carry the pages of a Walk: scripts run, and what is filled in and pressed is filled in and
// pressed there. What a page is taken for, who is asked, and where a secret may go is decided by the Walk all the same.
//
// Each method returns once a page has come to rest of which known says that it can be answered, or of which that cannot
// be expected any more; or once the browser was about to take a response to AWS.
type Driver interface {
	// Open goes to an address.
	Open(ctx context.Context, to *url.URL, known func(*Page) bool) (Arrival, error)
	// Fill fills in what a person would, and presses what sends it. The page has to be the one that stands there, at
	// the same origin, at the very moment; otherwise nothing is typed, and the page that stands there is returned.
	Fill(ctx context.Context, f Filling, known func(*Page) bool) (Arrival, error)
	// Await looks again after a while, or as soon as the page has changed.
	Await(ctx context.Context, p *Page, while time.Duration, known func(*Page) bool) (Arrival, error)
}

// Filling is what is put into a form of a page.
type Filling struct {
	Page    *Page
	Form    *Form
	Pairs   []Pair        // the form as it would be sent; what the page itself had put there is in it
	Secrets []secret.Text // typed on this walk so far: none of them may get into an address
}

// Arrival is where a browser has got to: a page, or the response that it was about to take to AWS.
type Arrival struct {
	Page     *Page
	Response secret.Text // base64, byte for byte as it would have been posted
}

// get carries out a request, by the browser where there is one.
func (w *Walk) get(ctx context.Context, r request) (*Page, *saml.Response, error) {
	driver := w.config.Driver
	if driver == nil {
		page, err := w.fetch.get(ctx, r)
		return page, nil, err
	}
	if err := allowed(r); err != nil {
		return nil, nil, err
	}
	var at Arrival
	var err error
	switch {
	case r.await > 0:
		at, err = driver.Await(ctx, r.from, r.await, w.known)
	case r.form != nil:
		at, err = driver.Fill(ctx, Filling{Page: r.from, Form: r.form, Pairs: r.pairs, Secrets: w.revealed}, w.known)
	default:
		at, err = driver.Open(ctx, r.url, w.known)
	}
	if err != nil || at.Response.Empty() {
		return at.Page, nil, err
	}
	response, err := saml.Parse(at.Response)
	return nil, response, err
}

// known reports whether there is an answer to a page.
func (w *Walk) known(p *Page) bool {
	step, _ := w.recognise(p)
	return step != nil
}

// awaits is the request that looks at the page again.
func awaits(p *Page, every time.Duration) request {
	return request{method: http.MethodGet, url: p.URL, from: p, await: every, step: waitingStep}
}
