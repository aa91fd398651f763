package idp

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/samlogin/samlogin/saml/foreign"
)

const maxRedirects = 15 // in a row

// fetcher gets pages. It stands directly on a transport and follows redirects itself: Go's client sends the body of a
// POST, password included, to whatever host a 307 or 308 names, and its errors show addresses with their queries.
type fetcher struct {
	transport http.RoundTripper
	jar       *Jar
	agent     string
	tells     teller
	dated     func(server time.Time)
}

func newFetcher(transport http.RoundTripper, jar *Jar, agent string, dated func(time.Time)) *fetcher {
	return &fetcher{transport: transport, jar: jar, agent: agent, dated: dated}
}

// A request is one thing to send. Pairs go into the body of a POST, into the query of a GET form.
type request struct {
	method string
	url    *url.URL
	pairs  []Pair
	from   *Page // the page that led here, nil at the start
	step   string
	form   *Form         // of the page that led here, nil: it is none that is filled in
	await  time.Duration // for a Driver: nothing is sent, the page is looked at again after that while

	proof         *proof // a sign-in by header, nil: none
	authorization string // the header's value, "": none
	accept        string // media types of the answer, "" for a page
}

// get sends a request, follows its redirects and reads the page at the end.
func (f *fetcher) get(ctx context.Context, r request) (*Page, error) {
	if r.method == http.MethodGet && r.pairs != nil { // a GET form replaces the query of its action
		target := *r.url
		target.RawQuery = encode(r.pairs)
		r.url = &target
	}
	for range maxRedirects + 1 {
		if err := allowed(r); err != nil {
			return nil, err
		}
		send := f.send
		if r.proof != nil { // the first request alone: what follows a redirect bears no proof
			defer r.proof.close()
			send = f.prove
		}
		answer, err := send(ctx, r)
		if err != nil {
			return nil, err
		}
		location := answer.Header.Get("Location")
		if answer.StatusCode < 300 || answer.StatusCode > 399 || location == "" {
			return f.read(ctx, r, answer)
		}
		// A body read to its end leaves the connection for the next request; a long one is not worth it.
		_, _ = io.CopyN(io.Discard, answer.Body, 64<<10)
		_ = answer.Body.Close()
		if r, err = redirected(r, answer.StatusCode, location); err != nil {
			return nil, err
		}
	}
	return nil, &PageError{Address: address(r.url), Why: "it redirects in a circle: more than 15 redirects in a row"}
}

// allowed keeps every request on TLS.
func allowed(r request) error {
	to, err := OriginOf(r.url)
	var from Origin
	if r.from != nil {
		from = r.from.Origin
	}
	if err != nil {
		return &SafetyError{Rule: err.Error(), From: from}
	}
	if !to.Secure() {
		return &SafetyError{Rule: to.Host() + " is reached without TLS (" + to.String() + ")", From: from, To: to}
	}
	return nil
}

// redirected is the request that follows a redirect, always a GET without a body. A browser would repeat a POST on 307
// and 308 (Fetch standard, HTTP-redirect fetch); here that is refused even within the origin, since a password that is
// refused counts against the account each time it is sent.
func redirected(r request, status int, location string) (request, error) {
	here, _ := OriginOf(r.url)
	to, err := resolve(r.url, location)
	if err != nil {
		return r, &SafetyError{Rule: "a redirect leads to " + err.Error(), From: here}
	}
	there, err := OriginOf(to)
	if (status == http.StatusTemporaryRedirect || status == http.StatusPermanentRedirect) && r.method != http.MethodGet {
		return r, &SafetyError{Rule: fmt.Sprintf("a redirect (HTTP status %d) would send what was sent a second time", status), From: here, To: there}
	}
	next := request{method: http.MethodGet, url: to, from: r.from, step: r.step}
	if err != nil || there != here {
		next.from = nil // no Referer across origins
	}
	return next, nil
}

func (f *fetcher) send(ctx context.Context, r request) (*http.Response, error) {
	origin, err := OriginOf(r.url)
	if err != nil {
		return nil, err // not reached: allowed has seen that it has one
	}
	// What was judged is what is asked for: the host goes out as the origin has it, not as the page spelt it.
	target := *r.url
	target.Host, target.Fragment, target.RawFragment = origin.authority(), "", ""
	var body io.Reader
	if r.method == http.MethodPost {
		body = strings.NewReader(encode(r.pairs))
	}
	req, err := http.NewRequestWithContext(ctx, r.method, target.String(), body)
	if err != nil {
		return nil, &SafetyError{Rule: "an address that cannot be requested"}
	}
	req.GetBody = nil // what was typed is sent once; no layer below may send it again
	req.Header.Set("User-Agent", f.agent)
	req.Header.Set("Accept", cmp.Or(r.accept, "text/html,application/xhtml+xml"))
	req.Header.Set("Accept-Language", "en")
	if r.method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if r.from != nil && r.from.Origin == origin {
		referer := *r.from.URL
		referer.Fragment, referer.User = "", nil
		req.Header.Set("Referer", referer.String())
		if r.method == http.MethodPost {
			req.Header.Set("Origin", origin.String())
		}
	}
	over := f.transport
	if r.proof != nil {
		req.Header.Set("Authorization", r.authorization)
		over = r.proof.over
	}
	for _, c := range f.jar.Cookies(&target) {
		req.AddCookie(c)
	}
	began := f.tells.now()
	answer, err := over.RoundTrip(req)
	f.tells.hop(r, &target, began, answer)
	if err != nil {
		return nil, f.broken(ctx, r, err)
	}
	// A server that sees us hang up may answer with what its half-done work gives, such as status 200 and no text, and
	// net/http hands that on if it comes in before the connection is closed. It is no page of the IdP's.
	if ctx.Err() != nil {
		_ = answer.Body.Close()
		return nil, context.Cause(ctx)
	}
	f.jar.SetCookies(&target, answer.Cookies())
	if date, err := http.ParseTime(answer.Header.Get("Date")); err == nil && f.dated != nil {
		f.dated(date)
	}
	return answer, nil
}

// broken reports a request that got no whole answer.
func (f *fetcher) broken(ctx context.Context, r request, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	origin, _ := OriginOf(r.url) // allowed has seen that it has one
	return &NetworkError{Step: r.step, Host: origin.Host(), Err: err}
}

// read reads the page of an answer, at most maxPageBytes of it after decompression.
func (f *fetcher) read(ctx context.Context, r request, answer *http.Response) (*Page, error) {
	defer func() { _ = answer.Body.Close() }()
	// The transport has undone the compression that it asked for, and dropped this header.
	if coding := answer.Header.Get("Content-Encoding"); coding != "" && !strings.EqualFold(coding, "identity") {
		return nil, &PageError{Address: address(r.url), Status: answer.StatusCode, Why: "it is compressed in a way that was not asked for: " + foreign.Text(coding).String()}
	}
	body, err := io.ReadAll(io.LimitReader(answer.Body, maxPageBytes+1))
	if err != nil || ctx.Err() != nil { // once we hang up, an end says nothing about the text being whole
		return nil, f.broken(ctx, r, err)
	}
	if len(body) > maxPageBytes {
		return nil, &PageError{Address: address(r.url), Status: answer.StatusCode, Why: "the page is larger than 4 MiB"}
	}
	p, err := ReadPage(r.url, answer.StatusCode, answer.Header, body)
	if err != nil {
		return nil, &PageError{Address: address(r.url), Status: answer.StatusCode, Why: strings.TrimPrefix(err.Error(), errUnread.Error()+": ")}
	}
	return p, nil
}

// encode writes pairs as a form body in the order of the page (url.Values would sort them).
func encode(pairs []Pair) string {
	var b strings.Builder
	for i, p := range pairs {
		if i > 0 {
			b.WriteByte('&')
		}
		b.WriteString(url.QueryEscape(p.Name))
		b.WriteByte('=')
		b.WriteString(url.QueryEscape(p.Value))
	}
	return b.String()
}
