package demo

import (
	"encoding/base64"
	"encoding/xml"
	"net/http"

	crewjam "github.com/crewjam/saml"
)

// metadata is what an administrator gives to AWS when the identity provider is made there.
func (x *exchange) metadata() {
	const protocol = "urn:oasis:names:tc:SAML:2.0:protocol"
	address := "https://" + x.r.Host + "/adfs/ls/"
	role := crewjam.RoleDescriptor{
		ProtocolSupportEnumeration: protocol,
		KeyDescriptors: []crewjam.KeyDescriptor{{Use: "signing", KeyInfo: crewjam.KeyInfo{X509Data: crewjam.X509Data{
			X509Certificates: []crewjam.X509Certificate{{Data: base64.StdEncoding.EncodeToString(x.certificate.Raw)}},
		}}}},
	}
	text, err := xml.Marshal(crewjam.EntityDescriptor{
		EntityID: x.EntityID(), ID: "_" + random(20), ValidUntil: x.certificate.NotAfter,
		IDPSSODescriptors: []crewjam.IDPSSODescriptor{{
			SSODescriptor: crewjam.SSODescriptor{RoleDescriptor: role, NameIDFormats: []crewjam.NameIDFormat{crewjam.PersistentNameIDFormat}},
			SingleSignOnServices: []crewjam.Endpoint{
				{Binding: crewjam.HTTPRedirectBinding, Location: address}, {Binding: crewjam.HTTPPostBinding, Location: address},
			},
		}},
	})
	if err != nil {
		http.Error(x.w, "the metadata cannot be written", http.StatusInternalServerError)
		return
	}
	x.w.Header().Set("Content-Type", "application/samlmetadata+xml")
	_, _ = x.w.Write(append([]byte(xml.Header), text...))
	x.did("metadata")
}
