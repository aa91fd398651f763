package trace

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"unicode/utf8"
)

// Address cleans an address: scheme, host, path and the names of its query stay; the values of the query are replaced
// by their lengths, "(22)". User information and fragment go.
func (c *Cleaner) Address(u *url.URL) Clean {
	if u == nil {
		return Clean{}
	}
	return Clean{visible(c.address(u.String()))}
}

// nowhere stands for an address that no two programs read alike. It is one itself, so that it is refused, too.
const nowhere = "https:unclear"

// keptQuery reports whether the values of a query of this name are words of the protocol.
func keptQuery(name string) bool { return strings.EqualFold(name, "loginToRp") || name == "wa" }

// address cleans an address as it stands on a page, which may be relative.
//
// Its placeholders have no number: the same address has to look the same everywhere.
func (c *Cleaner) address(s string) string {
	numbered := c.numbered
	c.numbered = nil
	defer func() { c.numbered = numbered }()
	s = strings.TrimFunc(s, func(r rune) bool { return r <= 0x20 })
	s = strings.NewReplacer("\t", "", "\n", "", "\r", "").Replace(s)
	if s == "" || s == "#" {
		return s
	}
	rest := ""
	if i := strings.IndexAny(s, "?#"); i >= 0 {
		s, rest = s[:i], s[i:]
	}
	s = strings.ReplaceAll(s, `\`, "/")
	scheme, after, ok := strings.Cut(s, ":")
	web := strings.EqualFold(scheme, "https") || strings.EqualFold(scheme, "http")
	if ok && web && (!strings.HasPrefix(after, "//") || strings.HasPrefix(after, "///")) || strings.HasPrefix(s, "///") {
		return nowhere
	}
	u, err := url.Parse(s)
	if err != nil {
		return nowhere
	}
	if u.Scheme != "" && !web {
		c.remove(values)
		return c.name(u.Scheme) + ":hidden"
	}
	if u.User != nil {
		c.remove(users)
		u.User = url.User("hidden")
	}
	if host := c.without(u.Host); host != u.Host {
		u.Host = "hidden.invalid"
	}
	path := c.path(u.EscapedPath())
	u.Path, u.RawPath, u.Fragment, u.RawQuery, u.ForceQuery = "", "", "", "", false
	query, fragment, _ := strings.Cut(rest, "#")
	out := u.String() + path
	if strings.HasPrefix(query, "?") {
		out += "?" + c.query(query[1:])
	}
	if fragment != "" && u.Host == "" && path == "" && query == "" {
		out += "#" + url.PathEscape(c.name(fragment))
	}
	return out
}

var hidden = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^\([0-9]{1,7}\)$`) })

// length is what stands for the value of a query, or for a part of a path, of that length.
func length(s string) string {
	if hidden().MatchString(s) || s == "" {
		return s
	}
	return fmt.Sprintf("(%d)", utf8.RuneCountInString(s))
}

// path cleans each part of a path.
func (c *Cleaner) path(escaped string) string {
	c.inPath = !c.named
	defer func() { c.inPath = false }()
	parts := strings.Split(escaped, "/")
	for i, part := range parts {
		segment, params, more := strings.Cut(part, ";")
		plain, err := url.PathUnescape(segment)
		if err != nil || utf8.RuneCountInString(plain) > maxName || !utf8.ValidString(plain) {
			c.remove(values)
			parts[i] = length(segment)
			continue
		}
		if clean := c.name(c.withoutUser(plain)); clean != plain {
			segment = escapePart(held().ReplaceAllStringFunc(clean, func(m string) string { return "(" + strings.Trim(m, "[]") + ")" }))
		}
		if more { // ;jsessionid=…
			name, value, _ := strings.Cut(params, "=")
			segment += ";" + escapePart(c.name(name)) + "=" + length(value)
		}
		parts[i] = segment
	}
	return strings.Join(parts, "/")
}

// escapePart escapes what may not stand in a part of a path or in a name of a query. Parentheses may, and stay readable.
func escapePart(s string) string {
	return strings.NewReplacer("%28", "(", "%29", ")").Replace(url.PathEscape(s))
}

func (c *Cleaner) query(raw string) string {
	var out []string
	for _, pair := range strings.Split(raw, "&") {
		name, value, has := strings.Cut(pair, "=")
		plainName, nameErr := url.QueryUnescape(name)
		plain, err := url.QueryUnescape(value)
		switch {
		case nameErr != nil:
			out = append(out, length(pair))
			continue
		case err != nil:
			plain = value
		}
		clean := strings.NewReplacer("%28", "(", "%29", ")").Replace(url.QueryEscape(c.Name(plainName).text))
		switch {
		case has && keptQuery(plainName) && c.name(plain) == plain && utf8.RuneCountInString(plain) <= maxName:
			clean += "=" + url.QueryEscape(plain)
		case has:
			if plain != "" {
				c.remove(queries)
			}
			clean += "=" + length(plain)
		default: // a value without a name
			if plainName != "" {
				c.remove(queries)
			}
			clean = length(plainName)
		}
		out = append(out, clean)
	}
	return strings.Join(out, "&")
}
