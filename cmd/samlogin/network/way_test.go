package network

import (
	"context"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"
)

type scripted []any // *http.Response or error, in order

func (s *scripted) RoundTrip(*http.Request) (*http.Response, error) {
	next := (*s)[0]
	*s = (*s)[1:]
	if err, failed := next.(error); failed {
		return nil, err
	}
	return &http.Response{StatusCode: next.(int), Body: io.NopCloser(strings.NewReader(""))}, nil
}

func TestOnlyAGetIsTriedAgain(t *testing.T) {
	refused := &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}
	for _, c := range []struct {
		name   string
		method string
		plan   scripted
		left   int // of the plan
		status int // 0: an error
	}{
		{"reset, then fine", "GET", scripted{syscall.ECONNRESET, 200}, 0, 200},
		{"503 twice, then fine", "GET", scripted{503, 502, 200}, 0, 200},
		{"three times is enough", "GET", scripted{refused, refused, refused, 200}, 1, 0},
		{"an error page of the IdP", "GET", scripted{500, 200}, 1, 500},
		{"a POST reset", "POST", scripted{syscall.ECONNRESET, 200}, 1, 0},
		{"a POST and 503", "POST", scripted{503, 200}, 1, 503},
		{"a name that does not exist", "GET", scripted{&net.DNSError{IsNotFound: true}, 200}, 1, 0},
		{"a name server in trouble", "GET", scripted{&net.DNSError{IsTemporary: true}, 200}, 0, 200},
		{"a certificate", "GET", scripted{x509.UnknownAuthorityError{}, 200}, 1, 0},
		{"silence", "GET", scripted{&SlowError{Phase: "connecting", Limit: DialLimit}, 200}, 1, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			var waits []time.Duration
			r := &Way{next: &c.plan, pause: func(_ context.Context, d time.Duration) error {
				waits = append(waits, d)
				return nil
			}}
			req, err := http.NewRequestWithContext(t.Context(), c.method, "https://idp.test/", nil)
			if err != nil {
				t.Fatal(err)
			}
			answer, err := r.RoundTrip(req)
			if (err == nil) != (c.status != 0) || err == nil && answer.StatusCode != c.status || len(c.plan) != c.left {
				t.Errorf("got %v, %v, %d left of the plan", answer, err, len(c.plan))
			}
			for i := 1; i < len(waits); i++ {
				if waits[i] <= waits[i-1] {
					t.Errorf("waited %v: not longer each time", waits)
				}
			}
		})
	}
}

func TestAnEndedContextIsNotTriedAgain(t *testing.T) {
	gone := errors.New("interrupted")
	plan := scripted{syscall.ECONNRESET, 200}
	r := &Way{next: &plan, pause: func(context.Context, time.Duration) error { return gone }}
	req, err := http.NewRequestWithContext(t.Context(), "GET", "https://idp.test/", nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.RoundTrip(req); !errors.Is(err, gone) {
		t.Errorf("got %v, want the cause", err)
	}
}
