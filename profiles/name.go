package profiles

import (
	"strings"
	"unicode/utf8"
)

// longestName is the longest profile name that is written, in characters.
const longestName = 128

// CheckName reports whether a profile of this name can be written so that every AWS client finds it: 1 to 128 of
// the characters A-Z a-z 0-9 . _ @ + : / -. Names with blanks, quotes, brackets, #, ; or letters outside ASCII are
// read by some clients and not by others, and a section DEFAULT is to the AWS CLI and boto3 no profile, but what all
// others have in common: keys written there would be used by every one of them. The error is a *NameError.
func CheckName(name string) error {
	switch name {
	case "":
		return &NameError{Name: name, Why: "is empty"}
	case pythonDefaults:
		return &NameError{Name: name, Why: "is not a profile to the AWS CLI and boto3: they give what it holds to all profiles"}
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
// what is longer than 128 characters is cut, and DEFAULT becomes DEFAULT-. Two texts can give the same name; it is for the caller to notice.
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
	if b.String() == pythonDefaults {
		b.WriteByte('-')
	}
	return b.String()
}

func nameRune(r rune) bool {
	return r < utf8.RuneSelf && (r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("._@+:/-", r))
}
