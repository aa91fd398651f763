package idp_test

import (
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"os"
	"slices"
	"testing"

	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/idp/adfs"
	"github.com/samlogin/samlogin/idp/idptest"
	"github.com/samlogin/samlogin/saml"
)

const (
	host     = "adfs.example.com"
	evil     = "evil.example.com"
	canary   = `Kanarie+&<7>"\  vögel` // the password of every test; it must never be seen but in the IdP's log
	start    = "GET /start"
	startURL = "/start"
)

// login is a sign-in page of AD FS's shape whose form has these attributes.
func login(form string) string {
	return `<title>Sign In</title><form id="loginForm" ` + form + `>` + fields + `</form>`
}

const fields = `<span id="errorText"></span><input name="UserName" type="email"><input name="Password" type="password"><input type="hidden" name="AuthMethod" value="FormsAuthentication">`

// posting is a sign-in page whose form goes to an address.
func posting(action string) string { return login(`method="post" action="` + action + `"`) }

// response is the page at the end of a login, as an answer.
func response(t testing.TB) idptest.Answer { return idptest.HTML(responsePage(t)) }

func responsePage(t testing.TB) string {
	t.Helper()
	return `<title>Working...</title><form method="POST" name="hiddenform" action="https://signin.aws.amazon.com:443/saml">` +
		`<input type="hidden" name="SAMLResponse" value="` + assertion(t) + `"></form>`
}

// assertion is the base64 of a response for AWS.
func assertion(t testing.TB) string {
	t.Helper()
	source, err := os.ReadFile("../testdata/responses/adfs-2016.xml")
	if err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(source)
}

// config is a walk at https://adfs.example.com in w.
func config(t testing.TB, w *idptest.World) idp.Config {
	t.Helper()
	return idp.Config{Transport: w.Transport, Agent: "samlogin/test", Home: origin(t, "https://"+host), Recognisers: adfs.Recognisers(adfs.Wishes{}), Username: "jane@example.com"}
}

func origin(t testing.TB, s string) idp.Origin {
	t.Helper()
	o, err := idp.ParseOrigin(s)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func at(t testing.TB, address string) *url.URL {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// run walks from the start page with the password in store.
func run(t testing.TB, w *idptest.World) (*saml.Response, error) {
	t.Helper()
	return idp.NewWalk(config(t, w)).Run(t.Context(), at(t, "https://"+host+startURL), stored())
}

func stored() idptest.Stored { return idptest.Stored{idp.Password: canary} }

// unsafe wants a *idp.SafetyError and its text clean of the password.
func unsafe(t testing.TB, err error) *idp.SafetyError {
	t.Helper()
	var e *idp.SafetyError
	if !errors.As(err, &e) {
		t.Errorf("%v, want a *idp.SafetyError", err)
		return &idp.SafetyError{}
	}
	idptest.Absent(t, canary, "the error", err.Error())
	return e
}

// readPage reads a page as found at an address of the IdP.
func readPage(t testing.TB, address, body string) *idp.Page {
	t.Helper()
	p, err := idp.ReadPage(at(t, address), http.StatusOK, http.Header{"Content-Type": {"text/html; charset=utf-8"}}, []byte(body))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// reached fails the test if a connection to any other than these was tried.
func reached(t testing.TB, w *idptest.World, want ...string) {
	t.Helper()
	if got := w.Dialled(); !slices.Equal(got, want) {
		t.Errorf("connections were tried to %q, want %q", got, want)
	}
}
