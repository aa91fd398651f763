// Package adfs knows Microsoft's Active Directory Federation Services: where a login for AWS starts, and which pages
// AD FS of Windows Server 2012 R2 to 2022 shows on the way.
package adfs

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/saml"
)

// Start says from whose side a login begins.
type Start string

// The ways to start a login.
const (
	StartAuto Start = "auto" // IdP-initiated; SP-initiated where AD FS says that the former is switched off
	StartIdP  Start = "idp"  // IdP-initiated: the page IdpInitiatedSignOn.aspx
	StartSP   Start = "sp"   // SP-initiated: an AuthnRequest, as AWS would send it
)

// DefaultRelyingParty is the identifier under which AWS is known to an AD FS that was set up by AWS's guide.
const DefaultRelyingParty = "urn:amazon:webservices"

// Config is one AD FS and how to log in to it.
type Config struct {
	Address      Address
	Start        Start  // "" is StartAuto
	RelyingParty string // "" is DefaultRelyingParty; it must be spelled as AD FS has it
	Wishes       Wishes
	Walk         idp.Config
	Now          func() time.Time // for the AuthnRequest's IssueInstant; nil is time.Now
	Notice       func(string)     // one line about a way that was changed; nil: nobody listens
	// OtherAgent is a User-Agent for a second try, without Windows sign-in and its cookies, where the first one brings
	// a 401 that cannot be answered: AD FS decides by it who gets a form. "" none.
	OtherAgent string
	// KnownOff says that an earlier login found IdP-initiated sign-on switched off: StartAuto begins SP-initiated at once.
	// FoundOff is told when this one finds it; nil: nobody is.
	KnownOff bool
	FoundOff func()
	// Certificate says that the transport has a client certificate for CertificateOrigins.
	Certificate bool
}

// Provider logs in to one AD FS. It implements idp.Provider.
type Provider struct {
	config Config
	walk   *idp.Walk
}

// New prepares a login; nothing is sent yet.
func New(c Config) *Provider {
	if c.RelyingParty == "" {
		c.RelyingParty = DefaultRelyingParty
	}
	if c.Start == "" {
		c.Start = StartAuto
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	c.Walk.Home = c.Address.Origin
	c.Walk.Leave = []string{"MSISLoopDetectionCookie"} // it counts logins within 20 seconds, and would stop the sixth
	c.Walk.Recognisers = Recognisers(c.Wishes)
	if c.Walk.Jar == nil {
		c.Walk.Jar = idp.NewJar()
	}
	if c.Certificate {
		c.Walk.Siblings = CertificateOrigins(c.Walk.Home)
		for _, sibling := range c.Walk.Siblings {
			c.Walk.Jar.Join(sibling, c.Walk.Home)
		}
	}
	return &Provider{config: c, walk: idp.NewWalk(c.Walk)}
}

// Login implements idp.Provider. With StartAuto a login that AD FS turns away because IdP-initiated sign-on is
// switched off starts again SP-initiated, as long as no secret was sent; so does one that ends in a 401, with OtherAgent.
func (p *Provider) Login(ctx context.Context, d idp.Dialog) (*saml.Response, error) {
	response, err := p.login(ctx, d)
	if !p.otherAgent(err) {
		return response, err
	}
	if response, again := p.login(ctx, d); !wantsWindows(again) {
		return response, again
	}
	return nil, err // the first one says more
}

func (p *Provider) login(ctx context.Context, d idp.Dialog) (*saml.Response, error) {
	if (p.config.Start == StartSP || p.config.Start == StartAuto && p.config.KnownOff) && !p.config.Address.Full {
		return p.loginSP(ctx, d)
	}
	if p.config.Start == StartSP && p.config.Notice != nil {
		p.config.Notice("the address given is a full start address, which decides how the login begins: start = \"sp\" is not used")
	}
	response, err := p.walk.Run(ctx, p.startIdP(), d)
	if p.config.Start != StartAuto || p.walk.SecretSent() {
		return response, err
	}
	var refused *idp.RefusedError
	switch {
	case errors.As(err, &refused) && refused.Reason == idp.IdPInitiatedOff:
		if p.config.Notice != nil {
			p.config.Notice("IdP-initiated sign-on is switched off at " + p.config.Address.Origin.Host() + "; logging in SP-initiated (start = \"sp\" in the settings saves a request)")
		}
		if p.config.FoundOff != nil {
			p.config.FoundOff()
		}
		return p.loginSP(ctx, d)
	case refused != nil && refused.Reason == idp.OtherRefusal && refused.Code == "" && !p.config.Address.Full:
		// Its error page does not always say what is wrong. One that comes before anything was asked mostly means the
		// same; where it does not, what the other way brings says as much.
		if p.config.Notice != nil {
			p.config.Notice(p.config.Address.Origin.Host() + " answers the IdP-initiated start with an error page that gives no reason; trying SP-initiated")
		}
		return p.loginSP(ctx, d)
	}
	return response, err
}

func (p *Provider) loginSP(ctx context.Context, d idp.Dialog) (*saml.Response, error) {
	start, err := saml.RequestURL(p.config.Address.at("/adfs/ls/"), p.config.RelyingParty, p.config.Now())
	if err != nil {
		return nil, fmt.Errorf("preparing the sign-in request: %w", err)
	}
	return p.walk.Run(ctx, start, d)
}

// startIdP is the address at which AD FS begins a login by itself. The name of the relying party is escaped wholly, so
// that colons are, too, as a browser's form would.
func (p *Provider) startIdP() *url.URL {
	if p.config.Address.Full {
		return p.config.Address.url
	}
	u := p.config.Address.at("/adfs/ls/IdpInitiatedSignOn.aspx")
	u.RawQuery = "loginToRp=" + url.QueryEscape(p.config.RelyingParty)
	return u
}

// An Address says where an AD FS is.
type Address struct {
	Origin idp.Origin
	Full   bool // it names the page at which to start, not only the host
	url    *url.URL
}

// ParseAddress reads what a person gives as --url: a host (adfs.example.com), a base address
// (https://adfs.example.com/adfs/ls) or a full start address (.../IdpInitiatedSignOn.aspx?loginToRp=...).
// Without a scheme it is https. An address without TLS is a *idp.SafetyError.
func ParseAddress(s string) (Address, error) {
	u, origin, err := idp.ParseStart(s, "https://adfs.example.com")
	if err != nil {
		return Address{}, err
	}
	page := strings.ToLower(u.Path)
	full := u.RawQuery != "" || strings.Contains(page, "idpinitiatedsignon")
	if !full {
		switch strings.TrimSuffix(page, "/") {
		case "", "/adfs", "/adfs/ls":
		default:
			full = true
		}
	}
	if full && u.RawQuery == "" && strings.Contains(page, "idpinitiatedsignon") {
		full = false // the page alone asks which application is meant; we know
	}
	return Address{Origin: origin, Full: full, url: u}, nil
}

func (a Address) at(path string) *url.URL {
	u := *a.url
	u.Path, u.RawPath, u.RawQuery = path, "", ""
	return &u
}
