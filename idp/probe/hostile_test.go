package probe_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/idp/probe"
)

// Whatever a server answers, looking at it ends after a bounded number of requests with an error that says so, sends
// nothing over plain http, and takes over nothing that was not metadata.
//
// security case 13, 14, 15
func TestHostileAnswersEndTheProbe(t *testing.T) {
	var plain atomic.Int32
	unsafe := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { plain.Add(1) }))
	t.Cleanup(unsafe.Close)
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	for range 64 {
		_, _ = z.Write(make([]byte, 1<<20))
	}
	_ = z.Close()
	entities := `<!DOCTYPE m [<!ENTITY a "canary">` + func() (s string) {
		for i := range 20 {
			s += fmt.Sprintf(`<!ENTITY a%d "%s">`, i, strings.Repeat(fmt.Sprintf("&a%d;", i-1), 10))
		}
		return s
	}() + `]><EntityDescriptor entityID="&a19;" xmlns="urn:oasis:names:tc:SAML:2.0:metadata"><IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"/></EntityDescriptor>`
	text := func(kind, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", kind)
			_, _ = fmt.Fprint(w, body)
		}
	}
	round := &atomic.Int32{}
	for name, handler := range map[string]http.HandlerFunc{
		"round in a circle": func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.Path, http.StatusFound) },
		"on and on": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, fmt.Sprintf("/%d", round.Add(1)), http.StatusTemporaryRedirect)
		},
		"pages on and on": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			_, _ = fmt.Fprintf(w, `<body onload="document.forms[0].submit()"><form method="post" action="/%d"><input type="hidden" name="SAMLRequest" value="x"></form>`, round.Add(1))
		},
		"to plain http": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, unsafe.URL+"/adfs/ls", http.StatusFound)
		},
		"a form to http":    text("text/html", `<body onload="document.forms[0].submit()"><form method="post" action="`+unsafe.URL+`"><input type="hidden" name="SAMLRequest" value="x"></form>`),
		"no end":            text("text/html", strings.Repeat("<p>canary", 1<<20)),
		"entities":          text("application/samlmetadata+xml", entities),
		"metadata of 4 MiB": text("application/samlmetadata+xml", `<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="`+strings.Repeat("canary", 700_000)+`"/>`),
		"a bomb that unpacks": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(bomb.Bytes())
		},
		"a title for a terminal": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			w.WriteHeader(http.StatusTeapot)
			_, _ = fmt.Fprint(w, "<title>\x1b]52;c;Y2FuYXJ5\x07\u202e&#27;[2J</title>")
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, handler)
			for _, path := range []string{"", "/adfs/ls", "/realms/x", "/simplesaml", "/start?x=1"} {
				before := len(s.requests())
				found, err := look(t, s, path)
				if found != nil && (found.Metadata != nil || found.Said == nil && found.Missing == "") {
					t.Errorf("%q: something usable was found: %+v", path, found)
				}
				var unknown *probe.UnknownError
				var page *idp.PageError
				var network *idp.NetworkError
				var safety *idp.SafetyError
				if found == nil && !errors.As(err, &unknown) && !errors.As(err, &page) && !errors.As(err, &network) && !errors.As(err, &safety) {
					t.Errorf("%q: %v", path, err)
				}
				if err != nil && strings.ContainsAny(err.Error(), "\x1b\x07\u202e\n") {
					t.Errorf("%q: %q", path, err)
				}
				if n := len(s.requests()) - before; n > 60 {
					t.Errorf("%q: %d requests", path, n)
				}
			}
		})
	}
	if n := plain.Load(); n > 0 {
		t.Errorf("%d requests without TLS", n)
	}
}
