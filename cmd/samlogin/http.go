package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync"
	"time"

	"golang.org/x/net/http/httpproxy"

	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/saml/foreign"
)

// Time limits of one request, by phase. The whole of a run's network time is bounded by --timeout besides.
const (
	dialLimit    = 10 * time.Second
	tlsLimit     = 10 * time.Second
	answerLimit  = 30 * time.Second // from the request sent to the answer's header
	bodyLimit    = 30 * time.Second
	headerBytes  = 64 << 10
	caFileBytes  = 8 << 20
	proxyRefused = http.StatusProxyAuthRequired
)

// slowError reports a peer that did not answer in time, and in which phase.
type slowError struct {
	Phase string
	Limit time.Duration
}

func (e *slowError) Error() string {
	return fmt.Sprintf("no answer within %s while %s", e.Limit, e.Phase)
}

// proxyError reports a proxy that let nothing through.
type proxyError struct {
	Status int
	Host   string         // and port
	Given  bool           // HTTPS_PROXY holds a user name and password for it
	Asks   []foreign.Text // schemes by which it lets people in: "Basic", "NTLM"
}

func (e *proxyError) Error() string {
	switch {
	case e.Status == proxyRefused && e.Given:
		return fmt.Sprintf("the proxy %s refused the user name and password (407)", foreign.Text(e.Host))
	case e.Status == proxyRefused:
		return fmt.Sprintf("the proxy %s wants a user name and password (407)", foreign.Text(e.Host))
	}
	return fmt.Sprintf("the proxy %s refused the connection (%d)", foreign.Text(e.Host), e.Status)
}

// Hint says what can be done.
func (e *proxyError) Hint() string {
	takesPassword := len(e.Asks) == 0
	for _, scheme := range e.Asks {
		takesPassword = takesPassword || strings.EqualFold(scheme.Raw(), "Basic")
	}
	switch {
	case e.Status != proxyRefused:
		return "HTTPS_PROXY names the proxy, NO_PROXY the hosts that are reached without it"
	case !takesPassword:
		return fmt.Sprintf("it lets people in by %s only, which samlogin does not speak: name a helper such as px or cntlm in HTTPS_PROXY", e.Asks[0])
	case e.Given:
		return "see HTTPS_PROXY: in a user name or password @ is written %40, : is %3A, % is %25"
	}
	return "give them in HTTPS_PROXY: http://user:password@proxy.example.com:8080"
}

// patience is the outermost transport: it bounds every phase of a request, and the network time of the whole run. What
// people take to type does not count, since nothing is under way then.
type patience struct {
	next  http.RoundTripper
	total time.Duration
	now   func() time.Time
	after func(time.Duration, func()) (stop func() bool) // time.AfterFunc, but for tests

	mu   sync.Mutex
	used time.Duration
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
		return nil, &slowError{Phase: "talking to all servers (--timeout)", Limit: p.total}
	}
	answerLimit := answerLimit
	until, waits := idp.WaitsUntil(req.Context())
	if waits { // for a person: neither a slow server nor time spent on the network
		answerLimit = max(until.Sub(p.now()), answerLimit)
		left += answerLimit
		w.free = true
	}
	w.whole = p.after(left, func() { cancel(&slowError{Phase: "talking to all servers (--timeout)", Limit: p.total}) })
	w.phase("connecting", dialLimit)
	trace := &httptrace.ClientTrace{
		TLSHandshakeStart: func() { w.phase("agreeing on TLS", tlsLimit) },
		GotConn:           func(httptrace.GotConnInfo) { w.phase("waiting for the answer", answerLimit) },
	}
	answer, err := next.RoundTrip(req.WithContext(httptrace.WithClientTrace(ctx, trace)))
	if err != nil {
		w.end()
		var slow *slowError
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

func (p *patience) left() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.total - p.used
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
	w.stop = w.p.after(limit, func() { w.cancel(&slowError{Phase: name, Limit: limit}) })
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
	w.p.mu.Lock()
	if !w.free {
		w.p.used += w.p.now().Sub(w.began)
	}
	w.p.mu.Unlock()
}

type watchedBody struct {
	io.ReadCloser
	ctx   context.Context
	watch *watch
}

func (b *watchedBody) Read(buf []byte) (int, error) {
	n, err := b.ReadCloser.Read(buf)
	// An end can be the answer of the peer to our hanging up: it says nothing about the text being whole.
	var slow *slowError
	if err != nil && errors.As(context.Cause(b.ctx), &slow) {
		err = slow
	}
	return n, err
}

func (b *watchedBody) Close() error {
	err := b.ReadCloser.Close()
	b.watch.end()
	b.watch.cancel(nil)
	return err
}

// newTransport is how every server is reached: TLS 1.2 or newer against the system's roots and those of the CA bundle,
// no renegotiation, the proxy of the environment, small headers.
func newTransport(roots *x509.CertPool, env func(string) string) *http.Transport {
	proxy := proxyOf(env)
	return &http.Transport{
		Proxy:                  func(req *http.Request) (*url.URL, error) { return proxy(req.URL) },
		DialContext:            (&net.Dialer{Timeout: dialLimit, KeepAlive: 30 * time.Second}).DialContext,
		TLSClientConfig:        &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    tlsLimit,
		MaxResponseHeaderBytes: headerBytes,
		MaxIdleConnsPerHost:    4,
		ForceAttemptHTTP2:      true,
		OnProxyConnectResponse: func(_ context.Context, proxy *url.URL, _ *http.Request, answer *http.Response) error {
			if answer.StatusCode == http.StatusOK {
				return nil
			}
			e := &proxyError{Status: answer.StatusCode, Host: proxy.Host, Given: proxy.User != nil}
			for _, ask := range answer.Header.Values("Proxy-Authenticate") {
				if words := strings.Fields(ask); len(words) > 0 {
					e.Asks = append(e.Asks, foreign.Text(words[0]))
				}
			}
			return e
		},
	}
}

// checkProxy refuses an address of a proxy that cannot be read: without it the way would silently be another one.
func checkProxy(env func(string) string) error {
	for _, name := range []string{"HTTPS_PROXY", "https_proxy"} {
		value := env(name)
		if value == "" {
			continue
		}
		if !strings.Contains(value, "://") {
			value = "http://" + value
		}
		if u, err := url.Parse(value); err != nil || u.Host == "" {
			return &usageError{What: name + " is no address of a proxy", Hint: "it looks like http://proxy.example.com:8080; in a user name or password % is written %25, @ is %40"}
		}
		return nil
	}
	return nil
}

// proxyOf reads HTTPS_PROXY and NO_PROXY; loopback is never proxied.
func proxyOf(env func(string) string) func(*url.URL) (*url.URL, error) {
	first := func(names ...string) string {
		for _, n := range names {
			if v := env(n); v != "" {
				return v
			}
		}
		return ""
	}
	c := httpproxy.Config{HTTPSProxy: first("HTTPS_PROXY", "https_proxy"), NoProxy: first("NO_PROXY", "no_proxy")}
	return c.ProxyFunc()
}

// loadRoots adds a bundle of certificates to the system's. An empty path gives nil: the system's alone, read only when
// a connection needs them.
func loadRoots(path string) (*x509.CertPool, error) {
	if path == "" {
		return nil, nil
	}
	f, err := openNamed(path)
	if err != nil {
		return nil, &usageError{What: fmt.Sprintf("the CA bundle cannot be read: %v", err), Hint: "--ca-bundle, SAMLOGIN_CA_BUNDLE, AWS_CA_BUNDLE or ca_bundle in the settings names it"}
	}
	defer func() { _ = f.Close() }()
	pem, err := io.ReadAll(io.LimitReader(f, caFileBytes))
	if err != nil {
		return nil, &usageError{What: fmt.Sprintf("the CA bundle cannot be read: %v", err)}
	}
	roots, err := x509.SystemCertPool()
	if err != nil {
		roots = x509.NewCertPool()
	}
	if !roots.AppendCertsFromPEM(pem) {
		return nil, &usageError{What: "the CA bundle " + path + " holds no certificate in PEM form"}
	}
	return roots, nil
}
