package saml

import (
	"bytes"
	"compress/flate"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/url"
	"time"

	"github.com/beevik/etree"
	crewjam "github.com/crewjam/saml"
)

// RequestURL is the address at which an SP-initiated login begins: an AuthnRequest as AWS would send it, by the
// HTTP-Redirect binding (OASIS SAML bindings 2.0, 3.4). A query that sso has stays.
//
// The request says no more than it must. An address for the answer is left out, so that the IdP uses the one it has
// for AWS; so is NameIDPolicy, since an IdP that issues another kind of name than asked for answers with an error;
// and RequestedAuthnContext, since one it does not offer is an error, too.
func RequestURL(sso *url.URL, relyingParty string, now time.Time) (*url.URL, error) {
	var id [20]byte
	if _, err := rand.Read(id[:]); err != nil {
		return nil, fmt.Errorf("no random numbers: %w", err)
	}
	destination := *sso
	destination.RawQuery, destination.Fragment = "", ""
	request := crewjam.AuthnRequest{
		ID:           "id-" + hex.EncodeToString(id[:]), // an NCName must not begin with a digit
		IssueInstant: now.UTC(),
		Version:      "2.0",
		Destination:  destination.String(),
		Issuer:       &crewjam.Issuer{Value: relyingParty},
	}
	document := etree.NewDocument()
	document.SetRoot(request.Element())
	text, err := document.WriteToBytes()
	if err != nil {
		return nil, fmt.Errorf("writing the AuthnRequest: %w", err)
	}
	var deflated bytes.Buffer
	w, err := flate.NewWriter(&deflated, flate.BestCompression)
	if err != nil {
		return nil, fmt.Errorf("writing the AuthnRequest: %w", err)
	}
	_, _ = w.Write(text) // a bytes.Buffer takes everything
	_ = w.Close()
	start := *sso
	start.Fragment = ""
	query := start.Query()
	query.Set("SAMLRequest", base64.StdEncoding.EncodeToString(deflated.Bytes()))
	start.RawQuery = query.Encode()
	return &start, nil
}
