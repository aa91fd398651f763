package saml

import (
	"crypto/rand"
	"errors"
	"net/url"
	"strings"
	"time"

	crewjam "github.com/crewjam/saml"
)

// RequestURL makes the address that starts a login from our side (SP-initiated): an AuthnRequest by the HTTP-Redirect
// binding (SAML 2.0 bindings, section 3.4) to the IdP's sign-in address, whose own query is kept. relyingParty is the
// name under which the IdP knows AWS, such as Audience.
//
// The request says as little as it can, so that the IdP applies what its administrator set for AWS: no NameIDPolicy,
// because AD FS refuses one that differs from the trust's claim rules; no AssertionConsumerServiceURL, because the
// trust has a default one; no RequestedAuthnContext. There is no RelayState: AWS needs none.
func RequestURL(sso *url.URL, relyingParty string, now time.Time) (*url.URL, error) {
	switch {
	case sso == nil || sso.Scheme != "https" || sso.Host == "" || sso.User != nil:
		return nil, errors.New("a sign-in address must begin with https and a host, without a user")
	case relyingParty == "":
		return nil, errors.New("the identity provider's name for AWS (relying party) is missing")
	}
	for _, name := range []string{"SAMLRequest", "SAMLEncoding", "SigAlg", "Signature"} {
		if sso.Query().Has(name) {
			return nil, errors.New("the sign-in address has a " + name + " already")
		}
	}
	plain := url.URL{Scheme: sso.Scheme, Host: sso.Host, Path: sso.Path, RawPath: sso.RawPath}
	request := crewjam.AuthnRequest{
		ID:           requestID(),
		Version:      "2.0",
		IssueInstant: now.UTC(),
		Destination:  plain.String(),
		Issuer:       &crewjam.Issuer{Value: relyingParty},
	}
	// Redirect is given neither a RelayState, which it would not escape, nor a key to sign with.
	start, err := request.Redirect("", &crewjam.ServiceProvider{})
	if err != nil {
		return nil, err
	}
	if own := strings.Trim(sso.RawQuery, "&"); own != "" {
		start.RawQuery = own + "&" + start.RawQuery
	}
	return start, nil
}

// requestID is an NCName, which may not begin with a digit, with at least 128 random bits (SAML 2.0 core, section 1.3.4).
func requestID() string { return "_" + rand.Text() }
