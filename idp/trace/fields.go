package trace

import (
	"strings"
	"sync"
	"unicode/utf8"

	"golang.org/x/net/html"
)

// protocolWords are fields whose values are words of the IdP's protocol and no secrets. Case does not count.
var protocolWords = sync.OnceValue(func() map[string]bool {
	return set("authmethod submit signin signinsubmit signinothersite singlesignout signout signinidpsite homerealmselection kmsi " +
		"mode selected _eventid _eventid_proceed lmauth pf.ok vhost continue cancel")
})

// IsProtocolWord reports whether the values of a field of this name are words of the protocol, such as the method of
// AuthMethod, and may be recorded.
func IsProtocolWord(name string) bool { return protocolWords()[strings.ToLower(name)] }

func (c *Cleaner) value(n *html.Node, element, value string) string {
	name, kind := "", ""
	for _, a := range n.Attr {
		switch a.Key {
		case "name":
			name = a.Val
		case "type":
			kind = strings.ToLower(strings.TrimSpace(a.Val))
		}
	}
	short := utf8.RuneCountInString(value) <= maxName
	switch {
	case value == "":
		return ""
	case short && (element == "button" || element == "input" && (kind == "submit" || kind == "button" || kind == "reset")):
		return strings.TrimSpace(c.words(value))
	case short && (element == "option" || element == "li" || element == "input" && (kind == "radio" || kind == "checkbox")),
		short && kind == "hidden" && IsProtocolWord(name):
		return c.choice(value)
	}
	c.remove(values)
	return placeholder(value)
}

// choice cleans the value of one of several options. A telephone number goes, however it is written.
func (c *Cleaner) choice(value string) string {
	clean := c.name(c.withoutUser(value))
	n := 0
	for _, r := range held().ReplaceAllString(value, "") {
		if r >= '0' && r <= '9' {
			n++
		}
	}
	if n >= 7 && !strings.Contains(clean, sameGUID[:24]) {
		c.remove(digits)
		return c.number(value)
	}
	return clean
}
