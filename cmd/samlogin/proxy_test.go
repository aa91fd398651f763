package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"encoding/binary"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
)

// middleman is a proxy that connects everybody to one server, and keeps what passes through.
type middleman struct {
	server string // host and port

	mu      sync.Mutex
	wanted  []string // what it was asked to connect to
	through bytes.Buffer
}

// carry connects a client to the server until either is done.
func (m *middleman) carry(client net.Conn, first io.Reader) {
	defer func() { _ = client.Close() }()
	server, err := net.Dial("tcp", m.server)
	if err != nil {
		return
	}
	defer func() { _ = server.Close() }()
	go func() { _, _ = io.Copy(client, server); _ = client.Close() }()
	buf := make([]byte, 4096)
	for {
		n, err := first.Read(buf)
		m.mu.Lock()
		m.through.Write(buf[:n])
		m.mu.Unlock()
		if n > 0 {
			_, _ = server.Write(buf[:n])
		}
		if err != nil {
			return
		}
	}
}

func (m *middleman) asked(what string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.wanted = append(m.wanted, what)
}

// ServeHTTP is the proxy over HTTP: it knows CONNECT only.
func (m *middleman) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	m.asked(r.Method + " " + r.Host)
	if r.Method != http.MethodConnect {
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	client, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	_, _ = io.WriteString(client, "HTTP/1.1 200 Connection established\r\n\r\n")
	m.carry(client, buffered)
}

// socks is the proxy over SOCKS 5 (RFC 1928), without a password, for names.
func (m *middleman) socks(client net.Conn) {
	from := bufio.NewReader(client)
	head := make([]byte, 2)
	if _, err := io.ReadFull(from, head); err != nil || head[0] != 5 {
		_ = client.Close()
		return
	}
	_, _ = from.Discard(int(head[1]))
	_, _ = client.Write([]byte{5, 0})
	request := make([]byte, 5)
	if _, err := io.ReadFull(from, request); err != nil || request[1] != 1 || request[3] != 3 {
		_ = client.Close()
		return
	}
	name := make([]byte, int(request[4])+2)
	if _, err := io.ReadFull(from, name); err != nil {
		_ = client.Close()
		return
	}
	host := name[:len(name)-2]
	m.asked(fmt.Sprintf("SOCKS %s:%d", host, binary.BigEndian.Uint16(name[len(host):])))
	_, _ = client.Write([]byte{5, 0, 0, 1, 0, 0, 0, 0, 0, 0})
	m.carry(client, from)
}

// Whatever a proxy speaks, it is asked for a tunnel to the IdP and for nothing else, sees TLS alone, and is not asked for
// what is on this computer.
func TestAProxyCarriesTLSOnly(t *testing.T) { // security case 143
	for _, scheme := range []string{"http", "https", "socks5"} {
		t.Run(scheme, func(t *testing.T) {
			r := newRig(t, 0, 0)
			u, err := url.Parse(r.env["SAMLOGIN_URL"])
			if err != nil {
				t.Fatal(err)
			}
			m := &middleman{server: u.Host}
			var address string
			switch scheme {
			case "socks5":
				l, err := net.Listen("tcp", "127.0.0.1:0")
				if err != nil {
					t.Fatal(err)
				}
				defer func() { _ = l.Close() }()
				go func() {
					for {
						c, err := l.Accept()
						if err != nil {
							return
						}
						go m.socks(c)
					}
				}()
				address = "socks5://" + l.Addr().String()
			default:
				server := httptest.NewUnstartedServer(m)
				server.Config.ErrorLog = log.New(io.Discard, "", 0)
				server.Config.TLSNextProto = map[string]func(*http.Server, *tls.Conn, http.Handler){} // a tunnel is HTTP/1.1
				if scheme == "https" {
					server.StartTLS() // its certificate is that of the rig's servers
				} else {
					server.Start()
				}
				defer server.Close()
				address = server.URL
			}
			r.env["HTTPS_PROXY"], r.env["SAMLOGIN_URL"] = address, "https://example.com" // what the rig's certificate is for
			if code := run(context.Background(), r.app, r.args); code != exitDone {
				t.Fatalf("exit %d\n%s", code, r.errOut.String())
			}
			m.mu.Lock()
			defer m.mu.Unlock()
			if len(m.wanted) == 0 {
				t.Fatal("the proxy was not asked")
			}
			for _, what := range m.wanted {
				if _, to, _ := strings.Cut(what, " "); to != "example.com:443" || strings.HasPrefix(what, "GET") || strings.HasPrefix(what, "POST") {
					t.Errorf("the proxy was asked: %s", what)
				}
			}
			through := m.through.Bytes()
			if len(through) == 0 || through[0] != 0x16 || bytes.Contains(through, []byte(goodPassword)) || bytes.Contains(through, []byte("SAMLResponse")) || bytes.Contains(through, []byte("GET ")) {
				t.Errorf("what the proxy carried, %d bytes, is not TLS", len(through))
			}
			if len(r.sts.Log()) != 1 {
				t.Errorf("%d calls to STS", len(r.sts.Log()))
			}
		})
	}
}
