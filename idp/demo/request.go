package demo

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	crewjam "github.com/crewjam/saml"
)

const (
	maxRequest   = 1 << 20         // bytes of an AuthnRequest once inflated
	requestSkew  = 5 * time.Minute // between the clocks of the two sides
	formats      = "urn:oasis:names:tc:SAML:2.0:nameid-format:"
	firstFormats = "urn:oasis:names:tc:SAML:1.1:nameid-format:"
	passwordOnly = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"
)

// ncName is what an ID may look like: it does not begin with a digit (XML Schema, xs:ID).
var ncName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9._-]*$`) })

// parked is a request of the POST binding, kept for the requests that follow it.
type parked struct{ document, relayState string }

var errNoRequest = errors.New("no SAML request")

// spInitiated is /adfs/ls/: an AuthnRequest by the Redirect or the POST binding, checked as AD FS does.
func (x *exchange) spInitiated() {
	if x.r.Method == http.MethodPost && x.value("SAMLRequest") != "" {
		x.park()
		return
	}
	document, relayState, err := x.authnRequest()
	if err != nil {
		x.fail("MSIS7065", "There are no registered protocol handlers on path /adfs/ls/ to process the incoming request.")
		return
	}
	var request crewjam.AuthnRequest
	if err := xml.Unmarshal(document, &request); err != nil {
		x.fail("MSIS7000", "The sign in request is not compliant to the WS-Federation language for web browser clients or the SAML 2.0 protocol WebSSO profile.")
		return
	}
	if code, details := x.wrongWith(&request); code != "" {
		x.fail(code, details)
		return
	}
	rp := relyingParty{id: request.Issuer.Value, inResponseTo: request.ID, relayState: relayState}
	if request.ForceAuthn != nil && *request.ForceAuthn {
		rp.after = x.firstSeen(request.ID)
	}
	switch {
	case !formatIssued(request.NameIDPolicy):
		x.status(rp, "InvalidNameIDPolicy")
	case request.RequestedAuthnContext != nil && request.RequestedAuthnContext.AuthnContextClassRef != passwordOnly:
		x.status(rp, "NoAuthnContext")
	default:
		x.signIn(rp)
	}
}

// authnRequest is the request of the query, raw DEFLATE in base64 (SAML bindings, 3.4.4.1), or the one that was parked.
func (x *exchange) authnRequest() (document []byte, relayState string, err error) {
	query := x.r.URL.Query()
	if text := query.Get("SAMLRequest"); text != "" {
		if document, err = base64.StdEncoding.DecodeString(text); err == nil {
			document, err = io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(document)), maxRequest))
		}
		return document, query.Get("RelayState"), err
	}
	c, err := x.r.Cookie("MSISSamlRequest")
	if err != nil {
		return nil, "", errNoRequest
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	kept, ok := x.parked[c.Value]
	if !ok {
		return nil, "", errNoRequest
	}
	return []byte(kept.document), kept.relayState, nil
}

// park keeps a request of the POST binding under a cookie, and goes on without a body.
func (x *exchange) park() {
	document, err := base64.StdEncoding.DecodeString(x.value("SAMLRequest"))
	if err != nil {
		x.fail("MSIS7000", "The sign in request is not compliant to the SAML 2.0 protocol WebSSO profile.")
		return
	}
	id := random(12)
	x.mu.Lock()
	x.parked[id] = parked{document: string(document), relayState: x.value("RelayState")}
	x.mu.Unlock()
	x.cookie("MSISSamlRequest", id)
	x.redirect("/adfs/ls/")
	x.did("request taken by the POST binding")
}

// wrongWith says what AD FS would not take, as the code and the text of its error page; "" is nothing.
func (x *exchange) wrongWith(request *crewjam.AuthnRequest) (code, details string) {
	age := x.config.Now().Sub(request.IssueInstant)
	switch {
	case request.Issuer == nil || !slices.Contains(x.config.RelyingParties, request.Issuer.Value):
		return "MSIS7007", "The requested relying party trust is unspecified or unsupported."
	case request.AssertionConsumerServiceURL != "" && !strings.HasPrefix(request.AssertionConsumerServiceURL, acs(request.Issuer.Value)):
		return "MSIS3200", "No AssertionConsumerService is configured on the relying party trust that is a prefix match of the AssertionConsumerService URL specified by the request."
	case request.Version != "2.0" || !ncName().MatchString(request.ID):
		return "MSIS7000", "The sign in request is not compliant to the SAML 2.0 protocol WebSSO profile."
	case age > requestSkew || age < -requestSkew:
		return "MSIS0037", "The sign in request is not valid at this time."
	case !x.isHere(request.Destination):
		return "MSIS0037", "The sign in request is for another server."
	}
	return "", ""
}

// isHere reports whether a Destination is the address that the request came to.
func (x *exchange) isHere(destination string) bool {
	u, err := url.Parse(destination)
	return err == nil && u.Scheme == "https" && u.RawQuery == "" && strings.EqualFold(strings.TrimSuffix(u.Path, "/"), "/adfs/ls") &&
		strings.EqualFold(withPort(u.Host), withPort(x.r.Host))
}

// formatIssued reports whether the claim rules of the demo issue what a NameIDPolicy asks for. They issue a persistent
// name; a library that asks for a transient one by default is refused, as AD FS would.
func formatIssued(policy *crewjam.NameIDPolicy) bool {
	if policy == nil || policy.Format == nil {
		return true
	}
	return slices.Contains([]string{"", formats + "persistent", firstFormats + "unspecified"}, *policy.Format)
}

// firstSeen is when a request that wants a fresh sign-in came for the first time: a sign-in since then is fresh.
func (x *exchange) firstSeen(id string) time.Time {
	x.mu.Lock()
	defer x.mu.Unlock()
	at, known := x.asked[id]
	if !known {
		at = x.config.Now()
		x.asked[id] = at
	}
	return at
}

// withPort is a host with its port, which is 443 where none is given.
func withPort(host string) string {
	if _, _, err := net.SplitHostPort(host); err == nil {
		return host
	}
	return host + ":443"
}
