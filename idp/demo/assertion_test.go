package demo_test

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/beevik/etree"
	crewjam "github.com/crewjam/saml"
	dsig "github.com/russellhaering/goxmldsig"

	"github.com/samlogin/samlogin/idp/demo"
	"github.com/samlogin/samlogin/saml/secret"
)

// verify checks the assertion of a response in its place, by the certificate alone.
func verify(t *testing.T, response string, certificate *x509.Certificate, now time.Time) error {
	t.Helper()
	document := etree.NewDocument()
	if err := document.ReadFromString(response); err != nil {
		t.Fatal(err)
	}
	assertion := document.FindElement("/Response/Assertion")
	if assertion == nil {
		t.Fatal("the response has no assertion")
	}
	context := dsig.NewDefaultValidationContext(&dsig.MemoryX509CertificateStore{Roots: []*x509.Certificate{certificate}})
	context.Clock = dsig.NewFakeClockAt(now)
	_, err := context.Validate(assertion)
	return err
}

func TestAssertionIsSigned(t *testing.T) {
	f := newFarm(t, demo.Config{})
	response := f.browser().signIn(aws, `CORP\jane`, password).response()
	if err := verify(t, response, f.adfs.Certificate(), f.now()); err != nil {
		t.Errorf("the signature is not good: %v", err)
	}
	for _, spoilt := range []string{"role/Admin", "jane@corp", "urn:amazon:webservices<", "2026-03-04T09:05:00"} {
		if !strings.Contains(response, spoilt) {
			t.Fatalf("the response does not hold %s: %s", spoilt, response)
		}
		if verify(t, strings.Replace(response, spoilt, spoilt[:3]+"x"+spoilt[4:], 1), f.adfs.Certificate(), f.now()) == nil {
			t.Errorf("the signature does not cover %s", spoilt)
		}
	}
	for _, algorithm := range []string{
		"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", "http://www.w3.org/2001/04/xmlenc#sha256",
		"http://www.w3.org/2001/10/xml-exc-c14n#", "http://www.w3.org/2000/09/xmldsig#enveloped-signature",
	} {
		if !strings.Contains(response, `"`+algorithm+`"`) {
			t.Errorf("%s is not used", algorithm)
		}
	}
	if !strings.Contains(response, "</saml:Issuer><ds:Signature") {
		t.Error("the signature does not stand behind the issuer, where the schema wants it")
	}
}

func TestAssertionSaysWhatAWSReads(t *testing.T) {
	person := demo.Person{Name: `CORP\kim`, UPN: "kim@corp", Password: secret.New("p"), SessionDuration: 28800, SessionNotOnOrAfter: 2 * time.Hour,
		Roles: []string{"arn:aws-cn:iam::111111111111:role/A,arn:aws-cn:iam::111111111111:saml-provider/P"}}
	f := newFarm(t, demo.Config{People: []demo.Person{person}, Host: "sso.corp.example"})
	b := f.browser()
	b.signIn(strings.Replace(aws, "webservices", "webservices:cn-north-1", 1), "kim@corp", "p").response()
	f.pass(time.Minute)
	last := b.get(strings.Replace(aws, "webservices", "webservices:cn-north-1", 1))
	if got := last.action("form[name=hiddenform]"); got != "https://signin.amazonaws.cn:443/saml" {
		t.Errorf("the response goes to %s", got)
	}
	var response crewjam.Response
	if err := xml.Unmarshal([]byte(last.response()), &response); err != nil {
		t.Fatal(err)
	}
	a, now := response.Assertion, f.now()
	confirmation := a.Subject.SubjectConfirmations[0]
	got := []any{
		response.Destination, response.Issuer.Value, a.Issuer.Value, response.IssueInstant, a.IssueInstant, a.Subject.NameID.Value,
		confirmation.Method, confirmation.SubjectConfirmationData.Recipient, confirmation.SubjectConfirmationData.NotOnOrAfter,
		a.Conditions.AudienceRestrictions[0].Audience.Value, a.Conditions.NotBefore, a.Conditions.NotOnOrAfter,
		a.AuthnStatements[0].AuthnInstant, *a.AuthnStatements[0].SessionNotOnOrAfter,
	}
	want := []any{
		"https://signin.amazonaws.cn/saml", "http://sso.corp.example/adfs/services/trust", "http://sso.corp.example/adfs/services/trust", now, now, `CORP\kim`,
		"urn:oasis:names:tc:SAML:2.0:cm:bearer", "https://signin.amazonaws.cn/saml", now.Add(5 * time.Minute),
		"urn:amazon:webservices:cn-north-1", now, now.Add(time.Hour),
		now.Add(-time.Minute), now.Add(-time.Minute).Add(2 * time.Hour),
	}
	for i := range want {
		if fmt.Sprint(got[i]) != fmt.Sprint(want[i]) {
			t.Errorf("fact %d is %v, want %v", i, got[i], want[i])
		}
	}
	attributes := map[string]string{}
	for _, attribute := range a.AttributeStatements[0].Attributes {
		for _, v := range attribute.Values {
			attributes[strings.TrimPrefix(attribute.Name, "https://aws.amazon.com/SAML/Attributes/")] += v.Value + ";"
		}
	}
	if fmt.Sprint(attributes) != fmt.Sprint(map[string]string{"RoleSessionName": "kim@corp;", "Role": person.Roles[0] + ";", "SessionDuration": "28800;"}) {
		t.Errorf("the attributes are %v", attributes)
	}
}

func TestMetadataHoldsTheSigningCertificate(t *testing.T) {
	f := newFarm(t, demo.Config{})
	got := f.browser().get("/federationmetadata/2007-06/FederationMetadata.xml")
	var entity crewjam.EntityDescriptor
	if err := xml.Unmarshal([]byte(got.body), &entity); err != nil {
		t.Fatal(err)
	}
	idp := entity.IDPSSODescriptors[0]
	if entity.EntityID != f.adfs.EntityID() || len(idp.SingleSignOnServices) != 2 || idp.SingleSignOnServices[0].Location != f.server.URL+"/adfs/ls/" {
		t.Errorf("entity %s, sign-on at %v", entity.EntityID, idp.SingleSignOnServices)
	}
	der, err := base64.StdEncoding.DecodeString(idp.KeyDescriptors[0].KeyInfo.X509Data.X509Certificates[0].Data)
	if err != nil || !f.adfs.Certificate().Equal(&x509.Certificate{Raw: der}) {
		t.Error("the certificate is another")
	}
}

// A farm makes a key of its own where none is given, and two farms do not vouch for each other.
func TestKeyIsItsOwn(t *testing.T) {
	own, err := demo.New(demo.Config{})
	if err != nil {
		t.Fatal(err)
	}
	f := newFarm(t, demo.Config{})
	if own.Certificate().Equal(f.adfs.Certificate()) || own.Certificate().PublicKeyAlgorithm != x509.RSA {
		t.Error("the key is not an RSA key of its own")
	}
	if verify(t, f.browser().signIn(aws, `CORP\jane`, password).response(), own.Certificate(), f.now()) == nil {
		t.Error("the certificate of another farm vouches for the assertion")
	}
}
