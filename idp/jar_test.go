package idp_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/idp/idptest"
	"github.com/samlogin/samlogin/saml/foreign"
)

// cookies is what a server gets back that has set these. The answer to its cookies is a redirect to another path.
func cookies(t *testing.T, set ...string) (home, sibling, otherPort string) {
	t.Helper()
	w := idptest.New(t)
	var headers []string
	for _, c := range set {
		headers = append(headers, "Set-Cookie", c)
	}
	a := w.Site(host).On(start, idptest.Redirect(302, "/adfs/back", headers...)).On("GET /adfs/back", idptest.Redirect(302, "https://other.example.com/"))
	b := w.Site("other.example.com").On("GET /", idptest.Redirect(302, "https://adfs.example.com:8443/adfs/"))
	c := w.Site(host+":8443").On("GET /adfs/", idptest.HTML(""))
	_, err := run(t, w)
	notUnderstood(t, err, "not known")
	return a.Requests()[1].Header.Get("Cookie"), b.Requests()[0].Header.Get("Cookie"), c.Requests()[0].Header.Get("Cookie")
}

// security case 19
func TestCookiesGoBackToWhoSetThem(t *testing.T) {
	for name, c := range map[string]struct{ set, home string }{
		"plain":                         {"a=1", "a=1"},
		"of AD FS":                      {"MSISAuth=x; path=/adfs; HttpOnly; Secure; SameSite=None", "MSISAuth=x"},
		"another path":                  {"a=1; Path=/other", ""},
		"own domain":                    {"a=1; Domain=adfs.example.com", "a=1"},
		"another host":                  {"a=1; Domain=evil.example.com", ""},
		"a public suffix":               {"a=1; Domain=com", ""},
		"a public suffix of two labels": {"a=1; Domain=co.uk", ""},
		"__Host- whole":                 {"__Host-a=1; Secure; Path=/", "__Host-a=1"},
		"__Host- without Secure":        {"__Host-a=1; Path=/", ""},
		"__Host- with a domain":         {"__Host-a=1; Secure; Path=/; Domain=adfs.example.com", ""},
		"__Host- with another path":     {"__Host-a=1; Secure; Path=/adfs", ""},
		"__Host- in other letters":      {"__hOST-a=1", ""},
		"__Secure- whole":               {"__Secure-a=1; Secure", "__Secure-a=1"},
		"__Secure- without Secure":      {"__Secure-a=1", ""},
		"expired":                       {"a=1; Max-Age=0", ""},
		"a tab inside":                  {"a=1\t2", ""},
	} {
		t.Run(name, func(t *testing.T) {
			home, sibling, port := cookies(t, c.set)
			if home != c.home {
				t.Errorf("came back as %q, want %q", home, c.home)
			}
			if sibling != "" || port != "" {
				t.Errorf("%q went to another host and %q to another port", sibling, port)
			}
		})
	}
}

// An answer with control bytes in a cookie is no answer: nothing of it is kept, and the error that says so shows them.
//
// security case 19
func TestACookieWithControlBytesIsNotTaken(t *testing.T) {
	for _, set := range []string{"a=1\x01", "a=\x1b[2J", "a=1\x7f", "a\x01=1", "a=1; Path=/\x08"} {
		w := idptest.New(t)
		s := w.Site(host).On(start, idptest.Redirect(302, "/back", "Set-Cookie", set), idptest.Redirect(302, "/back")).On("GET /back", idptest.HTML(""))
		walk := idp.NewWalk(config(t, w))
		for range 2 {
			_, err := walk.Run(t.Context(), at(t, "https://"+host+startURL), stored())
			if err == nil || foreign.Suspicious(err.Error()) {
				t.Errorf("%q: %+q", set, err)
			}
		}
		for _, r := range s.Requests() {
			if c := r.Header.Get("Cookie"); c != "" {
				t.Errorf("%q came back as %q", set, c)
			}
		}
		if n := len(s.Requests()); n < 3 {
			t.Errorf("%q: %d requests", set, n)
		}
	}
}

// A cookie that a server sets for its whole domain reaches its siblings, by RFC 6265; other ports stay apart.
func TestADomainCookieReachesSiblings(t *testing.T) {
	home, sibling, port := cookies(t, "a=1; Domain=example.com; Path=/")
	if home != "a=1" || sibling != "a=1" || port != "" {
		t.Errorf("home %q, sibling %q, other port %q", home, sibling, port)
	}
}

// security case 15
func TestAtMost200Cookies(t *testing.T) {
	for name, cookie := range map[string]func(i int) string{
		"names": func(i int) string { return fmt.Sprintf("c%d=1; Path=/", i) },
		"paths": func(i int) string { return "c=1; Path=/" + strings.Repeat("x/", i%100) + fmt.Sprint(i) },
	} {
		t.Run(name, func(t *testing.T) {
			w := idptest.New(t)
			// Each path is asked for its own cookie; the server sets 100 with each answer.
			n, back := 0, 0
			answer := func(rw http.ResponseWriter, r *http.Request) {
				back = max(back, len(r.Cookies()))
				for range 100 {
					n++
					rw.Header().Add("Set-Cookie", cookie(n))
				}
				idptest.Redirect(302, fmt.Sprintf("/%s%d", strings.Repeat("x/", (n-1)%100), n-1))(rw, r)
			}
			s := w.Site(host)
			s.On(start, answer)
			for i := range 20 {
				m := (i+1)*100 - 1
				s.On(fmt.Sprintf("GET /%s%d", strings.Repeat("x/", m%100), m), answer)
			}
			_, err := idp.NewWalk(config(t, w)).Run(t.Context(), at(t, "https://"+host+startURL), stored())
			notUnderstood(t, err, "15 redirects")
			if name == "names" && back != 200 {
				t.Errorf("%d cookies came back at once, want 200", back)
			}
			if name == "paths" {
				// Only the first 200 are kept, so the paths of later ones get nothing back.
				for _, r := range s.Requests()[3:] {
					if c := r.Header.Get("Cookie"); c != "" {
						t.Errorf("%s got %q", r.Path, c)
					}
				}
				if s.Requests()[1].Header.Get("Cookie") == "" {
					t.Error("not even an early cookie came back")
				}
			}
		})
	}
}
