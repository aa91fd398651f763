package container_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/samlogin/samlogin/saml/secret"
	"github.com/samlogin/samlogin/sts"
	"github.com/samlogin/samlogin/sts/container"
)

var expires = time.Date(2026, 3, 4, 9, 30, 0, 0, time.FixedZone("x", 3600))

func keys(context.Context) (container.Keys, error) {
	return container.Keys{Credentials: sts.Credentials{AccessKeyID: "ASIA1", SecretAccessKey: secret.New("c4nary-key"), SessionToken: secret.New("c4nary-token"), Expiration: expires}, RoleARN: "arn:aws:iam::111111111111:role/Admin"}, nil
}

// served is a server that runs until the test ends; wait gives what Serve gave.
func served(t *testing.T, source container.Source) (s *container.Server, wait func() error) {
	t.Helper()
	s, err := container.Listen(source)
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(t.Context()) }()
	t.Cleanup(s.Close)
	return s, sync.OnceValue(func() error { return <-ended })
}

func ask(t *testing.T, s *container.Server, change func(*http.Request)) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL(), nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", s.Token().Reveal())
	if change != nil {
		change(req)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	answer, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(body)
}

func TestKeysForWhoKnowsTheToken(t *testing.T) {
	s, _ := served(t, keys)
	status, body := ask(t, s, nil)
	var got map[string]string
	if err := json.Unmarshal([]byte(body), &got); err != nil || status != 200 {
		t.Fatalf("%d %v", status, err)
	}
	for name, want := range map[string]string{"AccessKeyId": "ASIA1", "SecretAccessKey": "c4nary-key", "Token": "c4nary-token", "Expiration": "2026-03-04T08:30:00Z", "RoleArn": "arn:aws:iam::111111111111:role/Admin"} {
		if got[name] != want {
			t.Errorf("%s is %q, want %q", name, got[name], want)
		}
	}
	if !strings.HasPrefix(s.URL(), "http://127.0.0.1:") { // security case 122
		t.Errorf("it listens at %s", s.URL())
	}
	other, _ := served(t, keys)
	if len(s.Token().Reveal()) != 43 || s.Token().Reveal() == other.Token().Reveal() { // security case 125
		t.Error("the token is not a new one of 256 bits")
	}
	if s.URL() == other.URL() { // security case 127: the port is the kernel's choice, and held from here on
		t.Errorf("two servers at %s", s.URL())
	}
}

// security case 121, 123, 124
func TestNothingForAnybodyElse(t *testing.T) {
	s, _ := served(t, keys)
	token := s.Token().Reveal()
	set := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	port := s.URL()[strings.LastIndex(s.URL(), ":")+1 : strings.LastIndex(s.URL(), "/")]
	for name, c := range map[string]struct {
		change func(*http.Request)
		status int
	}{
		"no token":             {func(r *http.Request) { r.Header.Del("Authorization") }, 403},
		"empty token":          {set("Authorization", ""), 403},
		"wrong token":          {set("Authorization", strings.Repeat("x", len(token))), 403},
		"a prefix":             {set("Authorization", token[:20]), 403},
		"longer":               {set("Authorization", token+"x"), 403},
		"a scheme before it":   {set("Authorization", "Bearer "+token), 403},
		"twice":                {func(r *http.Request) { r.Header.Add("Authorization", token) }, 403},
		"in the query instead": {func(r *http.Request) { r.Header.Del("Authorization"); r.URL.RawQuery = "token=" + token }, 403},
		"another host":         {func(r *http.Request) { r.Host = "evil.test:" + port }, 403},
		"localhost":            {func(r *http.Request) { r.Host = "localhost:" + port }, 403},
		"without port":         {func(r *http.Request) { r.Host = "127.0.0.1" }, 403},
		"of another loopback":  {func(r *http.Request) { r.Host = "[::1]:" + port }, 403},
		"a page's":             {set("Origin", "https://evil.test"), 403},
		"by a link":            {set("Referer", "https://evil.test/x"), 403},
		"by a browser":         {set("Sec-Fetch-Site", "none"), 403},
		"by a script":          {set("Sec-Fetch-Mode", "cors"), 403},
		"by a picture":         {set("Sec-Fetch-Dest", "image"), 403},
		"handed on":            {set("X-Forwarded-For", "10.0.0.1"), 403},
		"handed on for a host": {set("X-Forwarded-Host", "evil.test"), 403},
		"handed on, as it is":  {set("Forwarded", "for=10.0.0.1"), 403},
		"by a proxy":           {set("Via", "1.1 proxy"), 403},
		"another address":      {func(r *http.Request) { r.URL.Path = "/" }, 404},
		"with a query":         {func(r *http.Request) { r.URL.RawQuery = "a=b" }, 404},
		"POST":                 {func(r *http.Request) { r.Method = http.MethodPost }, 405},
		"HEAD":                 {func(r *http.Request) { r.Method = http.MethodHead }, 405},
		"PUT":                  {func(r *http.Request) { r.Method = http.MethodPut }, 405},
		"OPTIONS":              {func(r *http.Request) { r.Method = http.MethodOptions }, 405},
	} {
		status, body := ask(t, s, c.change)
		if status != c.status || strings.Contains(body, "c4nary") || (status == 403 && body != "") {
			t.Errorf("%s: %d %q, want %d", name, status, body, c.status)
		}
	}
}

// What clients do not send by themselves: each request of a connection is judged for itself, a host is named and is the
// one that is listened at, and there is no other protocol.
//
// security case 123, 124
func TestRawRequests(t *testing.T) {
	s, _ := served(t, keys)
	address := strings.TrimSuffix(strings.TrimPrefix(s.URL(), "http://"), "/credentials")
	host, token := "Host: "+address+"\r\n", "Authorization: "+s.Token().Reveal()+"\r\n"
	const get = "GET /credentials HTTP/1.1\r\n"
	for name, c := range map[string]struct {
		sent string
		want []int
	}{
		"two, one behind the other":        {get + host + token + "\r\n" + get + host + token + "Connection: close\r\n\r\n", []int{200, 200}},
		"the second without the token":     {get + host + token + "\r\n" + get + host + "Connection: close\r\n\r\n", []int{200, 403}},
		"the second is a page's":           {get + host + token + "\r\n" + get + host + token + "Origin: null\r\nConnection: close\r\n\r\n", []int{200, 403}},
		"no host":                          {get + token + "\r\n", []int{400}},
		"no host, as it once was":          {"GET /credentials HTTP/1.0\r\n" + token + "\r\n", []int{403}},
		"an empty host":                    {get + "Host:\r\n" + token + "Connection: close\r\n\r\n", []int{403}},
		"two hosts":                        {get + host + "Host: evil.test\r\n" + token + "Connection: close\r\n\r\n", []int{400}},
		"another host in the first line":   {"GET http://evil.test/credentials HTTP/1.1\r\n" + host + token + "Connection: close\r\n\r\n", []int{403}},
		"HTTP/2":                           {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00", []int{403}},
		"HTTP/2 by way of HTTP/1.1":        {get + host + token + "Connection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n", []int{200}},
		"a header as long as is allowed":   {get + host + token + "X: " + strings.Repeat("x", 7<<10) + "\r\nConnection: close\r\n\r\n", []int{200}},
		"a header longer than is allowed":  {get + host + token + "X: " + strings.Repeat("x", 13<<10) + "\r\nConnection: close\r\n\r\n", []int{431}},
		"a tunnel":                         {"CONNECT " + address + " HTTP/1.1\r\n" + host + token + "Connection: close\r\n\r\n", []int{404}},
		"an address that leads to another": {"GET /x/../credentials HTTP/1.1\r\n" + host + token + "Connection: close\r\n\r\n", []int{404}},
	} {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(conn, c.sent); err != nil {
			t.Fatal(err)
		}
		from := bufio.NewReader(conn)
		for i, want := range c.want {
			answer, err := http.ReadResponse(from, nil)
			if err != nil {
				t.Fatalf("%s, answer %d: %v", name, i+1, err)
			}
			body, _ := io.ReadAll(answer.Body)
			if answer.StatusCode != want || strings.Contains(string(body), "c4nary") != (want == 200) {
				t.Errorf("%s, answer %d: %d, want %d", name, i+1, answer.StatusCode, want)
			}
		}
		_ = conn.Close()
	}
}

// security case 121
func TestGuessingEndsTheServer(t *testing.T) {
	s, wait := served(t, keys)
	for i := range 20 {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL(), nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", fmt.Sprint("guess ", i))
		if answer, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req); err == nil {
			_ = answer.Body.Close()
		} else if i < 19 {
			t.Fatal(err)
		}
	}
	if err := wait(); !errors.Is(err, container.ErrGuessing) {
		t.Errorf("it ended with %v", err)
	}
	if c, err := net.Dial("tcp", strings.TrimSuffix(strings.TrimPrefix(s.URL(), "http://"), "/credentials")); err == nil {
		_ = c.Close()
		t.Error("the port is still open")
	}
}

func TestAFailureIsToldWithoutKeys(t *testing.T) {
	s, _ := served(t, func(context.Context) (container.Keys, error) {
		return container.Keys{}, errors.New("log in again: samlogin login prod")
	})
	status, body := ask(t, s, nil)
	if status != 503 || !strings.Contains(body, "samlogin login prod") || !strings.Contains(body, `"code"`) {
		t.Errorf("%d %s", status, body)
	}
}

// security case 124: connections that say nothing neither pile up nor keep others out for ever; a long header is refused.
func TestSilentConnections(t *testing.T) {
	s, _ := served(t, keys)
	address := strings.TrimSuffix(strings.TrimPrefix(s.URL(), "http://"), "/credentials")
	var open []net.Conn
	closed := 0
	for range 200 {
		c, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		open = append(open, c)
	}
	// The 65th and later are closed by the server: reading from them ends at once. The first 64 are left alone here.
	for _, c := range open[64:] {
		if _, err := c.Read(make([]byte, 1)); err != nil {
			closed++
		}
	}
	if closed != len(open)-64 {
		t.Errorf("%d of %d connections too many were closed", closed, len(open)-64)
	}
	for _, c := range open {
		_ = c.Close()
	}
	long, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = long.Close() }()
	for { // until the server has noticed that the silent ones are gone
		fmt.Fprintf(long, "GET /credentials HTTP/1.1\r\nHost: %s\r\nX: %s\r\n\r\n", address, strings.Repeat("x", 64<<10))
		answer, err := http.ReadResponse(bufio.NewReader(long), nil)
		if err == nil {
			if answer.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
				t.Errorf("a long header: %d", answer.StatusCode)
			}
			return
		}
		_ = long.Close()
		if long, err = net.Dial("tcp", address); err != nil {
			t.Fatal(err)
		}
	}
}

// security case 126
func TestTheServerEndsWithItsContext(t *testing.T) {
	gone := errors.New("the child has ended")
	for _, when := range []string{"before", "while it serves"} {
		s, err := container.Listen(keys)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancelCause(t.Context())
		defer cancel(nil)
		if when == "before" {
			cancel(gone)
		}
		ended := make(chan error, 1)
		go func() { ended <- s.Serve(ctx) }()
		if when != "before" {
			if status, _ := ask(t, s, nil); status != 200 {
				t.Errorf("it serves with %d", status)
			}
			cancel(gone)
		}
		if err := <-ended; !errors.Is(err, gone) {
			t.Errorf("%s: it ended with %v", when, err)
		}
		if c, err := net.Dial("tcp", strings.TrimSuffix(strings.TrimPrefix(s.URL(), "http://"), "/credentials")); err == nil {
			_ = c.Close()
			t.Errorf("%s: the port is still open", when)
		}
	}
}
