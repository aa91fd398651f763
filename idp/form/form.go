// Package form signs in at identity providers whose pages are made by the server: SimpleSAMLphp, Keycloak, Shibboleth,
// CAS, LemonLDAP::NG, PingFederate and whatever else shows plain forms.
//
// It goes by what pages are made of and not by whose they are: a form with a password field is a page to sign in, a
// visible field that expects a one-time code is a second step, a page with several buttons is a choice. What differs
// from product to product is data and stands in one place, the tables of marks.go: where a page says what was wrong,
// which pages end a login, what a script would have filled in.
package form

import (
	"context"
	"errors"
	"net/url"
	"strings"

	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/saml"
)

// DefaultRelyingParty is the name under which AWS's own metadata makes it known to an IdP.
const DefaultRelyingParty = "urn:amazon:webservices"

// Config is one IdP and how to log in to it.
type Config struct {
	Address      Address
	RelyingParty string // "" is DefaultRelyingParty; used only where the address leaves room for it, see ParseAddress
	Realm        string // the organisation or source to choose, by its label or value; "" asks for it
	Walk         idp.Config
}

// Provider logs in to one IdP. It implements idp.Provider.
type Provider struct {
	config Config
	walk   *idp.Walk
}

// New prepares a login; nothing is sent yet.
func New(c Config) *Provider {
	if c.RelyingParty == "" {
		c.RelyingParty = DefaultRelyingParty
	}
	p := &Provider{config: c}
	c.Walk.Home = c.Address.Origin
	c.Walk.Recognisers = Recognisers(c.Realm, func() bool { return p.walk.SecretSent() })
	p.walk = idp.NewWalk(c.Walk)
	return p
}

// Login implements idp.Provider.
func (p *Provider) Login(ctx context.Context, d idp.Dialog) (*saml.Response, error) {
	response, err := p.walk.Run(ctx, p.config.Address.start(p.config.RelyingParty), d)
	var refused *idp.RefusedError
	if errors.As(err, &refused) {
		p.advise(refused)
	}
	return response, err
}

// advise says what helps with a refusal here. Where a browser has to be used, it is led to where this login began.
func (p *Provider) advise(e *idp.RefusedError) {
	if e.Address == "" {
		e.Address = p.config.Address.shown()
	}
	switch e.Reason {
	case idp.WrongPassword:
		e.Advice = "many IdPs say the same of a locked or disabled account; try the password once in a browser before you go on, " +
			"as more tries can lock it"
	case idp.PasswordExpired:
		e.Advice = "change it in a browser, where the login begins: " + e.Address
	case idp.ActionNeeded:
		e.Advice = "do it once in a browser, where the login begins: " + e.Address
	case idp.NotPermitted:
		e.Advice = "ask the administrator of the IdP for access to AWS"
	case idp.UnknownRelyingParty:
		e.Advice = "--relying-party, or the name in the address, must be as the IdP has it; upper and lower case count"
	}
}

// An Address says where a login begins.
type Address struct {
	Origin idp.Origin
	url    *url.URL
	asks   string // the parameter that names the relying party, where the address has none yet
	fixed  string // further parameters, as they stand in a query
}

// entrance is a page of a known product at which a login begins from the IdP's side, once it is told for whom.
type entrance struct {
	path  string // the end of the page's path
	asks  string // the parameter that names the relying party
	fixed string
}

// entrances are the pages that products document for a login begun by the IdP ("IdP-initiated", "unsolicited").
// Keycloak has none of the kind: its address names the client (/realms/REALM/protocol/saml/clients/NAME).
func entrances() []entrance {
	return []entrance{
		{path: "/saml2/idp/SSOService.php", asks: "spentityid"},                // SimpleSAMLphp 1
		{path: "/module.php/saml/idp/singleSignOnService", asks: "spentityid"}, // SimpleSAMLphp 2
		{path: "/profile/SAML2/Unsolicited/SSO", asks: "providerId"},           // Shibboleth, CAS
		{path: "/idp/startSSO.ping", asks: "PartnerSpId"},                      // PingFederate
		{path: "/saml/singleSignOn", asks: "sp", fixed: "IDPInitiated=1"},      // LemonLDAP::NG
	}
}

// bases are addresses of products that can be told by their last part, with what has to be put behind it.
func bases() map[string]string {
	return map[string]string{
		"/simplesaml": "/saml2/idp/SSOService.php",
		"/cas":        "/idp/profile/SAML2/Unsolicited/SSO",
	}
}

// ParseAddress reads what a person gives as --url: the full address at which a login for AWS begins. The page at which
// SimpleSAMLphp, Shibboleth, CAS, PingFederate and LemonLDAP::NG begin one may be given without a query, and
// SimpleSAMLphp and CAS by their base address (https://idp.example.com/simplesaml): the relying party is then put in.
// Anything else is used as it is, escaped or not, since some products compare the text (F5's resource names hold
// slashes). An address without TLS is a *idp.SafetyError; other errors say what is wrong with it.
func ParseAddress(s string) (Address, error) {
	u, origin, err := idp.ParseStart(s, "https://idp.example.com/where/the/login/begins")
	if err != nil {
		return Address{}, err
	}
	a := Address{Origin: origin, url: u}
	if u.RawQuery != "" {
		return a, nil
	}
	for base, rest := range bases() {
		if path := strings.TrimSuffix(u.Path, "/"); strings.HasSuffix(path, base) {
			u.Path, u.RawPath = path+rest, ""
		}
	}
	for _, e := range entrances() {
		if strings.HasSuffix(u.Path, e.path) {
			a.asks, a.fixed = e.asks, e.fixed
		}
	}
	return a, nil
}

// start is the address with the relying party put in where there is room for it.
func (a Address) start(party string) *url.URL {
	if a.asks == "" {
		return a.url
	}
	u := *a.url
	u.RawQuery = a.asks + "=" + url.QueryEscape(party)
	if a.fixed != "" {
		u.RawQuery = a.fixed + "&" + u.RawQuery
	}
	return &u
}

// shown is the address as it may stand in a message: without the query.
func (a Address) shown() string { return a.Origin.String() + a.url.EscapedPath() }
