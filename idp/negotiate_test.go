package idp_test

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/idp/idptest"
	"github.com/samlogin/samlogin/saml/foreign"
	"github.com/samlogin/samlogin/saml/secret"
)

// tokens is a method that says what a test gives it.
type tokens struct {
	name, scheme string
	password     bool
	absent       bool
	give         []string // one after the other; "*" for ever

	begun    []idp.Origin
	heard    []string
	given    []string // passwords
	handing  []string
	finished int
}

func (m *tokens) Name() string      { return m.name }
func (m *tokens) Schemes() []string { return []string{m.scheme} }
func (m *tokens) Password() bool    { return m.password }

func (m *tokens) Begin(_ context.Context, target idp.Origin, _ string, password secret.Text) (idp.Handshake, error) {
	m.begun = append(m.begun, target)
	if m.absent {
		return nil, &idp.WindowsError{Reason: idp.NoTicket, Origin: target, Detail: foreign.Text("none here")}
	}
	m.given = append(m.given, password.Reveal())
	m.handing = slices.Clone(m.give)
	return m, nil
}

func (m *tokens) Next(challenge []byte) ([]byte, error) {
	m.heard = append(m.heard, string(challenge))
	if len(m.handing) == 0 {
		return nil, nil
	}
	token := m.handing[0]
	if token != "*" {
		m.handing = m.handing[1:]
	}
	return []byte(token), nil
}

func (m *tokens) Close() { m.finished++ }

func ticket(give ...string) *tokens {
	return &tokens{name: "a ticket", scheme: "Negotiate", give: give}
}

// windowsWalk is a walk that may sign in by these methods.
func windowsWalk(t testing.TB, w *idptest.World, methods ...*tokens) *idp.Walk {
	t.Helper()
	c := config(t, w)
	c.Windows = windowsOf(w, methods...)
	return idp.NewWalk(c)
}

func windowsOf(w *idptest.World, methods ...*tokens) *idp.Windows {
	windows := &idp.Windows{Connection: func() (http.RoundTripper, func()) {
		one := idp.OneConnection(w.Transport)
		return one, one.CloseIdleConnections
	}}
	for _, m := range methods {
		windows.Methods = append(windows.Methods, m)
	}
	return windows
}

func wants(lines ...string) idptest.Answer {
	var headers []string
	for _, l := range lines {
		headers = append(headers, "WWW-Authenticate", l)
	}
	return idptest.Page(401, "<title>401</title>", headers...)
}

func challenged(scheme, token string) idptest.Answer {
	return wants(scheme + " " + base64.StdEncoding.EncodeToString([]byte(token)))
}

// proofs are the Authorization headers that a site got, "" for a request without.
func proofs(s *idptest.Site) []string {
	var out []string
	for _, r := range s.Requests() {
		scheme, text, _ := strings.Cut(r.Header.Get("Authorization"), " ")
		token, _ := base64.StdEncoding.DecodeString(text)
		out = append(out, strings.TrimSpace(scheme+" "+string(token)))
	}
	return out
}

func windowsError(t testing.TB, err error, want idp.WindowsReason) *idp.WindowsError {
	t.Helper()
	var e *idp.WindowsError
	if !errors.As(err, &e) || e.Reason != want {
		t.Fatalf("%v, want a *idp.WindowsError of reason %d", err, want)
	}
	return e
}

func TestTokensGoToTheAddressThatAskedAndNoFurther(t *testing.T) {
	w := idptest.New(t)
	s := w.Site(host).
		On(start, idptest.Redirect(302, "/adfs/ls/wia?x=1")).
		On("GET /adfs/ls/wia", wants("Negotiate", "NTLM"), challenged("Negotiate", "say more"), idptest.Redirect(302, "/adfs/ls/done", "Set-Cookie", "MSISAuth=1; Secure")).
		On("GET /adfs/ls/done", response(t))
	m := ticket("first", "second")
	if _, err := windowsWalk(t, w, m).Run(t.Context(), at(t, "https://"+host+startURL), stored()); err != nil {
		t.Fatal(err)
	}
	if got, want := proofs(s), []string{"", "", "Negotiate first", "Negotiate second", ""}; !slices.Equal(got, want) {
		t.Errorf("sent %q, want %q", got, want)
	}
	if !slices.Equal(m.heard, []string{"", "say more"}) || m.finished != 1 || len(m.begun) != 1 || m.begun[0] != origin(t, "https://"+host) {
		t.Errorf("the method heard %q, was ended %d times, begun for %v", m.heard, m.finished, m.begun)
	}
	for i, r := range s.Requests() {
		if r.Method != "GET" || (i >= 2 && r.Query != "x=1" && r.Path == "/adfs/ls/wia") {
			t.Errorf("request %d: %s %s?%s", i, r.Method, r.Path, r.Query)
		}
	}
	if last := s.Requests()[4]; !strings.Contains(last.Header.Get("Cookie"), "MSISAuth") {
		t.Error("what the sign-in set was not kept")
	}
}

// security case 21
func TestNoTokenForAnotherOrigin(t *testing.T) {
	for name, to := range map[string]string{"https": "https://" + evil + "/wia", "http": "http://" + host + "/wia", "other port": "https://" + host + ":8443/wia"} {
		t.Run(name, func(t *testing.T) {
			w := idptest.New(t)
			w.Site(host).On(start, idptest.Redirect(302, to))
			others := []*idptest.Site{w.Site(evil).On("GET /wia", wants("Negotiate", "NTLM")), w.Site(host+":8443").On("GET /wia", wants("NTLM"))}
			m := ticket("*")
			n := &tokens{name: "by password", scheme: "NTLM", password: true, give: []string{"*"}}
			_, err := windowsWalk(t, w, m, n).Run(t.Context(), at(t, "https://"+host+startURL), stored())
			unsafe(t, err)
			if len(m.begun)+len(n.begun) != 0 {
				t.Error("a ticket was asked for")
			}
			for _, s := range others {
				for _, p := range proofs(s) {
					if p != "" {
						t.Errorf("%s got %q", s.Name, p)
					}
				}
			}
		})
	}
}

// security case 21
func TestBasicIsNeverAnswered(t *testing.T) {
	for _, lines := range [][]string{{`Basic realm="x"`}, {`Basic realm="Negotiate, NTLM"`}, {`Digest realm="x", nonce="NTLM"`}} {
		w := idptest.New(t)
		s := w.Site(host).On(start, wants(lines...))
		m, n := ticket("*"), &tokens{name: "by password", scheme: "NTLM", password: true, give: []string{"*"}}
		_, err := windowsWalk(t, w, m, n).Run(t.Context(), at(t, "https://"+host+startURL), stored())
		var page *idp.PageError
		if !errors.As(err, &page) || !slices.Equal(proofs(s), []string{""}) || len(m.begun)+len(n.begun) > 0 {
			t.Errorf("%q: %v; sent %q", lines, err, proofs(s))
		}
	}
}

// security case 21
func TestARedirectDuringTheSignInBearsNoToken(t *testing.T) {
	w := idptest.New(t)
	w.Site(host).On(start, wants("Negotiate"), idptest.Redirect(302, "https://"+evil+"/wia"))
	s := w.Site(evil).On("GET /wia", wants("Negotiate"))
	_, err := windowsWalk(t, w, ticket("*")).Run(t.Context(), at(t, "https://"+host+startURL), stored())
	unsafe(t, err)
	if !slices.Equal(proofs(s), []string{""}) {
		t.Errorf("the other server got %q", proofs(s))
	}
}

func TestA401ThatNeverEndsIsBounded(t *testing.T) {
	for name, c := range map[string]struct {
		again idptest.Answer
		sent  int
	}{"without a challenge": {wants("Negotiate"), 1}, "with a challenge": {challenged("Negotiate", "more"), 4}} {
		t.Run(name, func(t *testing.T) {
			w := idptest.New(t)
			s := w.Site(host).On(start, wants("Negotiate"), c.again)
			_, err := windowsWalk(t, w, ticket("*")).Run(t.Context(), at(t, "https://"+host+startURL), stored())
			e := windowsError(t, err, idp.TokenRefused)
			if !strings.Contains(e.Hint(), "Extended Protection") {
				t.Errorf("hint %q", e.Hint())
			}
			if n := len(s.Requests()); n != 1+c.sent {
				t.Errorf("%d requests", n)
			}
		})
	}
}

func TestTheNextMethodIsTriedOnlyWhereTheFirstHasNothing(t *testing.T) {
	w := idptest.New(t)
	s := w.Site(host).On(start, wants("Negotiate", "NTLM"), response(t))
	first, second := ticket("x"), ticket("y")
	first.absent, second.name = true, "another"
	if _, err := windowsWalk(t, w, first, second).Run(t.Context(), at(t, "https://"+host+startURL), stored()); err != nil {
		t.Fatal(err)
	}
	if got := proofs(s); !slices.Equal(got, []string{"", "Negotiate y"}) {
		t.Errorf("sent %q", got)
	}

	w = idptest.New(t)
	s = w.Site(host).On(start, wants("Negotiate"))
	_, err := windowsWalk(t, w, first).Run(t.Context(), at(t, "https://"+host+startURL), stored())
	windowsError(t, err, idp.NoTicket)
	_, err = windowsWalk(t, w, &tokens{name: "by password", scheme: "NTLM"}).Run(t.Context(), at(t, "https://"+host+startURL), stored())
	windowsError(t, err, idp.SchemeMissing)
	if got := proofs(s); !slices.Equal(got, []string{"", ""}) {
		t.Errorf("sent %q", got)
	}
}

// security case 12
func TestAPasswordProvedWithoutAFormCountsAsSent(t *testing.T) {
	t.Run("stored", func(t *testing.T) {
		w := idptest.New(t)
		s := w.Site(host).On(start, wants("NTLM"))
		m := &tokens{name: "by password", scheme: "NTLM", password: true, give: []string{"x"}}
		walk := windowsWalk(t, w, m)
		_, err := walk.Run(t.Context(), at(t, "https://"+host+startURL), stored())
		var refused *idp.RefusedError
		if !errors.As(err, &refused) || refused.Reason != idp.WindowsPassword || refused.User != "jane@example.com" {
			t.Fatal(err)
		}
		if _, err = walk.Run(t.Context(), at(t, "https://"+host+startURL), stored()); err == nil || len(m.given) != 1 || !walk.SecretSent() {
			t.Errorf("the stored password was proved %d times: %v", len(m.given), err)
		}
		if got := proofs(s); !slices.Equal(got, []string{"", "NTLM x", ""}) {
			t.Errorf("sent %q", got)
		}
	})
	t.Run("typed", func(t *testing.T) {
		w := idptest.New(t)
		w.Site(host).On(start, wants("NTLM"))
		m := &tokens{name: "by password", scheme: "NTLM", password: true, give: []string{"x"}}
		person := &idptest.Person{Types: map[idp.Kind][]string{idp.Password: {"a", "b", "c", "d"}}}
		_, err := windowsWalk(t, w, m).Run(t.Context(), at(t, "https://"+host+startURL), person)
		var refused *idp.RefusedError
		if !errors.As(err, &refused) || !slices.Equal(m.given, []string{"a", "b", "c"}) {
			t.Errorf("%v after %q", err, m.given)
		}
		for i, q := range person.Asked(idp.Password) {
			if q.Again != (i > 0) || q.Origin != origin(t, "https://"+host) {
				t.Errorf("question %d: %+v", i, q)
			}
		}
	})
}

func TestAMessageIsNeverSentOnAnotherConnection(t *testing.T) {
	w := idptest.New(t)
	s := w.Site(host).On(start, wants("NTLM"), func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("Connection", "close")
		challenged("NTLM", "more")(rw, r)
	}, response(t))
	m := &tokens{name: "NTLM", scheme: "NTLM", give: []string{"one", "two"}}
	_, err := windowsWalk(t, w, m).Run(t.Context(), at(t, "https://"+host+startURL), stored())
	windowsError(t, err, idp.ConnectionLost)
	if got := proofs(s); !slices.Equal(got, []string{"", "NTLM one"}) {
		t.Errorf("sent %q", got)
	}
}

func TestTheFormInsteadIsTold(t *testing.T) {
	w := idptest.New(t)
	w.Site(host).On(start, idptest.HTML(posting("/login"))).On("POST /login", response(t))
	c := config(t, w)
	c.Windows = windowsOf(w, ticket("x"))
	var told []idp.Origin
	c.Windows.FormInstead = func(o idp.Origin) { told = append(told, o) }
	if _, err := idp.NewWalk(c).Run(t.Context(), at(t, "https://"+host+startURL), stored()); err != nil || len(told) != 1 {
		t.Errorf("%v, told %v", err, told)
	}
}

func TestHTTP1AndOneConnectionBesideHTTP2(t *testing.T) {
	w := idptest.New(t)
	s := w.HTTP2Site(host).On(start, wants("NTLM"), challenged("NTLM", "more"), response(t))
	m := &tokens{name: "NTLM", scheme: "NTLM", give: []string{"one", "two"}}
	if _, err := windowsWalk(t, w, m).Run(t.Context(), at(t, "https://"+host+startURL), stored()); err != nil {
		t.Fatal(err)
	}
	var protocols []string
	for _, r := range s.Requests() {
		protocols = append(protocols, r.Proto)
	}
	if !slices.Equal(protocols, []string{"HTTP/2.0", "HTTP/1.1", "HTTP/1.1"}) {
		t.Errorf("spoke %q", protocols)
	}
}

func TestSchemesOfA401(t *testing.T) {
	for _, c := range []struct {
		lines []string
		want  string
	}{
		{[]string{"Negotiate", "NTLM"}, "Negotiate NTLM"},
		{[]string{"Negotiate, NTLM"}, "Negotiate NTLM"},
		{[]string{`Basic realm="x", NTLM`, "negotiate"}, "Basic NTLM negotiate"},
		{[]string{`Basic realm="a, b", charset="UTF-8"`}, "Basic"},
		{[]string{"", " , ,"}, ""},
	} {
		for _, kind := range []string{"text/html", "text/plain; charset=us-ascii", ""} {
			p, err := idp.ReadPage(at(t, "https://"+host+"/"), 401, http.Header{"Www-Authenticate": c.lines, "Content-Type": {kind}}, []byte("401 - Unauthorized"))
			if err != nil {
				if windows := strings.Contains(strings.ToLower(c.want), "negotiate"); windows || kind == "text/html" {
					t.Errorf("%q as %s: %v", c.lines, kind, err)
				}
				continue
			}
			if got := strings.Join(p.Asks, " "); got != c.want {
				t.Errorf("%q: %q, want %q", c.lines, got, c.want)
			}
		}
	}
}
