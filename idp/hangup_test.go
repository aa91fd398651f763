package idp_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"testing"

	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/idp/idptest"
)

// lateHangUp is a transport on a slow machine: what the server sends when the run has ended still comes in. net/http does
// the same now and then: it tells the peer of the end (TLS close_notify) before it closes the connection.
type lateHangUp struct {
	next http.RoundTripper
	read func() // at the end of each text
}

func (l lateHangUp) RoundTrip(req *http.Request) (*http.Response, error) {
	answer, err := l.next.RoundTrip(req.WithContext(context.WithoutCancel(req.Context())))
	if err == nil {
		answer.Body = &bodyToItsEnd{answer.Body, l.read}
	}
	return answer, err
}

type bodyToItsEnd struct {
	io.ReadCloser
	read func()
}

func (b *bodyToItsEnd) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err == io.EOF {
		b.read()
	}
	return n, err
}

// A run that is told to stop says so, and not what it makes of an answer that nobody finished.
func TestWhatComesAfterTheEndIsNoPage(t *testing.T) { // security case 91
	told := errors.New("told to stop")
	for _, c := range []struct {
		what         string
		header, text bool // when it is told
		sent         string
	}{
		{"nothing, before the answer", true, false, ""},
		{"a page, before the answer", true, false, posting("/post")},
		{"a part of a page, while it is read", false, true, "<title>Sign In</title><form"},
		{"a whole page, while it is read", false, true, posting("/post")},
	} {
		t.Run(c.what, func(t *testing.T) {
			w := idptest.New(t)
			ctx, stop := context.WithCancelCause(t.Context())
			site := w.Site(host).On(start, func(w http.ResponseWriter, _ *http.Request) {
				if c.header {
					stop(told)
				}
				w.Header().Set("Content-Type", "text/html")
				_, _ = io.WriteString(w, c.sent)
			})
			settings := config(t, w)
			settings.Transport = lateHangUp{w.Transport, func() {
				if c.text {
					stop(told)
				}
			}}
			_, err := idp.NewWalk(settings).Run(ctx, at(t, "https://"+host+startURL), stored())
			if err != told || len(site.Requests()) != 1 {
				t.Errorf("%v after %d requests, want %v after one", err, len(site.Requests()), told)
			}
		})
	}
}
