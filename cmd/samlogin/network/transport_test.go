package network

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// A dead peer is noticed in whichever phase it dies. The timers are injected: the one of the phase under test fires as
// soon as it is set, all others never.
//
// security case 17
func TestEachPhaseHasItsLimit(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0") // accepts by the kernel and never says a word
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = silent.Close() }()
	release := make(chan struct{})
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/body" {
			w.WriteHeader(http.StatusOK)
			_ = http.NewResponseController(w).Flush()
		}
		select {
		case <-release:
		case <-r.Context().Done():
		}
	}))
	defer server.Close()
	defer close(release)
	for _, c := range []struct {
		url, phase string
		limit      time.Duration
		timer      int  // which of a request's timers fires: they are set in the order of the phases
		hole       bool // nobody answers even the attempt to connect
	}{
		{server.URL + "/header", "talking to all servers (--timeout)", time.Minute, 1, false},
		{"https://192.0.2.1/", "connecting", DialLimit, 2, true},
		{"https://" + silent.Addr().String() + "/", "agreeing on TLS", tlsLimit, 3, false},
		{server.URL + "/header", "waiting for the answer", answerLimit, 4, false},
		{server.URL + "/body", "reading the answer", bodyLimit, 5, false},
	} {
		transport := NewTransport(nil, func(string) string { return "" }, 1)
		transport.TLSClientConfig = &tls.Config{InsecureSkipVerify: true} // the certificate is not what is tested
		if c.hole {
			transport.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) { <-ctx.Done(); return nil, ctx.Err() }
		}
		p := newPatience(transport, time.Minute, time.Now)
		var set atomic.Int32
		p.after = func(d time.Duration, f func()) func() bool {
			if int(set.Add(1)) == c.timer {
				go f()
			}
			return func() bool { return true }
		}
		err := fetch(p, c.url)
		var slow *SlowError
		if !errors.As(err, &slow) || slow.Phase != c.phase || slow.Limit != c.limit {
			t.Errorf("%s: got %v", c.phase, err)
		}
		transport.CloseIdleConnections()
	}
}

// tripper is a transport that is a function.
type tripper func(*http.Request) (*http.Response, error)

func (f tripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// A server that sees us hang up may answer, and its answer may still come in. Whoever asked is told why we hung up.
func TestWhatComesAfterTheEndIsNoAnswer(t *testing.T) {
	told := errors.New("told to stop")
	for _, text := range []string{"", "half of an answ"} {
		ctx, stop := context.WithCancelCause(t.Context())
		server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			stop(told)
			_, _ = io.WriteString(w, text)
		}))
		defer server.Close()
		late := tripper(func(req *http.Request) (*http.Response, error) {
			return server.Client().Transport.RoundTrip(req.WithContext(context.WithoutCancel(req.Context())))
		})
		p := newPatience(late, time.Minute, time.Now)
		stopped := 0
		p.after = func(time.Duration, func()) func() bool { return func() bool { stopped++; return true } }
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL, nil)
		if err != nil {
			t.Fatal(err)
		}
		if answer, err := p.RoundTrip(req); err != told || answer != nil {
			t.Errorf("%q: %v, want %v", text, err, told)
		}
		if stopped == 0 {
			t.Errorf("%q: its timers were not stopped", text)
		}

		// The same while the text is read.
		ctx, stop = context.WithCancelCause(t.Context())
		server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, text) })
		answer, err := p.RoundTrip(req.WithContext(ctx))
		if err != nil {
			t.Fatal(err)
		}
		stop(told)
		if _, err := io.ReadAll(answer.Body); err != told {
			t.Errorf("%q, while it is read: %v, want %v", text, err, told)
		}
		_ = answer.Body.Close()
	}
}

func fetch(rt http.RoundTripper, url string) error {
	req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	answer, err := (&http.Client{Transport: rt}).Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	_, err = io.ReadAll(answer.Body)
	return err
}

// The network time of a run is the sum of its requests; what is left bounds the next one.
func TestNetworkTimeAddsUp(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok") }))
	defer server.Close()
	now := time.Unix(0, 0)
	p := newPatience(server.Client().Transport, 10*time.Second, func() time.Time { now = now.Add(2 * time.Second); return now })
	var lefts []time.Duration
	p.after = func(d time.Duration, _ func()) func() bool {
		lefts = append(lefts, d)
		return func() bool { return true }
	}
	for range 5 {
		if err := fetch(p, server.URL); err != nil {
			t.Fatal(err)
		}
	}
	if err := fetch(p, server.URL); err == nil || !strings.Contains(err.Error(), "--timeout") {
		t.Errorf("after the time is used up: %v", err)
	}
	if lefts[0] != 10*time.Second {
		t.Errorf("the first request had %s", lefts[0])
	}
}

// security case 15: a header larger than 64 KiB is not read to its end.
func TestHugeHeaderIsRefused(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for range 2000 {
			w.Header().Add("X-Filler", strings.Repeat("x", 100))
		}
	}))
	defer server.Close()
	transport := NewTransport(nil, func(string) string { return "" }, 1)
	transport.TLSClientConfig = server.Client().Transport.(*http.Transport).TLSClientConfig
	if err := fetch(newPatience(transport, time.Minute, time.Now), server.URL); err == nil {
		t.Error("a header of 200 KB was read")
	}
}

// security case 22
func TestProxyOfTheEnvironment(t *testing.T) {
	env := map[string]string{"HTTPS_PROXY": "http://user:pr0xy-secret@proxy.example.com:3128", "NO_PROXY": "internal.example.com"}
	proxy := ProxyOf(func(name string) string { return env[name] })
	for host, proxied := range map[string]bool{
		"https://adfs.example.com/": true, "https://internal.example.com/": false, "https://127.0.0.1:8443/": false, "https://localhost/": false,
	} {
		req := httptest.NewRequest(http.MethodGet, host, nil)
		u, err := proxy(req.URL)
		if err != nil || (u != nil) != proxied {
			t.Errorf("%s: proxy %v, %v", host, u != nil, err)
		}
	}
	connect := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusProxyAuthRequired) }))
	defer connect.Close()
	env["HTTPS_PROXY"] = strings.Replace(connect.URL, "http://", "http://user:pr0xy-secret@", 1)
	err := fetch(newPatience(NewTransport(nil, func(name string) string { return env[name] }, 1), time.Minute, time.Now), "https://adfs.example.com/")
	var refused *ProxyError
	if !errors.As(err, &refused) || refused.Status != http.StatusProxyAuthRequired || strings.Contains(refused.Error(), "pr0xy-secret") {
		t.Errorf("a proxy that wants a password: %v", err)
	}
}

// Which hosts are reached by way of the proxy: NO_PROXY in all its forms, and loopback never.
func TestWhoIsReachedByAProxy(t *testing.T) { // security case 143
	for _, c := range []struct {
		none, url string
		proxied   bool
	}{
		{"", "https://adfs.example.com/", true},
		{"example.com", "https://adfs.example.com/", false},
		{"example.com", "https://example.com/", false},
		{"example.com", "https://evilexample.com/", true},
		{".example.com", "https://adfs.example.com/", false},
		{".example.com", "https://example.com/", true},
		{"*.example.com", "https://adfs.example.com/", false},
		{"other.test, example.com", "https://adfs.example.com/", false},
		{"EXAMPLE.com", "https://adfs.example.com/", false},
		{"adfs.example.com:8443", "https://adfs.example.com/", true},
		{"adfs.example.com:443", "https://adfs.example.com/", false},
		{"*", "https://adfs.example.com/", false},
		{"10.0.0.0/8", "https://10.1.2.3/", false},
		{"10.0.0.0/8", "https://11.1.2.3/", true},
		{"10.1.2.3", "https://10.1.2.3/", false},
		{"fd00::/8", "https://[fd00::1]/", false},
		{"", "https://127.0.0.1:8443/", false}, {"", "https://127.8.9.1/", false}, {"", "https://[::1]:1/", false}, {"", "https://localhost:4566/", false},
		{"other.test", "https://127.0.0.1/", false},
	} {
		for _, names := range [][2]string{{"HTTPS_PROXY", "NO_PROXY"}, {"https_proxy", "no_proxy"}} {
			env := map[string]string{names[0]: "http://proxy.example.net:3128", names[1]: c.none, "HTTP_PROXY": "http://wrong.example.net"}
			u, err := url.Parse(c.url)
			if err != nil {
				t.Fatal(err)
			}
			by, err := ProxyOf(func(name string) string { return env[name] })(u)
			if err != nil || (by != nil) != c.proxied || by != nil && by.Host != "proxy.example.net:3128" {
				t.Errorf("%s=%s: %s by way of %v, %v", names[1], c.none, c.url, by, err)
			}
		}
	}
}
