package demo_test

import (
	"crypto/x509"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	idpdemo "github.com/samlogin/samlogin/idp/demo"
	"github.com/samlogin/samlogin/sts/demo"
)

// The sign-in page lists the roles of a response that STS would take, under the names of their accounts, and shows
// nothing of any other.
func TestSignInPage(t *testing.T) {
	clock := func() time.Time { return morning }
	adfs, err := idpdemo.New(idpdemo.Config{Now: clock, Key: theSigner().key})
	if err != nil {
		t.Fatal(err)
	}
	idp := httptest.NewTLSServer(adfs)
	defer idp.Close()
	service := demo.New(demo.Config{Trust: []*x509.Certificate{adfs.Certificate()}, Now: clock, Accounts: map[string]string{"111111111111": "acme & <sons>", "999999999999": "other"}})
	aws := httptest.NewTLSServer(service)
	defer aws.Close()
	way := aws.Client().Transport
	ask := func(path string, form url.Values) (int, string) {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, aws.URL+path, strings.NewReader(form.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		answer, err := way.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = answer.Body.Close() }()
		page, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		return answer.StatusCode, string(page)
	}
	jane := url.Values{"SAMLResponse": {signIn(t, idp, "jane", "urn:amazon:webservices")}}
	status, page := ask("/saml", jane)
	for _, want := range []string{
		`<div class="saml-account-name">Account: acme &amp; &lt;sons&gt; (111111111111)</div>`, `<div class="saml-account-name">Account: 222222222222</div>`,
		`value="arn:aws:iam::222222222222:role/team/Deploy"`, `class="saml-role-description">Deploy</label>`,
	} {
		if status != http.StatusOK || strings.Count(page, want) != 1 {
			t.Errorf("status %d, without %s:\n%s", status, want, page)
		}
	}
	if strings.Contains(page, "other") || strings.Count(page, `name="roleIndex"`) != 6 {
		t.Errorf("the page is\n%s", page)
	}
	for name, c := range map[string]struct {
		path   string
		form   url.Values
		status int
	}{
		"one role":      {"/saml", url.Values{"SAMLResponse": {signIn(t, idp, "olivia", "urn:amazon:webservices")}}, http.StatusFound},
		"nothing":       {"/saml", url.Values{}, http.StatusBadRequest},
		"no response":   {"/saml", url.Values{"SAMLResponse": {"AAAA"}}, http.StatusBadRequest},
		"in an address": {"/saml?x=y", jane, http.StatusBadRequest},
	} {
		if status, page := ask(c.path, c.form); status != c.status || strings.Contains(page, "saml-account") {
			t.Errorf("%s: status %d\n%s", name, status, page)
		}
	}
	if calls := service.Log(); len(calls) != 5 || calls[0].Action != "SignInPage" || calls[0].Status != http.StatusOK {
		t.Errorf("the log is %v", calls)
	}
}
