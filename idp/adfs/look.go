package adfs

import (
	"context"
	"fmt"
	"strings"

	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/saml"
)

// Look goes as far as a login from one side gets without anybody; StartAuto is StartIdP here. Errors are those of
// idp.Walk.Look.
func (p *Provider) Look(ctx context.Context, side Start) (idp.Sight, error) {
	if side != StartSP {
		return p.walk.Look(ctx, p.startIdP())
	}
	start, err := saml.RequestURL(p.config.Address.at("/adfs/ls/"), p.config.RelyingParty, p.config.Now())
	if err != nil {
		return idp.Sight{}, fmt.Errorf("preparing the sign-in request: %w", err)
	}
	return p.walk.Look(ctx, start)
}

// Applications are the relying parties that AD FS lists to everybody who asks, by the names that a person reads. None:
// the page is switched off, or shows them after the sign-in only. Errors are those of idp.Walk.Look.
func (p *Provider) Applications(ctx context.Context) ([]idp.Option, error) {
	sight, err := p.walk.Look(ctx, p.config.Address.at("/adfs/ls/IdpInitiatedSignOn.aspx"))
	if choice, ok := sight.Step.(idp.Choose); ok && choice.Topic == idp.Application {
		return choice.Offered(), nil
	}
	return nil, err
}

// MetadataPath is where every AD FS publishes its metadata ("Federation Metadata", Microsoft Learn).
const MetadataPath = "/FederationMetadata/2007-06/FederationMetadata.xml"

// Known reports whether a page is one of AD FS's, by what all of its versions have in them.
func Known(p *idp.Page) bool {
	return p.Has("form#loginForm input[name=AuthMethod], #errorArea, form#hrd, form#idpForm, form#aspnetForm, #fullPage #workArea, input#optionForms")
}

// Version is which Windows Server an AD FS seems to be of, by the marks that differ from version to version; "" where a
// page has none of them. Themes can take them away, so that nothing but words depends on it.
func Version(p *idp.Page) string {
	footer := p.WholeTextOf("#copyright").Raw()
	switch {
	case p.Has("form#aspnetForm"):
		return "2008 R2 or 2012"
	case strings.Contains(footer, "2013"):
		return "2012 R2"
	case strings.Contains(footer, "2016"):
		return "2016"
	case strings.Contains(footer, "2018"), p.Has(".paginatedPageForm, #nextButton, span#errorText"):
		return "2019 or newer"
	case p.Has("label#errorText"):
		return "2012 R2 or 2016"
	}
	return ""
}

// OffersCertificate reports whether a sign-in page has a link to sign in with a client certificate.
func OffersCertificate(p *idp.Page) bool {
	return p.Has("#CertificateAuthentication, [onclick*=CertificateAuthentication]")
}
