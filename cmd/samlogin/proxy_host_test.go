package main

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
)

// A proxy is told the host and its own password; what goes on behind it is between us and the IdP, who hears nothing of
// the proxy. Where NO_PROXY names the host, the proxy hears nothing at all.
//
// security case 22
func TestAProxyLearnsTheHostAlone(t *testing.T) {
	r := newRig(t, 0, 0)
	adfs := strings.TrimPrefix(r.env["SAMLOGIN_URL"], "https://")
	var heads, told atomic.Value // what the proxy heard, what the IdP heard of it
	var calls atomic.Int32
	heads.Store("")
	told.Store("")
	proxy, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = proxy.Close() }()
	go func() {
		for {
			conn, err := proxy.Accept()
			if err != nil {
				return
			}
			calls.Add(1)
			go relay(conn, adfs, &heads)
		}
	}()
	r.atIdP.set(func(_ http.ResponseWriter, q *http.Request) bool {
		for name := range q.Header {
			if strings.HasPrefix(name, "Proxy-") {
				told.Store(name)
			}
		}
		return false
	})
	r.env["HTTPS_PROXY"] = "http://user:pr0xy-secret@" + proxy.Addr().String()
	r.env["SAMLOGIN_URL"] = "https://adfs.example.com"
	if code := run(context.Background(), r.app, append(r.args, "--verbose")); code != exitDone {
		t.Fatalf("exit %d\n%s", code, r.errOut.String())
	}
	head := heads.Load().(string)
	lines := strings.Split(head, "\r\n")
	if lines[0] != "CONNECT adfs.example.com:443 HTTP/1.1" || len(r.adfs.Log()) != 3 || told.Load() != "" {
		t.Errorf("%d requests came by the proxy, which heard\n%s\nand the IdP of it %q", len(r.adfs.Log()), head, told.Load())
	}
	for _, line := range lines[1:] {
		if name, _, _ := strings.Cut(line, ":"); name != "Host" && name != "User-Agent" && name != "Proxy-Authorization" && name != "" {
			t.Errorf("the proxy was told %q", line)
		}
	}
	for spelling, form := range spellings("Correct-Horse-7") {
		if strings.Contains(head, string(form)) {
			t.Errorf("the proxy was told the password (%s)", spelling)
		}
	}
	if strings.Contains(r.out.String()+r.errOut.String(), "pr0xy-secret") {
		t.Errorf("the proxy's password is shown:\n%s", r.errOut.String())
	}
	before := calls.Load()
	r.env["NO_PROXY"], r.env["SAMLOGIN_URL"] = ".invalid", "https://adfs.invalid"
	if code := run(context.Background(), r.app, r.args); code != exitNetwork || calls.Load() != before {
		t.Errorf("exit %d; the proxy was asked %d times\n%s", code, calls.Load()-before, r.errOut.String())
	}
}

// relay is a proxy for one connection, which leads to one server whatever was asked for.
func relay(conn net.Conn, to string, heads *atomic.Value) {
	defer func() { _ = conn.Close() }()
	var head []byte
	for b := make([]byte, 1); !strings.HasSuffix(string(head), "\r\n\r\n"); head = append(head, b[0]) {
		if _, err := conn.Read(b); err != nil {
			return
		}
	}
	heads.Store(string(head))
	server, err := net.Dial("tcp", to)
	if err != nil {
		return
	}
	defer func() { _ = server.Close() }()
	_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\n\r\n")
	go func() { _, _ = io.Copy(server, conn); _ = server.Close() }()
	_, _ = io.Copy(conn, server)
}
