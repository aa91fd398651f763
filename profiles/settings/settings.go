// Package settings reads config.toml, the settings of samlogin itself, strictly: an unknown key, a wrong type or a
// value that cannot be meant is an error with its line, before any of the file counts.
//
// House rules: the file is never looked for in the working directory; one that others can change is not read, as
// it names hosts that get passwords and commands that are run; a value is shown in an error only where it is one
// of a few words, for anything else may be a secret in the wrong place.
package settings

import (
	"cmp"
	"strings"
	"time"
)

// Settings is what one file says. Everything in it has been checked: names are unique and refer to something.
type Settings struct {
	Path     string              // "" if there is no file
	Default  string              // the NAME that a bare samlogin logs in to, "" none
	Output   string              // "text", "json", "" unset
	Accounts map[string]string   // twelve digits → name
	Include  []string            // other files, as written
	Includes []Include           // the same, as they were read
	General  Choices             // what is said above all tables; has the keys that belong to no one IdP only
	IdPs     map[string]*IdP     // by name
	Profiles map[string]*Profile // by name
	Groups   map[string]*Group   // by name

	at    places // of what is judged elsewhere
	files []string
}

// Fault is an error about a key that this package leaves to others to judge, with the line where it stands, or where
// the nearest table round it does.
func (s *Settings) Fault(reason, advice string, key ...string) *Error {
	e := &Error{Path: s.Path, Key: strings.Join(key, "."), Reason: reason, Advice: advice}
	for n := len(key); n > 0 && e.Line == 0; n-- {
		at := s.at[join(key[:n])]
		e.Line, e.Column = at.line, at.column
		if at.file < len(s.files) {
			e.Path = s.files[at.file]
		}
	}
	return e
}

// IdP is one [idp.NAME].
type IdP struct {
	Name        string
	Kind        string   // one of Kinds
	Origins     []string // other origins that may get this IdP's secrets: "https://host" or "https://host:port"
	MFAAdapters any      // [idp.NAME.mfa_adapter] as read; what is in it is for the walk to judge
	Choices
}

// Profile is one [profile.NAME].
type Profile struct {
	Name   string
	IdP    string // a name in IdPs or one of Kinds, "" unset
	Source string // the profile whose keys take this one's role, here or in AWS's files; "" none
	Choices
}

// Group is one [group.NAME].
type Group struct {
	Name     string
	Profiles []string // at least one; each is in Settings.Profiles
}

// Choices are the keys that an IdP and a profile both may have. The zero value of each means unset.
type Choices struct {
	URL             string // https address, or a host with or without a path
	Start           string // "auto", "idp", "sp"
	RelyingParty    string
	Username        string
	PasswordCommand []string // program and arguments
	Realm           string   // whose account it is, where the IdP asks (home realm discovery)
	MFA             string
	MFACommand      []string // program and arguments
	Windows         string   // "off", "auto", "kerberos", "ntlm": signing in without a form
	Certificate     string   // file with a client certificate and its key
	Role            string   // a role pattern
	Principal       string   // ARN of a SAML provider
	Duration        string   // as written, readable by the check given to Load
	ExactDuration   *bool
	Region          string
	STSEndpoint     string // https, or http to this computer
	PolicyFile      string
	PolicyARNs      []string
	Write           string // "keys", "process", "cli-cache", "none"
	CABundle        string
	Timeout         time.Duration

	Session           string // "on", "off"
	SecretStore       string
	SessionProfile    string // where the result of a profile with role_arn goes
	CredentialsPrompt *bool
	AfterLogin        []string // program and arguments
	Browser           []string // program and arguments; a text is the program alone
	MFASession        any      // a text or a yes/no
	Notify            any      // a text or a yes/no
}

// Nearest puts layers on top of each other, the nearest first: of each key the first layer that has it counts.
func Nearest(layers ...Choices) Choices {
	var c Choices
	for _, l := range layers {
		c = Choices{
			URL: cmp.Or(c.URL, l.URL), Start: cmp.Or(c.Start, l.Start), RelyingParty: cmp.Or(c.RelyingParty, l.RelyingParty),
			Username: cmp.Or(c.Username, l.Username), PasswordCommand: list(c.PasswordCommand, l.PasswordCommand),
			Realm: cmp.Or(c.Realm, l.Realm), MFA: cmp.Or(c.MFA, l.MFA), MFACommand: list(c.MFACommand, l.MFACommand),
			Windows: cmp.Or(c.Windows, l.Windows), Certificate: cmp.Or(c.Certificate, l.Certificate), Role: cmp.Or(c.Role, l.Role),
			Principal: cmp.Or(c.Principal, l.Principal), Duration: cmp.Or(c.Duration, l.Duration), ExactDuration: cmp.Or(c.ExactDuration, l.ExactDuration),
			Region: cmp.Or(c.Region, l.Region), STSEndpoint: cmp.Or(c.STSEndpoint, l.STSEndpoint), PolicyFile: cmp.Or(c.PolicyFile, l.PolicyFile),
			PolicyARNs: list(c.PolicyARNs, l.PolicyARNs), Write: cmp.Or(c.Write, l.Write), CABundle: cmp.Or(c.CABundle, l.CABundle), Timeout: cmp.Or(c.Timeout, l.Timeout),
			Session: cmp.Or(c.Session, l.Session), SecretStore: cmp.Or(c.SecretStore, l.SecretStore), SessionProfile: cmp.Or(c.SessionProfile, l.SessionProfile),
			CredentialsPrompt: cmp.Or(c.CredentialsPrompt, l.CredentialsPrompt), AfterLogin: list(c.AfterLogin, l.AfterLogin), Browser: list(c.Browser, l.Browser),
			MFASession: cmp.Or(c.MFASession, l.MFASession), Notify: cmp.Or(c.Notify, l.Notify),
		}
	}
	return c
}

func list(nearer, farther []string) []string {
	if nearer != nil {
		return nearer
	}
	return farther
}

// Kinds are the kinds of IdP. Nothing else may have such a name, as --idp takes both.
func Kinds() []string { return []string{"adfs", "form", "browser", "command"} }
