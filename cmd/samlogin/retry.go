package main

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"syscall"
	"time"
)

// retrying asks again where a server or the way to it failed for a moment. Only a GET is repeated: a POST may carry a
// password or a code, and an IdP counts every one of them.
type retrying struct {
	next  http.RoundTripper
	limit *patience // of next
	pause func(context.Context, time.Duration) error
	base  *http.Transport // under all of it
}

// within bounds work whose pauses are not network time, by what is left of --timeout.
func (r *retrying) within(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, r.limit.left(), &slowError{Phase: "talking to all servers (--timeout)", Limit: r.limit.total})
}

const (
	tries      = 3
	firstPause = 300 * time.Millisecond // then four times as long; as much again at random
)

func (r *retrying) RoundTrip(req *http.Request) (*http.Response, error) {
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
		switch answer.StatusCode {
		case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
			return true
		}
		return false
	}
	var dns *net.DNSError
	if errors.As(err, &dns) {
		return dns.IsTemporary && !dns.IsNotFound
	}
	for _, fault := range []error{io.EOF, io.ErrUnexpectedEOF, syscall.ECONNRESET, syscall.ECONNREFUSED, syscall.EPIPE, syscall.ENETUNREACH, syscall.EHOSTUNREACH} {
		if errors.Is(err, fault) {
			return true
		}
	}
	return false
}
