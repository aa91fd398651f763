package probe_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/idp/demo"
	"github.com/samlogin/samlogin/idp/probe"
)

// site is a TLS server with some paths; every other one is missing. It keeps what it was asked.
type site struct {
	*httptest.Server
	mu    sync.Mutex
	asked []*http.Request
}

func serve(t *testing.T, handler http.Handler) *site {
	t.Helper()
	s := &site{}
	s.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.asked = append(s.asked, r.Clone(context.WithoutCancel(r.Context())))
		s.mu.Unlock()
		handler.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *site) requests() []*http.Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked
}

// pages serves files of testdata by path.
func pages(t *testing.T, at map[string]string) *site {
	t.Helper()
	return serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name, ok := at[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		kind := "text/html; charset=utf-8"
		body := []byte(name)
		if strings.HasSuffix(name, ".html") {
			var err error
			if body, err = os.ReadFile(filepath.Join("../../testdata/pages", filepath.FromSlash(name))); err != nil {
				t.Error(err)
			}
		}
		if strings.HasPrefix(name, "<md:") {
			kind = "application/samlmetadata+xml"
		}
		w.Header().Set("Content-Type", kind)
		_, _ = w.Write(body)
	}))
}

func look(t *testing.T, s *site, path string) (*probe.Finding, error) {
	t.Helper()
	return probe.Probe(t.Context(), probe.Config{Address: s.URL + path, Transport: s.Client().Transport, Agent: "samlogin/test"})
}

func TestEverySkinOfADFS(t *testing.T) {
	for _, c := range []struct {
		name    string
		config  demo.Config
		version string
		start   string
		signIn  string
	}{
		{"2.0", demo.Config{Skin: demo.Skin20}, "Windows Server 2008 R2 or 2012", "", "user name and password"},
		{"2012 R2", demo.Config{Skin: demo.Skin2012R2}, "Windows Server 2012 R2", "", "user name and password"},
		{"2016", demo.Config{Skin: demo.Skin2016}, "Windows Server 2016", "", "user name and password"},
		{"2019", demo.Config{Skin: demo.Skin2019}, "Windows Server 2019 or newer", "", "user name and password"},
		{"2019 in two parts", demo.Config{Skin: demo.Skin2019Paginated}, "Windows Server 2019 or newer", "", "user name and password"},
		{"2022", demo.Config{Skin: demo.Skin2022}, "Windows Server 2019 or newer", "", "user name and password"},
		{"2022 in two parts", demo.Config{Skin: demo.Skin2022Paginated}, "Windows Server 2019 or newer", "", "user name and password"},
		{"IdP-initiated off", demo.Config{IdPInitiatedOff: true}, "Windows Server 2019 or newer", "sp", "user name and password"},
		{"realms", demo.Config{Realms: []demo.Realm{{ID: "http://partner.example.net/trust", Name: "Partner", Address: "https://127.0.0.1:9/"}}}, "Windows Server 2019 or newer", "", "whose account it is, then user name and password"},
		{"Windows", demo.Config{Windows: true}, "Windows Server 2019 or newer", "", "user name and password"},
	} {
		t.Run(c.name, func(t *testing.T) {
			server, err := demo.New(c.config)
			if err != nil {
				t.Fatal(err)
			}
			s := serve(t, server)
			for _, path := range []string{"", "/adfs/ls"} {
				f, err := look(t, s, path)
				if err != nil {
					t.Fatal(err)
				}
				if f.Product != "AD FS" || f.Kind != probe.KindADFS || f.URL != s.URL || f.Version != c.version || f.Start != c.start || f.SignIn != c.signIn || f.Said != nil || f.Missing != "" {
					t.Errorf("%q: %+v", path, f)
				}
				if !f.Windows || (len(f.Realms) > 0) != (c.name == "realms") {
					t.Errorf("%q: Windows %v, realms %v", path, f.Windows, f.Realms)
				}
				if m := f.Metadata; m == nil || m.EntityID != server.EntityID() || len(m.Certificates) != 1 || !m.Certificates[0].Equal(server.Certificate()) || len(m.SignOn) != 1 {
					t.Errorf("%q: metadata %+v", path, m)
				}
			}
		})
	}
}

// An address copied in the middle of a sign-in holds a request that is good for minutes.
func TestARequestInTheAddressIsLeftOut(t *testing.T) {
	server, err := demo.New(demo.Config{})
	if err != nil {
		t.Fatal(err)
	}
	s := serve(t, server)
	f, err := look(t, s, "/adfs/ls/?SAMLRequest=abc&RelayState=x&client-request-id=1")
	if err != nil || f.URL != s.URL || f.SignIn != "user name and password" || len(f.Notes) != 1 {
		t.Errorf("AD FS: %+v, %v", f, err)
	}
	s = pages(t, map[string]string{"/realms/corp/protocol/saml/descriptor": descriptor, "/realms/corp/protocol/saml/clients/amazon-aws": "form/keycloak/signin.html"})
	if f, err = look(t, s, "/realms/corp/protocol/saml?SAMLRequest=abc"); err != nil || f.URL != s.URL+"/realms/corp/protocol/saml/clients/amazon-aws" {
		t.Errorf("Keycloak: %+v, %v", f, err)
	}
}

func TestAWSUnderAnotherNameAtADFS(t *testing.T) {
	server, err := demo.New(demo.Config{RelyingParties: []string{"urn:example:crm", "Amazon Web Services"}, Applications: true})
	if err != nil {
		t.Fatal(err)
	}
	f, err := look(t, serve(t, server), "")
	if err != nil || len(f.Applications) != 2 || f.RelyingParty != "Amazon Web Services" || f.Missing != "" {
		t.Errorf("%+v, %v", f, err)
	}
}

const descriptor = `<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://idp.example.com"><md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.example.com/sso"/></md:IDPSSODescriptor></md:EntityDescriptor>`

func TestProductsWithForms(t *testing.T) {
	for _, c := range []struct {
		name    string
		pages   map[string]string
		address string
		url     string // without the host
		missing string // a part of it, "" nothing is missing
	}{
		{"SimpleSAMLphp", map[string]string{"/simplesaml/saml2/idp/metadata.php": descriptor, "/simplesaml/saml2/idp/SSOService.php": "form/simplesamlphp/signin-1.html"}, "", "/simplesaml", ""},
		{"SimpleSAMLphp", map[string]string{"/simplesaml/saml2/idp/SSOService.php": "form/simplesamlphp/signin-1.html"}, "/simplesaml", "/simplesaml", ""},
		{"SimpleSAMLphp", map[string]string{"/simplesaml/module.php/saml/idp/metadata": descriptor, "/simplesaml/module.php/saml/idp/singleSignOnService": "form/simplesamlphp/signin-2.html"}, "", "/simplesaml/module.php/saml/idp/singleSignOnService", ""},
		{"Shibboleth", map[string]string{"/idp/shibboleth": descriptor, "/idp/profile/SAML2/Unsolicited/SSO": "form/shibboleth/signin.html"}, "", "/idp/profile/SAML2/Unsolicited/SSO", ""},
		{"Apereo CAS", map[string]string{"/cas/idp/metadata": descriptor, "/cas/idp/profile/SAML2/Unsolicited/SSO": "form/cas/signin.html"}, "", "/cas", ""},
		{"PingFederate", map[string]string{"/pf/federation_metadata.ping": descriptor, "/idp/startSSO.ping": "form/pingfederate/signin.html"}, "", "/idp/startSSO.ping", ""},
		{"LemonLDAP::NG", map[string]string{"/saml/metadata": descriptor, "/saml/singleSignOn": "form/lemonldap/signin.html"}, "", "/saml/singleSignOn", ""},
		{"F5 BIG-IP APM", map[string]string{"/saml/idp/res": "form/f5/signin.html"}, "/saml/idp/res?id=/Common/aws", "/saml/idp/res?id=/Common/aws", ""},
		{"F5 BIG-IP APM", map[string]string{"/": "form/f5/signin.html"}, "", "", ""},
		{"Keycloak", map[string]string{"/realms/corp/protocol/saml/descriptor": descriptor, "/realms/corp/protocol/saml/clients/aws": "form/keycloak/signin.html"}, "/realms/corp", "/realms/corp/protocol/saml/clients/aws", ""},
		{"Keycloak", map[string]string{"/auth/realms/corp/protocol/saml/descriptor": descriptor}, "/auth/realms/corp/account/", "/auth/realms/corp/account/", "protocol/saml/clients/NAME"},
		{"Keycloak", map[string]string{"/realms/corp/protocol/saml/clients/x": "form/keycloak/username.html"}, "/realms/corp/protocol/saml/clients/x", "/realms/corp/protocol/saml/clients/x", ""},
		{"Keycloak", map[string]string{"/realms/master": `{"realm":"master"}`}, "", "", "protocol/saml/clients/NAME"},
	} {
		s := pages(t, c.pages)
		f, err := look(t, s, c.address)
		if err != nil {
			t.Errorf("%s at %q: %v", c.name, c.address, err)
			continue
		}
		if f.Product != c.name || f.Kind != probe.KindForm || f.URL != s.URL+c.url || (c.missing == "") != (f.Missing == "") || !strings.Contains(f.Missing, c.missing) {
			t.Errorf("%s at %q: %+v", c.name, c.address, f)
		}
		if (f.SignIn == "") != (c.missing != "") || f.Said != nil {
			t.Errorf("%s at %q: asks for %q, says %v", c.name, c.address, f.SignIn, f.Said)
		}
	}
}

func TestAnErrorPageIsHandedOn(t *testing.T) {
	s := pages(t, map[string]string{"/realms/corp/protocol/saml/clients/aws": "form/keycloak/error.html"})
	f, err := look(t, s, "/realms/corp/protocol/saml/clients/aws")
	var refused *idp.RefusedError
	if err != nil || !errors.As(f.Said, &refused) {
		t.Errorf("%+v, %v", f, err)
	}
}

func TestProvidersInTheCloudAreKnownByTheirHost(t *testing.T) {
	closed := http.RoundTripper(roundTrip(func(r *http.Request) (*http.Response, error) { return nil, errors.New("asked " + r.URL.Host) }))
	for _, c := range []struct{ address, product, missing string }{
		{"https://launcher.myapps.microsoft.com/api/signin/1234?tenantId=5678", "Microsoft Entra ID", ""},
		{"login.microsoftonline.com", "Microsoft Entra ID", "user access URL"},
		{"https://example.okta.com/home/amazon_aws/0oa1/272", "Okta", ""},
		{"example.okta.com", "Okta", "embed link"},
		{"https://accounts.google.com/o/saml2/initsso?idpid=a&spid=b", "Google Workspace", ""},
		{"https://example.onelogin.com/launch/1", "OneLogin", ""},
		{"https://example.eu.auth0.com/samlp/x", "Auth0", ""},
		{"https://sso.jumpcloud.com/saml2/aws", "JumpCloud", ""},
		{"https://sso.connect.pingidentity.com/sso/sp/initsso?saasid=1", "PingOne", ""},
	} {
		f, err := probe.Probe(t.Context(), probe.Config{Address: c.address, Transport: closed})
		if err != nil || f.Product != c.product || f.Kind != probe.KindBrowser || (c.missing == "") != (f.Missing == "") || !strings.Contains(f.Missing, c.missing) {
			t.Errorf("%s: %+v, %v", c.address, f, err)
		}
	}
	var unknown *probe.UnknownError
	if _, err := probe.Probe(t.Context(), probe.Config{Address: "d-123.awsapps.com/start", Transport: closed}); !errors.As(err, &unknown) || !strings.Contains(unknown.Hint(), "aws configure sso") {
		t.Errorf("IAM Identity Center: %v", err)
	}
	// Names that only look like theirs are strangers.
	if _, err := probe.Probe(t.Context(), probe.Config{Address: "okta.com.evil.example", Transport: closed}); err == nil || !strings.Contains(err.Error(), "evil.example") {
		t.Errorf("a look-alike: %v", err)
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestPagesThatAreProgramsNeedABrowser(t *testing.T) {
	for name, page := range map[string]string{
		"Okta under a company's name": `<html><head><title>Sign in</title><script src="https://global.oktacdn.com/okta-signin-widget/7.0/js/x.js"></script></head><body><div id="okta-sign-in"></div></body></html>`,
		"an unknown program":          `<html><head><title>Sign in</title></head><body><div id="root"></div><script src="/app.js"></script></body></html>`,
	} {
		f, err := look(t, pages(t, map[string]string{"/start/aws": page}), "/start/aws")
		if err != nil || f.Kind != probe.KindBrowser {
			t.Errorf("%s: %+v, %v", name, f, err)
		}
	}
}

func TestWhatIsNoIdP(t *testing.T) {
	for name, at := range map[string]map[string]string{
		"nothing there":     {},
		"some other page":   {"/": "<html><title>Welcome to nginx!</title><p>" + strings.Repeat("Thank you. ", 60) + "</p></html>"},
		"not XML, not HTML": {"/": "{}", "/FederationMetadata/2007-06/FederationMetadata.xml": "<html>"},
	} {
		var unknown *probe.UnknownError
		if f, err := look(t, pages(t, at), ""); !errors.As(err, &unknown) || unknown.Hint() == "" {
			t.Errorf("%s: %+v, %v", name, f, err)
		}
	}
	s := pages(t, nil)
	s.Close()
	var network *idp.NetworkError
	if _, err := look(t, s, ""); !errors.As(err, &network) {
		t.Errorf("nobody there: %v", err)
	}
	for _, address := range []string{"http://adfs.example.com", "", "https://user@adfs.example.com", "https://adfs.example.com."} {
		if _, err := probe.Probe(t.Context(), probe.Config{Address: address}); err == nil {
			t.Errorf("%q was looked at", address)
		}
	}
}

// A probe sends no name, no password, no proof and no form that somebody filled in, and nothing without TLS.
//
// security case 140
func TestProbeGivesNothingAway(t *testing.T) {
	plain := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("asked without TLS") }))
	t.Cleanup(plain.Close)
	circle := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/down":
			http.Redirect(w, r, plain.URL+"/", http.StatusFound)
		case "/FederationMetadata/2007-06/FederationMetadata.xml":
			http.Redirect(w, r, plain.URL+"/metadata", http.StatusFound)
		default:
			http.Redirect(w, r, fmt.Sprintf("/%d", len(r.URL.Path)), http.StatusFound)
		}
	}))
	var unsafe *idp.SafetyError
	if _, err := look(t, circle, "/down"); !errors.As(err, &unsafe) {
		t.Errorf("a redirect to http: %v", err)
	}
	if _, err := look(t, circle, ""); err == nil {
		t.Error("a server that only redirects is an IdP")
	}
	if n := len(circle.requests()); n > 70 {
		t.Errorf("%d requests", n)
	}
	server, err := demo.New(demo.Config{Windows: true})
	if err != nil {
		t.Fatal(err)
	}
	s := serve(t, server)
	if _, err := look(t, s, ""); err != nil {
		t.Fatal(err)
	}
	for _, r := range s.requests() {
		if r.Method != http.MethodGet || r.Header.Get("Authorization") != "" {
			t.Errorf("%s %s, Authorization %q", r.Method, r.URL.Path, r.Header.Get("Authorization"))
		}
	}
	if n := len(s.requests()); n > 8 {
		t.Errorf("an AD FS was asked %d times", n)
	}
}
