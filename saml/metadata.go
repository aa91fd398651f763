package saml

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/xml"
	"strings"
	"time"
	"unicode/utf8"

	crewjam "github.com/crewjam/saml"
)

// Metadata is what an identity provider publishes about itself (SAML 2.0 metadata, section 2.4.3), as far as a person who
// sets up a login wants to know it. Its signature is not judged: nothing depends on it that TLS has not vouched for.
type Metadata struct {
	EntityID     string
	SignOn       []string            // addresses that take an AuthnRequest by the HTTP-Redirect binding
	Certificates []*x509.Certificate // that responses are signed with; more than one while they are being exchanged; eight at most
	ValidUntil   time.Time           // zero: not said
}

const (
	maxEntityID     = 1024 // characters (SAML 2.0 metadata, section 2.2.1)
	maxCertificates = 8    // of more nobody makes use at one time
)

// maxEntities is how many descriptors of a list are looked at: the metadata of a whole federation is not one IdP's.
const maxEntities = 50

// ParseMetadata reads the metadata of one identity provider. The document is read as strictly as a response is: no
// document type, nothing deeper or longer than honest ones have. The error is a *FormatError; it says so, too, where the
// metadata is of somebody who is no identity provider.
func ParseMetadata(document []byte) (*Metadata, error) {
	root, err := readDocument(document)
	if err != nil {
		return nil, err
	}
	const space = "urn:oasis:names:tc:SAML:2.0:metadata"
	var entities []crewjam.EntityDescriptor
	switch {
	case root.name == xml.Name{Space: space, Local: "EntityDescriptor"}:
		entities = make([]crewjam.EntityDescriptor, 1)
		err = xml.Unmarshal(document, &entities[0])
	case root.name == xml.Name{Space: space, Local: "EntitiesDescriptor"} && len(root.children) <= maxEntities:
		var list crewjam.EntitiesDescriptor
		err = xml.Unmarshal(document, &list)
		entities = list.EntityDescriptors
	default:
		return nil, &FormatError{Rule: "it is not the metadata of one identity provider"}
	}
	if err != nil { // its text can hold parts of the document
		return nil, &FormatError{Rule: "it is not metadata as SAML 2.0 describes it"}
	}
	for _, e := range entities {
		if len(e.IDPSSODescriptors) > 0 {
			if utf8.RuneCountInString(e.EntityID) > maxEntityID {
				return nil, &FormatError{Rule: "its entityID is longer than 1024 characters"}
			}
			return metadataOf(e), nil
		}
	}
	return nil, &FormatError{Rule: "it is the metadata of somebody who signs nobody in"}
}

func metadataOf(e crewjam.EntityDescriptor) *Metadata {
	m := &Metadata{EntityID: e.EntityID, ValidUntil: e.ValidUntil}
	for _, idp := range e.IDPSSODescriptors {
		for _, at := range idp.SingleSignOnServices {
			if at.Binding == crewjam.HTTPRedirectBinding {
				m.SignOn = append(m.SignOn, at.Location)
			}
		}
		for _, key := range idp.KeyDescriptors {
			if key.Use != "" && key.Use != "signing" { // without a use it is for both (section 2.4.1.1)
				continue
			}
			for _, c := range key.KeyInfo.X509Data.X509Certificates {
				der, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(c.Data), ""))
				if err != nil || len(m.Certificates) == maxCertificates {
					continue
				}
				if certificate, err := x509.ParseCertificate(der); err == nil && !contains(m.Certificates, certificate) {
					m.Certificates = append(m.Certificates, certificate)
				}
			}
		}
	}
	return m
}

func contains(all []*x509.Certificate, one *x509.Certificate) bool {
	for _, c := range all {
		if c.Equal(one) {
			return true
		}
	}
	return false
}
