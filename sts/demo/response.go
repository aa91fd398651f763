package demo

import (
	"crypto/x509"
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"
	"github.com/russellhaering/goxmldsig/etreeutils"
)

// The namespaces and identifiers of SAML 2.0 (OASIS saml-core-2.0-os, sections 1.1 and 3.2.2.2).
const (
	protocolSpace  = "urn:oasis:names:tc:SAML:2.0:protocol"
	assertionSpace = "urn:oasis:names:tc:SAML:2.0:assertion"
	success        = "urn:oasis:names:tc:SAML:2.0:status:Success"
	bearer         = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
)

// errUnsigned says that neither the response nor its assertion carries a signature.
var errUnsigned = errors.New("nothing is signed")

// document reads a response. The base64 may be broken into lines; what is in it must be one element of the protocol,
// without a document type, with one assertion right below it.
func document(encoded string) (response, assertion *etree.Element, refusal *Refusal) {
	text, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return nil, nil, invalidToken("Invalid base64 SAMLResponse")
	}
	doc := etree.NewDocument()
	if err := doc.ReadFromBytes(text); err != nil || doc.Root() == nil {
		return nil, nil, invalidToken("Invalid SAMLResponse: it is not well-formed XML")
	}
	roots := 0
	for _, token := range doc.Child {
		switch token.(type) {
		case *etree.Directive:
			return nil, nil, invalidToken("Invalid SAMLResponse: a document type is not allowed")
		case *etree.Element:
			roots++
		}
	}
	response = doc.Root()
	if roots != 1 || !is(response, protocolSpace, "Response") {
		return nil, nil, invalidToken("Invalid SAMLResponse: it is not one SAML 2.0 Response")
	}
	return response, only(response, assertionSpace, "Assertion"), nil
}

func is(e *etree.Element, space, tag string) bool { return e.Tag == tag && e.NamespaceURI() == space }

// only is the one element of a name right below another; nil when there is none, or when there is another one anywhere
// in the document, which is how signed and unsigned assertions are mixed up.
func only(root *etree.Element, space, tag string) *etree.Element {
	var found []*etree.Element
	var walk func(*etree.Element)
	walk = func(e *etree.Element) {
		for _, child := range e.ChildElements() {
			if is(child, space, tag) {
				found = append(found, child)
			}
			walk(child)
		}
	}
	walk(root)
	if len(found) != 1 || found[0].Parent() != root {
		return nil
	}
	return found[0]
}

// verified is the assertion as the signature covers it: every later reading is from what was digested, never from the
// document around it. A signature on the response covers its assertion.
func verified(response, assertion *etree.Element, trust []*x509.Certificate, now time.Time) (*etree.Element, error) {
	var covered *etree.Element
	for _, e := range []*etree.Element{response, assertion} {
		if !hasSignature(e) {
			continue
		}
		seen, err := verify(e, trust, now)
		if err != nil {
			return nil, err
		}
		if e == response {
			seen = only(seen, assertionSpace, "Assertion")
		}
		covered = seen
	}
	if covered == nil {
		return nil, errUnsigned
	}
	return covered, nil
}

func hasSignature(e *etree.Element) bool {
	return slices.ContainsFunc(e.ChildElements(), func(c *etree.Element) bool { return is(c, dsig.Namespace, dsig.SignatureTag) })
}

// verify checks one enveloped signature and gives the element that it covers. The certificate's own times are held
// against the same clock as the assertion's.
func verify(e *etree.Element, trust []*x509.Certificate, now time.Time) (*etree.Element, error) {
	scope, err := etreeutils.NSBuildParentContext(e)
	if err != nil {
		return nil, err
	}
	detached, err := etreeutils.NSDetatch(scope, e) // brings the namespaces of the elements around it along
	if err != nil {
		return nil, err
	}
	context := dsig.NewDefaultValidationContext(&dsig.MemoryX509CertificateStore{Roots: trust})
	context.IdAttribute = "ID"
	context.Clock = dsig.NewFakeClockAt(now)
	return context.Validate(detached)
}

// child is the first element of a name right below another, nil if there is none.
func child(e *etree.Element, tag string) *etree.Element {
	if e == nil {
		return nil
	}
	for _, c := range e.ChildElements() {
		if c.Tag == tag && (c.NamespaceURI() == assertionSpace || c.NamespaceURI() == protocolSpace) {
			return c
		}
	}
	return nil
}

// children are all of them.
func children(e *etree.Element, tag string) (all []*etree.Element) {
	if e == nil {
		return nil
	}
	for _, c := range e.ChildElements() {
		if is(c, assertionSpace, tag) {
			all = append(all, c)
		}
	}
	return all
}

// text is what an element says, without the white space around it; "" for none.
func text(e *etree.Element) string {
	if e == nil {
		return ""
	}
	return strings.TrimSpace(e.Text())
}

// moment reads an attribute that is a time; ok is false when it is there and is no time.
func moment(e *etree.Element, name string) (at time.Time, ok bool) {
	value := ""
	if e != nil {
		value = e.SelectAttrValue(name, "")
	}
	if value == "" {
		return time.Time{}, true
	}
	at, err := time.Parse(time.RFC3339, value)
	return at, err == nil
}
