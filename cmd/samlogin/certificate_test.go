package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"software.sslmate.com/src/go-pkcs12"
)

// certificateFarm is a rig whose AD FS sends everybody to its port for certificates, as 2012 R2 does.
func certificateFarm(t *testing.T) *rig {
	t.Helper()
	r := newRig(t, 0, 0)
	l, err := net.Listen("tcp", "127.0.0.1:49443")
	if err != nil {
		t.Skipf("the port of AD FS for certificates is taken on this computer: %v", err)
	}
	server := httptest.NewUnstartedServer(r.adfs)
	_ = server.Listener.Close()
	server.Listener, server.TLS = l, &tls.Config{ClientAuth: tls.RequireAnyClientCert}
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	r.atIdP.set(func(w http.ResponseWriter, q *http.Request) bool {
		if strings.HasSuffix(q.Host, ":49443") {
			return false
		}
		if len(q.TLS.PeerCertificates) > 0 {
			t.Error("the certificate was shown to the IdP's own port")
		}
		http.Redirect(w, q, "https://127.0.0.1:49443"+q.URL.RequestURI(), http.StatusFound)
		return true
	})
	r.atAWS.set(func(_ http.ResponseWriter, q *http.Request) bool {
		if len(q.TLS.PeerCertificates) > 0 {
			t.Error("the certificate was shown to AWS")
		}
		return false
	})
	return r
}

// settle writes settings that name a certificate.
func (r *rig) settle(t *testing.T, certificate string) {
	t.Helper()
	path := filepath.Join(r.home, "config.toml")
	text := fmt.Sprintf("[idp.corp]\nkind = \"adfs\"\nurl = %q\ncertificate = '%s'\n", r.env["SAMLOGIN_URL"], certificate)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	r.env["SAMLOGIN_CONFIG"], r.env["SAMLOGIN_IDP"] = path, "corp"
}

// A client certificate signs in where AD FS asks for it, and is shown to no other port or host. The file's password is
// in nothing that is printed. A key that others can read is not used.
//
// security case 148
func TestAClientCertificateSignsIn(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(7), Subject: pkix.Name{CommonName: "jane"}, EmailAddresses: []string{"jane@corp.example.com"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	sec1, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	plain := append(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: sec1})...)
	encrypted := append(plain[:len(plain):len(plain)], pem.EncodeToMemory(&pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: sec1})...)
	const canary = "Kanarie-of-the-file-7"
	locked, err := pkcs12.Modern.Encode(key, leaf, nil, canary)
	if err != nil {
		t.Fatal(err)
	}
	old, err := pkcs12.LegacyDES.Encode(key, leaf, nil, canary)
	if err != nil {
		t.Fatal(err)
	}
	open, err := pkcs12.Modern.Encode(key, leaf, nil, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, password string
		body           []byte
		mode           os.FileMode
		exit           int
		says           string
	}{
		{"PEM", "", plain, 0o600, exitDone, ""},
		{"PKCS#12", canary, locked, 0o600, exitDone, ""},
		{"PKCS#12 as Windows exports it", canary, old, 0o600, exitDone, ""},
		{"PKCS#12 without a password", "", open, 0o600, exitDone, ""},
		{"PKCS#12 with the wrong one", canary + "x", locked, 0o600, exitNeedsAnswer, "the password of"},
		{"PKCS#12 and nobody to ask", "", locked, 0o600, exitNeedsAnswer, certificatePasswordVariable},
		{"PEM that others can read", "", plain, 0o644, exitUnsafe, "other users can read"},
		{"PEM with an encrypted key", "", encrypted, 0o600, exitUsage, "PKCS#12 form only"},
		{"PEM without a key", "", plain[:strings.Index(string(plain), "-----BEGIN PRIVATE")], 0o600, exitUsage, "cannot be used"},
		{"something else", "", []byte("hello"), 0o600, exitUsage, "cannot be used"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := certificateFarm(t)
			path := filepath.Join(r.home, "certificate")
			if err := errors.Join(os.WriteFile(path, c.body, 0o600), os.Chmod(path, c.mode)); err != nil { // whatever the umask is
				t.Fatal(err)
			}
			r.settle(t, path)
			r.env[certificatePasswordVariable] = c.password
			code := run(context.Background(), r.app, r.args)
			said := r.out.String() + r.errOut.String()
			if code != c.exit || !strings.Contains(said, c.says) {
				t.Errorf("exit %d, want %d\n%s", code, c.exit, said)
			}
			if strings.Contains(said, canary) {
				t.Error("the file's password was printed")
			}
			for _, q := range r.adfs.Log() {
				if q.Method != http.MethodGet {
					t.Errorf("AD FS got %s %s %v", q.Method, q.Path, q.Fields)
				}
			}
		})
	}
}

// Without the setting nothing is shown anywhere, and the port for certificates ends the login.
func TestNoCertificateUnlessTheSettingsNameOne(t *testing.T) {
	r := certificateFarm(t)
	r.app.wait = func(context.Context, time.Duration) error { return nil }
	if code := run(context.Background(), r.app, r.args); code != exitNetwork {
		t.Errorf("exit %d\n%s", code, r.errOut.String())
	}
}
