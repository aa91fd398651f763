package probe

import (
	"net/url"
	"strings"
)

// This file is data: how products are told apart. Hosts, paths, ids and names are those of the products' own
// documentation and page templates.

// vendor is a provider in the cloud whose pages are programs for browsers.
type vendor struct {
	product string
	hosts   []string // a host, or with a dot before it every host below
	want    string   // what a start address looks like, and where it stands
	no      string   // why there is no SAML login at all; "" there is
	mark    string   // CSS selector of its pages under a company's own name; "" none
}

func vendors() []vendor {
	return []vendor{
		{product: "Microsoft Entra ID", hosts: []string{
			"login.microsoftonline.com", "login.microsoftonline.us", "login.partner.microsoftonline.cn", "login.windows.net", "login.microsoft.com", "sts.windows.net",
			"myapps.microsoft.com", ".myapps.microsoft.com", "myapplications.microsoft.com", "account.activedirectory.windowsazure.com", ".b2clogin.com", ".ciamlogin.com",
		}, want: "the user access URL of the AWS application (Enterprise applications, its properties): https://launcher.myapps.microsoft.com/api/signin/…?tenantId=…",
			mark: "script[src*='.msauth.net/'], script[src*='.msftauth.net/']"},
		{product: "Okta", hosts: []string{".okta.com", ".oktapreview.com", ".okta-emea.com", ".okta-gov.com", ".okta.mil"},
			want: "the embed link of the AWS application (its general settings): https://COMPANY.okta.com/home/amazon_aws/…",
			mark: "#okta-sign-in, #okta-login-container, script[src*='okta-signin-widget'], script[src*='oktacdn.com/']"},
		{product: "Google Workspace", hosts: []string{"accounts.google.com"},
			want: "the address behind the AWS tile: https://accounts.google.com/o/saml2/initsso?idpid=…&spid=…&forceauthn=false"},
		{product: "OneLogin", hosts: []string{".onelogin.com"}, want: "the address behind the AWS tile: https://COMPANY.onelogin.com/launch/…"},
		{product: "Auth0", hosts: []string{".auth0.com"}, want: "the login address of the AWS application: https://COMPANY.auth0.com/samlp/…", mark: "script[src*='cdn.auth0.com/']"},
		{product: "PingOne", hosts: []string{".pingone.com", ".pingone.eu", ".pingone.asia", ".pingone.ca", ".pingone.com.au"},
			want: "the initiate single sign-on URL of the AWS application: https://sso.connect.pingidentity.com/sso/sp/initsso?saasid=…"},
		{product: "PingOne", hosts: []string{".connect.pingidentity.com"}, want: "the initiate single sign-on URL of the AWS application"},
		{product: "JumpCloud", hosts: []string{".jumpcloud.com"}, want: "the IdP URL of the AWS application: https://sso.jumpcloud.com/saml2/…"},
		{product: "Duo Single Sign-On", hosts: []string{".duosecurity.com"}, want: "the address behind the AWS tile in Duo Central"},
		{product: "CyberArk Identity", hosts: []string{".idaptive.app", ".idaptive.com", ".cyberark.cloud"}, want: "the address behind the AWS tile"},
		{product: "AWS IAM Identity Center", hosts: []string{".awsapps.com", ".awsapps.cn", ".app.aws", ".signin.aws"},
			no: "IAM Identity Center hands out no SAML response for a role: the AWS CLI logs in to it itself (aws configure sso)"},
	}
}

func vendorOf(host string) (vendor, bool) {
	for _, v := range vendors() {
		for _, h := range v.hosts {
			if host == h || strings.HasPrefix(h, ".") && strings.HasSuffix(host, h) {
				return v, true
			}
		}
	}
	return vendor{}, false
}

// fromVendor is the finding for a provider in the cloud, which is known by its host: nothing is asked of it.
func (p *probing) fromVendor(v vendor) (*Finding, error) {
	if v.no != "" {
		return nil, &UnknownError{Host: p.host, Hinted: v.no}
	}
	f := &Finding{Product: v.product, Kind: KindBrowser, URL: p.url.String(), SignIn: "a browser with scripts"}
	if p.bare || v.product == "Microsoft Entra ID" && !strings.Contains(p.url.Path, "signin") && !strings.Contains(p.url.Path, "saml2") {
		f.Missing = v.want
	}
	return f, nil
}

// product is one whose pages are made by the server.
type product struct {
	name      string
	paths     []string    // parts of the path by which an address is known
	mark      string      // CSS selector
	published []published // where metadata stands, and where a login then begins
	want      string      // what a start address looks like, where it cannot be guessed
}

type published struct{ metadata, start string }

const keycloak = "Keycloak"

func products() []product {
	return []product{
		{name: keycloak, paths: []string{"/realms/"}, mark: "#kc-page-title, #kc-form-login, #kc-error-message, body#keycloak-bg, #kc-header",
			want: "the name of the AWS client: https://HOST/realms/REALM/protocol/saml/clients/NAME (the client's IdP-initiated SSO URL name)"},
		{name: "SimpleSAMLphp", paths: []string{"/simplesaml", "/saml2/idp/", "/module.php/"}, mark: "form[name=f] input[name=AuthState], a[href$='/simplesaml/'], form[name=f] #regularsubmit, form[name=f] #submit_button, #trackid",
			published: []published{
				{"/simplesaml/module.php/saml/idp/metadata", "/simplesaml/module.php/saml/idp/singleSignOnService"},
				{"/simplesaml/saml2/idp/metadata.php", "/simplesaml"},
				{"/module.php/saml/idp/metadata", "/module.php/saml/idp/singleSignOnService"},
				{"/saml2/idp/metadata.php", "/saml2/idp/SSOService.php"},
			}},
		{name: "Apereo CAS", paths: []string{"/cas"}, mark: "form#fm1 input[name=execution], input[name=lt]", published: []published{{"/cas/idp/metadata", "/cas"}}},
		{name: "Shibboleth", paths: []string{"/idp/profile/"}, mark: "input[name=j_username], input[name^=shib_idp_ls], input[name^=_shib_idp]",
			published: []published{{"/idp/shibboleth", "/idp/profile/SAML2/Unsolicited/SSO"}}},
		{name: "PingFederate", paths: []string{".ping"}, mark: "input[name='pf.username'], input[name='pf.ok'], form[action$='.ping']",
			published: []published{{"/pf/federation_metadata.ping?PartnerSpId=" + url.QueryEscape(defaultParty), "/idp/startSSO.ping"}}},
		{name: "LemonLDAP::NG", paths: []string{"/saml/singlesignon"}, mark: "[trspan], [trmsg]", published: []published{{"/saml/metadata", "/saml/singleSignOn"}}},
		{name: "F5 BIG-IP APM", paths: []string{"/saml/idp/res", "/my.policy"}, mark: "form[action*='/my.policy']",
			want: "the address of its SAML resource: https://HOST/saml/idp/res?id=/Common/NAME"},
		{name: "NetIQ Access Manager", paths: []string{"/nidp/"}, mark: "input[name=Ecom_User_ID], form[action*='/nidp/']",
			want: "the address of its SAML service: https://HOST/nidp/saml2/idpsend?id=NAME"},
	}
}

// defaultParty is the name under which AWS's own metadata makes it known.
const defaultParty = "urn:amazon:webservices"

func productOfPath(path string) (product, bool) {
	path = strings.ToLower(path)
	for _, p := range products() {
		for _, part := range p.paths {
			if strings.Contains(path, part) {
				return p, true
			}
		}
	}
	return product{}, false
}
