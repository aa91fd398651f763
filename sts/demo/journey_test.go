package demo_test

import (
	"crypto/x509"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	idpdemo "github.com/samlogin/samlogin/idp/demo"
	"github.com/samlogin/samlogin/sts/demo"
)

// The two doubles fit together, though neither knows the other: what the AD FS issues is what this STS takes.
func TestResponsesOfTheDemoADFSAreTaken(t *testing.T) {
	now := morning
	clock := func() time.Time { return now }
	key := theSigner().key
	adfs, err := idpdemo.New(idpdemo.Config{Now: clock, Key: key})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewTLSServer(adfs)
	defer server.Close()
	s := serve(t, func(c *demo.Config) {
		c.Trust, c.Issuers, c.Now, c.DefaultMax = []*x509.Certificate{adfs.Certificate()}, []string{adfs.EntityID()}, clock, 12*time.Hour
	})
	for name, c := range map[string]struct {
		relyingParty string
		role         string
		session      time.Duration // what 12 hours become
		code         string
	}{
		"jane":   {"urn:amazon:webservices", "arn:aws:iam::111111111111:role/ReadOnly", 12 * time.Hour, ""},
		"olivia": {"urn:amazon:webservices", admin, 12 * time.Hour, ""},
		"tina":   {"urn:amazon:webservices", admin, 2 * time.Hour, ""},
		"chris":  {"urn:amazon:webservices:cn-north-1", "arn:aws-cn:iam::111111111111:role/Admin", 12 * time.Hour, ""},
		"gina":   {"urn:amazon:webservices:govcloud", "arn:aws-us-gov:iam::111111111111:role/Admin", 12 * time.Hour, ""},
		"nora":   {"urn:amazon:webservices", admin, 0, "AccessDenied"},
		"mona":   {"urn:amazon:webservices", "arn:aws:iam::400000000000:role/Team00", 0, "ValidationError"},
	} {
		t.Run(name, func(t *testing.T) {
			response := signIn(t, server, name, c.relyingParty)
			partition, _, _ := strings.Cut(strings.TrimPrefix(c.role, "arn:"), ":")
			account := strings.Split(c.role, ":")[4]
			form := call(response)
			form.Set("RoleArn", c.role)
			form.Set("PrincipalArn", "arn:"+partition+":iam::"+account+":saml-provider/ADFS")
			form.Set("DurationSeconds", "43200")
			a := s.post(t, form)
			if a.Code != c.code {
				t.Fatalf("got %d %s %s", a.Status, a.Code, a.Message)
			}
			if c.code == "" && !a.Result.Credentials.Expiration.Equal(now.Add(c.session)) {
				t.Errorf("until %v, want %v", a.Result.Credentials.Expiration, now.Add(c.session))
			}
			if want := "arn:" + partition + ":sts::" + account + ":assumed-role/"; !strings.HasPrefix(a.Result.User.Arn, want) && c.code == "" {
				t.Errorf("the user is %s", a.Result.User.Arn)
			}
		})
	}
	t.Run("after five minutes", func(t *testing.T) {
		form := call(signIn(t, server, "olivia", "urn:amazon:webservices"))
		now = now.Add(5 * time.Minute)
		s.post(t, form).refused(t, http.StatusBadRequest, "ExpiredTokenException", "Token must be redeemed within 5 minutes of issuance")
	})
}

var samlResponse = regexp.MustCompile(`name="SAMLResponse" value="([^"]*)"`)

// signIn gives the SAMLResponse that the AD FS posts to AWS for a person.
func signIn(t *testing.T, server *httptest.Server, name, relyingParty string) string {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: server.Client().Transport, Jar: jar}
	response, err := client.PostForm(server.URL+"/adfs/ls/IdpInitiatedSignOn.aspx?loginToRp="+url.QueryEscape(relyingParty),
		url.Values{"UserName": {`CORP\` + name}, "Password": {"Correct-Horse-7"}, "AuthMethod": {"FormsAuthentication"}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	page, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	found := samlResponse.FindSubmatch(page)
	if found == nil {
		t.Fatalf("no response on the page:\n%s", page)
	}
	return html.UnescapeString(string(found[1]))
}
