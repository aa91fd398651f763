package demo

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"encoding/xml"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	crewjam "github.com/crewjam/saml"
)

var ncName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9._-]*$`)

// spInitiated is /adfs/ls/: an AuthnRequest by the Redirect or the POST binding, checked as AD FS does.
func (x *exchange) spInitiated() {
	text := x.r.URL.Query().Get("SAMLRequest")
	var document []byte
	var err error
	if text == "" && x.r.Method == http.MethodPost && x.value("SAMLRequest") != "" {
		document, err = base64.StdEncoding.DecodeString(x.value("SAMLRequest"))
	} else if text != "" {
		if document, err = base64.StdEncoding.DecodeString(text); err == nil {
			document, err = io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(document)), 1<<20))
		}
	}
	if err != nil || len(document) == 0 {
		x.fail("MSIS7065", "There are no registered protocol handlers on path /adfs/ls/ to process the incoming request.")
		return
	}
	var request crewjam.AuthnRequest
	if err := xml.Unmarshal(document, &request); err != nil || request.ID == "" {
		x.fail("MSIS7000", "The sign in request is not compliant to the WS-Federation or SAML 2.0 protocol.")
		return
	}
	age := x.config.Now().Sub(request.IssueInstant)
	destination, _ := url.Parse(request.Destination)
	switch {
	case request.Issuer == nil || !slices.Contains(x.config.RelyingParties, request.Issuer.Value):
		x.fail("MSIS7007", "The requested relying party trust is unspecified or unsupported.")
	case request.AssertionConsumerServiceURL != "" && !strings.HasPrefix(request.AssertionConsumerServiceURL, acs(request.Issuer.Value)):
		x.fail("MSIS3200", "No AssertionConsumerService is configured on the relying party trust that is a prefix match of the URL specified by the request.")
	case !ncName.MatchString(request.ID) || age > 5*time.Minute || age < -5*time.Minute:
		x.fail("MSIS0037", "The sign in request is not valid.")
	case destination == nil || !strings.EqualFold(destination.Host, x.r.Host) || destination.RawQuery != "":
		x.fail("MSIS0037", "The sign in request is for another server.")
	case request.NameIDPolicy != nil && request.NameIDPolicy.Format != nil && *request.NameIDPolicy.Format != "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent":
		x.status(relyingParty{id: request.Issuer.Value, inResponseTo: request.ID, relayState: x.r.URL.Query().Get("RelayState")}, "InvalidNameIDPolicy")
	default:
		x.signIn(relyingParty{id: request.Issuer.Value, inResponseTo: request.ID, relayState: x.r.URL.Query().Get("RelayState")})
	}
}
