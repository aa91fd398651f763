package sts

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func askAt(t *testing.T, ctx context.Context, address string, h *http.Client) (Session, *NetworkError, error) {
	t.Helper()
	s, err := clientOf(address, h, time.Now()).AssumeWithSAML(ctx, secretAssertion(), admin(), time.Time{}, Wish{})
	var broken *NetworkError
	errors.As(err, &broken)
	noCanary(t, err, s)
	return s, broken, err
}

// check compares a NetworkError with what it should say.
func check(t *testing.T, broken *NetworkError, err error, phase Phase, cause, hint string) {
	t.Helper()
	if broken == nil {
		t.Fatalf("not a NetworkError: %v", err)
	}
	if broken.Phase != phase || !strings.Contains(broken.Cause(), cause) || !strings.Contains(broken.Hint(), hint) {
		t.Errorf("phase %q, cause %q, hint %q (from %v)", broken.Phase, broken.Cause(), broken.Hint(), broken.Err)
	}
	if s := err.Error(); !strings.Contains(s, broken.Host) || strings.ContainsAny(s, "?\n") {
		t.Errorf("message %q", s)
	}
}

func TestNetworkFailuresAreNamed(t *testing.T) {
	tlsServer := httptest.NewUnstartedServer(http.NotFoundHandler())
	tlsServer.Config.ErrorLog = log.New(io.Discard, "", 0) // the handshakes are meant to fail
	tlsServer.StartTLS()
	defer tlsServer.Close()
	pool := x509.NewCertPool()
	pool.AddCert(tlsServer.Certificate())
	trusting := func(name string) *http.Client {
		return &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, ServerName: name}}}
	}
	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	idle, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := "https://" + idle.Addr().String()
	idle.Close()

	t.Run("refused", func(t *testing.T) {
		_, broken, err := askAt(t, t.Context(), closed, &http.Client{Transport: &http.Transport{}})
		check(t, broken, err, PhaseConnect, "connection was refused", "HTTPS_PROXY")
	})
	t.Run("untrusted certificate", func(t *testing.T) {
		_, broken, err := askAt(t, t.Context(), tlsServer.URL, &http.Client{Transport: &http.Transport{}})
		check(t, broken, err, PhaseTLS, "Acme Co", "--ca-bundle")
	})
	t.Run("wrong host", func(t *testing.T) {
		_, broken, err := askAt(t, t.Context(), tlsServer.URL, trusting("sts.us-east-1.amazonaws.com"))
		check(t, broken, err, PhaseTLS, "its certificate is for example.com", "between")
	})
	t.Run("no TLS", func(t *testing.T) {
		_, broken, err := askAt(t, t.Context(), strings.Replace(plain.URL, "http:", "https:", 1), &http.Client{Transport: &http.Transport{}})
		check(t, broken, err, PhaseTLS, "does not speak TLS", "")
	})
	t.Run("unknown name", func(t *testing.T) {
		dials := 0
		dial := func(context.Context, string, string) (net.Conn, error) {
			dials++
			return nil, &net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", Name: "sts.test", IsNotFound: true}}
		}
		_, broken, err := askAt(t, t.Context(), "https://sts.test", &http.Client{Transport: &http.Transport{DialContext: dial}})
		check(t, broken, err, PhaseLookup, "the name is not known", "region")
		if dials != 1 {
			t.Errorf("a name that does not exist was looked up %d times", dials)
		}
	})
	t.Run("closed without answer", func(t *testing.T) {
		f := newFake(t)
		f.answer = func(w http.ResponseWriter, _ *http.Request) bool { panic(http.ErrAbortHandler) }
		_, broken, err := askAt(t, t.Context(), f.URL, f.Server.Client())
		check(t, broken, err, PhaseWait, "connection was closed", "")
		if f.calls() != 1 {
			t.Errorf("a request that was sent was sent again: %d calls", f.calls())
		}
	})
	t.Run("answer cut short", func(t *testing.T) {
		f := newFake(t)
		f.answer = func(w http.ResponseWriter, _ *http.Request) bool {
			w.Header().Set("Content-Length", "5000")
			fmt.Fprint(w, "<AssumeRoleWithSAMLResponse>")
			return true
		}
		_, broken, err := askAt(t, t.Context(), f.URL, f.Server.Client())
		check(t, broken, err, PhaseAnswer, "connection was closed", "")
	})
}

func TestProxiesAreNamed(t *testing.T) {
	through := func(proxy string) *http.Client {
		return &http.Client{Transport: &http.Transport{Proxy: func(*http.Request) (*url.URL, error) { return url.Parse(proxy) }}}
	}
	var asked atomic.Int32
	no := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { asked.Add(1); w.WriteHeader(407) }))
	defer no.Close()
	_, broken, err := askAt(t, t.Context(), "https://sts.test", through(strings.Replace(no.URL, "://", "://jane:CANARY-proxy@", 1)))
	check(t, broken, err, PhaseProxy, "Proxy Authentication Required", "name and a password")
	if asked.Load() != 1 {
		t.Errorf("a proxy that said no was asked %d times", asked.Load())
	}

	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	_, broken, err = askAt(t, t.Context(), "https://sts.test", through(strings.Replace(gone.URL, "://", "://jane:CANARY-proxy@", 1)))
	check(t, broken, err, PhaseConnect, "the proxy refused the connection", "HTTPS_PROXY")

	odd := &http.Client{Transport: &http.Transport{Proxy: func(*http.Request) (*url.URL, error) {
		return nil, fmt.Errorf("invalid proxy address %q", "http://jane:CANARY-proxy@[")
	}}}
	_, broken, err = askAt(t, t.Context(), "https://sts.test", odd)
	check(t, broken, err, PhaseLookup, "address cannot be read", "HTTPS_PROXY")
}

func TestFailedConnectionsAreTriedAgain(t *testing.T) {
	f := newFake(t)
	transport := f.Server.Client().Transport.(*http.Transport).Clone()
	dials := 0
	transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		if dials++; dials < 3 {
			return nil, &net.OpError{Op: "dial", Err: errors.New("network is unreachable")}
		}
		return new(net.Dialer).DialContext(ctx, network, address)
	}
	if _, _, err := askAt(t, t.Context(), f.URL, &http.Client{Transport: transport}); err != nil || dials != 3 || f.calls() != 1 {
		t.Fatalf("%v after %d connections and %d calls", err, dials, f.calls())
	}
}

// A redirect would carry the assertion elsewhere: it is an answer that is not understood.
func TestRedirectsAreNotFollowed(t *testing.T) {
	for _, status := range []int{301, 302, 303, 307, 308} {
		elsewhere := newFake(t)
		f := newFake(t)
		f.answer = func(w http.ResponseWriter, _ *http.Request) bool {
			w.Header().Set("Location", elsewhere.URL)
			w.WriteHeader(status)
			return true
		}
		_, broken, err := askAt(t, t.Context(), f.URL, f.Server.Client())
		check(t, broken, err, PhaseAnswer, fmt.Sprintf("HTTP %d", status), "")
		if elsewhere.calls() != 0 || f.calls() != 1 {
			t.Errorf("%d was followed", status)
		}
	}
}

func TestPagesOfProxiesAreNotTakenForSTS(t *testing.T) {
	f := newFake(t)
	f.answer = func(w http.ResponseWriter, _ *http.Request) bool {
		w.Header().Set("Content-Type", "text/html\u202E; x")
		w.WriteHeader(403)
		fmt.Fprintf(w, "<html><body>Blocked. You sent %s</body></html>", canaryAssertion)
		return true
	}
	_, broken, err := askAt(t, t.Context(), f.URL, f.Server.Client())
	check(t, broken, err, PhaseAnswer, "HTTP 403, text/html", "")
}

func TestContextEndsTheCall(t *testing.T) {
	f := newFake(t)
	cause := errors.New("the person pressed ctrl-C")
	if _, _, err := askAt(t, cancelled(cause), f.URL, f.Server.Client()); err != cause || f.calls() != 0 {
		t.Errorf("cancelled before: %v", err)
	}

	ctx, cancel := context.WithCancelCause(t.Context())
	f.answer = func(_ http.ResponseWriter, r *http.Request) bool { cancel(cause); <-r.Context().Done(); return true }
	if _, _, err := askAt(t, ctx, f.URL, f.Server.Client()); err != cause {
		t.Errorf("cancelled while waiting: %v", err)
	}

	late := errors.New("the time for the network is over")
	ctx, stop := context.WithTimeoutCause(t.Context(), 0, late)
	defer stop()
	_, broken, err := askAt(t, ctx, f.URL, f.Server.Client())
	if broken == nil || !errors.Is(err, late) {
		t.Errorf("deadline: %v", err)
	}
}

type tripper func(*http.Request) (*http.Response, error)

func (f tripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// A server that sees us hang up may answer, and its answer may still come in. It is none of STS's.
func TestWhatComesAfterTheEndIsNoAnswer(t *testing.T) {
	f := newFake(t)
	late := &http.Client{Transport: tripper(func(req *http.Request) (*http.Response, error) {
		return f.Server.Client().Transport.RoundTrip(req.WithContext(context.WithoutCancel(req.Context())))
	})}
	cause := errors.New("the person pressed ctrl-C")
	ctx, cancel := context.WithCancelCause(t.Context())
	f.answer = func(http.ResponseWriter, *http.Request) bool { cancel(cause); return true }
	if _, _, err := askAt(t, ctx, f.URL, late); err != cause {
		t.Errorf("cancelled: %v", err)
	}

	over := errors.New("the time for the network is over")
	ctx, stop := context.WithTimeoutCause(t.Context(), time.Millisecond, over)
	defer stop()
	f.answer = func(http.ResponseWriter, *http.Request) bool { <-ctx.Done(); return true }
	_, broken, err := askAt(t, ctx, f.URL, late)
	if broken == nil || !errors.Is(err, over) || f.calls() > 2 {
		t.Errorf("deadline: %v after %d calls in all", err, f.calls())
	}
}

// An attempt's own limit is the HTTP client's timeout; it ends the attempt and is a failure of the network.
func TestClientTimeoutIsHonoured(t *testing.T) {
	f := newFake(t)
	f.answer = func(_ http.ResponseWriter, r *http.Request) bool { <-r.Context().Done(); return true }
	h := f.Server.Client()
	h.Timeout = time.Millisecond
	_, broken, err := askAt(t, t.Context(), f.URL, h)
	if broken == nil || broken.Cause() != "no answer in time" {
		t.Errorf("%v", err)
	}
}
