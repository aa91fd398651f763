package saml_test

import (
	"strings"
	"testing"
)

// onlyReader wants a refusal, or at least that nobody is offered the role that only the forged assertion has.
func onlyReader(t *testing.T, name, document, words string) {
	t.Helper()
	r, err := parse(document)
	if r != nil {
		for _, role := range r.Roles {
			if role.Name() == "Admin" {
				t.Errorf("%s: the forged role is offered", name)
			}
		}
	}
	if e := refused(t, r, err, words); t.Failed() {
		t.Fatalf("%s: %v", name, e)
	}
}

// forged is the good assertion with another identity and a better role.
func forged(t *testing.T) string {
	return strings.ReplaceAll(with(t, with(t, goodAssertion, ` ID="_a1"`, ` ID="_evil"`), readerValue, adminValue), signature, "")
}

// security case 33
func TestOneAssertionInTheWholeDocument(t *testing.T) {
	evil := forged(t)
	for name, document := range map[string]string{
		"sibling before":   with(t, good, "<Assertion ", evil+"<Assertion "),
		"sibling behind":   with(t, good, "</Assertion>", "</Assertion>"+evil),
		"nested":           with(t, good, "<Subject>", evil+"<Subject>"),
		"in Extensions":    with(t, good, "<samlp:Status>", "<samlp:Extensions>"+evil+"</samlp:Extensions><samlp:Status>"),
		"in Advice":        with(t, good, "<AttributeStatement>", "<Advice>"+evil+"</Advice><AttributeStatement>"),
		"in an Object":     with(t, good, "</ds:Signature>", "<ds:Object>"+evil+"</ds:Object></ds:Signature>"),
		"in a Signature":   with(t, good, "<ds:SignedInfo>", evil+"<ds:SignedInfo>"),
		"in a value":       with(t, good, "jane@example.com", evil),
		"in the status":    with(t, good, "</samlp:Status>", "<samlp:StatusDetail>"+evil+"</samlp:StatusDetail></samlp:Status>"),
		"another prefix":   with(t, good, "</Assertion>", `</Assertion><z:Assertion xmlns:z="urn:oasis:names:tc:SAML:2.0:assertion"/>`),
		"an encrypted one": with(t, good, "</Assertion>", `</Assertion><EncryptedAssertion xmlns="urn:oasis:names:tc:SAML:2.0:assertion"/>`),
		"two encrypted":    with(t, recorded(t, "encrypted.xml"), "</EncryptedAssertion>", `</EncryptedAssertion><EncryptedAssertion xmlns="urn:oasis:names:tc:SAML:2.0:assertion"/>`),
		"and a bad status": strings.Replace(with(t, good, "</Assertion>", "</Assertion>"+evil), "status:Success", "status:Responder", 1),
	} {
		onlyReader(t, name, document, "more than one assertion")
	}
	const place = "does not stand directly in the response"
	for name, document := range map[string]string{
		"in Extensions alone":  with(t, good, goodAssertion, "<samlp:Extensions>"+evil+"</samlp:Extensions>"),
		"in another element":   with(t, good, goodAssertion, `<x>`+evil+`</x>`),
		"encrypted, elsewhere": with(t, good, goodAssertion, `<x><EncryptedAssertion xmlns="urn:oasis:names:tc:SAML:2.0:assertion"/></x>`),
	} {
		onlyReader(t, name, document, place)
	}
	onlyReader(t, "a response within", with(t, good, goodAssertion, "<samlp:Response>"+evil+"</samlp:Response>"), "second response")
	onlyReader(t, "the assertion as root", evil, "not a SAML 2.0 response")
}

// security case 34: the eight ways of signature wrapping that SAML Raider names, and an assertion parked in a signature.
func TestSignatureWrapping(t *testing.T) {
	var (
		evil       = forged(t)
		unsigned   = with(t, goodAssertion, signature, "")
		evilClosed = func(inside string) string { return with(t, evil, "<Subject>", inside+"<Subject>") }
		signed     = func(inside string) string { return with(t, signature, "</ds:SignedInfo>", "</ds:SignedInfo>"+inside) }
		object     = func(inside string) string { return "<ds:Object>" + inside + "</ds:Object>" }
		// A response whose own signature is wrapped: the forged one is the root.
		outer = func(behindIssuer string) string {
			document := with(t, good, ` ID="_r1"`, ` ID="_evilResponse"`)
			document = with(t, document, goodAssertion, evil)
			return with(t, document, "<samlp:Status>", behindIssuer+"<samlp:Status>")
		}
	)
	for name, document := range map[string]string{
		"XSW1": outer(signed(object(good))),
		"XSW2": outer(good + signed("")),
		"XSW3": with(t, good, goodAssertion, evil+goodAssertion),
		"XSW4": with(t, good, goodAssertion, evilClosed(goodAssertion)),
		"XSW5": with(t, good, goodAssertion, evilClosed(signature)+unsigned),
		"XSW6": with(t, good, goodAssertion, evilClosed(signed(unsigned))),
		"XSW7": with(t, good, goodAssertion, "<samlp:Extensions>"+evil+"</samlp:Extensions>"+goodAssertion),
		"XSW8": with(t, good, goodAssertion, evilClosed(signed(object(unsigned)))),
	} {
		words := "more than one assertion"
		if name == "XSW1" || name == "XSW2" {
			words = "second response"
		}
		onlyReader(t, name, document, words)
	}
	onlyReader(t, "parked in a signature", with(t, good, goodAssertion, signed(object(evil))), "does not stand directly")
	// What was wrapped is a response that is taken when it stands alone: the shapes are refused for the wrapping.
	if r := mustParse(t, good); len(r.Roles) != 1 || r.Roles[0].Name() != "Reader" {
		t.Errorf("Roles = %v", r.Roles)
	}
}

func TestElementsThatMayStandOnceDo(t *testing.T) {
	const twice = "may stand once"
	for name, document := range map[string]string{
		"Subject":           with(t, good, "<Conditions", "<Subject/><Conditions"),
		"Conditions":        with(t, good, "<AttributeStatement>", "<Conditions/><AttributeStatement>"),
		"Issuer":            with(t, good, "<Subject>", "<Issuer>x</Issuer><Subject>"),
		"NameID":            with(t, good, "<NameID>", "<NameID>x</NameID><NameID>"),
		"Status":            with(t, good, "<samlp:Status>", "<samlp:Status/><samlp:Status>"),
		"StatusCode":        with(t, good, "</samlp:Status>", `<samlp:StatusCode Value="x"/></samlp:Status>`),
		"confirmation data": with(t, good, "</SubjectConfirmation>", "<SubjectConfirmationData/></SubjectConfirmation>"),
	} {
		r, err := parse(document)
		if e := refused(t, r, err, twice); t.Failed() {
			t.Fatalf("%s: %v", name, e)
		}
	}
}
