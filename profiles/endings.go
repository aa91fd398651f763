package profiles

import (
	"slices"
	"strings"
	"time"
)

// Ending is a profile of the credentials file that samlogin manages, or whose keys have their end written beside them.
type Ending struct {
	Profile      string    // somebody else's text: show it cleaned
	Managed      bool      // marked as samlogin's own
	KeyID        string    // the ID of the access key, no secret; "" none; also somebody else's text
	PrincipalARN string    // of the assumed role, as written; "" unknown; also somebody else's text
	Expires      time.Time // zero: not written, or no time that can be read
}

// expiryKeys are the names under which tools write down when temporary keys end. AWS's clients read none of them.
// x_security_token_expires is that of saml2aws and samlogin; expiration that of aws-mfa.
var expiryKeys = [...]string{keyExpires, "aws_expiration", "aws_session_expiration", "expiration"}

// expiryForms are how they write it: RFC 3339, or without a zone, which is then UTC.
var expiryForms = [...]string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02 15:04:05-07:00"}

// Endings are the profiles of the credentials file whose end is known, and those that samlogin manages, sorted by
// name. The file is read once, however many profiles are in it. Errors are *FileError for a file that cannot be read.
func (f Files) Endings() ([]Ending, error) {
	doc, err := readDocument(f.Credentials)
	if err != nil {
		return nil, err
	}
	e := newEdit(f.Credentials, doc, false)
	var all []Ending
	for name := range e.of {
		keys := e.keysOf(name)
		one := Ending{Profile: name, Managed: keys[keyMark].value == markManaged, KeyID: keys[keyID].value, PrincipalARN: keys[keyPrincipal].value}
		for _, key := range expiryKeys {
			if one.Expires = readExpiry(keys[key].value); !one.Expires.IsZero() {
				break
			}
		}
		if one.Managed || !one.Expires.IsZero() && hasToken(keys) {
			all = append(all, one)
		}
	}
	slices.SortFunc(all, func(a, b Ending) int { return strings.Compare(a.Profile, b.Profile) })
	return all, nil
}

// Processes are the commands of samlogin's own that stand as credential_process in the config file, by profile; somebody
// else's text. Errors are *FileError for a file that cannot be read.
func (f Files) Processes() (map[string]string, error) {
	doc, err := readDocument(f.Config)
	if err != nil {
		return nil, err
	}
	e := newEdit(f.Config, doc, true)
	commands := map[string]string{}
	for name := range e.of {
		if set := e.keysOf(name); set[keyProcess].value != "" && ownProcess(set) {
			commands[name] = set[keyProcess].value
		}
	}
	return commands, nil
}

func readExpiry(text string) time.Time {
	for _, form := range expiryForms {
		if at, err := time.Parse(form, text); err == nil {
			return at
		}
	}
	return time.Time{}
}
