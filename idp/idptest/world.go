// Package idptest gives tests of sign-ins a small internet of their own: TLS servers on loopback, each under its name,
// with pages that a test writes, and a log of everything that anybody tried to reach.
package idptest

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
)

// A World is all the servers of one test. Names that have no Site cannot be reached, but trying is noticed.
type World struct {
	// Transport reaches the sites by their names and trusts their certificates.
	Transport *http.Transport

	t       testing.TB
	mu      sync.Mutex
	sites   map[string]*Site // by host:port
	dialled []string
}

// New makes a world without sites. It ends with the test.
func New(t testing.TB) *World {
	w := &World{t: t, sites: map[string]*Site{}}
	w.Transport = &http.Transport{DialContext: w.dial, TLSClientConfig: &tls.Config{RootCAs: x509.NewCertPool()}}
	t.Cleanup(w.Transport.CloseIdleConnections)
	return w
}

func (w *World) dial(ctx context.Context, network, address string) (net.Conn, error) {
	w.mu.Lock()
	w.dialled = append(w.dialled, address)
	site := w.sites[address]
	w.mu.Unlock()
	if site == nil {
		return nil, fmt.Errorf("no server at %s", address)
	}
	var d net.Dialer
	return d.DialContext(ctx, network, site.server.Listener.Addr().String())
}

// Dialled lists host:port of every connection that was tried, each once, sorted.
func (w *World) Dialled() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := slices.Clone(w.dialled)
	slices.Sort(out)
	return slices.Compact(out)
}

// Site starts a server for "host" (port 443) or "host:port". The certificate of net/http/httptest is good for
// 127.0.0.1, example.com and the names directly below it; clients refuse any other name before they send anything.
func (w *World) Site(name string) *Site { return w.site(name, false) }

// HTTP2Site is a Site that speaks HTTP/2.
func (w *World) HTTP2Site(name string) *Site {
	w.Transport.ForceAttemptHTTP2 = true
	return w.site(name, true)
}

func (w *World) site(name string, http2 bool) *Site {
	s := &Site{Name: name, t: w.t, answers: map[string][]Answer{}}
	s.server = httptest.NewUnstartedServer(s)
	s.server.EnableHTTP2 = http2
	s.server.Config.ErrorLog = quiet()
	s.server.StartTLS()
	w.t.Cleanup(s.server.Close)
	w.Transport.TLSClientConfig.RootCAs.AddCert(s.server.Certificate())
	if _, _, err := net.SplitHostPort(name); err != nil {
		name = net.JoinHostPort(name, "443")
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.sites[name] = s
	return s
}
