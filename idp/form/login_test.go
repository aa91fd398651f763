package form_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/idp/form"
	"github.com/samlogin/samlogin/idp/idptest"
	"github.com/samlogin/samlogin/saml/foreign"
)

const (
	host   = "idp.example.com"
	begin  = "GET /start"
	action = "/realms/example/login-actions/authenticate"
	canary = "Kanarie+&<7>"
)

// file is a page of testdata as an answer.
func file(t testing.TB, name string) idptest.Answer {
	t.Helper()
	return idptest.HTML(text(t, name))
}

func text(t testing.TB, name string) string {
	t.Helper()
	body, err := os.ReadFile(filepath.Join(pages, filepath.FromSlash(name)+".html"))
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// response is the last page of a login, with a response that can be read.
func response(t testing.TB) idptest.Answer { return file(t, "../adfs/response/working") }

func provider(t testing.TB, w *idptest.World, address string, c form.Config) *form.Provider {
	t.Helper()
	a, err := form.ParseAddress(address)
	if err != nil {
		t.Fatal(err)
	}
	c.Address, c.Walk.Transport = a, w.Transport
	return form.New(c)
}

func jane() idptest.Stored { return idptest.Stored{idp.Username: "jane", idp.Password: canary} }

func login(t testing.TB, w *idptest.World, d idp.Dialog) error {
	t.Helper()
	_, err := provider(t, w, "https://"+host+"/start?x=1", form.Config{}).Login(t.Context(), d)
	return err
}

func TestUserNameThenPasswordThenCode(t *testing.T) {
	w := idptest.New(t)
	s := w.Site(host).On(begin, file(t, "keycloak/username")).
		On("POST "+action, file(t, "keycloak/password"), file(t, "keycloak/otp"), response(t))
	d := jane()
	d[idp.Code] = "123456"
	if err := login(t, w, d); err != nil {
		t.Fatal(err)
	}
	got := s.Posts()
	for i, want := range []string{"username=jane&credentialId=&login=", "password=Kanarie%2B%26%3C7%3E&credentialId=&login=", "selectedCredentialId=aaaa-1&otp=123456&login="} {
		if i >= len(got) || got[i].Body != want {
			t.Errorf("%d: sent %q, want %q", i+1, got[i].Body, want)
		}
	}
}

// security case 12
func TestAnUnknownUserNameIsNotSentAgain(t *testing.T) {
	w := idptest.New(t)
	s := w.Site(host).On(begin, file(t, "keycloak/username")).On("POST "+action, file(t, "keycloak/unknown-user"))
	var refused *idp.RefusedError
	if err := login(t, w, jane()); !errors.As(err, &refused) || refused.Reason != idp.WrongPassword || refused.Said != "Invalid username or email." {
		t.Fatalf("%v, want a refusal in the IdP's words", err)
	}
	if n := len(s.Posts()); n != 1 {
		t.Errorf("the name was sent %d times", n)
	}
	// A person may give another one, three in all.
	person := &idptest.Person{Types: map[idp.Kind][]string{idp.Username: {"a", "b", "c", "d"}, idp.Password: {"x"}}}
	if err := login(t, w, person); !errors.As(err, &refused) {
		t.Fatalf("%v, want a refusal", err)
	}
	if n := len(s.Posts()); n != 4 {
		t.Errorf("%d posts, want three more", n-1)
	}
	if asked := person.Asked(idp.Username); len(asked) != 3 || asked[0].Again || !asked[1].Again || asked[1].Refused == "" {
		t.Errorf("asked %+v", asked)
	}
}

// security case 12
func TestAWrongPasswordIsSentOnce(t *testing.T) {
	for name, post := range map[string]string{
		"keycloak/signin keycloak/wrong-password":               "POST " + action,
		"simplesamlphp/signin-1 simplesamlphp/wrong-password-1": "POST /start",
		"shibboleth/signin shibboleth/wrong-password":           "POST /idp/profile/SAML2/Unsolicited/SSO",
		"cas/signin cas/wrong-password":                         "POST /login",
		"lemonldap/signin lemonldap/wrong-password":             "POST /start",
		"pingfederate/signin pingfederate/wrong-password":       "POST /idp/abc12/resumeSAML20/idp/startSSO.ping",
	} {
		first, again, _ := strings.Cut(name, " ")
		t.Run(first, func(t *testing.T) {
			w := idptest.New(t)
			s := w.Site(host).On(begin, file(t, first)).On(post, idptest.Page(401, text(t, again)))
			var refused *idp.RefusedError
			if err := login(t, w, jane()); !errors.As(err, &refused) || refused.Reason != idp.WrongPassword || refused.User != "jane" {
				t.Fatalf("%v, want a refused password", err)
			}
			if refused.Advice == "" || strings.Contains(refused.Advice, "AD FS") {
				t.Errorf("the advice is %q", refused.Advice)
			}
			if n := len(s.Posts()); n != 1 {
				t.Errorf("it was sent %d times", n)
			}
		})
	}
}

// SimpleSAMLphp's form goes to "?": its own address without the query, which is how a browser reads it.
func TestQueriesOfFormsAreABrowsers(t *testing.T) {
	w := idptest.New(t)
	s := w.Site(host).On(begin, file(t, "simplesamlphp/sources-1")).
		On("GET /simplesaml/module.php/multiauth/selectsource.php", file(t, "simplesamlphp/signin-1")).
		On("POST /simplesaml/module.php/multiauth/selectsource.php", file(t, "simplesamlphp/notice-1")).
		On("GET /simplesaml/module.php/expirycheck/about2expire.php", response(t))
	var told []foreign.Text
	p := provider(t, w, "https://"+host+"/start?x=1", form.Config{Realm: "partner", Walk: idp.Config{Tell: func(said foreign.Text) { told = append(told, said) }}})
	if _, err := p.Login(t.Context(), jane()); err != nil {
		t.Fatal(err)
	}
	got := s.Requests()
	if q := got[1].Query; q != "AuthState=_x&src-cGFydG5lcg%3D%3D=Partner+directory" {
		t.Errorf("the choice went out as %q", q)
	}
	if got[2].Query != "" || got[2].Names() != "username password AuthState" {
		t.Errorf("the password went to ?%s with %s", got[2].Query, got[2].Names())
	}
	if q := got[3].Query; q != "StateId=_x&yes=I+am+aware+of+this%2C+continue..." {
		t.Errorf("the notice was answered with %q", q)
	}
	if len(told) != 1 || !strings.Contains(told[0].Raw(), "will expire in 20 days") {
		t.Errorf("the person was told %q", told)
	}
}

func TestConsentIsAPersonsToGive(t *testing.T) {
	world := func(t *testing.T) (*idptest.World, *idptest.Site) {
		w := idptest.New(t)
		return w, w.Site(host).On(begin, file(t, "simplesamlphp/signin-1")).On("POST /start", file(t, "simplesamlphp/consent-1")).
			On("GET /simplesaml/module.php/consent/getconsent.php", response(t)).
			On("GET /simplesaml/module.php/consent/noconsent.php", file(t, "simplesamlphp/no-consent-1"))
	}
	t.Run("nobody to ask", func(t *testing.T) {
		w, s := world(t)
		var need *idp.NeedError
		if err := login(t, w, jane()); !errors.As(err, &need) || !strings.Contains(need.Error(), "Information that will be sent to AWS uid jane") {
			t.Fatalf("%v, want the page's words", err)
		}
		if n := len(s.Requests()); n != 2 {
			t.Errorf("%d requests; something was agreed to", n)
		}
	})
	t.Run("yes", func(t *testing.T) {
		w, s := world(t)
		d := jane()
		d[idp.Choice] = "yes"
		if err := login(t, w, d); err != nil {
			t.Fatal(err)
		}
		if q := s.Requests()[2].Query; q != "StateId=_x&yes=" {
			t.Errorf("sent %q", q)
		}
	})
	t.Run("no", func(t *testing.T) {
		w, _ := world(t)
		d := jane()
		d[idp.Choice] = "no"
		var refused *idp.RefusedError
		if err := login(t, w, d); !errors.As(err, &refused) || refused.Reason != idp.NotPermitted {
			t.Errorf("%v, want a refusal", err)
		}
	})
}

func TestListsBesideThePassword(t *testing.T) {
	w := idptest.New(t)
	s := w.Site(host).On(begin, file(t, "simplesamlphp/organization-1")).
		On("POST /start", file(t, "simplesamlphp/organization-1"), response(t))
	person := &idptest.Person{Types: map[idp.Kind][]string{idp.Username: {"jane"}, idp.Password: {"one", "two"}, idp.Choice: {"guests"}}}
	if err := login(t, w, person); err != nil {
		t.Fatal(err)
	}
	for i, r := range s.Posts() {
		if r.Value("organization") != "guests" {
			t.Errorf("%d: sent the organisation %q", i+1, r.Value("organization"))
		}
	}
	if n := len(person.Asked(idp.Choice)); n != 1 {
		t.Errorf("asked for it %d times", n)
	}
	// Where nobody says otherwise, the page's own choice stays.
	w = idptest.New(t)
	s = w.Site(host).On(begin, file(t, "keycloak/signin")).On("POST "+action, file(t, "keycloak/otp-two-devices-1"), response(t))
	d := jane()
	d[idp.Code] = "123456"
	if err := login(t, w, d); err != nil {
		t.Fatal(err)
	}
	if got := s.Posts()[1].Body; got != "selectedCredentialId=aaaa-1&otp=123456&login=" {
		t.Errorf("sent %q", got)
	}
}

func TestACodeBesideThePassword(t *testing.T) {
	w := idptest.New(t)
	s := w.Site(host).On(begin, file(t, "generic/password-and-code")).On("POST /login", response(t))
	var need *idp.NeedError
	if err := login(t, w, jane()); !errors.As(err, &need) || need.Question.Kind != idp.Code {
		t.Fatalf("%v, want a need of the code", err)
	}
	if n := len(s.Posts()); n != 0 {
		t.Fatal("the password went out without the code")
	}
	d := jane()
	d[idp.Code] = "123456"
	if err := login(t, w, d); err != nil {
		t.Fatal(err)
	}
	if got := s.Posts()[0]; got.Names() != "login password otp" || got.Value("otp") != "123456" {
		t.Errorf("sent %q", got.Body)
	}
}

func TestTheSessionSparesThePassword(t *testing.T) {
	w := idptest.New(t)
	s := w.Site(host).On(begin, file(t, "keycloak/signin"), response(t)).On("POST "+action, response(t))
	p := provider(t, w, "https://"+host+"/start?x=1", form.Config{})
	for range 2 {
		if _, err := p.Login(t.Context(), jane()); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(s.Posts()); n != 1 {
		t.Errorf("the password was sent %d times", n)
	}
}

func TestAnotherWayThanTheSecurityKey(t *testing.T) {
	w := idptest.New(t)
	s := w.Site(host).On(begin, file(t, "keycloak/signin")).
		On("POST "+action, file(t, "keycloak/webauthn-other-way"), file(t, "keycloak/select-method"), file(t, "keycloak/otp"), response(t))
	d := jane()
	d[idp.Code], d[idp.Choice] = "123456", "exec-0"
	if err := login(t, w, d); err != nil {
		t.Fatal(err)
	}
	if got := s.Posts()[2].Body; got != "authenticationExecution=exec-0" {
		t.Errorf("chose %q", got)
	}
}

func TestWhereALoginBegins(t *testing.T) {
	for in, want := range map[string]string{
		"https://idp.example.com/simplesaml":                                                 "/simplesaml/saml2/idp/SSOService.php?spentityid=urn%3Ax%3Ay",
		"idp.example.com/simplesaml/":                                                        "/simplesaml/saml2/idp/SSOService.php?spentityid=urn%3Ax%3Ay",
		"https://idp.example.com/simplesaml/module.php/saml/idp/singleSignOnService":         "/simplesaml/module.php/saml/idp/singleSignOnService?spentityid=urn%3Ax%3Ay",
		"https://idp.example.com/idp/profile/SAML2/Unsolicited/SSO":                          "/idp/profile/SAML2/Unsolicited/SSO?providerId=urn%3Ax%3Ay",
		"https://idp.example.com/cas":                                                        "/cas/idp/profile/SAML2/Unsolicited/SSO?providerId=urn%3Ax%3Ay",
		"https://idp.example.com/idp/startSSO.ping":                                          "/idp/startSSO.ping?PartnerSpId=urn%3Ax%3Ay",
		"https://idp.example.com/saml/singleSignOn":                                          "/saml/singleSignOn?IDPInitiated=1&sp=urn%3Ax%3Ay",
		"https://idp.example.com/realms/r/protocol/saml/clients/aws":                         "/realms/r/protocol/saml/clients/aws",
		"https://idp.example.com/saml/idp/res?id=/Common/AWS":                                "/saml/idp/res?id=/Common/AWS", // F5 compares the text
		"https://idp.example.com/idp/startSSO.ping?PartnerSpId=urn:amazon:webservices&x=%20": "/idp/startSSO.ping?PartnerSpId=urn:amazon:webservices&x=%20",
	} {
		w := idptest.New(t)
		path, query, _ := strings.Cut(want, "?")
		s := w.Site(host).On("GET "+path, response(t))
		if _, err := provider(t, w, in, form.Config{RelyingParty: "urn:x:y"}).Login(t.Context(), jane()); err != nil {
			t.Errorf("%s: %v", in, err)
			continue
		}
		if got := s.Requests()[0]; got.Query != query {
			t.Errorf("%s began at ?%s, want ?%s", in, got.Query, query)
		}
	}
	for _, in := range []string{"", "https://", "ftp://idp.example.com", "https://jane:Kanarie@idp.example.com/", "idp.example.com."} {
		if _, err := form.ParseAddress(in); err == nil || strings.Contains(err.Error(), "Kanarie") {
			t.Errorf("%q: %v", in, err)
		}
	}
	var unsafe *idp.SafetyError
	if _, err := form.ParseAddress("http://idp.example.com/x"); !errors.As(err, &unsafe) {
		t.Errorf("without TLS: %v", err)
	}
}
