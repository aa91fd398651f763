package clash

import (
	"strings"

	"github.com/samlogin/samlogin/profiles"
)

// Source is where a client takes the credentials of a profile from.
type Source int

// The sources.
const (
	Nothing        Source = iota // it finds none in the files
	Refused                      // it fails
	Keys                         // static keys
	Process                      // credential_process
	Role                         // role_arn, with another profile or source
	WebIdentity                  // web_identity_token_file
	IdentityCenter               // sso_…
	Login                        // login_session, of "aws login"
)

func (s Source) String() string {
	return [...]string{"nothing", "an error", "keys", "credential_process", "role_arn", "web_identity_token_file", "IAM Identity Center", "login_session"}[s]
}

// Sight is what a client takes for one profile.
type Sight struct {
	Source    Source
	Path      string // the file that decides, "" where nothing is there
	Line      int    // the line that decides, counted from 1
	KeyID     string // of Keys, as the client reads it: foreign text, and perhaps a secret in the wrong line
	Token     int    // of Keys: the line of the session token, 0 none
	TokenPath string // the file that this line is in
	Why       string // of Refused
}

// View is both files as they are at one moment.
type View struct{ Config, Credentials profiles.Layout }

// value is a key and where it is.
type value struct {
	text, path string
	line       int
}

// Sight says what a client takes for a profile from the files alone, which is what it takes where the profile is named
// on its command line (--profile) or in its code. For what the environment changes see Environment.
func (v View) Sight(c Client, profile string) Sight { return v.sight(c, profile, v.about(profile)) }

// about leaves out sections that are of other profiles for every client: files have thousands.
func (v View) about(profile string) View {
	narrow := View{Config: v.Config, Credentials: v.Credentials}
	for _, l := range []*profiles.Layout{&narrow.Config, &narrow.Credentials} {
		var some []profiles.Section
		for _, s := range l.Sections {
			if strings.Contains(s.Header, profile) || s.Header == "DEFAULT" {
				some = append(some, s)
			}
		}
		l.Sections = some
	}
	return narrow
}

func (v View) sight(c Client, profile string, narrow View) Sight {
	for _, l := range []profiles.Layout{v.Config, v.Credentials} {
		if line, why := c.refuses(l); why != "" {
			return Sight{Source: Refused, Path: l.Path, Line: line, Why: why}
		}
	}
	set, kept := c.values(narrow.Config, profile, true), c.values(narrow.Credentials, profile, false)
	p := &picture{client: c, set: set, kept: kept, view: &v}
	switch {
	case c.python():
		return p.botocore()
	case c.javascript():
		return p.javascript()
	}
	return p.golang()
}

// values are the keys of a profile in one file.
func (c Client) values(l profiles.Layout, profile string, inConfig bool) map[string]value {
	all := map[string]value{}
	found := false
	for _, s := range l.Sections {
		if !c.finds(s, profile, inConfig) {
			continue
		}
		found = true
		if c == Go1 {
			clear(all) // a second section takes the place of the first
		}
		for _, k := range s.Keys {
			if c.sees(k) {
				all[k.Name] = value{c.reads(k.Value.Reveal()), l.Path, k.Line}
			}
		}
	}
	if c.python() && found {
		for _, s := range l.Sections {
			if s.Header != "DEFAULT" { // Python's configparser takes it for the defaults of all others
				continue
			}
			for _, k := range s.Keys {
				if _, own := all[k.Name]; !own && c.sees(k) {
					all[k.Name] = value{k.Value.Reveal(), l.Path, k.Line}
				}
			}
		}
	}
	return all
}

// same reports whether two clients take the same.
func (s Sight) same(other Sight) bool {
	return s.Source == other.Source && s.Path == other.Path && (s.Source != Keys || s.Line == other.Line && s.KeyID == other.KeyID)
}

// quotedOrCommented reports a value that clients differ on: in quotes, or with a comment behind it.
func quotedOrCommented(written string) bool {
	return strings.HasPrefix(written, `"`) || strings.HasPrefix(written, "'") || Go2.reads(written) != written
}
