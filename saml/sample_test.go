package saml_test

import (
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/samlogin/samlogin/saml"
	"github.com/samlogin/samlogin/saml/secret"
)

// good is a small response that Parse takes. Tests change one thing in it and say what comes of that.
const good = `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_r1" Version="2.0"` +
	` IssueInstant="2026-11-21T08:00:00Z" Destination="https://signin.aws.amazon.com/saml">` +
	`<Issuer xmlns="urn:oasis:names:tc:SAML:2.0:assertion">https://idp.example.com/</Issuer>` +
	`<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>` +
	goodAssertion + `</samlp:Response>`

const goodAssertion = `<Assertion xmlns="urn:oasis:names:tc:SAML:2.0:assertion" ID="_a1" Version="2.0" IssueInstant="2026-11-21T08:00:00Z">` +
	`<Issuer>https://idp.example.com/</Issuer>` + signature +
	`<Subject><NameID>jane</NameID><SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">` +
	`<SubjectConfirmationData NotOnOrAfter="2026-11-21T08:05:00Z" Recipient="https://signin.aws.amazon.com/saml"/></SubjectConfirmation></Subject>` +
	`<Conditions NotBefore="2026-11-21T08:00:00Z" NotOnOrAfter="2026-11-21T09:00:00Z">` +
	`<AudienceRestriction><Audience>urn:amazon:webservices</Audience></AudienceRestriction></Conditions>` +
	`<AttributeStatement>` +
	`<Attribute Name="https://aws.amazon.com/SAML/Attributes/RoleSessionName"><AttributeValue>jane@example.com</AttributeValue></Attribute>` +
	`<Attribute Name="https://aws.amazon.com/SAML/Attributes/Role"><AttributeValue>` + readerValue + `</AttributeValue></Attribute>` +
	`<Attribute Name="https://aws.amazon.com/SAML/Attributes/SessionDuration"><AttributeValue>28800</AttributeValue></Attribute>` +
	`</AttributeStatement>` +
	`<AuthnStatement AuthnInstant="2026-11-21T08:00:00Z" SessionNotOnOrAfter="2026-11-21T18:00:00Z"/></Assertion>`

// signature has the shape of one: whether it verifies is for AWS to say.
const signature = `<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo><ds:Reference URI="#_a1"/></ds:SignedInfo></ds:Signature>`

const (
	readerARN   = "arn:aws:iam::111111111111:role/Reader"
	adminARN    = "arn:aws:iam::111111111111:role/Admin"
	providerARN = "arn:aws:iam::111111111111:saml-provider/ADFS"
	readerValue = readerARN + "," + providerARN
	adminValue  = adminARN + "," + providerARN
)

// with is a document with one place of it, which must be there exactly once, written differently.
func with(t testing.TB, document, old, new string) string {
	t.Helper()
	if n := strings.Count(document, old); n != 1 {
		t.Fatalf("%q is %d times in the document, not once", old, n)
	}
	return strings.Replace(document, old, new, 1)
}

func encode(document string) secret.Text {
	return secret.New(base64.StdEncoding.EncodeToString([]byte(document)))
}

func parse(document string) (*saml.Response, error) { return saml.Parse(encode(document)) }

func mustParse(t testing.TB, document string) *saml.Response {
	t.Helper()
	r, err := parse(document)
	if err != nil {
		t.Fatalf("Parse: %v", err)
	}
	return r
}

// refused wants a *FormatError whose rule has the words, so that a document is refused for what is wrong with it.
func refused(t testing.TB, r *saml.Response, err error, words string) *saml.FormatError {
	t.Helper()
	var e *saml.FormatError
	if !errors.As(err, &e) {
		t.Errorf("accepted or failed otherwise: %v, want a refusal for %q", err, words)
		return &saml.FormatError{}
	}
	if r != nil {
		t.Error("a response was given with the refusal")
	}
	if !strings.Contains(e.Rule, words) {
		t.Errorf("refused for %q, want %q", e.Rule, words)
	}
	return e
}

func recorded(t testing.TB, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "testdata", "responses", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
