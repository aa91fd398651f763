package network

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"syscall"
	"time"

	"github.com/samlogin/samlogin/idp"
)

// Way is a transport that asks again where a server or the way to it failed for a moment. Only a GET is repeated: a POST
// may carry a password or a code, and an IdP counts every one of them.
type Way struct {
	next  http.RoundTripper
	limit *patience // of next
	pause func(context.Context, time.Duration) error
	Base  *http.Transport // under all of it
}

// NewWay is the way through a transport. total bounds its network time, from the first request on.
func NewWay(base *http.Transport, total time.Duration, now func() time.Time, pause func(context.Context, time.Duration) error) *Way {
	limit := newPatience(base, total, now)
	return &Way{next: limit, limit: limit, pause: pause, Base: base}
}

// Through is the same way through another transport: one budget for both.
func (r *Way) Through(base *http.Transport) *Way {
	return &Way{next: r.limit.over(base), limit: r.limit, pause: r.pause, Base: base}
}

// OneConnection is one connection within the same limits of time, and what closes it. Nothing is repeated on it.
func (r *Way) OneConnection() (http.RoundTripper, func()) {
	one := idp.OneConnection(r.Base)
	return r.limit.over(one), one.CloseIdleConnections
}

// Within bounds work whose pauses are not network time, by what is left of --timeout.
func (r *Way) Within(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, r.limit.left(), r.limit.spent())
}

const (
	tries      = 3
	firstPause = 300 * time.Millisecond // then four times as long; as much again at random
)

func (r *Way) RoundTrip(req *http.Request) (*http.Response, error) {
	for try, wait := 1, firstPause; ; try, wait = try+1, 4*wait {
		answer, err := r.next.RoundTrip(req)
		if try == tries || req.Method != http.MethodGet || req.Context().Err() != nil || !momentary(answer, err) {
			return answer, err
		}
		if answer != nil {
			_ = answer.Body.Close()
		}
		if err := r.pause(req.Context(), wait+rand.N(wait)); err != nil {
			return nil, err
		}
	}
}

// momentary recognises what may be gone a second later. A name that does not exist, a certificate that is not trusted, a
// peer that is silent until its time is up: these will not.
func momentary(answer *http.Response, err error) bool {
	if err == nil {
		return idp.Unavailable(answer.StatusCode)
	}
	var dns *net.DNSError
	if errors.As(err, &dns) {
		return dns.IsTemporary && !dns.IsNotFound
	}
	for _, known := range []error{io.EOF, io.ErrUnexpectedEOF, syscall.ECONNRESET, syscall.ECONNREFUSED, syscall.EPIPE, syscall.ENETUNREACH, syscall.EHOSTUNREACH} {
		if errors.Is(err, known) {
			return true
		}
	}
	return false
}
