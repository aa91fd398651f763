package sts

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"

	"github.com/samlogin/samlogin/saml/foreign"
)

// NetworkError reports that STS could not be asked, or that what answered was not STS. It names the host and the
// phase, never the URL's path or query and never a body.
type NetworkError struct {
	Host  string // host and port, as in the URL
	Phase Phase
	Err   error
}

func (e *NetworkError) Error() string {
	return fmt.Sprintf("AWS STS at %s: %s: %s", foreign.Text(e.Host), e.Phase, e.Cause())
}

func (e *NetworkError) Unwrap() error { return e.Err }

// Cause says in plain words what happened.
func (e *NetworkError) Cause() string { cause, _ := e.explain(); return cause }

// Hint says what can be done, "" if nothing is known.
func (e *NetworkError) Hint() string { _, hint := e.explain(); return hint }

func (e *NetworkError) explain() (cause, hint string) {
	if cause, hint = certificateCause(e.Err); cause != "" {
		return cause, hint
	}
	var (
		dns     *net.DNSError
		op      *net.OpError
		record  tls.RecordHeaderError
		alert   tls.AlertError
		refused = refusedConnection(e.Err)
		timeout interface{ Timeout() bool }
	)
	inProxy := e.Phase == PhaseProxy || (errors.As(e.Err, &op) && op.Op == "proxyconnect")
	switch {
	case errors.Is(e.Err, errProxyAddress):
		return e.Err.Error(), "check HTTPS_PROXY"
	case errors.As(e.Err, &record) && inProxy:
		return "the proxy does not speak TLS", "see whether the address in HTTPS_PROXY should begin with http://"
	case errors.As(e.Err, &record):
		return "what answers there does not speak TLS", ""
	case errors.As(e.Err, &dns) && dns.IsTimeout:
		return "the name server did not answer in time", "see whether this computer is connected"
	case errors.As(e.Err, &dns) && !dns.IsNotFound:
		return "its name could not be looked up: no name server can be reached, or it is in trouble", "see whether this computer is connected"
	case errors.As(e.Err, &dns) && inProxy:
		return "the proxy's name is not known", "check HTTPS_PROXY"
	case errors.As(e.Err, &dns):
		return "the name is not known", "see whether this computer is connected and whether the region exists"
	case noWay(e.Err) && inProxy:
		return "no way leads to the proxy from here", "see whether this computer, or its VPN, is connected, and check HTTPS_PROXY"
	case noWay(e.Err):
		return "no way leads there from this computer", "see whether this computer, or its VPN, is connected"
	case refused && inProxy:
		return "the proxy refused the connection", "check HTTPS_PROXY and NO_PROXY"
	case refused:
		return "the connection was refused", "see whether the way there leads through a proxy (HTTPS_PROXY)"
	case errors.Is(e.Err, context.Canceled):
		return "stopped", ""
	case errors.As(e.Err, &timeout) && timeout.Timeout():
		return "no answer in time", "see whether the way there leads through a proxy (HTTPS_PROXY), or allow more time with --timeout"
	case strings.Contains(e.Err.Error(), "tls: protocol version not supported"), strings.Contains(e.Err.Error(), "tls: server selected unsupported protocol version"):
		return "it speaks versions of TLS older than 1.2, which are not safe any more", "its administrator, or that of a proxy between, has to allow TLS 1.2"
	case strings.Contains(e.Err.Error(), "remote error: tls: handshake failure"):
		return "it ended the TLS handshake: it has no encryption in common with this computer, or wants a client certificate", "its administrator, or that of a proxy between, has to allow the ciphers of today"
	case errors.As(e.Err, &alert):
		return "the other side ended the TLS handshake: " + foreign.Text(alert.Error()).String(), ""
	case errors.Is(e.Err, io.EOF), errors.Is(e.Err, io.ErrUnexpectedEOF), errors.Is(e.Err, syscall.ECONNRESET), errors.Is(e.Err, syscall.EPIPE):
		return "the connection was closed", ""
	case inProxy:
		return "the proxy said no: " + foreign.Line(e.Err.Error()).String(), "check HTTPS_PROXY, and whether the proxy wants a name and a password"
	}
	return foreign.Line(e.Err.Error()).String(), ""
}

// certificateCause explains why a certificate was not taken, "" if err is about something else.
func certificateCause(err error) (cause, hint string) {
	var (
		unknown x509.UnknownAuthorityError
		host    x509.HostnameError
		invalid x509.CertificateInvalidError
		other   *tls.CertificateVerificationError
	)
	switch {
	case errors.As(err, &unknown):
		return fmt.Sprintf("its certificate comes from %s, which this computer does not trust", issuer(unknown.Cert)),
			"a proxy that opens TLS may stand between; give its certificate with --ca-bundle if it is your company's"
	case errors.As(err, &host):
		return fmt.Sprintf("its certificate is for %s", foreign.Text(strings.Join(names(host.Certificate), ", "))),
			"a proxy or a sign-in page of the network may stand between"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "its certificate has ended or is not valid yet", "check this computer's clock"
	case errors.As(err, &invalid), errors.As(err, &other):
		return "its certificate is not good: " + foreign.Line(err.Error()).String(), ""
	}
	return "", ""
}

func issuer(c *x509.Certificate) foreign.Text {
	if c == nil {
		return "somebody"
	}
	if c.Issuer.CommonName != "" {
		return foreign.Text(`"` + c.Issuer.CommonName + `"`)
	}
	return foreign.Text(`"` + c.Issuer.String() + `"`)
}

func names(c *x509.Certificate) []string {
	if c == nil || len(c.DNSNames) == 0 {
		return []string{"another host"}
	}
	return c.DNSNames[:min(len(c.DNSNames), 3)]
}

// permanent reports whether a connection that failed would fail again: a name that does not exist, a certificate
// that is not trusted, a proxy that says no.
func permanent(err error) bool {
	if cause, _ := certificateCause(err); cause != "" {
		return true
	}
	var (
		dns     *net.DNSError
		op      *net.OpError
		timeout interface{ Timeout() bool }
	)
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return true
	case errors.As(err, &dns):
		return dns.IsNotFound
	case errors.As(err, &op), errors.As(err, &timeout):
		return false
	}
	return !errors.Is(err, io.EOF)
}
