package idp

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
)

// A Sight is the first page at which a login would have to be answered by somebody.
type Sight struct {
	Page *Page
	Step Step   // what would answer it; nil: no recogniser knows it
	Name string // of the recogniser, "" none
}

// maxLooks is how many pages a look goes through; each may have redirects before it.
const maxLooks = 8

// Look goes from a start address as far as a login gets without anybody: redirects are followed, and pages that send
// themselves on within the IdP. Nobody is asked, and nothing that somebody knows is sent. The errors are *NetworkError,
// *PageError, *SafetyError, and the cause of a context that ended.
func (w *Walk) Look(ctx context.Context, start *url.URL) (Sight, error) {
	r := request{method: http.MethodGet, url: start, step: "looking at the sign-in page"}
	var sight Sight
	for range maxLooks {
		page, err := w.fetch.get(ctx, r)
		if err != nil {
			return sight, err
		}
		sight.Page = page
		sight.Step, sight.Name = w.recognise(page)
		w.observed(page, sight.Step, sight.Name)
		switch s := sight.Step.(type) {
		case Submit:
			if s.Says != "" {
				return sight, nil // it is there to be read
			}
			r, err = w.submit(ctx, page, s)
		case Open:
			r, err = w.open(ctx, page, s)
		default:
			return sight, nil
		}
		var unsafe *SafetyError
		if errors.As(err, &unsafe) { // the page itself was fine; where it leads is for others to say
			return sight, nil
		}
		if err != nil {
			return sight, err
		}
	}
	return sight, nil
}

// A Document is an answer that is no page.
type Document struct {
	Status int
	Type   string // Content-Type as sent
	Body   []byte
}

// Document fetches something that is no page, such as metadata. Redirects are followed within the origin; one that leads
// elsewhere is the answer itself. More than limit bytes are a *PageError; other errors are those of Look.
func (w *Walk) Document(ctx context.Context, at *url.URL, accept string, limit int64) (*Document, error) {
	r := request{method: http.MethodGet, url: at, step: "looking at what the IdP publishes", accept: accept}
	home, err := OriginOf(at)
	if err != nil {
		return nil, &SafetyError{Rule: err.Error()}
	}
	for range maxRedirects + 1 {
		if err := allowed(r); err != nil {
			return nil, err
		}
		answer, err := w.fetch.send(ctx, r)
		if err != nil {
			return nil, err
		}
		body, err := io.ReadAll(io.LimitReader(answer.Body, limit+1))
		_ = answer.Body.Close()
		if err != nil || ctx.Err() != nil {
			return nil, w.fetch.broken(ctx, r, err)
		}
		if int64(len(body)) > limit {
			return nil, &PageError{Address: address(r.url), Status: answer.StatusCode, Why: "it is larger than what is read of it"}
		}
		document := &Document{Status: answer.StatusCode, Type: answer.Header.Get("Content-Type"), Body: body}
		location := answer.Header.Get("Location")
		if answer.StatusCode < 300 || answer.StatusCode > 399 || location == "" {
			return document, nil
		}
		next, err := redirected(r, answer.StatusCode, location)
		if err != nil {
			return nil, err
		}
		if there, err := OriginOf(next.url); err != nil || there != home {
			return document, nil
		}
		next.accept, r = accept, next
	}
	return nil, &PageError{Address: address(r.url), Why: "it redirects in a circle: more than 15 redirects in a row"}
}
