package network

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"golang.org/x/net/http/httpproxy"

	"github.com/samlogin/samlogin/cmd/samlogin/fault"
	"github.com/samlogin/samlogin/saml/foreign"
)

const proxyRefused = http.StatusProxyAuthRequired

// ProxyError reports a proxy that let nothing through.
type ProxyError struct {
	Status int
	Host   string         // and port
	Given  bool           // HTTPS_PROXY holds a user name and password for it
	Asks   []foreign.Text // schemes by which it lets people in: "Basic", "NTLM"
}

func (e *ProxyError) Error() string {
	switch {
	case e.Status == proxyRefused && e.Given:
		return fmt.Sprintf("the proxy %s refused the user name and password (407)", foreign.Text(e.Host))
	case e.Status == proxyRefused:
		return fmt.Sprintf("the proxy %s wants a user name and password (407)", foreign.Text(e.Host))
	}
	return fmt.Sprintf("the proxy %s refused the connection (%d)", foreign.Text(e.Host), e.Status)
}

// Hint says what can be done.
func (e *ProxyError) Hint() string {
	takesPassword := len(e.Asks) == 0
	for _, scheme := range e.Asks {
		takesPassword = takesPassword || strings.EqualFold(scheme.Raw(), "Basic")
	}
	switch {
	case e.Status != proxyRefused:
		return "HTTPS_PROXY names the proxy, NO_PROXY the hosts that are reached without it"
	case !takesPassword:
		return fmt.Sprintf("it lets people in by %s only, which samlogin does not speak: name a helper such as px or cntlm in HTTPS_PROXY", e.Asks[0])
	case e.Given:
		return "see HTTPS_PROXY: in a user name or password @ is written %40, : is %3A, % is %25"
	}
	return "give them in HTTPS_PROXY: http://user:password@proxy.example.com:8080"
}

// CheckProxy refuses, as a [fault.UsageError], an address of a proxy that cannot be read: without it the way would
// silently be another one.
func CheckProxy(env func(string) string) error {
	for _, name := range []string{"HTTPS_PROXY", "https_proxy"} {
		value := env(name)
		if value == "" {
			continue
		}
		if !strings.Contains(value, "://") {
			value = "http://" + value
		}
		if u, err := url.Parse(value); err != nil || u.Host == "" {
			return &fault.UsageError{What: name + " is no address of a proxy", Hint: "it looks like http://proxy.example.com:8080; in a user name or password % is written %25, @ is %40"}
		}
		return nil
	}
	return nil
}

// ProxyOf reads HTTPS_PROXY and NO_PROXY, and gives the proxy for an address, nil for none; loopback is never proxied.
func ProxyOf(env func(string) string) func(*url.URL) (*url.URL, error) {
	first := func(names ...string) string {
		for _, n := range names {
			if v := env(n); v != "" {
				return v
			}
		}
		return ""
	}
	c := httpproxy.Config{HTTPSProxy: first("HTTPS_PROXY", "https_proxy"), NoProxy: first("NO_PROXY", "no_proxy")}
	return c.ProxyFunc()
}
