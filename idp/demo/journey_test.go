package demo_test

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/samlogin/samlogin/idp/demo"
)

var skins = map[string]demo.Skin{
	"2012 R2": demo.Skin2012R2, "2016": demo.Skin2016, "2019": demo.Skin2019, "2019 paginated": demo.Skin2019Paginated,
	"2022": demo.Skin2022, "2022 paginated": demo.Skin2022Paginated,
}

func TestEverySkinLeadsToAResponse(t *testing.T) {
	for name, skin := range skins {
		t.Run(name, func(t *testing.T) {
			f := newFarm(t, demo.Config{Skin: skin})
			for start, address := range map[string]string{"IdP-initiated": aws, "SP-initiated": f.redirectBinding(f.request(), "a=1&b=%26")} {
				b := f.browser()
				page := b.get(address)
				if page.kind() != "sign-in page" || page.page.Find("#noScript").Length() != 1 || page.page.Find("title").Text() != "Sign In" {
					t.Fatalf("%s: the first page is a %s", start, page.kind())
				}
				if relative := page.action("#loginForm"); !strings.HasPrefix(relative, strings.SplitN(address, "?", 2)[0]+"?") || !strings.Contains(relative, "client-request-id=") {
					t.Errorf("%s: the form goes to %s", start, relative)
				}
				if absolute := page.action("#options"); !strings.HasPrefix(absolute, f.server.URL+"/adfs/ls/") {
					t.Errorf("%s: the other form goes to %s", start, absolute)
				}
				next := b.post(page.action("#loginForm"), "UserName", `CORP\jane`, "Password", password, "AuthMethod", "FormsAuthentication")
				if next.status != http.StatusFound || !slices.Equal(next.sets(), []string{"MSISAuth", "MSISAuth1"}) {
					t.Fatalf("%s: after the password came %d with %v", start, next.status, next.sets())
				}
				if next.header.Get("Location") != page.action("#loginForm") {
					t.Errorf("%s: from %s on to %s", start, page.action("#loginForm"), next.header.Get("Location"))
				}
				last := b.follow(next)
				if text := last.response(); !strings.Contains(text, "jane@corp.example.com") {
					t.Errorf("%s: the response is not jane's: %s", start, text)
				}
				if want := []string{"-MSISAuth1", "MSISAuth", "MSISAuthenticated", "MSISLoopDetectionCookie", "SamlSession"}; !slices.Equal(last.sets(), want) {
					t.Errorf("%s: the last page sets %v, want %v", start, last.sets(), want)
				}
				if got := last.action("form[name=hiddenform]"); got != "https://signin.aws.amazon.com:443/saml" {
					t.Errorf("%s: the response goes to %s", start, got)
				}
			}
		})
	}
}

// Where the password and AuthMethod stand in the tree is what makes a client that walks one form element fail.
func TestPaginatedPagesKeepThePasswordOutsideTheForm(t *testing.T) {
	for name, skin := range skins {
		page := newFarm(t, demo.Config{Skin: skin}).browser().get(aws).page
		inside := page.Find("#loginForm #passwordInput").Length() == 1 && page.Find("#loginForm #optionForms").Length() == 1
		if paginated := strings.HasSuffix(name, "paginated"); inside == paginated || page.Find("#loginForm.paginatedPageForm").Length() == 1 != paginated {
			t.Errorf("%s: password inside the form: %v", name, inside)
		}
		element := "span"
		if name == "2012 R2" || name == "2016" {
			element = "label"
		}
		if page.Find(element+"#errorText").Length() != 1 {
			t.Errorf("%s: errors are not in a %s", name, element)
		}
		if page.Find("#options input[name=UserName]").Length() != 1 {
			t.Errorf("%s: the second form has no UserName, so that posting every input of the page is not noticed", name)
		}
	}
}

func TestAddressesOfIdPInitiatedSignOn(t *testing.T) {
	const urn = "urn:amazon:webservices:govcloud"
	inner := url.QueryEscape("RPID=" + url.QueryEscape(urn) + "&RelayState=" + url.QueryEscape("https://console/?a=1&b=100%"))
	for path, relayState := range map[string]string{
		"/adfs/ls/IdpInitiatedSignOn.aspx?loginToRp=" + urn:                                    "",
		"/adfs/ls/IdpInitiatedSignOn.htm?loginToRp=" + urn:                                     "",
		"/adfs/ls/IdpInitiatedSignOn?loginToRp=" + urn:                                         "",
		"/ADFS/LS/IDPINITIATEDSIGNON.ASPX?loginToRp=" + urn:                                    "",
		"/adfs/ls/idpinitiatedsignon.aspx?RelayState=" + inner:                                 "https://console/?a=1&b=100%",
		"/adfs/ls/idpinitiatedsignon.aspx?loginToRp=urn:of:another&RelayState=" + inner:        "https://console/?a=1&b=100%",
		"/adfs/ls/IdpInitiatedSignOn.aspx?client-request-id=1234&loginToRp=" + urn + "&x=y%20": "",
	} {
		last := newFarm(t, demo.Config{}).browser().signIn(path, "gina@corp.example.com", password)
		if text := last.response(); !strings.Contains(text, "<saml:Audience>"+urn+"</saml:Audience>") || !strings.Contains(text, `Destination="https://signin.amazonaws-us-gov.com/saml"`) {
			t.Errorf("%s: the response is for another: %s", path, text)
		}
		if got := last.input("RelayState"); got != relayState {
			t.Errorf("%s: RelayState came back as %q", path, got)
		}
	}
}

func TestSignedOnBrowserIsNotAskedAgain(t *testing.T) {
	f := newFarm(t, demo.Config{})
	b := f.browser()
	b.signIn(aws, `corp\JANE`, password).response()
	for _, address := range []string{aws, f.redirectBinding(f.request(), "")} {
		if got := b.get(address).kind(); got != "response" {
			t.Errorf("with a session %s gives a %s", address, got)
		}
	}
	if got := f.browser().get(aws).kind(); got != "sign-in page" {
		t.Errorf("without its cookies there is a %s", got)
	}
	f.pass(8 * 60 * 60 * 1e9)
	if got := b.get(aws).kind(); got != "sign-in page" {
		t.Errorf("after eight hours there is a %s", got)
	}
}

// AD FS splits long cookies and takes pieces back: a client that drops or keeps one has no session.
func TestEveryPieceOfTheCookieCounts(t *testing.T) {
	f := newFarm(t, demo.Config{})
	b := f.browser()
	page := b.get(aws)
	next := b.post(page.action("#loginForm"), "UserName", `CORP\jane`, "Password", password, "AuthMethod", "FormsAuthentication")
	with := func(cookies ...*http.Cookie) string {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, f.server.URL+aws, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range cookies {
			r.AddCookie(c)
		}
		return f.browser().do(r).kind()
	}
	first, second := next.cookies[0], next.cookies[1]
	for name, got := range map[string]string{"none": with(), "first": with(first), "second": with(second)} {
		if got != "sign-in page" {
			t.Errorf("with the %s of two pieces there is a %s", name, got)
		}
	}
	if got := with(first, second); got != "response" {
		t.Fatalf("with both pieces there is a %s", got)
	}
	last := b.follow(next)
	i := slices.IndexFunc(last.cookies, func(c *http.Cookie) bool { return c.Name == "MSISAuth" })
	if got := with(last.cookies[i]); got != "response" {
		t.Errorf("with the cookie in one piece there is a %s", got)
	}
	if got := with(last.cookies[i], second); got != "sign-in page" {
		t.Errorf("with a piece that was taken back there is a %s", got)
	}
	for _, c := range append(next.cookies, last.cookies...) {
		if !c.Secure || !c.HttpOnly || c.Path != "/adfs" {
			t.Errorf("cookie %s: secure %v, http only %v, path %s", c.Name, c.Secure, c.HttpOnly, c.Path)
		}
	}
}

func TestSixthTokenInTwentySecondsIsALoop(t *testing.T) {
	f := newFarm(t, demo.Config{})
	b := f.browser()
	last := b.signIn(aws, `CORP\jane`, password)
	for range 4 {
		last.response()
		f.pass(3e9)
		last = b.get(aws)
	}
	last.response()
	i := slices.IndexFunc(last.cookies, func(c *http.Cookie) bool { return c.Name == "MSISLoopDetectionCookie" })
	if raw, err := base64.StdEncoding.DecodeString(last.cookies[i].Value); err != nil || string(raw) != `2026-03-04:09:00:00Z\5` {
		t.Errorf("the loop detection cookie says %q", raw)
	}
	if last = b.get(aws); last.kind() != "error page" || !strings.Contains(last.error(), "MSIS7042") {
		t.Fatalf("the sixth token is a %s: %s", last.kind(), last.error())
	}
	f.pass(8e9)
	if got := b.get(aws).kind(); got != "response" {
		t.Errorf("twenty seconds after the first there is a %s", got)
	}
}
