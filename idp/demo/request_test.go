package demo_test

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/samlogin/samlogin/idp/demo"
)

// request is an AuthnRequest that AD FS takes, written out so that tests can spoil it.
func (f *farm) request() string {
	return fmt.Sprintf(`<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="id-1" Version="2.0" IssueInstant="%s" Destination="%s/adfs/ls/">`+
		`<saml:Issuer xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">urn:amazon:webservices</saml:Issuer></samlp:AuthnRequest>`, f.now().Format(time.RFC3339), f.server.URL)
}

func deflated(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(b.Bytes())
}

func (f *farm) redirectBinding(request, relayState string) string {
	address := "/adfs/ls/?SAMLRequest=" + url.QueryEscape(deflated(f.t, request))
	if relayState != "" {
		address += "&RelayState=" + url.QueryEscape(relayState)
	}
	return address
}

func TestRequestIsAnswered(t *testing.T) {
	for _, relayState := range []string{"", "plain", "https://console.aws.amazon.com/?a=1&b=2#c", `100% "<&>" + ü {{Response}}`} {
		f := newFarm(t, demo.Config{})
		last := f.browser().signIn(f.redirectBinding(f.request(), relayState), `CORP\jane`, password)
		if text := last.response(); strings.Count(text, `InResponseTo="id-1"`) != 2 {
			t.Errorf("the request's ID does not stand in both places: %s", text)
		}
		if got := last.input("RelayState"); got != relayState {
			t.Errorf("RelayState %q came back as %q", relayState, got)
		}
	}
}

func TestRequestIsChecked(t *testing.T) {
	replace := func(from, to string) func(string) string {
		return func(request string) string { return strings.Replace(request, from, to, 1) }
	}
	inside := func(element string) func(string) string {
		return replace("</samlp:AuthnRequest>", element+"</samlp:AuthnRequest>")
	}
	attribute := func(text string) func(string) string { return replace(" Version=", " "+text+" Version=") }
	policy := func(format string) func(string) string {
		return inside(`<samlp:NameIDPolicy Format="urn:oasis:names:tc:SAML:` + format + `" AllowCreate="true"/>`)
	}
	class := func(name string) func(string) string {
		return inside(`<samlp:RequestedAuthnContext Comparison="exact"><saml:AuthnContextClassRef xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">urn:oasis:names:tc:SAML:2.0:ac:classes:` +
			name + `</saml:AuthnContextClassRef></samlp:RequestedAuthnContext>`)
	}
	at := func(d time.Duration) func(string) string {
		return replace("09:00:00Z", time.Date(2026, 3, 4, 9, 0, 0, 0, time.UTC).Add(d).Format("15:04:05Z"))
	}
	for name, c := range map[string]struct {
		spoil func(string) string
		want  string // "": the sign-in page
	}{
		"as it should be":             {func(s string) string { return s }, ""},
		"unknown relying party":       {replace("urn:amazon:webservices", "urn:amazon:webservices2"), "MSIS7007"},
		"no issuer":                   {func(s string) string { return strings.ReplaceAll(s, "saml:Issuer", "saml:Nobody") }, "MSIS7007"},
		"empty issuer":                {replace(">urn:amazon:webservices<", "><"), "MSIS7007"},
		"ACS of AWS":                  {attribute(`AssertionConsumerServiceURL="https://signin.aws.amazon.com/saml"`), ""},
		"ACS under that of AWS":       {attribute(`AssertionConsumerServiceURL="https://signin.aws.amazon.com/saml/acs/1"`), ""},
		"ACS elsewhere":               {attribute(`AssertionConsumerServiceURL="https://evil.test/saml"`), "MSIS3200"},
		"ID that begins with a digit": {replace(`"id-1"`, `"1d"`), "MSIS7000"},
		"no ID":                       {replace(` ID="id-1"`, ""), "MSIS7000"},
		"version 1.1":                 {replace(`"2.0"`, `"1.1"`), "MSIS7000"},
		"five minutes old":            {at(-5 * time.Minute), ""},
		"older":                       {at(-5*time.Minute - time.Second), "MSIS0037"},
		"five minutes ahead":          {at(5 * time.Minute), ""},
		"further ahead":               {at(5*time.Minute + time.Second), "MSIS0037"},
		"another server":              {replace("https://127", "https://evil.test/127"), "MSIS0037"},
		"another port":                {replace("/adfs/ls/", "1/adfs/ls/"), "MSIS0037"},
		"another path":                {replace("/adfs/ls/", "/adfs/"), "MSIS0037"},
		"no TLS":                      {replace("https://127", "http://127"), "MSIS0037"},
		"no destination":              {replace(` Destination=`, ` Nowhere=`), "MSIS0037"},
		"persistent name":             {policy("2.0:nameid-format:persistent"), ""},
		"any name":                    {policy("1.1:nameid-format:unspecified"), ""},
		"transient name":              {policy("2.0:nameid-format:transient"), "InvalidNameIDPolicy"},
		"password":                    {class("PasswordProtectedTransport"), ""},
		"certificate":                 {class("TLSClient"), "NoAuthnContext"},
		"no request":                  {func(string) string { return "" }, "MSIS7000"},
		"not XML":                     {func(string) string { return "hello" }, "MSIS7000"},
		"another message":             {func(s string) string { return strings.ReplaceAll(s, "AuthnRequest", "LogoutRequest") }, "MSIS7000"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFarm(t, demo.Config{})
			got := f.browser().get(f.redirectBinding(c.spoil(f.request()), "state"))
			switch {
			case c.want == "":
				if got.kind() != "sign-in page" {
					t.Errorf("a %s: %s", got.kind(), got.error())
				}
			case strings.HasPrefix(c.want, "MSIS"):
				if got.kind() != "error page" || !strings.Contains(got.error(), c.want+":") {
					t.Errorf("a %s, want %s: %s", got.kind(), c.want, got.error())
				}
			default:
				text := got.response()
				if !strings.Contains(text, "status:"+c.want) || strings.Contains(text, "Assertion ") || strings.Contains(text, "status:Success") {
					t.Errorf("want a response with status %s and no assertion: %s", c.want, text)
				}
				if got.input("RelayState") != "state" {
					t.Errorf("RelayState came back as %q", got.input("RelayState"))
				}
			}
		})
	}
}

func TestRequestIsRawDeflateInBase64(t *testing.T) {
	f := newFarm(t, demo.Config{})
	for name, text := range map[string]string{
		"not deflated": base64.StdEncoding.EncodeToString([]byte(f.request())), "not base64": "%%%", "cut short": deflated(t, f.request())[:100],
	} {
		got := f.browser().get("/adfs/ls/?SAMLRequest=" + url.QueryEscape(text))
		if got.kind() != "error page" || !strings.Contains(got.error(), "MSIS") {
			t.Errorf("%s: a %s", name, got.kind())
		}
	}
}

func TestPOSTBindingIsKeptForTheHopsThatFollow(t *testing.T) {
	f := newFarm(t, demo.Config{})
	b := f.browser()
	first := b.post("/adfs/ls/", "SAMLRequest", base64.StdEncoding.EncodeToString([]byte(f.request())), "RelayState", "a&b")
	if first.status != http.StatusFound || first.sets()[0] != "MSISSamlRequest" {
		t.Fatalf("the request is answered with %d and %v", first.status, first.sets())
	}
	last := b.signIn(first.header.Get("Location"), `CORP\jane`, password)
	if text := last.response(); !strings.Contains(text, `InResponseTo="id-1"`) || last.input("RelayState") != "a&b" {
		t.Errorf("RelayState %q, response %s", last.input("RelayState"), text)
	}
	if got := f.browser().get(first.header.Get("Location")); got.kind() != "error page" || !strings.Contains(got.error(), "MSIS7065") {
		t.Errorf("without its cookie there is a %s", got.kind())
	}
	if got := b.post("/adfs/ls/", "SAMLRequest", "%%%"); got.kind() != "error page" {
		t.Errorf("what is not base64 gives a %s", got.kind())
	}
}

func TestForceAuthnAsksForThePasswordAgain(t *testing.T) {
	f := newFarm(t, demo.Config{})
	b := f.browser()
	b.signIn(aws, `CORP\jane`, password).response()
	f.pass(time.Minute)
	forced := f.redirectBinding(strings.Replace(f.request(), " Version=", ` ForceAuthn="true" Version=`, 1), "")
	for range 2 { // asking twice does not make the old sign-in fresh
		if got := b.get(forced).kind(); got != "sign-in page" {
			t.Fatalf("a %s in spite of ForceAuthn", got)
		}
		f.pass(time.Second)
	}
	next := b.post(forced, "UserName", `CORP\jane`, "Password", password, "AuthMethod", "FormsAuthentication")
	f.pass(time.Second)
	b.follow(next).response()
}
