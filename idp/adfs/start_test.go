package adfs_test

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/idp/adfs"
	"github.com/samlogin/samlogin/idp/idptest"
)

const (
	initiated = "GET /adfs/ls/IdpInitiatedSignOn.aspx"
	spStart   = "GET /adfs/ls/"
)

// file is a page of testdata as an answer.
func file(t testing.TB, name string) idptest.Answer {
	t.Helper()
	body, err := os.ReadFile(filepath.Join(pages, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return idptest.HTML(string(body))
}

// provider is a login at https://adfs.example.com in w.
func provider(t testing.TB, w *idptest.World, address string, c adfs.Config) *adfs.Provider {
	t.Helper()
	a, err := adfs.ParseAddress(address)
	if err != nil {
		t.Fatal(err)
	}
	c.Address = a
	c.Walk.Transport, c.Walk.Agent = w.Transport, "samlogin/test"
	c.Now = func() time.Time { return time.Date(2026, 11, 21, 8, 0, 0, 0, time.UTC) }
	return adfs.New(c)
}

func jane() idptest.Stored {
	return idptest.Stored{idp.Username: "jane@example.com", idp.Password: "Kanarie+&<7>"}
}

func TestLoginTakesNoMoreRequestsThanTheProtocolNeeds(t *testing.T) {
	w := idptest.New(t)
	s := w.Site("adfs.example.com").
		On(initiated, file(t, "2012r2/signin.html")).
		On("POST /adfs/ls/idpinitiatedsignon", idptest.Redirect(302, "https://adfs.example.com:443/adfs/ls/idpinitiatedsignon?x=1", "Set-Cookie", "MSISAuth=abc; path=/adfs; HttpOnly; Secure")).
		On("GET /adfs/ls/idpinitiatedsignon", file(t, "response/working.html"))
	response, err := provider(t, w, "adfs.example.com", adfs.Config{}).Login(t.Context(), jane())
	if err != nil {
		t.Fatal(err)
	}
	if len(response.Roles) == 0 {
		t.Error("the response has no role")
	}
	got := s.Requests()
	if len(got) != 3 {
		t.Fatalf("%d requests, want GET, POST, GET", len(got))
	}
	if got[0].Query != "loginToRp=urn%3Aamazon%3Awebservices" || got[0].Header.Get("User-Agent") != "samlogin/test" || got[0].Header.Get("Accept-Language") != "en" {
		t.Errorf("began with %q as %q in %q", got[0].Query, got[0].Header.Get("User-Agent"), got[0].Header.Get("Accept-Language"))
	}
	if got[1].Names() != "UserName Password AuthMethod" || got[1].Value("UserName") != "jane@example.com" ||
		got[1].Value("Password") != "Kanarie+&<7>" || got[1].Value("AuthMethod") != "FormsAuthentication" {
		t.Errorf("sent %q", got[1].Body)
	}
	if got[2].Header.Get("Cookie") != "MSISAuth=abc" {
		t.Errorf("came back with the cookie %q", got[2].Header.Get("Cookie"))
	}
}

// AD FS refuses a request that holds a name twice; its own page has UserName and AuthMethod in two forms.
func TestNoNameIsSentTwice(t *testing.T) {
	for _, name := range []string{"2012r2/signin.html", "2016/signin.html", "2019/signin.html", "2019-paginated/signin.html", "2022/signin.html"} {
		t.Run(name, func(t *testing.T) {
			w := idptest.New(t)
			end := file(t, "response/working.html")
			s := w.Site("adfs.example.com").On(initiated, file(t, name)).
				On("POST /adfs/ls/", end).On("POST /adfs/ls/idpinitiatedsignon", end).On("POST /adfs/ls/IdpInitiatedSignOn.aspx", end)
			if _, err := provider(t, w, "adfs.example.com", adfs.Config{}).Login(t.Context(), jane()); err != nil {
				t.Fatal(err)
			}
			post := s.Posts()
			if len(post) != 1 || post[0].Query == "" {
				t.Fatalf("%d POSTs; the query of the form's address was %q", len(post), post[0].Query)
			}
			seen := map[string]bool{}
			for _, p := range post[0].Pairs {
				if seen[p.Name] {
					t.Errorf("%s was sent twice: %s", p.Name, post[0].Names())
				}
				seen[p.Name] = true
			}
			if post[0].Value("AuthMethod") != "FormsAuthentication" || post[0].Value("Password") != jane()[idp.Password] || post[0].Value("UserName") != jane()[idp.Username] {
				t.Errorf("sent %q", post[0].Body)
			}
			if seen["Kmsi"] {
				t.Error("asked to be kept signed in, which nobody wanted")
			}
		})
	}
}

func TestParseAddress(t *testing.T) {
	for in, want := range map[string]struct {
		origin string
		full   bool
	}{
		"adfs.example.com":                                {"https://adfs.example.com", false},
		" adfs.example.com ":                              {"https://adfs.example.com", false},
		"adfs.example.com:8443":                           {"https://adfs.example.com:8443", false},
		"https://ADFS.example.com:443/":                   {"https://adfs.example.com", false},
		"https://adfs.example.com/adfs":                   {"https://adfs.example.com", false},
		"https://adfs.example.com/adfs/ls":                {"https://adfs.example.com", false},
		"https://adfs.example.com/ADFS/LS/":               {"https://adfs.example.com", false},
		"adfs.example.com/adfs/ls/IdpInitiatedSignOn.htm": {"https://adfs.example.com", false},
		"https://adfs.example.com/adfs/ls/IdpInitiatedSignOn.aspx?loginToRp=urn:x": {"https://adfs.example.com", true},
		"https://adfs.example.com/adfs/ls/?SAMLRequest=x":                          {"https://adfs.example.com", true},
		"https://adfs.example.com/aws":                                             {"https://adfs.example.com", true},
		"https://adfs.example.com/#fragment":                                       {"https://adfs.example.com", false},
		"https://bücher.example.com":                                               {"https://xn--bcher-kva.example.com", false},
		"https://[::1]:8443":                                                       {"https://[::1]:8443", false},
	} {
		a, err := adfs.ParseAddress(in)
		if err != nil || a.Origin.String() != want.origin || a.Full != want.full {
			t.Errorf("%q: %s, full %v, %v; want %s, full %v", in, a.Origin, a.Full, err, want.origin, want.full)
		}
	}
	for _, in := range []string{"", "  ", "https://", "https:///adfs", "ftp://adfs.example.com", "https://jane:Kanarie@adfs.example.com/",
		"https://adfs.example.com@evil.example.com", "adfs.example.com.", "https://[fe80::1%25eth0]/", "https://a b/", "mailto:jane", "javascript:x"} {
		if a, err := adfs.ParseAddress(in); err == nil {
			t.Errorf("%q was accepted as %s", in, a.Origin)
		} else if strings.Contains(err.Error(), "Kanarie") {
			t.Errorf("the error for %q holds the password: %v", in, err)
		}
	}
	var unsafe *idp.SafetyError
	if _, err := adfs.ParseAddress("http://adfs.example.com"); !errors.As(err, &unsafe) {
		t.Errorf("http: %v, want a *idp.SafetyError", err)
	}
}

func TestAFullAddressIsAskedForAsItIs(t *testing.T) {
	w := idptest.New(t)
	s := w.Site("adfs.example.com").On("GET /portal/aws", file(t, "response/working.html"))
	p := provider(t, w, "https://adfs.example.com/portal/aws?app=a%20b&loginToRp=urn:other", adfs.Config{Start: adfs.StartSP, RelyingParty: "urn:amazon:webservices:govcloud"})
	if _, err := p.Login(t.Context(), jane()); err != nil {
		t.Fatal(err)
	}
	if q := s.Requests()[0].Query; q != "app=a%20b&loginToRp=urn:other" {
		t.Errorf("the query went out as %q", q)
	}
}

func TestStartedFromTheOtherSideBeforeAnySecret(t *testing.T) {
	for name, off := range map[string]idptest.Answer{
		"MSIS7012":       file(t, "error/msis7012.html"),
		"MSIS7065":       file(t, "error/msis7065.html"),
		"503 of a proxy": idptest.Page(http.StatusServiceUnavailable, "<title>Service Unavailable</title>"),
		"503 and no page": func(w http.ResponseWriter, _ *http.Request) {
			w.Header()["Content-Type"] = nil
			w.WriteHeader(http.StatusServiceUnavailable)
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := idptest.New(t)
			s := w.Site("adfs.example.com").On(initiated, off).On(spStart, file(t, "response/working.html"))
			var notices []string
			p := provider(t, w, "adfs.example.com", adfs.Config{RelyingParty: "urn:amazon:webservices:cn-north-1", Notice: func(n string) { notices = append(notices, n) }})
			if _, err := p.Login(t.Context(), jane()); err != nil {
				t.Fatal(err)
			}
			got := s.Requests()
			if len(got) != 2 || len(notices) != 1 {
				t.Fatalf("%d requests and the notices %q", len(got), notices)
			}
			if request := authnRequest(t, got[1].Query); !strings.Contains(request, ">urn:amazon:webservices:cn-north-1</") || !strings.Contains(request, `IssueInstant="2026-11-21T08:00:00`) {
				t.Errorf("the request was %s", request)
			}
		})
	}
}

func authnRequest(t *testing.T, query string) string {
	t.Helper()
	q, err := url.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := base64.StdEncoding.DecodeString(q.Get("SAMLRequest"))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(flate.NewReader(bytes.NewReader(raw)))
	if err != nil {
		t.Fatal(err)
	}
	return string(plain)
}

func TestNeverStartedAgainAfterASecretOrWhenTold(t *testing.T) {
	for name, c := range map[string]struct {
		start adfs.Start
		first string
	}{
		"after the password":  {adfs.StartAuto, "2012r2/signin.html"},
		"--start idp":         {adfs.StartIdP, "error/msis7012.html"},
		"another error (IdP)": {adfs.StartAuto, "error/msis7042.html"},
	} {
		t.Run(name, func(t *testing.T) {
			w := idptest.New(t)
			s := w.Site("adfs.example.com").On(initiated, file(t, c.first)).
				On("POST /adfs/ls/idpinitiatedsignon", file(t, "error/msis7012.html"))
			_, err := provider(t, w, "adfs.example.com", adfs.Config{Start: c.start}).Login(t.Context(), jane())
			var refused *idp.RefusedError
			if !errors.As(err, &refused) {
				t.Fatalf("%v, want a *RefusedError", err)
			}
			if n := len(s.Requests()); n > 2 {
				t.Errorf("%d requests", n)
			}
		})
	}
}

func TestStartSPAsksNothingElse(t *testing.T) {
	w := idptest.New(t)
	s := w.Site("adfs.example.com").On(spStart, file(t, "response/working.html"))
	if _, err := provider(t, w, "https://adfs.example.com/adfs/ls", adfs.Config{Start: adfs.StartSP}).Login(t.Context(), jane()); err != nil {
		t.Fatal(err)
	}
	if n := len(s.Requests()); n != 1 {
		t.Errorf("%d requests", n)
	}
}
