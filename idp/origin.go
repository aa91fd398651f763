package idp

import (
	"fmt"
	"net/netip"
	"net/url"
	"strings"

	"golang.org/x/net/idna"
)

// An Origin is who gets what is sent: scheme, host and port (RFC 6454), in the one spelling in which two of them can be
// compared: lower case, ASCII (Punycode), the port always there. The zero Origin equals none of a page.
type Origin struct{ scheme, host, port string }

// OriginOf reads the origin of an absolute http or https address. Addresses that browsers and servers may read
// differently have none: user information, a trailing dot, an IPv6 zone, a host that is not valid IDNA.
func OriginOf(u *url.URL) (Origin, error) {
	o := Origin{scheme: strings.ToLower(u.Scheme), host: u.Hostname(), port: u.Port()}
	switch {
	case o.scheme != "https" && o.scheme != "http":
		return Origin{}, fmt.Errorf("the address has the scheme %q", o.scheme)
	case u.Opaque != "" || o.host == "":
		return Origin{}, fmt.Errorf("the address has no host")
	case u.User != nil:
		return Origin{}, fmt.Errorf("the address holds a user name before the host %s", asciiHost(o.host))
	case strings.Contains(o.host, "%"):
		return Origin{}, fmt.Errorf("the host has a zone")
	case strings.HasSuffix(o.host, "."):
		return Origin{}, fmt.Errorf("the host %s ends with a dot", asciiHost(o.host))
	}
	if ip, err := netip.ParseAddr(o.host); err == nil {
		o.host = ip.String() // an IPv6 address has many spellings
	} else {
		ascii, err := idna.Lookup.ToASCII(o.host)
		// The full stops of other scripts are mapped to the ASCII one, so a dot at the end may show only now.
		if err != nil || strings.HasSuffix(ascii, ".") {
			return Origin{}, fmt.Errorf("the host %s is not a valid name", asciiHost(o.host))
		}
		o.host = ascii
	}
	if o.port == "" {
		o.port = map[string]string{"https": "443", "http": "80"}[o.scheme]
	}
	return o, nil
}

// ParseOrigin reads "https://host[:port]" as a person writes it in the settings; a path other than "/" is refused.
func ParseOrigin(s string) (Origin, error) {
	u, err := url.Parse(s)
	if err != nil || (u.Path != "" && u.Path != "/") || u.RawQuery != "" || u.Fragment != "" {
		return Origin{}, fmt.Errorf("an origin looks like https://host or https://host:port")
	}
	return OriginOf(u)
}

// Host is the host in ASCII, without the port.
func (o Origin) Host() string { return o.host }

// Secure reports whether what is sent there travels over TLS.
func (o Origin) Secure() bool { return o.scheme == "https" }

// String is the origin as a person would type it; the default port is left out.
func (o Origin) String() string {
	if o == (Origin{}) {
		return "(no origin)"
	}
	return o.scheme + "://" + o.authority()
}

// authority is host and port as they stand in an address and in the Host header; the default port is left out.
func (o Origin) authority() string {
	host := o.host
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if (o.scheme == "https" && o.port == "443") || (o.scheme == "http" && o.port == "80") {
		return host
	}
	return host + ":" + o.port
}

// asciiHost spells a host that may not be valid so that look-alike letters show (security case 5).
func asciiHost(host string) string {
	if ascii, err := idna.Punycode.ToASCII(host); err == nil {
		host = ascii
	}
	return strings.Trim(fmt.Sprintf("%+q", host), `"`)
}
