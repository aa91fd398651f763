package profiles

import (
	"strings"
	"unicode/utf8"
)

// longestName is the longest profile name that is written, in characters.
const longestName = 128

// CheckName reports whether a profile of this name can be written so that every AWS client finds it: 1 to 128 of
// the characters A-Z a-z 0-9 . _ @ + : / -. Names with blanks, quotes, brackets, #, ; or letters outside ASCII are
// read by some clients and not by others. The error is a *NameError.
func CheckName(name string) error {
	if name == "" {
		return &NameError{Name: name, Why: "is empty"}
	}
	position := 0
	for _, r := range name {
		position++
		if !nameRune(r) {
			return &NameError{Name: name, Position: position, Why: "has a character that not every AWS client reads in a profile name"}
		}
		if position > longestName {
			return &NameError{Name: name, Position: position, Why: "is longer than 128 characters"}
		}
	}
	return nil
}

// SafeName makes a name that CheckName takes out of any text that is not empty: every other character becomes "-",
// and what is longer than 128 characters is cut. Two texts can give the same name; it is for the caller to notice.
func SafeName(text string) string {
	var b strings.Builder
	for _, r := range text {
		if b.Len() == longestName {
			break
		}
		if !nameRune(r) {
			r = '-'
		}
		b.WriteRune(r)
	}
	return b.String()
}

func nameRune(r rune) bool {
	return r < utf8.RuneSelf && (r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("._@+:/-", r))
}
