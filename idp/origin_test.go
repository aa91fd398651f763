package idp_test

import (
	"strings"
	"testing"

	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/idp/idptest"
)

// security case 1, 2, 6, 8
func TestPasswordStaysWithTheIdP(t *testing.T) {
	for name, action := range map[string]string{
		"another server":           "https://evil.example.com/collect",
		"same host without TLS":    "http://adfs.example.com/adfs/ls",
		"javascript":               "javascript:document.forms[0].submit()",
		"javascript with a tab":    "java\tscript:alert(1)",
		"javascript, control char": "\x01javascript:alert(1)",
		"data":                     "data:text/html,<p>x",
		"file":                     "file:///etc/passwd",
		"ftp":                      "ftp://adfs.example.com/x",
		"mailto":                   "mailto:evil@example.com",
		"no scheme, other host":    "//evil.example.com/x",
		"backslashes":              `\\evil.example.com\x`,
		"slash and backslash":      `/\evil.example.com/x`,
		"tab between slashes":      "/\t/evil.example.com/x",
		"line end between slashes": "/\n/evil.example.com/x",
		"blanks before":            " \t\n\x0c //evil.example.com/x",
		"scheme without slashes":   "https:evil.example.com",
		"scheme with one slash":    "https:/evil.example.com",
		"three slashes":            "///evil.example.com/x",
		"tab in the scheme":        "ht\ttps://evil.example.com/",
		"scheme in capitals":       "HTTPS://EVIL.EXAMPLE.COM/",
		"backslashes after scheme": `https:\\evil.example.com\`,
		"user information":         "https://adfs.example.com@evil.example.com/",
		"user and the right host":  "https://jane@adfs.example.com/x",
		"empty user":               "https://@adfs.example.com/x",
		"user by backslash":        `https://evil.example.com\@adfs.example.com/`,
		"dot at the end":           "https://adfs.example.com./x",
		"ideographic dot at end":   "https://adfs.example.com\u3002/x",
		"another port":             "https://adfs.example.com:8443/x",
		"port 80":                  "https://adfs.example.com:80/x",
		"homoglyph":                "https://аdfs.example.com/x", // Cyrillic а
		"Punycode of a homoglyph":  "https://xn--dfs-7cd.example.com/x",
		"IPv6 zone":                "https://[fe80::1%25eth0]/x",
		"subdomain":                "https://x.adfs.example.com/x",
		"parent domain":            "https://example.com/x",
		"host as a prefix":         "https://adfs.example.com.evil.example.com/x",
		"percent in the host":      "https://adfs%2eexample.com/x",
		"zero byte":                "https://adfs.example.com\x00.evil.example.com/",
	} {
		t.Run(name, func(t *testing.T) {
			w := idptest.New(t)
			s := w.Site(host).On(start, idptest.HTML(posting(strings.ReplaceAll(action, "\x00", "&#0;"))))
			w.Site(evil)
			_, err := run(t, w)
			unsafe(t, err)
			if n := len(s.Requests()); n != 1 {
				t.Errorf("%d requests, want the page alone", n)
			}
			reached(t, w, host+":443")
		})
	}
}

// Also where the settings name an origin without TLS: nobody is even asked.
//
// security case 2
func TestAnAllowedOriginWithoutTLSGetsNothing(t *testing.T) {
	for action, rule := range map[string]string{"http://adfs.example.com/x": "without TLS", "javascript:x": "none of the web's"} {
		w := idptest.New(t)
		w.Site(host).On(start, idptest.HTML(posting(action)))
		c := config(t, w)
		c.Origins = []idp.Origin{origin(t, "http://adfs.example.com"), {}}
		p := &idptest.Person{Types: map[idp.Kind][]string{idp.Password: {canary}}}
		_, err := idp.NewWalk(c).Run(t.Context(), at(t, "https://"+host+startURL), p)
		if e := unsafe(t, err); !strings.Contains(e.Rule, rule) {
			t.Errorf("%s is refused because %q, want %q", action, e.Rule, rule)
		}
		if len(p.Asked()) != 0 {
			t.Errorf("%s: the password was asked for", action)
		}
	}
}

// security case 8
func TestSameOriginInOtherSpellings(t *testing.T) {
	for name, action := range map[string]string{
		"relative":            "post",
		"absolute path":       "/post",
		"default port":        "https://adfs.example.com:443/post",
		"capitals":            "https://ADFS.Example.COM/post",
		"no scheme":           "//adfs.example.com/post",
		"blanks round it":     "  /post\n",
		"backslash":           `\post`,
		"a line end inside":   "/po\nst",
		"fullwidth letters":   "https://ａdfs.example.com/post",
		"ideographic dots":    "https://adfs\u3002example\uff0ecom/post",
		"dots in the path":    "/a/../post",
		"entity in attribute": "&#x2f;post",
		"a fragment":          "/post#x",
	} {
		t.Run(name, func(t *testing.T) {
			w := idptest.New(t)
			s := w.Site(host).On(start, idptest.HTML(posting(action))).On("POST /post", response(t))
			if _, err := run(t, w); err != nil {
				t.Fatal(err)
			}
			if p := s.Posts(); len(p) != 1 || p[0].Value("Password") != canary {
				t.Errorf("sent %v", p)
			}
			reached(t, w, host+":443")
		})
	}
}

// security case 5, 8
func TestLookAlikeHostsAreShownInASCII(t *testing.T) {
	w := idptest.New(t)
	w.Site(host).On(start, idptest.HTML(posting("https://аdfs.example.com/x")))
	_, err := run(t, w)
	e := unsafe(t, err)
	if text := e.Error(); !strings.Contains(text, "xn--") || !strings.Contains(text, "IdP ("+host+")") || strings.ContainsFunc(text, func(r rune) bool { return r > 0x7E }) {
		t.Errorf("the message does not tell the hosts apart: %s", text)
	}
}

func TestOriginsAreComparedInOneSpelling(t *testing.T) {
	same := [][2]string{
		{"https://adfs.example.com", "https://ADFS.example.com:443/"},
		{"https://[::1]", "https://[0:0:0:0:0:0:0:1]:443"},
		{"https://bücher.example", "https://xn--bcher-kva.example"},
	}
	for _, pair := range same {
		if a, b := origin(t, pair[0]), origin(t, pair[1]); a != b {
			t.Errorf("%s and %s differ", a, b)
		}
	}
	for _, bad := range []string{"", "adfs.example.com", "https://", "https://a/path", "https://a?x", "https://a#x", "https://u@a", "https://a.", "https://a\u3002", "https://[fe80::1%25e]", "ftp://a", "https://a:b"} {
		if o, err := idp.ParseOrigin(bad); err == nil {
			t.Errorf("%q was accepted as %s", bad, o)
		}
	}
	if o := origin(t, "http://a"); o.Secure() {
		t.Error("http is taken for secure")
	}
	if (idp.Origin{}).Secure() {
		t.Error("no origin is taken for secure")
	}
}
