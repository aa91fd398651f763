// Package trace is the record of a login that can be given away: what was asked of which server, what came back, which
// pages there were and what they were taken for, without anything that is a secret or tells who somebody is.
//
// Whatever comes from outside gets into a record only as a Clean, and only a Cleaner makes one: it keeps what is on its
// lists and replaces the rest, mostly by its length. Nothing is filtered out afterwards.
//
// The package knows nothing about logins, so that all of them can be recorded with it.
package trace

import (
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/samlogin/samlogin/saml/foreign"
)

// Clean is text from outside that a Cleaner has been through, or that was read from a record.
type Clean struct{ text string }

// String is the text, fit for a terminal.
func (c Clean) String() string { return foreign.Clean(c.text) }

// IsZero reports whether there is no text.
func (c Clean) IsZero() bool { return c.text == "" }

// MarshalText implements encoding.TextMarshaler.
func (c Clean) MarshalText() ([]byte, error) { return []byte(c.text), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (c *Clean) UnmarshalText(text []byte) error { c.text = string(text); return nil }

// Removed counts what was left out, by kind: the manifest of a record.
type Removed map[string]int

func (r Removed) add(what string) { r[what]++ }

// Kinds of what is left out.
const (
	typed      = "typed by the person"
	users      = "user names and e-mail addresses"
	ids        = "ids (GUID)"
	tokens     = "random-looking words"
	digits     = "numbers"
	values     = "values of fields"
	queries    = "values of queries"
	scripts    = "scripts"
	attributes = "attributes"
	elements   = "elements"
	comments   = "comments"
)

// A Cleaner makes Cleans. It is for one goroutine.
type Cleaner struct {
	Typed func(string) string // takes out what was typed so far; nil: nothing was
	User  func() string       // who signs in, as far as it is known; nil: nobody

	sent     []string // values of fields, as they are and as an address spells them
	removed  Removed
	numbered map[string]int // of the page under way, in the order in which they stand on it
	wordless bool           // texts of the page under way go as a whole
	named    bool           // an address is the name of something: its numbers stay
	inPath   bool           // four digits are many there: paths name customers and requests
}

// maxName is the longest name of anything, in characters; what is longer is cut, since a name is for being told apart.
const maxName = 120

// visible puts U+FFFD in the place of whatever acts on a terminal or the eye: a record is looked at with cat, too.
func visible(s string) string {
	if !foreign.Suspicious(s) {
		return s
	}
	return strings.Map(func(r rune) rune {
		if foreign.Suspicious(string(r)) {
			return utf8.RuneError
		}
		return r
	}, strings.ToValidUTF8(s, string(utf8.RuneError)))
}

// Words cleans text that a person would read. E-mail addresses, user names, ids, random-looking words and what was
// typed go; every digit becomes 0, since a number can be a code, an account or the number to match on a phone.
func (c *Cleaner) Words(s string) Clean { return Clean{visible(c.words(s))} }

// Excerpt is the beginning of a longer text, cleaned.
func (c *Cleaner) Excerpt(s string) Clean {
	return Clean{foreign.Cut(visible(c.words(s)), foreign.Limit)}
}

// Name cleans the name of a field, a form, a header: short numbers stay.
func (c *Cleaner) Name(s string) Clean { return Clean{foreign.Cut(visible(c.name(s)), maxName)} }

// Limits of what is remembered: a shorter value may be a word of its own.
const (
	minSent = 10  // bytes
	maxSent = 500 // values
)

// Sent takes note of the value of a field that is sent, so that it is taken out of the words of a page that shows it.
func (c *Cleaner) Sent(value string) {
	if len(value) < minSent || len(c.sent) >= maxSent || !strings.ContainsAny(value, "0123456789") {
		return
	}
	for _, spelt := range []string{value, url.QueryEscape(value)} {
		if !slices.Contains(c.sent, spelt) {
			c.sent = append(c.sent, spelt)
		}
	}
}

// Form is the name of a form with the names of its fields: "loginForm(UserName, Password)".
func (c *Cleaner) Form(name string, fields []string) Clean {
	clean := make([]string, len(fields))
	for i, f := range fields {
		clean[i] = c.Name(f).text
	}
	return Clean{c.Name(name).text + "(" + strings.Join(clean, ", ") + ")"}
}

// maxHeaders is how many names of headers are kept.
const maxHeaders = 60

// Names are the names of headers, sorted.
func (c *Cleaner) Names(header map[string][]string) []Clean {
	var out []Clean
	for i, name := range slices.Sorted(maps.Keys(header)) {
		if i < maxHeaders {
			out = append(out, c.Name(name))
		}
	}
	return out
}

// ID keeps a GUID as it is, for an id that is meant to be passed on; anything else is the empty Clean.
func ID(s string) Clean {
	if oneID().MatchString(s) {
		return Clean{s}
	}
	return Clean{}
}

var oneID = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$`)
})

// Take gives what was left out since the last call.
func (c *Cleaner) Take() Removed {
	r := c.removed
	c.removed = nil
	return r
}

func (c *Cleaner) remove(what string) {
	if c.removed == nil {
		c.removed = Removed{}
	}
	c.removed.add(what)
}
