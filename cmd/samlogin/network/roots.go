package network

import (
	"crypto/x509"
	"fmt"
	"io"

	"github.com/samlogin/samlogin/cmd/samlogin/fault"
	"github.com/samlogin/samlogin/cmd/samlogin/system"
	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/saml/foreign"
)

// BundleBytes are as many as are read of a file of certificates.
const BundleBytes = 8 << 20

// Roots adds a bundle of certificates to the system's. An empty path gives nil: the system's alone, read only when a
// connection needs them. A file that every user can write to says nothing about whom this user trusts: whoever adds a
// certificate gets the password. It is an [idp.SafetyError]; what cannot be read is a [fault.UsageError].
func Roots(path string) (*x509.CertPool, error) {
	if path == "" {
		return nil, nil
	}
	f, err := system.OpenNamed(path)
	if err != nil {
		return nil, &fault.UsageError{What: fmt.Sprintf("the CA bundle cannot be read: %v", err), Hint: "--ca-bundle, SAMLOGIN_CA_BUNDLE, AWS_CA_BUNDLE or ca_bundle in the settings names it"}
	}
	defer func() { _ = f.Close() }()
	if info, err := f.Stat(); err == nil && info.Mode().IsRegular() && system.WritableByAll(info) {
		return nil, &idp.SafetyError{Rule: "every user can write to the CA bundle " + foreign.Clean(path) + ", and decide who is trusted; look through it, then chmod go-w mends it"}
	}
	pem, err := io.ReadAll(io.LimitReader(f, BundleBytes))
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
