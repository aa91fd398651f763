package trace

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// without takes out what was typed.
func (c *Cleaner) without(s string) string {
	if c.Typed == nil || s == "" {
		return s
	}
	out := c.Typed(s)
	if out != s {
		c.remove(typed)
	}
	return out
}

// placeholder stands where something was, with its length in characters. One in the text itself is left as it is, so
// that cleaning twice is the same as cleaning once.
func placeholder(s string) string {
	if held().MatchString(s) && held().FindString(s) == s {
		return s
	}
	return fmt.Sprintf("[%d]", utf8.RuneCountInString(s))
}

var (
	held = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\[[0-9]{1,7}(?:#[0-9]{1,4})?\]`) })

	// sensitive finds, in this order: a placeholder, a GUID, an address, an e-mail address, DOMAIN\user, an error code
	// of Microsoft's, a long word of base64's characters, a number.
	sensitive = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?P<held>\[[0-9]{1,7}(?:#[0-9]{1,4})?\])` +
			`|(?P<guid>[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12})` +
			`|(?P<address>(?i:https?)://[^\s<>"'\[\]{}]+)` +
			`|(?P<mail>[\p{L}\p{N}._%+'-]{1,64}@[\p{L}\p{N}.-]{1,190})` +
			`|(?P<user>[\p{L}\p{N}._-]{1,64}\\[\p{L}\p{N}._$-]{1,64})` +
			`|(?P<code>\b(?:MSIS|AADSTS)[0-9]{4,8}\b)` +
			`|(?P<word>[A-Za-z0-9+/=_-]{12,})` +
			`|(?P<digits>\p{Nd}+)`)
	})
)

// replaceSensitive calls f for each match with the kind of it.
func replaceSensitive(s string, f func(kind, match string) string) string {
	re := sensitive()
	kinds := re.SubexpNames()
	var b strings.Builder
	at := 0
	for _, m := range re.FindAllStringSubmatchIndex(s, -1) {
		for i := 1; i < len(kinds); i++ {
			if m[2*i] >= 0 {
				b.WriteString(s[at:m[0]])
				b.WriteString(f(kinds[i], s[m[0]:m[1]]))
				at = m[1]
				break
			}
		}
	}
	return b.String() + s[at:]
}

const sameGUID = "00000000-0000-0000-0000-000000000000"

func (c *Cleaner) words(s string) string {
	s = c.withoutUser(c.without(s))
	for _, value := range c.sent {
		if strings.Contains(s, value) {
			c.remove(values)
			s = strings.ReplaceAll(s, value, placeholder(value))
		}
	}
	return c.withoutParts(replaceSensitive(s, func(kind, m string) string {
		switch kind {
		case "guid":
			c.remove(ids)
			return sameGUID
		case "address":
			return c.address(m)
		case "mail", "user":
			c.remove(users)
			return placeholder(m)
		case "word":
			return c.eachWord(m, true)
		case "digits":
			return c.zeros(m)
		}
		return m
	}))
}

// eachWord replaces a random-looking word, or the random-looking parts of one.
func (c *Cleaner) eachWord(s string, zero bool) string {
	hold := c.number
	if zero { // a text: nobody has to tell one from another
		hold = placeholder
	}
	if len(s) >= 24 && random(s, 25) {
		c.remove(tokens)
		return hold(s)
	}
	parts := strings.FieldsFunc(s, func(r rune) bool { return r == '_' || r == '-' })
	var b strings.Builder
	for rest := s; rest != ""; {
		if rest[0] == '_' || rest[0] == '-' {
			b.WriteByte(rest[0])
			rest = rest[1:]
			continue
		}
		part := parts[0]
		parts, rest = parts[1:], rest[len(part):]
		switch {
		case len(part) >= 12 && random(part, 20):
			c.remove(tokens)
			b.WriteString(hold(part))
		case zero:
			b.WriteString(c.zeros(part))
		default:
			b.WriteString(c.longDigits(part))
		}
	}
	return b.String()
}

// random reports whether a word looks as if nobody had thought of it: its characters change between lower case, upper
// case and digits more often than words, and words written together, do. Percent is how many changes there are for 100
// characters. A capital before small letters is how words are written together and does not count.
func random(s string, percent int) bool {
	class := func(b byte) int {
		switch {
		case b >= 'a' && b <= 'z':
			return 1
		case b >= 'A' && b <= 'Z':
			return 2
		case b >= '0' && b <= '9':
			return 3
		}
		return 0
	}
	changes, last, n := 0, 0, 0
	for i := range len(s) {
		now := class(s[i])
		if now == 0 {
			continue
		}
		n++
		if last != 0 && now != last && (last != 2 || now != 1) {
			changes++
		}
		last = now
	}
	return changes >= 4 && changes*100 >= percent*n || n > 80
}

func (c *Cleaner) zeros(s string) string {
	out := strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) {
			return '0'
		}
		return r
	}, s)
	if out != s {
		c.remove(digits)
	}
	return out
}

var manyDigits = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`[0-9]{4,}`) })

func (c *Cleaner) longDigits(s string) string {
	return manyDigits().ReplaceAllStringFunc(s, func(m string) string {
		if len(m) < 6 && !c.inPath {
			return m
		}
		c.remove(digits)
		return c.number(m)
	})
}

// name cleans what programs go by: numbers of up to five digits stay, and what differs stays different, by a number of
// its own on this page.
func (c *Cleaner) name(s string) string {
	if strings.Contains(s, "://") {
		if u, err := url.Parse(s); err == nil && u.Host != "" {
			c.named = true
			defer func() { c.named = false }()
			return c.address(s)
		}
	}
	return replaceSensitive(c.without(s), func(kind, m string) string {
		switch kind {
		case "held":
			return c.number(m)
		case "guid":
			c.remove(ids)
			return c.guid(m)
		case "mail", "user":
			c.remove(users)
			return c.number(m)
		case "word":
			return c.eachWord(m, false)
		case "digits":
			return c.longDigits(m)
		}
		return m
	})
}

// number is a placeholder that tells one of its kind from another; outside a page it is a plain one.
func (c *Cleaner) number(s string) string {
	if c.numbered == nil {
		return placeholder(s)
	}
	if c.numbered[s] == 0 {
		c.numbered[s] = len(c.numbered) + 1
	}
	length, _, _ := strings.Cut(strings.Trim(placeholder(s), "[]"), "#")
	return fmt.Sprintf("[%s#%d]", length, c.numbered[s])
}

// guid keeps the form of an id, which recognisers may go by.
func (c *Cleaner) guid(s string) string {
	if c.numbered == nil {
		return sameGUID
	}
	key := strings.ToLower(s)
	if c.numbered[key] == 0 {
		c.numbered[key] = len(c.numbered) + 1
	}
	return fmt.Sprintf("%s%012d", sameGUID[:24], c.numbered[key])
}

// withoutUser takes out who signs in, also without the domain.
func (c *Cleaner) withoutUser(s string) string {
	full, alone := c.user()
	for _, name := range []string{full, alone} {
		s = c.withoutWord(s, name)
	}
	return s
}

// withoutParts takes out the parts of a user name such as jane.doe, of which pages make "Jane Doe".
func (c *Cleaner) withoutParts(s string) string {
	_, alone := c.user()
	for _, part := range strings.FieldsFunc(alone, func(r rune) bool { return !unicode.IsLetter(r) }) {
		s = c.withoutWord(s, part)
	}
	return s
}

func (c *Cleaner) user() (full, alone string) {
	if c.User == nil {
		return "", ""
	}
	full = c.User()
	alone = full
	if _, after, ok := strings.Cut(full, `\`); ok {
		alone = after
	}
	alone, _, _ = strings.Cut(alone, "@")
	return full, alone
}

func (c *Cleaner) withoutWord(s, word string) string {
	if s == "" || utf8.RuneCountInString(word) < 3 {
		return s
	}
	return replaceWhole(s, word, func() string { c.remove(users); return placeholder(word) })
}

// replaceWhole replaces a word where no letter or digit stands beside it, whatever its case.
func replaceWhole(s, word string, with func() string) string {
	lower, want := strings.ToLower(s), strings.ToLower(word)
	if len(lower) != len(s) { // a letter whose cases differ in length: the case has to be the same then
		lower, want = s, word
	}
	var b strings.Builder
	for {
		i := strings.Index(lower, want)
		if i < 0 {
			return b.String() + s
		}
		before, _ := utf8.DecodeLastRuneInString(lower[:i])
		after, _ := utf8.DecodeRuneInString(lower[i+len(want):])
		whole := !partOfWord(before) && !partOfWord(after)
		b.WriteString(s[:i])
		if whole {
			b.WriteString(with())
		} else {
			b.WriteString(s[i : i+len(want)])
		}
		s, lower = s[i+len(want):], lower[i+len(want):]
	}
}

// partOfWord also counts what joins a name with a domain: both go together.
func partOfWord(r rune) bool {
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r) || r == '@' || r == '\\')
}
