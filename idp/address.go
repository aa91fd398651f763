package idp

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/samlogin/samlogin/saml/foreign"
)

// resolve reads an address of a page as browsers do (WHATWG URL standard): white space round it and tabs and line
// ends inside it are dropped, a backslash is a slash, "https:host" needs no slashes. The result is the address a
// browser would go to, so that the origin rule judges the same one.
func resolve(base *url.URL, ref string) (*url.URL, error) {
	ref = strings.TrimFunc(ref, func(r rune) bool { return r <= 0x20 })
	ref = strings.NewReplacer("\t", "", "\n", "", "\r", "").Replace(ref)
	path, rest := ref, ""
	if i := strings.IndexAny(ref, "?#"); i >= 0 {
		path, rest = ref[:i], ref[i:]
	}
	path = strings.ReplaceAll(path, `\`, "/")
	if scheme, after, ok := strings.Cut(path, ":"); ok && (strings.EqualFold(scheme, "https") || strings.EqualFold(scheme, "http")) {
		// A browser takes "https:evil", "https:/evil" and "https:///evil" for the host evil; but "https:x" on a page
		// of the same scheme is a relative address in it. The two readings differ, so such an address is nowhere.
		if !strings.HasPrefix(after, "//") || strings.HasPrefix(after, "///") {
			return nil, fmt.Errorf("an address that can be read in two ways")
		}
	}
	if strings.HasPrefix(path, "///") {
		return nil, fmt.Errorf("an address that can be read in two ways")
	}
	u, err := url.Parse(path + rest)
	if err != nil {
		return nil, fmt.Errorf("not an address")
	}
	u.RawQuery = asQuery(u.RawQuery)
	return base.ResolveReference(u), nil
}

// asQuery escapes what may not stand in a request line; net/url hands a query on as it came.
func asQuery(raw string) string {
	var b strings.Builder
	for i := range len(raw) {
		if c := raw[i]; c <= 0x20 || c >= 0x7F || strings.IndexByte("\"#<>'", c) >= 0 {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// address is a URL as it may be shown and logged: without query, fragment and user information.
func address(u *url.URL) string {
	origin, err := OriginOf(u)
	if err != nil {
		return foreign.Text(u.Scheme + ":…").String()
	}
	return origin.String() + foreign.Text(u.EscapedPath()).String()
}

// ParseStart reads what a person gives as the IdP's address: without a scheme it is https, and a fragment is dropped. An
// address without TLS is a *SafetyError; other errors say what is wrong with it, and what one looks like.
func ParseStart(s, example string) (*url.URL, Origin, error) {
	s = strings.TrimSpace(s)
	if s != "" && !strings.Contains(s, "://") {
		s = "https://" + s
	}
	u, err := url.Parse(s)
	if err != nil || s == "" {
		return nil, Origin{}, fmt.Errorf("the IdP's address cannot be read: it looks like %s", example)
	}
	origin, err := OriginOf(u)
	if err != nil {
		return nil, Origin{}, fmt.Errorf("the IdP's address cannot be used: %w", err)
	}
	if !origin.Secure() {
		return nil, Origin{}, &SafetyError{Rule: "the IdP's address " + origin.String() + " is without TLS; it has to begin with https://"}
	}
	u.Fragment, u.RawFragment = "", ""
	return u, origin, nil
}
