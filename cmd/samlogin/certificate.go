package main

import (
	"bytes"
	"context"
	"crypto"
	"crypto/tls"
	"encoding/pem"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"

	"software.sslmate.com/src/go-pkcs12"

	"github.com/samlogin/samlogin/cmd/samlogin/fault"
	"github.com/samlogin/samlogin/cmd/samlogin/network"
	"github.com/samlogin/samlogin/cmd/samlogin/system"
	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/idp/adfs"
)

// certificatePasswordVariable holds the password of a PKCS#12 file.
const certificatePasswordVariable = "SAMLOGIN_CERTIFICATE_PASSWORD"

const certificateBytes = 1 << 20

// certified shows a client certificate to the origins that AD FS reads one at, and to no other. The file is read when
// one of them is first asked, since its password may have to be typed.
type certified struct {
	plain, showing http.RoundTripper
	origins        []idp.Origin
	load           func(context.Context) (*tls.Certificate, error)

	mu          sync.Mutex
	certificate *tls.Certificate
}

// certified is the transport of an IdP whose settings name a certificate; else the transport as it is.
func (a *app) certified(in *signIn, home idp.Origin, transport http.RoundTripper) http.RoundTripper {
	reached, ok := transport.(*network.Way)
	if in.choices.Certificate == "" || !ok {
		return transport
	}
	c := &certified{plain: transport, origins: adfs.CertificateOrigins(home)}
	c.load = func(ctx context.Context) (*tls.Certificate, error) {
		return a.loadCertificate(ctx, in.choices.Certificate)
	}
	showing := reached.Base.Clone()
	// HTTP/1.1: a server may ask for the certificate when it has read the request, which HTTP/2 forbids (RFC 9113, 9.2.1).
	showing.ForceAttemptHTTP2, showing.TLSNextProto = false, map[string]func(string, *tls.Conn) http.RoundTripper{}
	showing.TLSClientConfig.NextProtos = []string{"http/1.1"}
	showing.TLSClientConfig.Renegotiation = tls.RenegotiateOnceAsClient
	showing.TLSClientConfig.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
		c.mu.Lock()
		defer c.mu.Unlock()
		return c.certificate, nil
	}
	c.showing = reached.Through(showing)
	return c
}

func (c *certified) RoundTrip(req *http.Request) (*http.Response, error) {
	origin, err := idp.OriginOf(req.URL)
	if err != nil || !slices.Contains(c.origins, origin) {
		return c.plain.RoundTrip(req)
	}
	c.mu.Lock()
	read := c.certificate != nil
	c.mu.Unlock()
	if !read {
		certificate, err := c.load(req.Context())
		if err != nil {
			return nil, err
		}
		c.mu.Lock()
		c.certificate = certificate
		c.mu.Unlock()
	}
	return c.showing.RoundTrip(req)
}

// loadCertificate reads a certificate with its key: PEM, or PKCS#12 with its password.
func (a *app) loadCertificate(ctx context.Context, path string) (*tls.Certificate, error) {
	fail := func(why string) (*tls.Certificate, error) {
		return nil, &fault.UsageError{What: "the certificate " + path + " " + why, Hint: "certificate in the settings names a file with the certificate and its key, in PEM or PKCS#12 form"}
	}
	f, err := system.OpenNamed(path)
	if err != nil {
		return fail("cannot be read: " + cause(err))
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return fail("is not a regular file")
	}
	body, err := io.ReadAll(io.LimitReader(f, certificateBytes+1))
	if err != nil || len(body) > certificateBytes {
		return fail("cannot be read, or is larger than 1 MiB")
	}
	if !bytes.Contains(body, []byte("-----BEGIN ")) {
		return a.openPKCS12(ctx, path, body, fail)
	}
	if system.ReadableByOthers(info) {
		return nil, &idp.SafetyError{Rule: "other users can read the key in " + path + "; chmod 600 mends it"}
	}
	for rest := body; ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		if block.Type == "ENCRYPTED PRIVATE KEY" || strings.Contains(block.Headers["Proc-Type"], "ENCRYPTED") {
			return fail("has an encrypted key, which is read in PKCS#12 form only (openssl pkcs12 -export)")
		}
	}
	pair, err := tls.X509KeyPair(body, body)
	if err != nil {
		return fail("cannot be used: " + err.Error())
	}
	return &pair, nil
}

// openPKCS12 opens a PKCS#12 file: without a password, with that of the environment, with what the person types.
func (a *app) openPKCS12(ctx context.Context, path string, body []byte, fail func(string) (*tls.Certificate, error)) (*tls.Certificate, error) {
	open := func(password string) (*tls.Certificate, error) {
		key, leaf, chain, err := pkcs12.DecodeChain(body, password)
		if err != nil {
			return nil, err
		}
		if _, ok := key.(crypto.Signer); !ok {
			return nil, errors.New("its key is of no kind that signs")
		}
		pair := &tls.Certificate{Certificate: [][]byte{leaf.Raw}, PrivateKey: key, Leaf: leaf}
		for _, c := range chain {
			pair.Certificate = append(pair.Certificate, c.Raw)
		}
		return pair, nil
	}
	locked := func(err error) bool {
		return errors.Is(err, pkcs12.ErrIncorrectPassword) || errors.Is(err, pkcs12.ErrDecryption)
	}
	pair, err := open(a.env(certificatePasswordVariable))
	if !locked(err) {
		if err != nil {
			return fail("cannot be used: " + err.Error())
		}
		return pair, nil
	}
	for range 3 {
		t, missing := a.terminal()
		if missing != nil {
			break
		}
		password, err := t.Line(ctx, "Password of "+path+": ", true)
		if err != nil {
			return nil, err
		}
		if pair, err = open(password); !locked(err) {
			if err != nil {
				return fail("cannot be used: " + err.Error())
			}
			return pair, nil
		}
	}
	return nil, &fault.NeedError{What: "the password of " + path + " is needed, or the one given is wrong", Hint: "give it with " + certificatePasswordVariable + ", or run samlogin in a terminal without --no-input"}
}
