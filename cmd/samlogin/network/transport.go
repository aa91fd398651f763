// Package network is how a run reaches servers: TLS and whom it trusts, the proxy of the environment, time limits for
// every phase of a request, second tries where nothing is lost by them.
package network

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/samlogin/samlogin/saml/foreign"
)

// Limits of one request; those of time by phase. The whole of a run's network time is bounded by --timeout besides.
const (
	DialLimit   = 10 * time.Second // to connect
	tlsLimit    = 10 * time.Second
	answerLimit = 30 * time.Second // from the request sent to the answer's header
	bodyLimit   = 30 * time.Second
	headerBytes = 64 << 10 // of one answer
)

// SlowError reports a peer that did not answer in time, and in which phase.
type SlowError struct {
	Phase string
	Limit time.Duration
}

func (e *SlowError) Error() string {
	return fmt.Sprintf("no answer within %s while %s", e.Limit, e.Phase)
}

// NewTransport is how every server is reached: TLS 1.2 or newer against the system's roots and those of the CA bundle,
// no renegotiation, the proxy of the environment, small headers. perHost connections to a server are kept for what comes.
func NewTransport(roots *x509.CertPool, env func(string) string, perHost int) *http.Transport {
	proxy := ProxyOf(env)
	return &http.Transport{
		Proxy:                  func(req *http.Request) (*url.URL, error) { return proxy(req.URL) },
		DialContext:            (&net.Dialer{Timeout: DialLimit, KeepAlive: 30 * time.Second}).DialContext,
		TLSClientConfig:        &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    tlsLimit,
		MaxResponseHeaderBytes: headerBytes,
		MaxIdleConnsPerHost:    perHost,
		ForceAttemptHTTP2:      true,
		OnProxyConnectResponse: func(_ context.Context, proxy *url.URL, _ *http.Request, answer *http.Response) error {
			if answer.StatusCode == http.StatusOK {
				return nil
			}
			e := &ProxyError{Status: answer.StatusCode, Host: proxy.Host, Given: proxy.User != nil}
			for _, ask := range answer.Header.Values("Proxy-Authenticate") {
				if words := strings.Fields(ask); len(words) > 0 {
					e.Asks = append(e.Asks, foreign.Text(words[0]))
				}
			}
			return e
		},
	}
}
