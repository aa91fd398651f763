package network

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"sync"
	"time"

	"github.com/samlogin/samlogin/idp"
)

// patience is the outermost transport: it bounds every phase of a request, and the network time of the whole run. What
// people take to type does not count, since nothing is under way then.
//
// Nothing that comes after the end of a request's context is an answer: a server that sees us hang up may say whatever
// its half-done work gives, such as status 200 and no text, and net/http hands that on if it comes in before the
// connection is closed (persistConn.roundTrip: "use the response if available").
type patience struct {
	next  http.RoundTripper
	total time.Duration
	now   func() time.Time
	after func(time.Duration, func()) (stop func() bool) // time.AfterFunc, but for tests

	mu    sync.Mutex
	used  time.Duration
	busy  int       // requests under way that count
	since time.Time // when busy was 0 last: requests side by side take no more time than one
}

func newPatience(next http.RoundTripper, total time.Duration, now func() time.Time) *patience {
	return &patience{next: next, total: total, now: now, after: func(d time.Duration, f func()) func() bool { return time.AfterFunc(d, f).Stop }}
}

func (p *patience) RoundTrip(req *http.Request) (*http.Response, error) {
	return p.roundTrip(req, p.next)
}

// over is the same patience for another transport: one budget for both.
func (p *patience) over(next http.RoundTripper) http.RoundTripper { return patient{p, next} }

type patient struct {
	*patience
	over http.RoundTripper
}

func (p patient) RoundTrip(req *http.Request) (*http.Response, error) {
	return p.roundTrip(req, p.over)
}

func (p *patience) roundTrip(req *http.Request, next http.RoundTripper) (*http.Response, error) {
	ctx, cancel := context.WithCancelCause(req.Context())
	w := &watch{p: p, cancel: cancel, began: p.now()}
	left := p.left()
	if left <= 0 {
		cancel(nil)
		return nil, p.spent()
	}
	answerLimit := answerLimit
	until, waits := idp.WaitsUntil(req.Context())
	if waits { // for a person: neither a slow server nor time spent on the network
		answerLimit = max(until.Sub(p.now()), answerLimit)
		left += answerLimit
		w.free = true
	}
	if !w.free {
		p.begin(w.began)
	}
	w.whole = p.after(left, func() { cancel(p.spent()) })
	w.phase("connecting", DialLimit)
	trace := &httptrace.ClientTrace{
		TLSHandshakeStart: func() { w.phase("agreeing on TLS", tlsLimit) },
		GotConn:           func(httptrace.GotConnInfo) { w.phase("waiting for the answer", answerLimit) },
	}
	answer, err := next.RoundTrip(req.WithContext(httptrace.WithClientTrace(ctx, trace)))
	if cause := context.Cause(ctx); err == nil && cause != nil {
		_ = answer.Body.Close()
		err = cause
	}
	if err != nil {
		w.end()
		var slow *SlowError
		if errors.As(context.Cause(ctx), &slow) {
			err = slow
		}
		cancel(nil)
		return nil, err
	}
	w.phase("reading the answer", bodyLimit)
	answer.Body = &watchedBody{ReadCloser: answer.Body, ctx: ctx, watch: w}
	return answer, nil
}

// spent is why a request ends when the network time of the whole run is used up.
func (p *patience) spent() error {
	return &SlowError{Phase: "talking to all servers (--timeout)", Limit: p.total}
}

func (p *patience) left() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	left := p.total - p.used
	if p.busy > 0 {
		left -= p.now().Sub(p.since)
	}
	return left
}

func (p *patience) begin(at time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.busy++; p.busy == 1 {
		p.since = at
	}
}

func (p *patience) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.busy--; p.busy == 0 {
		p.used += p.now().Sub(p.since)
	}
}

// watch times one request.
type watch struct {
	p      *patience
	cancel context.CancelCauseFunc
	began  time.Time
	whole  func() bool

	free bool // it waits for a person: its time does not count

	mu    sync.Mutex
	stop  func() bool
	ended bool
}

func (w *watch) phase(name string, limit time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ended {
		return
	}
	if w.stop != nil {
		w.stop()
	}
	w.stop = w.p.after(limit, func() { w.cancel(&SlowError{Phase: name, Limit: limit}) })
}

func (w *watch) end() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ended {
		return
	}
	w.ended = true
	w.stop()
	w.whole()
	if !w.free {
		w.p.end()
	}
}

// watchedBody is the body of an answer. An end that comes after its context's is no proof that the text is whole.
type watchedBody struct {
	io.ReadCloser
	ctx   context.Context
	watch *watch
}

func (b *watchedBody) Read(buf []byte) (int, error) {
	n, err := b.ReadCloser.Read(buf)
	if cause := context.Cause(b.ctx); err != nil && cause != nil {
		err = cause
	}
	return n, err
}

func (b *watchedBody) Close() error {
	err := b.ReadCloser.Close()
	b.watch.end()
	b.watch.cancel(nil)
	return err
}
