package picker

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/samlogin/samlogin/saml"
)

// How well a word of the filter fits a role: the whole of its name or account, the beginning of a word in them, a piece
// of them, or letters in the same order with others between.
const (
	fitsNot = iota - 1
	fitsLoosely
	fitsInside
	fitsAtStart
	fitsWhole
)

// filterWords are the words of what was typed or pasted, each of which has to fit. A slash and the star of a role pattern
// part words as a blank does. Of a pasted ARN the account, the path and the name are left.
func filterWords(typed string) []string {
	arn := strings.HasPrefix(strings.TrimSpace(typed), "arn:")
	words := strings.FieldsFunc(lowered(typed), func(r rune) bool { return unicode.IsSpace(r) || r == '/' || r == '*' || (arn && r == ':') })
	if arn {
		words = slices.DeleteFunc(words, func(w string) bool { return w == "arn" || w == "iam" || w == "role" || saml.KnownPartition(w) })
	}
	return words
}

// lowered is a text in lower case, character by character, so that places in it are places in the text.
func lowered(s string) string { return strings.Map(unicode.ToLower, s) }

// field is a text that a filter looks at: as it is shown, and in lower case.
type field struct{ shown, lower string }

func newField(shown string) field { return field{shown, lowered(shown)} }

// fit tells how well a word fits a field.
func (f field) fit(word string) int {
	if f.lower == word {
		return fitsWhole
	}
	best := fitsNot
	for at, end := 0, len(f.lower); at < end; {
		i := strings.Index(f.lower[at:], word)
		if i < 0 {
			break
		}
		if f.wordStart(at + i) {
			return fitsAtStart
		}
		best = fitsInside
		at += i + 1
	}
	return best
}

// wordStart reports whether a word begins at a byte of the lower-case text: behind a sign, or at a capital as in ReadOnly.
func (f field) wordStart(at int) bool {
	if at == 0 {
		return true
	}
	before, _ := utf8.DecodeLastRuneInString(f.lower[:at])
	if !unicode.IsLetter(before) && !unicode.IsDigit(before) {
		return true
	}
	if len(f.shown) != len(f.lower) {
		return false
	}
	r, _ := utf8.DecodeRuneInString(f.shown[at:])
	was, _ := utf8.DecodeLastRuneInString(f.shown[:at])
	return unicode.IsUpper(r) && unicode.IsLower(was)
}

// fit tells how well a role fits all words: the least of them, and their sum, by which the best of many is found.
func (r *item) fit(words []string) (least, sum int) {
	least = fitsWhole
	for _, w := range words {
		best := max(r.path.fit(w), r.name.fit(w), r.account.fit(w))
		if r.roleName == w {
			best = fitsWhole // without its path
		}
		if best == fitsNot && (ordered(r.path.lower, w) || ordered(r.joined(), w)) {
			best = fitsLoosely
		}
		least, sum = min(least, best), sum+best
	}
	return least, sum
}

func (r *item) joined() string { return r.account.lower + " " + r.name.lower + " " + r.path.lower }

// ordered reports whether a text has all letters of a word, in their order.
func ordered(s, word string) bool {
	for _, w := range word {
		i := strings.IndexRune(s, w)
		if i < 0 {
			return false
		}
		s = s[i+utf8.RuneLen(w):]
	}
	return true
}

// fitPlaces are the places, by character, at which the words of a filter were found in a role's texts.
type fitPlaces struct{ account, name, path []bool }

func (r *item) places(words []string) fitPlaces {
	var f fitPlaces
	for _, w := range words {
		a, n, p := r.account.mark(&f.account, w), r.name.mark(&f.name, w), r.path.mark(&f.path, w)
		if a || n || p {
			continue
		}
		if ordered(r.path.lower, w) {
			markOrdered(w, place{r.path.lower, &f.path})
		} else {
			markOrdered(w, place{r.account.lower, &f.account}, place{r.name.lower, &f.name}, place{r.path.lower, &f.path})
		}
	}
	return f
}

// mark marks where a field has a word, best at the start of one of its own.
func (f field) mark(marks *[]bool, word string) bool {
	first := strings.Index(f.lower, word)
	if first < 0 || word == "" {
		return false
	}
	for at := first; ; {
		if f.wordStart(at) {
			first = at
			break
		}
		i := strings.Index(f.lower[at+1:], word)
		if i < 0 {
			break
		}
		at += 1 + i
	}
	from := utf8.RuneCountInString(f.lower[:first])
	markRunes(marks, f.lower, from, from+utf8.RuneCountInString(word))
	return true
}

type place struct {
	text  string
	marks *[]bool
}

// markOrdered marks the letters of a word where they come first in texts that follow each other.
func markOrdered(word string, places ...place) {
	letters := []rune(word)
	for _, p := range places {
		n := 0
		for _, r := range p.text {
			if len(letters) > 0 && r == letters[0] {
				markRunes(p.marks, p.text, n, n+1)
				letters = letters[1:]
			}
			n++
		}
	}
}

func markRunes(marks *[]bool, text string, from, to int) {
	if *marks == nil {
		*marks = make([]bool, utf8.RuneCountInString(text))
	}
	for i := from; i < to && i < len(*marks); i++ {
		(*marks)[i] = true
	}
}
