package profiles

import (
	"strings"
	"time"

	"github.com/samlogin/samlogin/saml/secret"
)

// The keys that samlogin writes. The first three are read by every AWS client; aws_security_token is boto's old name
// of the token, which botocore prefers where both are there; the x_ keys are read by none.
const (
	keyID          = "aws_access_key_id"
	keySecret      = "aws_secret_access_key"
	keyToken       = "aws_session_token"
	keyOldToken    = "aws_security_token"
	keyExpires     = "x_security_token_expires"
	keyPrincipal   = "x_principal_arn"
	keyMark        = "samlogin"
	keyRegion      = "region"
	markManaged    = "managed"
	keyProcess     = "credential_process"
	keyRoleARN     = "role_arn"
	longTermPrefix = "AKIA" // IAM User Guide, "IAM identifiers", unique ID prefixes: access key
	sessionPrefix  = "ASIA" // the same: temporary access key
)

// outranking are the keys of AWS IAM Identity Center. botocore asks for a session of it before it looks at keys in
// the credentials file, so that keys written beside them would not be used.
var outranking = [...]string{"sso_session", "sso_start_url", "sso_account_id", "sso_role_name", "sso_region"}

// Keys is what is written for one profile.
type Keys struct {
	Profile         string
	AccessKeyID     string
	SecretAccessKey secret.Text
	SessionToken    secret.Text
	Expiration      time.Time // written as RFC 3339 in UTC, whole seconds
	PrincipalARN    string    // of the assumed role; "" writes none, and takes an older one out
	Region          string    // "" leaves the config file alone
}

// check refuses what cannot be written: a *NameError or a *ValueError, which never shows the value.
func (k Keys) check() error {
	if err := CheckName(k.Profile); err != nil {
		return err
	}
	for _, v := range []struct {
		key, value string
		optional   bool
	}{
		{keyID, k.AccessKeyID, false},
		{keySecret, k.SecretAccessKey.Reveal(), false},
		{keyToken, k.SessionToken.Reveal(), false},
		{keyPrincipal, k.PrincipalARN, true},
		{keyRegion, k.Region, true},
	} {
		if v.value == "" && !v.optional {
			return &ValueError{Profile: k.Profile, Key: v.key, Why: "is empty"}
		}
		if n, bad := unwritable(v.value); bad {
			return &ValueError{Profile: k.Profile, Key: v.key, Position: n, Why: "has a character that AWS never gives and that could change the lines around it"}
		}
	}
	if k.Expiration.IsZero() {
		return &ValueError{Profile: k.Profile, Key: keyExpires, Why: "is not known"}
	}
	return nil
}

// unwritable finds the first character of a value, counted from 1, that is not one of those that every AWS client
// reads back: printable ASCII without blanks (clients take them off at the ends, and what follows one for a comment),
// and no quote (the AWS SDK for Go takes a pair off), nor "#" or ";" at the start.
func unwritable(value string) (position int, bad bool) {
	for i, r := range []rune(value) {
		if r <= ' ' || r > '~' || r == '"' || r == '\'' || i == 0 && (r == '#' || r == ';') {
			return i + 1, true
		}
	}
	return 0, false
}

// credentialSettings are the lines of the credentials file.
func (k Keys) credentialSettings() []setting {
	token := k.SessionToken.Reveal()
	return []setting{
		{key: keyID, value: k.AccessKeyID},
		{key: keySecret, value: k.SecretAccessKey.Reveal()},
		{key: keyToken, value: token},
		{key: keyOldToken, value: token, ifThere: true},
		{key: keyExpires, value: k.Expiration.UTC().Format(time.RFC3339)},
		{key: keyPrincipal, value: k.PrincipalARN, drop: k.PrincipalARN == ""},
		{key: keyMark, value: markManaged},
	}
}

// configSettings are the lines of the config file.
func (k Keys) configSettings() []setting {
	if k.Region == "" {
		return nil
	}
	return []setting{{key: keyRegion, value: k.Region}}
}

// replaced are the keys that go when a profile of somebody else's is replaced with consent: those that would be used
// instead of what is written.
func replaced(inConfig bool) []setting {
	var gone []setting
	for _, key := range outranking {
		gone = append(gone, setting{key: key, drop: true})
	}
	if !inConfig { // in the config file it is outranked by keys in the credentials file, in every client
		gone = append(gone, setting{key: keyProcess, drop: true})
	}
	return gone
}

// shownKeyID is as much of an access key's ID as tells it from others, "" if it does not look like one: it could be
// a secret in the wrong line.
func shownKeyID(id string) string {
	if len(id) < 16 || len(id) > 128 || strings.ContainsFunc(id, func(r rune) bool { return (r < 'A' || r > 'Z') && (r < '0' || r > '9') }) {
		return ""
	}
	return id[:4] + "…" + id[len(id)-4:]
}
