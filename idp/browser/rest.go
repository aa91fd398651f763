package browser

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/samlogin/samlogin/idp"
)

// How a page without a person is known to have come to rest. Scripts draw pages in many steps, and nothing tells which
// is the last.
const (
	look     = 100 * time.Millisecond
	still    = 300 * time.Millisecond  // unchanged, and nothing is being fetched
	stillOld = 1500 * time.Millisecond // the same for a document that has just been filled in and stands there still
	stillNew = 10 * time.Second        // unchanged, and nobody knows what it is
	atLast   = 60 * time.Second        // whatever it does
	maxPress = 50                      // looks at a button that cannot be pressed yet
)

// rest waits for a page that has come to rest, or for the response. before is what stood there before something was done.
func (w *window) rest(ctx context.Context, before seen, known func(*idp.Page) bool) (idp.Arrival, error) {
	began := time.Now()
	last, since := seen{}, began
	var parsed *idp.Page
	for {
		if at, err := w.wait(ctx, look); err != nil || !at.Response.Empty() {
			return at, err
		}
		s, err := w.read(ctx)
		if err != nil { // it is on the way from one page to the next
			if err := w.broken(ctx, nil); err != nil {
				return idp.Arrival{}, err
			}
			if time.Since(began) > atLast {
				return idp.Arrival{}, &idp.NetworkError{Step: "following the IdP's pages", Host: w.config.Origin.Host(), Err: errors.New("no page came to rest")}
			}
			continue
		}
		if s.sum != last.sum || s.Mark != last.Mark {
			last, since, parsed = s, time.Now(), nil
			if parsed, err = w.parse(s); err != nil {
				parsed = nil
			}
		}
		if parsed == nil {
			if err := w.unread(s, err, time.Since(since)); err != nil {
				return idp.Arrival{}, err
			}
			continue
		}
		quiet, same := w.quiet(), s.Mark == before.Mark && before.Mark != ""
		unchanged := time.Since(since)
		limit := still
		if same && slices.Equal(fieldsOf(parsed), before.fields) { // the same once more, or not yet another one
			limit = stillOld
		}
		ready := s.State != "loading" && unchanged >= limit && quiet && !handsOver(parsed)
		switch {
		case ready && (!same || s.sum != before.sum) && known(parsed):
		case !quiet || unchanged < stillNew:
			if time.Since(began) <= atLast {
				continue
			}
		case same && s.sum == before.sum && before.fields != nil && w.sent() == before.requests:
			// No answer of the IdP is no refusal: the next try would be told of one that never was.
			return idp.Arrival{}, parsed.NotUnderstood("what was filled in was not sent: nothing happened when the button was pressed")
		}
		return idp.Arrival{Page: parsed}, nil
	}
}

// unread says what to do with a document that is no page: the browser's own page about an error, most of all.
func (w *window) unread(s seen, why error, unchanged time.Duration) error {
	w.mu.Lock()
	lost := w.lost
	w.mu.Unlock()
	if lost != "" && unchanged >= still {
		return &idp.NetworkError{Step: "following the IdP's pages", Host: w.config.Origin.Host(), Err: &NetError{Text: lost}}
	}
	if unchanged >= stillNew {
		if why == nil {
			why = errors.New("the browser shows no page of a server")
		}
		return &idp.NetworkError{Step: "following the IdP's pages", Host: w.config.Origin.Host(), Err: why}
	}
	return nil
}

// fieldsOf names what a page asks for.
func fieldsOf(p *idp.Page) []string {
	names := []string{}
	for _, f := range p.Forms {
		for _, field := range f.Typed() {
			names = append(names, field.Name)
		}
	}
	return names
}

// sent is how many requests of pages and scripts were made so far.
func (w *window) sent() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.requests
}

// handsOver reports whether the page is about to post a response: nothing is to be done there.
func handsOver(p *idp.Page) bool {
	return slices.ContainsFunc(p.Forms, func(f *idp.Form) bool { return f.Field("SAMLResponse") != nil })
}

func (w *window) quiet() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.flying) == 0
}

// wait lets a while pass, unless something ends the login before.
func (w *window) wait(ctx context.Context, while time.Duration) (idp.Arrival, error) {
	timer := time.NewTimer(while)
	defer timer.Stop()
	select {
	case response := <-w.taken:
		return idp.Arrival{Response: response}, nil
	case err := <-w.failed:
		return idp.Arrival{}, err
	case <-ctx.Done():
		return idp.Arrival{}, context.Cause(ctx)
	case <-w.gone:
		return idp.Arrival{}, w.end()
	case <-timer.C:
		return idp.Arrival{}, nil
	}
}
