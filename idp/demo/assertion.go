package demo

import (
	"crypto/tls"
	"encoding/base64"
	"strconv"
	"strings"
	"time"

	"github.com/beevik/etree"
	crewjam "github.com/crewjam/saml"
	dsig "github.com/russellhaering/goxmldsig"
)

const awsAttributes = "https://aws.amazon.com/SAML/Attributes/"

// acs is where AWS takes responses for a relying party.
func acs(id string) string {
	switch {
	case strings.HasSuffix(id, ":govcloud"):
		return "https://signin.amazonaws-us-gov.com/saml"
	case strings.Contains(id, ":cn-"):
		return "https://signin.amazonaws.cn/saml"
	}
	return "https://signin.aws.amazon.com/saml"
}

// issue answers with the page that posts the response to AWS.
func (x *exchange) issue(rp relyingParty, who signedIn) {
	if x.looping() {
		x.fail("MSIS7042", "The same client browser session has made '6' requests in the last '20' seconds.")
		return
	}
	response, err := x.signed(x.assertion(rp, who), rp)
	if err != nil {
		x.fail("", "The response cannot be signed.")
		return
	}
	x.whole(who.id)
	x.cookie("SamlSession", random(12))
	x.cookie("MSISAuthenticated", base64.StdEncoding.EncodeToString([]byte(x.config.Now().UTC().Format("1/2/2006 3:04:05 PM"))))
	x.final(rp, response)
	x.did("response issued for " + rp.id)
}

// status answers with a response that holds no assertion: the way in which AD FS refuses a request in SAML.
func (x *exchange) status(rp relyingParty, sub string) {
	const prefix = "urn:oasis:names:tc:SAML:2.0:status:"
	r := x.response(rp)
	r.Status = crewjam.Status{StatusCode: crewjam.StatusCode{Value: prefix + "Requester", StatusCode: &crewjam.StatusCode{Value: prefix + sub}}}
	document := etree.NewDocument()
	document.SetRoot(r.Element())
	text, err := document.WriteToBytes()
	if err != nil {
		x.fail("", "The response cannot be written.")
		return
	}
	x.final(rp, base64.StdEncoding.EncodeToString(text))
	x.did("request refused: " + sub)
}

func (x *exchange) final(rp relyingParty, encoded string) {
	page := "final.html"
	if rp.relayState != "" {
		page = "final-relaystate.html"
	}
	x.page(page, map[string]string{"Action": strings.Replace(acs(rp.id), "/saml", ":443/saml", 1), "Response": encoded, "RelayState": rp.relayState})
}

func (x *exchange) response(rp relyingParty) *crewjam.Response {
	return &crewjam.Response{
		ID: "_" + random(20), InResponseTo: rp.inResponseTo, Version: "2.0", IssueInstant: x.config.Now().UTC(), Destination: acs(rp.id),
		Issuer: &crewjam.Issuer{Value: x.EntityID()},
		Status: crewjam.Status{StatusCode: crewjam.StatusCode{Value: crewjam.StatusSuccess}},
	}
}

// assertion says who signed in, and which roles there are, in the attributes that AWS reads ("Configure SAML assertions
// for the authentication response", IAM User Guide).
func (x *exchange) assertion(rp relyingParty, who signedIn) *crewjam.Assertion {
	now, p := x.config.Now().UTC(), who.person
	attribute := func(name string, values ...string) crewjam.Attribute {
		a := crewjam.Attribute{Name: awsAttributes + name}
		for _, v := range values {
			a.Values = append(a.Values, crewjam.AttributeValue{Type: "xs:string", Value: v})
		}
		return a
	}
	attributes := []crewjam.Attribute{attribute("RoleSessionName", p.UPN)}
	if len(p.Roles) > 0 {
		attributes = append(attributes, attribute("Role", p.Roles...))
	}
	if p.SessionDuration > 0 {
		attributes = append(attributes, attribute("SessionDuration", strconv.Itoa(p.SessionDuration)))
	}
	statement := crewjam.AuthnStatement{
		AuthnInstant: who.at.UTC(), SessionIndex: "_" + random(20),
		AuthnContext: crewjam.AuthnContext{AuthnContextClassRef: &crewjam.AuthnContextClassRef{Value: passwordOnly}},
	}
	if p.SessionNotOnOrAfter > 0 {
		end := who.at.UTC().Add(p.SessionNotOnOrAfter)
		statement.SessionNotOnOrAfter = &end
	}
	return &crewjam.Assertion{
		ID: "_" + random(20), IssueInstant: now, Version: "2.0", Issuer: crewjam.Issuer{Value: x.EntityID()},
		Subject: &crewjam.Subject{
			NameID: &crewjam.NameID{Format: formats + "persistent", Value: p.Name},
			SubjectConfirmations: []crewjam.SubjectConfirmation{{
				Method: "urn:oasis:names:tc:SAML:2.0:cm:bearer",
				SubjectConfirmationData: &crewjam.SubjectConfirmationData{
					InResponseTo: rp.inResponseTo, NotOnOrAfter: now.Add(5 * time.Minute), Recipient: acs(rp.id),
				},
			}},
		},
		Conditions: &crewjam.Conditions{
			NotBefore: now, NotOnOrAfter: now.Add(time.Hour),
			AudienceRestrictions: []crewjam.AudienceRestriction{{Audience: crewjam.Audience{Value: rp.id}}},
		},
		AuthnStatements:     []crewjam.AuthnStatement{statement},
		AttributeStatements: []crewjam.AttributeStatement{{Attributes: attributes}},
	}
}

// signed puts a signature on the assertion (enveloped, RSA with SHA-256, exclusive canonicalization) and the whole into
// a response, base64.
func (x *exchange) signed(assertion *crewjam.Assertion, rp relyingParty) (string, error) {
	keys := dsig.TLSCertKeyStore(tls.Certificate{Certificate: [][]byte{x.certificate.Raw}, PrivateKey: x.key})
	context := dsig.NewDefaultSigningContext(keys)
	context.Canonicalizer = dsig.MakeC14N10ExclusiveCanonicalizerWithPrefixList("")
	if err := context.SetSignatureMethod(dsig.RSASHA256SignatureMethod); err != nil {
		return "", err
	}
	signed, err := context.SignEnveloped(assertion.Element())
	if err != nil {
		return "", err
	}
	// The schema wants the signature behind the issuer, where crewjam/saml puts it.
	assertion.Signature = signed.ChildElements()[len(signed.ChildElements())-1]
	response := x.response(rp).Element()
	response.AddChild(assertion.Element())
	document := etree.NewDocument()
	document.SetRoot(response)
	text, err := document.WriteToBytes()
	return base64.StdEncoding.EncodeToString(text), err
}
