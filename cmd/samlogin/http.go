package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/samlogin/samlogin/cmd/samlogin/fault"

	"golang.org/x/net/http/httpproxy"

	"github.com/samlogin/samlogin/cmd/samlogin/system"
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
		MaxIdleConnsPerHost:    atOnce,
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
			return &fault.UsageError{What: name + " is no address of a proxy", Hint: "it looks like http://proxy.example.com:8080; in a user name or password % is written %25, @ is %40"}
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
// a connection needs them. A file that every user can write to says nothing about whom this user trusts: whoever adds a
// certificate gets the password.
func loadRoots(path string) (*x509.CertPool, error) {
	if path == "" {
		return nil, nil
	}
	f, err := openNamed(path)
	if err != nil {
		return nil, &fault.UsageError{What: fmt.Sprintf("the CA bundle cannot be read: %v", err), Hint: "--ca-bundle, SAMLOGIN_CA_BUNDLE, AWS_CA_BUNDLE or ca_bundle in the settings names it"}
	}
	defer func() { _ = f.Close() }()
	if info, err := f.Stat(); err == nil && info.Mode().IsRegular() && system.WritableByAll(info) {
		return nil, &idp.SafetyError{Rule: "every user can write to the CA bundle " + foreign.Clean(path) + ", and decide who is trusted; look through it, then chmod go-w mends it"}
	}
	pem, err := io.ReadAll(io.LimitReader(f, caFileBytes))
	if err != nil {
		return nil, &fault.UsageError{What: fmt.Sprintf("the CA bundle cannot be read: %v", err)}
	}
	roots, err := x509.SystemCertPool()
	if err != nil {
		roots = x509.NewCertPool()
	}
	if !roots.AppendCertsFromPEM(pem) {
		return nil, &fault.UsageError{What: "the CA bundle " + path + " holds no certificate in PEM form"}
	}
	return roots, nil
}
