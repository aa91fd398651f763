package profiles

import (
	"fmt"
	"slices"
	"strings"
)

// Standing is what a profile name holds, seen before anything is written.
type Standing int

const (
	Absent        Standing = iota // no credentials in either file; settings such as region may be there
	Managed                       // samlogin's own: "samlogin = managed"
	Adopted                       // temporary keys with a token and x_security_token_expires, as saml2aws writes them
	TemporaryKeys                 // temporary keys that nobody has marked
	Foreign                       // another source of credentials: credential_process, IAM Identity Center, ...
	LongTermKeys                  // keys of an IAM user, which are lost when they are replaced
	SwitchesRole                  // role_arn: the profile is a role to be assumed, and never changed
)

func (s Standing) String() string {
	return [...]string{"absent", "managed", "adopted", "temporary keys", "foreign", "long-term keys", "switches role"}[s]
}

// Consent is what a person has agreed to lose.
type Consent int

const (
	OwnOnly         Consent = iota // replace nothing that is not samlogin's
	ReplaceForeign                 // --overwrite
	ReplaceLongTerm                // --overwrite, and a yes on the terminal
)

// covers reports whether a profile of this standing may be written.
func (c Consent) covers(s Standing) bool {
	switch s {
	case Absent, Managed, Adopted:
		return true
	case TemporaryKeys, Foreign:
		return c >= ReplaceForeign
	case LongTermKeys:
		return c >= ReplaceLongTerm
	}
	return false
}

// Inspection says what is there under a profile's name.
type Inspection struct {
	Standing Standing
	What     string // a short description without secrets: "long-term keys (AKIA…WXYZ)", "" where nothing is there
	Path     string // the file that decides, "" where nothing is there
	Line     int    // the line that decides, counted from 1
}

// Inspect says what the name of a profile holds now, in both files. A file that does not exist holds nothing.
// Errors are *FileError for a file that cannot be read.
func (f Files) Inspect(profile string) (Inspection, error) {
	config, credentials, err := f.documents()
	if err != nil {
		return Inspection{}, err
	}
	return inspect(newEdit(f.Credentials, credentials, false), newEdit(f.Config, config, true), profile), nil
}

// Faults are the faults of both files, one text a file, for a person to read; nothing where the files are sound.
func (f Files) Faults() ([]string, error) {
	config, credentials, err := f.documents()
	if err != nil {
		return nil, err
	}
	said := []string{faultNotice(f.Config, config.faults), faultNotice(f.Credentials, credentials.faults)}
	return slices.DeleteFunc(said, func(s string) bool { return s == "" }), nil
}

// found is a key of a profile and where it is.
type found struct {
	value, path string
	line        int
}

// keysOf are the keys of a profile in one file that are not empty. What is there twice counts as its last one, as in
// most clients.
func (e *edit) keysOf(profile string) map[string]found {
	keys := map[string]found{}
	for _, n := range e.of[profile] {
		s := e.doc.sections[n]
		for i := s.header + 1; i < s.after; i++ {
			l := e.doc.lines[i]
			if (l.kind == keyLine || l.kind == strayLine) && (l.value != "" || l.key == keyRoleARN) {
				keys[l.key] = found{l.value, e.path, i + 1}
			}
		}
	}
	return keys
}

// inspect judges a profile by both files. The order is that of the damage done by a wrong guess.
func inspect(credentials, config *edit, profile string) Inspection {
	kept, set := credentials.keysOf(profile), config.keysOf(profile)
	either := func(key string) (found, bool) {
		if at, ok := kept[key]; ok {
			return at, true
		}
		at, ok := set[key]
		return at, ok
	}
	here := func(s Standing, at found, what string) Inspection {
		return Inspection{Standing: s, What: what, Path: at.path, Line: at.line}
	}
	if at, ok := either(keyRoleARN); ok {
		return here(SwitchesRole, at, keyRoleARN)
	}
	if at, what := longTerm(kept); what != "" {
		return here(LongTermKeys, at, what)
	}
	for _, key := range outranking {
		if at, ok := either(key); ok {
			return here(Foreign, at, key+" of IAM Identity Center")
		}
	}
	if at, ok := kept[keyProcess]; ok { // samlogin writes its own to the config file
		return here(Foreign, at, keyProcess)
	}
	if at := kept[keyMark]; at.value == markManaged {
		return here(Managed, at, "keys of samlogin")
	}
	// Those of the config file are never touched, and outranked by keys in the credentials file: a mark there says
	// that a person has agreed to that already.
	if at, what := longTerm(set); what != "" {
		return here(LongTermKeys, at, what)
	}
	for _, key := range []string{"credential_source", "web_identity_token_file", "login_session"} { // botocore asks them before a process
		if at, ok := either(key); ok {
			return here(Foreign, at, key)
		}
	}
	if ownProcess(set) && !hasKeys(kept) && !hasKeys(set) {
		return here(Managed, set[keyMark], "settings of samlogin")
	}
	if at, ok := set[keyProcess]; ok && !ownProcess(set) {
		return here(Foreign, at, keyProcess)
	}
	if at, ok := kept[keyID]; ok {
		_, expires := kept[keyExpires]
		if expires && hasToken(kept) && strings.HasPrefix(at.value, sessionPrefix) {
			return here(Adopted, at, "temporary keys with an expiry")
		}
	}
	for _, keys := range []map[string]found{kept, set} {
		for _, key := range []string{keyID, keySecret, keyToken, keyOldToken} {
			if at, ok := keys[key]; ok {
				return here(TemporaryKeys, at, "temporary keys that samlogin did not write")
			}
		}
	}
	return Inspection{Standing: Absent}
}

// longTerm finds and describes keys of an IAM user, "" if there are none: by their prefix, or by there being no token
// beside them. That goes before any mark: "aws configure" writes such keys into a section and leaves the marks of
// others in it.
func longTerm(keys map[string]found) (at found, what string) {
	id, ok := keys[keyID]
	if !ok {
		id, ok = keys[keySecret]
	}
	if !ok || hasToken(keys) && !strings.HasPrefix(keys[keyID].value, longTermPrefix) {
		return found{}, ""
	}
	what = "long-term keys"
	if shown := shownKeyID(keys[keyID].value); shown != "" {
		what += " (" + shown + ")"
	}
	return id, what
}

// hasKeys reports whether there is any part of a key pair.
func hasKeys(keys map[string]found) bool {
	_, id := keys[keyID]
	_, secret := keys[keySecret]
	return id || secret || hasToken(keys)
}

func hasToken(keys map[string]found) bool {
	_, ok := keys[keyToken]
	_, old := keys[keyOldToken]
	return ok || old
}

// permit refuses what the consent does not cover, with a *NotOursError, and says what is taken over otherwise.
func permit(profile string, i Inspection, consent Consent) (notice string, err error) {
	if !consent.covers(i.Standing) {
		return "", &NotOursError{Profile: profile, Path: i.Path, Line: i.Line, What: i.What, Standing: i.Standing}
	}
	switch i.Standing {
	case Adopted:
		return fmt.Sprintf("profile %s: temporary keys that another tool wrote are samlogin's from now on (%s)", profile, shownPath(i.Path)), nil
	case TemporaryKeys, Foreign, LongTermKeys:
		return fmt.Sprintf("profile %s: replaced %s, as asked (%s)", profile, i.What, shownPath(i.Path)), nil
	}
	return "", nil
}
