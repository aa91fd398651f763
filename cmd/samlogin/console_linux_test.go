package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/samlogin/samlogin/saml/secret"
)

// Whoever prints the address on a terminal is told what it is.
func TestAnAddressOnTheTerminalIsWarnedOf(t *testing.T) { // security case 129
	r := newMachineRig(t, "p=111111111111/Admin")
	c := openConsole(t, append(r.environ(), "AWS_ENDPOINT_URL_SIGNIN="+r.env["AWS_ENDPOINT_URL_STS"], "SAMLOGIN_PASSWORD="+goodPassword), "console", "p", "--print")
	c.next("whoever has this address is the role, for fifteen minutes")
	c.next("SigninToken=")
	if code := c.exit(); code != exitDone {
		t.Errorf("exit %d\n%s", code, c.seen.String())
	}
}

// The page that leads the browser on does so once, and only for whom it was made.
func TestThePageOfOneVisit(t *testing.T) { // security case 129
	const host = "127.0.0.1:4711"
	p := &oncePage{host: host, path: "/path-nobody-knows", link: secret.New("https://signin.aws.amazon.com/federation?SigninToken=c4nary"), visited: make(chan struct{})}
	for _, c := range []struct {
		what, method, host, path string
		status                   int
	}{
		{"another path", http.MethodGet, host, "/", http.StatusNotFound},
		{"a part of it", http.MethodGet, host, "/path-nobody", http.StatusNotFound},
		{"another host", http.MethodGet, "evil.test:4711", p.path, http.StatusNotFound},
		{"localhost", http.MethodGet, "localhost:4711", p.path, http.StatusNotFound},
		{"a form", http.MethodPost, host, p.path, http.StatusNotFound},
		{"a look ahead", http.MethodHead, host, p.path, http.StatusNotFound},
		{"the browser", http.MethodGet, host, p.path, http.StatusSeeOther},
		{"once more", http.MethodGet, host, p.path, http.StatusGone},
	} {
		q := httptest.NewRequest(c.method, "http://"+host+c.path, nil)
		q.Host, q.RemoteAddr = c.host, "127.0.0.1:1"
		answer := httptest.NewRecorder()
		p.ServeHTTP(answer, q)
		if answer.Code != c.status || strings.Contains(answer.Header().Get("Location"), "c4nary") != (c.status == http.StatusSeeOther) {
			t.Errorf("%s: %d %v", c.what, answer.Code, answer.Header())
		}
		if c.status == http.StatusSeeOther && (answer.Header().Get("Cache-Control") != "no-store" || answer.Header().Get("Referrer-Policy") != "no-referrer" || strings.Contains(answer.Body.String(), "c4nary")) {
			t.Errorf("%s: %v %q", c.what, answer.Header(), answer.Body.String())
		}
	}
}
