package idptest

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/samlogin/samlogin/idp"
)

// A Site is one server of a World.
type Site struct {
	Name string // "adfs.example.com" or "adfs.example.com:8443"

	t       testing.TB
	server  *httptest.Server
	mu      sync.Mutex
	log     []Request
	answers map[string][]Answer
}

// A Request is what a site was sent.
type Request struct {
	Method, Path, Query string
	Proto               string
	Header              http.Header
	Body                string
	Pairs               []idp.Pair // of the body, in the order in which they were sent
}

// Value is the value of the first pair of a name, "" if there is none.
func (r Request) Value(name string) string {
	for _, p := range r.Pairs {
		if p.Name == name {
			return p.Value
		}
	}
	return ""
}

// Names lists the names of the pairs as they were sent.
func (r Request) Names() string {
	var names []string
	for _, p := range r.Pairs {
		names = append(names, p.Name)
	}
	return strings.Join(names, " ")
}

// An Answer writes one answer of a site.
type Answer func(http.ResponseWriter, *http.Request)

// On says how the site answers "METHOD /path": with each answer once, then with the last for ever. A request that
// nothing was said about fails the test.
func (s *Site) On(what string, answers ...Answer) *Site {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answers[what] = answers
	return s
}

// URL is an address of the site.
func (s *Site) URL(path string) *url.URL {
	u, err := url.Parse("https://" + s.Name + path)
	if err != nil {
		s.t.Fatalf("address of a site: %v", err)
	}
	return u
}

// Requests is the log of the site.
func (s *Site) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Request(nil), s.log...)
}

// Posts is the part of the log that was sent with POST.
func (s *Site) Posts() []Request {
	var out []Request
	for _, r := range s.Requests() {
		if r.Method == http.MethodPost {
			out = append(out, r)
		}
	}
	return out
}

func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body) // a body that breaks off is in the log as far as it came
	got := Request{Method: r.Method, Path: r.URL.Path, Query: r.URL.RawQuery, Proto: r.Proto, Header: r.Header.Clone(), Body: string(body)}
	for _, part := range strings.Split(got.Body, "&") {
		name, value, _ := strings.Cut(part, "=")
		name, nameErr := url.QueryUnescape(name)
		value, valueErr := url.QueryUnescape(value)
		if part != "" && nameErr == nil && valueErr == nil {
			got.Pairs = append(got.Pairs, idp.Pair{Name: name, Value: value})
		}
	}
	what := r.Method + " " + r.URL.Path
	s.mu.Lock()
	s.log = append(s.log, got)
	left := s.answers[what]
	if len(left) > 1 {
		s.answers[what] = left[1:]
	}
	s.mu.Unlock()
	if len(left) == 0 {
		s.t.Errorf("%s was asked for %s, which nobody expected", s.Name, what)
		http.NotFound(w, r)
		return
	}
	left[0](w, r)
}

// HTML answers 200 with a page.
func HTML(page string) Answer { return Page(http.StatusOK, page) }

// Page answers with a status and a page. Headers are given as name, value, name, value.
func Page(status int, page string, headers ...string) Answer {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		for i := 0; i+1 < len(headers); i += 2 {
			w.Header().Add(headers[i], headers[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, page)
	}
}

// Redirect answers with a redirect to an address, which is sent as it stands here.
func Redirect(status int, to string, headers ...string) Answer {
	return Page(status, "", append([]string{"Location", to}, headers...)...)
}

// BreakOff ends the connection (HTTP/2: the stream) after the request was read, without an answer.
func BreakOff() Answer {
	return func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }
}

// Raw answers with bytes that net/http would not write, and closes the connection. HTTP/1 only.
func Raw(bytes string) Answer {
	return func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err)
		}
		_, _ = io.WriteString(conn, bytes)
		_ = conn.Close()
	}
}

// quiet keeps what servers say about clients that went away out of the tests' output.
func quiet() *log.Logger { return log.New(io.Discard, "", 0) }
