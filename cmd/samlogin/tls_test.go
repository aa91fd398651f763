package main

import (
	"crypto"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/samlogin/samlogin/cmd/samlogin/network"
)

// tlsFarm is a server of TLS as a test wants it, with a certificate by an authority that the person trusts.
type tlsFarm struct {
	certificate func(*x509.Certificate) // changes what the certificate says
	config      func(*tls.Config)
	stranger    bool // the certificate is its own authority, and nobody's
}

// start gives the server's address, the file that trusts its authority and how many requests it got.
func (f tlsFarm) start(t *testing.T) (url, bundle string, requests *int) {
	t.Helper()
	key, err := signingKey() // RSA: old ciphers want it
	if err != nil {
		t.Fatal(err)
	}
	authority, err := newAuthority(time.Now)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(9), Subject: pkix.Name{CommonName: "adfs"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment,
	}
	if f.certificate != nil {
		f.certificate(template)
	}
	parent, signer := authority.certificate, crypto.Signer(authority.key)
	if f.stranger {
		parent, signer = template, key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), signer)
	if err != nil {
		t.Fatal(err)
	}
	requests = new(int)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { *requests++ }))
	server.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
	if f.config != nil {
		f.config(server.TLS)
	}
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	bundle = filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(bundle, authority.pem(), 0o600); err != nil {
		t.Fatal(err)
	}
	return server.URL, bundle, requests
}

// TLS that is too old, or a certificate that proves nothing, ends a login before anything was asked of the server, and
// the cause is in words.
func TestTLSThatProvesNothing(t *testing.T) { // security case 145
	old := func(version uint16) func(*tls.Config) {
		return func(c *tls.Config) { c.MinVersion, c.MaxVersion = tls.VersionTLS10, version }
	}
	only := func(suite uint16) func(*tls.Config) {
		return func(c *tls.Config) {
			c.MinVersion, c.MaxVersion, c.CipherSuites = tls.VersionTLS10, tls.VersionTLS12, []uint16{suite}
		}
	}
	for name, c := range map[string]struct {
		farm tlsFarm
		says string
	}{
		"TLS 1.0":           {tlsFarm{config: old(tls.VersionTLS10)}, "older than 1.2"},
		"TLS 1.1":           {tlsFarm{config: old(tls.VersionTLS11)}, "older than 1.2"},
		"RC4":               {tlsFarm{config: only(tls.TLS_RSA_WITH_RC4_128_SHA)}, "no encryption in common"},
		"3DES":              {tlsFarm{config: only(tls.TLS_RSA_WITH_3DES_EDE_CBC_SHA)}, "no encryption in common"},
		"its own authority": {tlsFarm{stranger: true}, `its certificate comes from "adfs", which this computer does not trust`},
		"another address":   {tlsFarm{certificate: func(c *x509.Certificate) { c.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 2)} }}, "its certificate is for another host"},
		"another host":      {tlsFarm{certificate: func(c *x509.Certificate) { c.IPAddresses, c.DNSNames = nil, []string{"evil.test"} }}, "its certificate is for evil.test"},
		"ended":             {tlsFarm{certificate: func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Minute) }}, "has ended or is not valid yet"},
		"not yet":           {tlsFarm{certificate: func(c *x509.Certificate) { c.NotBefore = time.Now().Add(30 * time.Minute) }}, "has ended or is not valid yet"},
		"for clients":       {tlsFarm{certificate: func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} }}, "its certificate is not good"},
	} {
		t.Run(name, func(t *testing.T) {
			url, bundle, requests := c.farm.start(t)
			r := newRig(t, 0, 0)
			r.env["SAMLOGIN_URL"], r.env["SAMLOGIN_CA_BUNDLE"] = url, bundle
			code := run(t.Context(), r.app, r.args)
			if code != exitNetwork || !strings.Contains(r.errOut.String(), c.says) || *requests != 0 {
				t.Errorf("exit %d, %d requests, want %q\n%s", code, *requests, c.says, r.errOut.String())
			}
		})
	}
	// The server itself is one that is taken: what was refused is what the table changed.
	url, bundle, requests := tlsFarm{}.start(t)
	r := newRig(t, 0, 0)
	r.env["SAMLOGIN_URL"], r.env["SAMLOGIN_CA_BUNDLE"] = url, bundle
	if run(t.Context(), r.app, r.args); *requests == 0 {
		t.Errorf("a good server was not asked\n%s", r.errOut.String())
	}
	transport := network.NewTransport(nil, func(string) string { return "" }, 1)
	if c := transport.TLSClientConfig; c.Renegotiation != tls.RenegotiateNever || c.InsecureSkipVerify || c.MinVersion < tls.VersionTLS12 || slices.Contains(c.CipherSuites, tls.TLS_RSA_WITH_3DES_EDE_CBC_SHA) {
		t.Errorf("%+v", c)
	}
}
