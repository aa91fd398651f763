package idp_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/idp/idptest"
)

// security case 3
func TestAPostNeverFollowsARedirect(t *testing.T) {
	for _, status := range []int{http.StatusTemporaryRedirect, http.StatusPermanentRedirect} {
		for _, to := range []string{"https://evil.example.com/x", "http://evil.example.com/x", "http://adfs.example.com/x", "https://adfs.example.com:8443/x", "/again", "https://[::1", "javascript:x"} {
			t.Run(fmt.Sprint(status, " ", to), func(t *testing.T) {
				w := idptest.New(t)
				s := w.Site(host).On(start, idptest.HTML(posting("/post"))).On("POST /post", idptest.Redirect(status, to))
				w.Site(evil)
				_, err := run(t, w)
				unsafe(t, err)
				if n := len(s.Posts()); n != 1 {
					t.Errorf("the password was sent %d times", n)
				}
				reached(t, w, host+":443")
			})
		}
	}
}

// Also where the origin may have secrets: who gets them is decided by a form and not by a redirect.
//
// security case 3
func TestAPostNeverFollowsARedirectToAnAllowedOrigin(t *testing.T) {
	w := idptest.New(t)
	w.Site(host).On(start, idptest.HTML(posting("/post"))).On("POST /post", idptest.Redirect(307, "https://other.example.com/x"))
	w.Site("other.example.com")
	c := config(t, w)
	c.Origins = []idp.Origin{origin(t, "https://other.example.com")}
	_, err := idp.NewWalk(c).Run(t.Context(), at(t, "https://"+host+startURL), stored())
	unsafe(t, err)
	reached(t, w, host+":443")
}

// security case 4
func TestARedirectAfterAPostIsABareGET(t *testing.T) {
	for _, status := range []int{301, 302, 303} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			w := idptest.New(t)
			w.Site(host).On(start, idptest.HTML(posting("/post"))).
				On("POST /post", idptest.Redirect(status, "https://other.example.com/end", "Set-Cookie", "MSISAuth=own; Path=/; Secure"))
			other := w.Site("other.example.com").On("GET /end", response(t))
			c := config(t, w)
			c.Origins = []idp.Origin{origin(t, "https://other.example.com")}
			if _, err := idp.NewWalk(c).Run(t.Context(), at(t, "https://"+host+startURL), stored()); err != nil {
				t.Fatal(err)
			}
			got := other.Requests()
			if len(got) != 1 || got[0].Method != "GET" || got[0].Body != "" {
				t.Fatalf("sent %+v", got)
			}
			for _, name := range []string{"Referer", "Origin", "Authorization", "Cookie", "Content-Type", "Content-Length"} {
				if v := got[0].Header.Get(name); v != "" {
					t.Errorf("sent %s: %s", name, v)
				}
			}
		})
	}
}

func TestRefererAndOriginStayAtHome(t *testing.T) {
	w := idptest.New(t)
	s := w.Site(host).On(start, idptest.Redirect(302, "/page?a=b#c")).On("GET /page", idptest.HTML(posting("/post"))).
		On("POST /post", idptest.HTML(posting("https://other.example.com/post")))
	other := w.Site("other.example.com").On("POST /post", response(t))
	c := config(t, w)
	c.Origins = []idp.Origin{origin(t, "https://other.example.com")}
	p := &idptest.Person{Types: map[idp.Kind][]string{idp.Password: {canary, canary}}}
	if _, err := idp.NewWalk(c).Run(t.Context(), at(t, "https://"+host+startURL), p); err != nil {
		t.Fatal(err)
	}
	home, away := s.Posts()[0].Header, other.Posts()[0].Header
	if home.Get("Referer") != "https://adfs.example.com/page?a=b" || home.Get("Origin") != "https://adfs.example.com" {
		t.Errorf("at home: Referer %q, Origin %q", home.Get("Referer"), home.Get("Origin"))
	}
	if away.Get("Referer") != "" || away.Get("Origin") != "" {
		t.Errorf("elsewhere: Referer %q, Origin %q", away.Get("Referer"), away.Get("Origin"))
	}
}

// A way back by another server is that server's doing: nothing is said of the page that led away.
func TestNoRefererAfterADetour(t *testing.T) {
	w := idptest.New(t)
	s := w.Site(host).On(start, idptest.HTML(posting("/post"))).On("POST /post", idptest.Redirect(302, "https://other.example.com/")).On("GET /end", response(t))
	w.Site("other.example.com").On("GET /", idptest.Redirect(302, "https://adfs.example.com/end"))
	if _, err := run(t, w); err != nil {
		t.Fatal(err)
	}
	if got := s.Requests()[2].Header.Get("Referer"); got != "" {
		t.Errorf("Referer %q", got)
	}
}

// security case 5
func TestAPerfectPageOfAnotherServerIsNotFilledIn(t *testing.T) {
	for name, action := range map[string]string{"posting to itself": "/collect", "posting to the IdP": "https://adfs.example.com/post"} {
		t.Run(name, func(t *testing.T) {
			w := idptest.New(t)
			w.Site(host).On(start, idptest.Redirect(302, "https://evil.example.com/adfs/ls"))
			e := w.Site(evil).On("GET /adfs/ls", idptest.HTML(posting(action)))
			p := &idptest.Person{Types: map[idp.Kind][]string{idp.Password: {canary}}}
			_, err := idp.NewWalk(config(t, w)).Run(t.Context(), at(t, "https://"+host+startURL), p)
			text := unsafe(t, err).Error()
			if !strings.Contains(text, host) || !strings.Contains(text, evil) {
				t.Errorf("the message does not show both hosts: %s", text)
			}
			if len(p.Asked()) != 0 || len(e.Posts()) != 0 {
				t.Errorf("asked %d questions, sent %d forms", len(p.Asked()), len(e.Posts()))
			}
		})
	}
}

// security case 2
func TestNothingIsFetchedWithoutTLS(t *testing.T) {
	for name, to := range map[string]string{"http": "http://adfs.example.com/x", "user": "https://a:b@adfs.example.com/", "ftp": "ftp://adfs.example.com/", "none": "https:", "opaque": "javascript:alert(1)"} {
		w := idptest.New(t)
		w.Site(host).On(start, idptest.Redirect(302, to))
		_, err := run(t, w)
		t.Run(name, func(t *testing.T) { unsafe(t, err); reached(t, w, host+":443") })
	}
}

// security case 13
func TestARedirectLoopEnds(t *testing.T) {
	fresh := func(w http.ResponseWriter, r *http.Request) {
		idptest.Redirect(302, "/loop?"+r.URL.RawQuery+"x")(w, r)
	}
	for name, loop := range map[string]idptest.Answer{"the same address": idptest.Redirect(302, "/loop"), "a new one each time": fresh} {
		t.Run(name, func(t *testing.T) {
			w := idptest.New(t)
			s := w.Site(host).On(start, idptest.Redirect(302, "/loop")).On("GET /loop", loop)
			_, err := run(t, w)
			var page *idp.PageError
			if !errors.As(err, &page) || !strings.Contains(err.Error(), "circle") || !strings.Contains(err.Error(), "https://adfs.example.com/loop") {
				t.Errorf("ended with %v", err)
			}
			if n := len(s.Requests()); n != 16 {
				t.Errorf("%d requests, want the first and 15 redirects", n)
			}
		})
	}
}

// security case 20
func TestAPostIsNeverSentTwice(t *testing.T) {
	for name, site := range map[string]func(*idptest.World, string) *idptest.Site{"HTTP/1.1": (*idptest.World).Site, "HTTP/2": (*idptest.World).HTTP2Site} {
		for broken, answer := range map[string]idptest.Answer{
			"before the answer": idptest.BreakOff(),
			"inside the answer": func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Length", "1000")
				_, _ = w.Write([]byte("<html>"))
				_ = http.NewResponseController(w).Flush()
				panic(http.ErrAbortHandler)
			},
		} {
			t.Run(name+" "+broken, func(t *testing.T) {
				w := idptest.New(t)
				// The page and the POST travel on one connection: a POST on a used one is what transports like to repeat.
				s := site(w, host).On(start, idptest.HTML(posting("/post"))).On("POST /post", answer)
				_, err := run(t, w)
				var network *idp.NetworkError
				if !errors.As(err, &network) || network.Step != "sending user name and password" || network.Host != host {
					t.Errorf("ended with %v", err)
				}
				if n := len(s.Posts()); n != 1 {
					t.Errorf("the password was sent %d times", n)
				}
				if got := s.Requests()[0].Proto; !strings.HasPrefix(name, got[:6]) {
					t.Errorf("spoke %s", got)
				}
				idptest.Absent(t, canary, "the error", err.Error())
			})
		}
	}
}

// security case 21
func TestNoCredentialForHTTPAuthentication(t *testing.T) {
	for scheme, windows := range map[string]bool{`Basic realm="x"`: false, "NTLM": true, "Negotiate": true, "Negotiate, NTLM": true, "Digest": false} {
		t.Run(scheme, func(t *testing.T) {
			w := idptest.New(t)
			s := w.Site(host).On(start, idptest.Page(401, "<title>401</title>", "WWW-Authenticate", scheme))
			_, err := run(t, w)
			var refused *idp.RefusedError
			var page *idp.PageError
			switch {
			case windows && (!errors.As(err, &refused) || refused.Reason != idp.WindowsSignIn):
				t.Errorf("%v, want a refusal because of Windows sign-in", err)
			case !windows && !errors.As(err, &page):
				t.Errorf("%v, want a page that is not understood", err)
			}
			for _, r := range s.Requests() {
				if r.Header.Get("Authorization") != "" || r.Method != "GET" {
					t.Errorf("answered with %s %q", r.Method, r.Header.Get("Authorization"))
				}
			}
			if n := len(s.Requests()); n != 1 {
				t.Errorf("%d requests", n)
			}
		})
	}
}
