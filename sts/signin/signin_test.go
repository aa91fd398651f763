package signin

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/samlogin/samlogin/saml"
	"github.com/samlogin/samlogin/saml/foreign"
	"github.com/samlogin/samlogin/saml/secret"
)

func list(heads ...string) string {
	page := `<html><body><form id="saml_form"><fieldset>`
	for _, h := range heads {
		page += `<div class="saml-account"><div onClick="x"><img src="y"><div class="saml-account-name">` + h + `</div></div></div>`
	}
	return page + `</fieldset></form></body></html>`
}

func TestParse(t *testing.T) {
	for _, c := range []struct {
		name, page string
		want       map[string]string
		fails      bool
	}{
		{"names and none", list("Account: acme-prod (111111111111)", "Account: 222222222222"), map[string]string{"111111111111": "acme-prod"}, false},
		{"white space", list("\n  Account:\n\t acme  prod\n (111111111111) "), map[string]string{"111111111111": "acme prod"}, false},
		{"brackets in a name", list("Account: acme (old) (111111111111)"), map[string]string{"111111111111": "acme (old)"}, false},
		{"a colon in a name", list("Account: a: b (111111111111)"), map[string]string{"111111111111": "a: b"}, false},
		{"entities", list("Account: a &amp; &lt;b&gt; (111111111111)"), map[string]string{"111111111111": "a & <b>"}, false},
		{"another language", list("Konto: haus (111111111111)"), map[string]string{"111111111111": "haus"}, false},
		{"the number of another account", list("Account: 999999999999 (111111111111)"), map[string]string{}, false},
		{"two names", list("Account: a (111111111111)", "Account: b (111111111111)"), map[string]string{}, false},
		{"the same twice", list("Account: a (111111111111)", "Account: a (111111111111)"), map[string]string{"111111111111": "a"}, false},
		{"no number", list("Account: a (1111)", "Account: b", "", "Account: c (11111111111x)"), map[string]string{}, false},
		{"very long", list("Account: " + strings.Repeat("é", 300) + " (111111111111)"), map[string]string{"111111111111": strings.Repeat("é", 100)}, false},
		{"no list", `<html><div class="saml-account-name">Account: a (111111111111)</div>`, nil, true},
		{"nothing", "", nil, true},
		{"too deep", strings.Repeat("<div>", 100_000) + list("Account: a (111111111111)"), nil, true},
	} {
		got, err := Parse(c.page)
		if (err != nil) != c.fails || len(got) != len(c.want) {
			t.Errorf("%s: %v, %v", c.name, got, err)
		}
		for account, name := range c.want {
			if got[account] != foreign.Text(name) {
				t.Errorf("%s: %q, want %q", c.name, got[account].Raw(), name)
			}
		}
	}
}

func response(t testing.TB, destination string, accounts ...string) *saml.Response {
	t.Helper()
	r := &saml.Response{Encoded: secret.New("PHNhbWw+"), Destination: destination}
	for _, a := range accounts {
		role, err := saml.NewRole("arn:aws:iam::"+a+":role/Admin", "arn:aws:iam::"+a+":saml-provider/ADFS")
		if err != nil {
			t.Fatal(err)
		}
		r.Roles = append(r.Roles, role)
	}
	return r
}

const one, two, own = "111111111111", "222222222222", "https://signin.aws.amazon.com/saml"

// recorder is a way to servers that goes nowhere, and notes who was asked.
type recorder struct {
	asked []string
	body  string
}

func (r *recorder) RoundTrip(q *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(q.Body)
	r.asked, r.body = append(r.asked, q.Method+" "+q.URL.String()), string(body)
	w := httptest.NewRecorder()
	_, _ = io.WriteString(w, list("Account: a ("+one+")", "Account: z (999999999999)"))
	return w.Result(), err
}

// A response goes to the address of AWS's that it names, and nowhere else.
func TestWhoIsAsked(t *testing.T) {
	encrypted := response(t, own, one, two)
	encrypted.Encrypted = true
	for _, c := range []struct {
		name     string
		response *saml.Response
		want     string
	}{
		{"AWS", response(t, own, one, two), "POST " + own},
		{"in a region", response(t, "https://eu-west-1.signin.aws.amazon.com/saml", one, two), "POST https://eu-west-1.signin.aws.amazon.com/saml"},
		{"in China", response(t, "https://signin.amazonaws.cn/saml", one, two), "POST https://signin.amazonaws.cn/saml"},
		{"in GovCloud", response(t, "https://signin.amazonaws-us-gov.com:443/saml", one, two), "POST https://signin.amazonaws-us-gov.com:443/saml"},
		{"in the European cloud", response(t, "https://eusc-de-east-1.signin.amazonaws-eusc.eu/saml", one, two), "POST https://eusc-de-east-1.signin.amazonaws-eusc.eu/saml"},
		{"somebody else", response(t, "https://signin.aws.amazon.com.evil.test/saml", one, two), ""},
		{"without TLS", response(t, "http://signin.aws.amazon.com/saml", one, two), ""},
		{"another path", response(t, "https://signin.aws.amazon.com/samlx", one, two), ""},
		{"for encrypted ones", response(t, "https://signin.aws.amazon.com/saml/acs/SAMLX", one, two), ""},
		{"nobody", response(t, "", one, two), ""},
		{"one role", response(t, own, one), ""},
		{"no role", response(t, own), ""},
		{"encrypted", encrypted, ""},
	} {
		way := &recorder{}
		names, err := Client{Transport: way}.AccountNames(t.Context(), c.response)
		if got := strings.Join(way.asked, " "); got != c.want || errors.Is(err, ErrNotAsked) != (c.want == "") {
			t.Errorf("%s: asked was %q, want %q (%v)", c.name, got, c.want, err)
		}
		if c.want != "" && (len(names) != 1 || names[one] != "a" || way.body != "SAMLResponse=PHNhbWw%2B") {
			t.Errorf("%s: %v for %q", c.name, names, way.body)
		}
	}
}

func TestAnswersThatAreNone(t *testing.T) {
	for name, answer := range map[string]http.HandlerFunc{
		"a redirect": func(w http.ResponseWriter, q *http.Request) { http.Redirect(w, q, "/elsewhere", http.StatusFound) },
		"an error":   func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) },
		"too long": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, list("Account: a ("+one+")")+strings.Repeat(" ", MaxPage))
		},
		"a bomb": bomb,
		"broken gzip": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = io.WriteString(w, "no")
		},
		"cut off": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, "<html>")
		},
	} {
		asked := 0
		server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) { asked++; answer(w, q) }))
		client := Client{Transport: server.Client().Transport, Endpoint: server.URL}
		names, err := client.AccountNames(t.Context(), response(t, own, one, two))
		var failed *Error
		if !errors.As(err, &failed) || names != nil || asked != 1 || strings.Contains(err.Error(), "PHNhbWw") {
			t.Errorf("%s: %v, %v after %d requests", name, names, err, asked)
		}
		server.Close()
	}
}

func bomb(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Encoding", "gzip")
	z := gzip.NewWriter(w)
	blank := []byte(strings.Repeat(" ", 1<<20))
	for range 64 {
		_, _ = z.Write(blank)
	}
	_ = z.Close()
}

func TestEndOfPatience(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(_ http.ResponseWriter, q *http.Request) { _, _ = io.ReadAll(q.Body); <-q.Context().Done() }))
	defer server.Close()
	ctx, stop := context.WithCancelCause(t.Context())
	why := errors.New("enough")
	way := &server.Client().Transport
	_, err := Client{Endpoint: server.URL, Transport: stopping{*way, func() { stop(why) }}}.AccountNames(ctx, response(t, own, one, two))
	if !errors.Is(err, why) {
		t.Errorf("the error is %v", err)
	}
}

// stopping ends the waiting as soon as a request is under way.
type stopping struct {
	http.RoundTripper
	stop func()
}

func (s stopping) RoundTrip(q *http.Request) (*http.Response, error) {
	s.stop()
	return s.RoundTripper.RoundTrip(q)
}

func FuzzParse(f *testing.F) {
	f.Add(list("Account: acme (111111111111)"))
	f.Add(`<form id=saml_form><p class="saml-account-name">Account: (111111111111)`)
	f.Fuzz(func(t *testing.T, page string) {
		names, err := Parse(page)
		for account, name := range names {
			if err != nil || !number(account) || name == "" || len([]rune(name)) > longestName {
				t.Errorf("%q: %q, %v", account, name.Raw(), err)
			}
		}
	})
}

func BenchmarkParse(b *testing.B) {
	var heads []string
	for i := range 1000 {
		heads = append(heads, fmt.Sprintf("Account: acme-%d (%012d)", i, i))
	}
	page := list(heads...)
	b.SetBytes(int64(len(page)))
	for b.Loop() {
		if names, err := Parse(page); err != nil || len(names) != 1000 {
			b.Fatal(err)
		}
	}
}
