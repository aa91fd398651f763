package saml_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/samlogin/samlogin/saml"
)

func TestMetadataOfAnIdentityProvider(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{SerialNumber: big.NewInt(7), NotAfter: time.Now().Add(time.Hour)}, &x509.Certificate{SerialNumber: big.NewInt(7)}, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	text := base64.StdEncoding.EncodeToString(der)
	keyed := func(use, certificate string) string {
		return `<KeyDescriptor` + use + `><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>` + certificate + `</X509Certificate></X509Data></KeyInfo></KeyDescriptor>`
	}
	// As AD FS writes it: signed, with the roles of WS-Federation before that of SAML.
	adfs := `<EntityDescriptor ID="_1" entityID="http://adfs.example.com/adfs/services/trust" validUntil="2030-01-01T00:00:00Z" xmlns="urn:oasis:names:tc:SAML:2.0:metadata">` +
		`<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo/><ds:SignatureValue>AAAA</ds:SignatureValue></ds:Signature>` +
		`<RoleDescriptor xsi:type="fed:ApplicationServiceType" protocolSupportEnumeration="http://docs.oasis-open.org/ws-sx/ws-trust/200512" ServiceDisplayName="Example" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:fed="http://docs.oasis-open.org/wsfed/federation/200706">` + keyed(` use="encryption"`, text) + `</RoleDescriptor>` +
		`<IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">` + keyed(` use="encryption"`, "!!!") + keyed(` use="signing"`, text[:20]+"\n  "+text[20:]) + keyed("", text) + keyed(` use="signing"`, "bm90IG9uZQ==") +
		`<SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://adfs.example.com/post"/>` +
		`<SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://adfs.example.com/adfs/ls/"/></IDPSSODescriptor></EntityDescriptor>`
	for name, document := range map[string]string{
		"alone": adfs, "with a declaration": "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n" + adfs,
		"in a list": `<EntitiesDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata">` + adfs + `</EntitiesDescriptor>`,
	} {
		m, err := saml.ParseMetadata([]byte(document))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if m.EntityID != "http://adfs.example.com/adfs/services/trust" || len(m.SignOn) != 1 || m.SignOn[0] != "https://adfs.example.com/adfs/ls/" || m.ValidUntil.Year() != 2030 {
			t.Errorf("%s: %+v", name, m)
		}
		if len(m.Certificates) != 1 || m.Certificates[0].SerialNumber.Int64() != 7 {
			t.Errorf("%s: %d certificates", name, len(m.Certificates))
		}
	}
	// What a hostile one has too much of does not get as far as the screen.
	var many strings.Builder
	for i := range 40 {
		der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{SerialNumber: big.NewInt(int64(100 + i))}, &x509.Certificate{SerialNumber: big.NewInt(7)}, key.Public(), key)
		if err != nil {
			t.Fatal(err)
		}
		many.WriteString(keyed("", base64.StdEncoding.EncodeToString(der)))
	}
	const descriptor = `<IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">`
	m, err := saml.ParseMetadata([]byte(strings.Replace(adfs, descriptor, descriptor+many.String(), 1)))
	if err != nil || len(m.Certificates) != 8 {
		t.Errorf("forty certificates: %v, %+v", err, m)
	}
	for name, document := range map[string]string{
		"a name without end": strings.Replace(adfs, "http://adfs.example.com/adfs/services/trust", "https://"+strings.Repeat("canary.", 200), 1),
		"nothing":            "", "a page": "<html><body></body></html>", "cut": adfs[:300], "a document type": "<!DOCTYPE x [<!ENTITY a 'b'>]>" + adfs,
		"somebody who signs nobody in": `<EntityDescriptor entityID="x" xmlns="urn:oasis:names:tc:SAML:2.0:metadata"><SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"/></EntityDescriptor>`,
		"deep":                         strings.Repeat("<a>", 100) + strings.Repeat("</a>", 100),
		"a time that is none":          `<EntityDescriptor entityID="canary" validUntil="canary" xmlns="urn:oasis:names:tc:SAML:2.0:metadata"/>`,
	} {
		var format *saml.FormatError
		if m, err := saml.ParseMetadata([]byte(document)); !errors.As(err, &format) || strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: %+v, %v", name, m, err)
		}
	}
}
