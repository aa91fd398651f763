package profiles

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/samlogin/samlogin/saml/foreign"
	"github.com/samlogin/samlogin/saml/secret"
)

// Chain is how AWS's clients come to the keys of a profile: a root that has keys, and the roles that are taken with
// them, one with the keys of the other (AWS SDKs and Tools Reference Guide, "Assume role credential provider").
type Chain struct {
	Profile string
	Root    Root
	Roles   []Switch // in the order of taking; the last is the profile's own. None: the profile is the root itself
	Region  string   // of the profile, "" none
}

// Switch is a role that a profile names.
type Switch struct {
	Profile     string
	RoleARN     string
	MFASerial   string // ARN of a device, or the number on one; "" none
	ExternalID  string
	SessionName string // "" where the client is to make one
	Duration    string // duration_seconds as written
	Region      string
	Place       string // of role_arn, for a person: "~/.aws/config, line 12"
}

// RootKind is where the keys under a chain come from.
type RootKind int

// The roots.
const (
	RootLongTerm    RootKind = iota // keys of an IAM user
	RootTemporary                   // temporary keys that somebody else wrote
	RootManaged                     // samlogin's own: keys, or the command that prints them
	RootProcess                     // credential_process
	RootEnvironment                 // credential_source = Environment
	RootAbsent                      // there is no such profile in either file
)

// Root is the profile at the bottom of a chain.
type Root struct {
	Kind            RootKind
	Profile         string
	AccessKeyID     string
	SecretAccessKey secret.Text
	SessionToken    secret.Text
	Expires         time.Time // of temporary keys, as somebody wrote it beside them; zero: not known
	PrincipalARN    string    // of the assumed role, as samlogin and saml2aws write it beside them; "" not known
	Process         string    // the command line of credential_process
	Name            string    // what a command of the form "… credentials NAME" is to print; "" for any other
	MFASerial       string
	Duration        string // duration_seconds as written
	Region          string
	Place           string // what decides, for a person
}

// ChainError says why a profile's chain cannot be followed. Nothing was changed.
type ChainError struct {
	Profile string // where it breaks
	Place   string // "~/.aws/config, line 12"; "" unknown
	What    string
	Advice  string
}

func (e *ChainError) Error() string {
	s := fmt.Sprintf("profile %s %s", foreign.Text(e.Profile), e.What)
	if e.Place != "" {
		s += " (" + e.Place + ")"
	}
	return s
}

// Hint says what to do, "" if nothing is known.
func (e *ChainError) Hint() string { return e.Advice }

// The keys of role switching, as AWS's clients name them.
const (
	keySourceProfile    = "source_profile"
	keyCredentialSource = "credential_source"
	keyMFASerial        = "mfa_serial"
	keyExternalID       = "external_id"
	keySessionName      = "role_session_name"
	keyDuration         = "duration_seconds"
	keyWebIdentity      = "web_identity_token_file"
	sourceEnvironment   = "Environment"
)

// Chain follows role_arn and source_profile from a profile down to its root, by the rules of botocore, which the AWS
// CLI has: a profile that is asked for is its role before it is its keys, a source is its keys before it is its role.
// So a profile may be its own source, where it has keys. A root of kind RootAbsent is no error here: samlogin's
// settings may know the name.
//
// Errors: *ChainError for a loop, a missing or doubled source, or a source that is not supported; *FileError for a file
// that cannot be read.
func (f Files) Chain(profile string) (Chain, error) {
	config, credentials, err := f.documents()
	if err != nil {
		return Chain{}, err
	}
	r := chainReader{newEdit(f.Credentials, credentials, false), newEdit(f.Config, config, true)}
	c := Chain{Profile: profile, Region: r.of(profile)[keyRegion].value}
	visited := []string{}
	for at := profile; ; {
		p := r.of(at)
		if _, role := p[keyRoleARN]; !role || at != profile && r.hasStaticKeys(at) || len(visited) > 0 && at == profile && visited[len(visited)-1] == at {
			c.Root, err = r.root(at, p)
			if len(c.Roles) > 0 && err == nil && c.Root.Kind == RootAbsent {
				c.Root.Place = c.Roles[len(c.Roles)-1].Place
			}
			break
		}
		if slices.Contains(visited, at) {
			return Chain{}, &ChainError{Profile: profile, Place: p[keyRoleARN].place(), What: "leads back to itself: " + foreign.Clean(strings.Join(append(visited, at), " → ")), Advice: "one of them needs a source_profile with keys"}
		}
		visited = append(visited, at)
		c.Roles = append(c.Roles, r.role(at, p))
		source, err := r.source(at, p)
		if err != nil {
			return Chain{}, err
		}
		if source == "" {
			c.Root = Root{Kind: RootEnvironment, Profile: at, Region: p[keyRegion].value, Place: p[keyCredentialSource].place()}
			break
		}
		at = source
	}
	slices.Reverse(c.Roles)
	return c, err
}

// SwitchProfiles are the names of the profiles that Chain makes something of: those with a role, and those with
// long-term keys and a device. They are sorted, and somebody else's text. Errors are *FileError.
func (f Files) SwitchProfiles() ([]string, error) {
	names, err := f.Names()
	if err != nil {
		return nil, err
	}
	config, credentials, err := f.documents()
	if err != nil {
		return nil, err
	}
	r := chainReader{newEdit(f.Credentials, credentials, false), newEdit(f.Config, config, true)}
	return slices.DeleteFunc(names, func(name string) bool {
		p := r.of(name)
		_, role := p[keyRoleARN]
		_, web := p[keyWebIdentity]
		_, device := p[keyMFASerial]
		return !(role && !web) && !(device && r.hasStaticKeys(name))
	}), nil
}

// chainReader reads profiles of both files.
type chainReader struct{ credentials, config *edit }

// of is what both files have of a profile: where both have a key, that of the credentials file counts.
func (r chainReader) of(profile string) map[string]found {
	all := r.config.keysOf(profile)
	for key, at := range r.credentials.keysOf(profile) {
		all[key] = at
	}
	return all
}

func (r chainReader) there(profile string) bool {
	return len(r.credentials.of[profile])+len(r.config.of[profile]) > 0
}

// keys are the key pair of a profile and its token, all from one file: that of the credentials file counts.
func (r chainReader) keys(profile string) map[string]found {
	if kept := r.credentials.keysOf(profile); kept[keyID].value != "" || kept[keySecret].value != "" {
		return kept
	}
	return r.config.keysOf(profile)
}

func (r chainReader) hasStaticKeys(profile string) bool {
	k := r.keys(profile)
	return k[keyID].value != "" && k[keySecret].value != ""
}

func (r chainReader) role(profile string, p map[string]found) Switch {
	return Switch{
		Profile: profile, RoleARN: p[keyRoleARN].value, MFASerial: p[keyMFASerial].value, ExternalID: p[keyExternalID].value,
		SessionName: p[keySessionName].value, Duration: p[keyDuration].value, Region: p[keyRegion].value, Place: p[keyRoleARN].place(),
	}
}

// source is the profile whose keys take a role; "" is the environment.
func (r chainReader) source(profile string, p map[string]found) (string, error) {
	fail := func(at found, what, advice string) (string, error) {
		return "", &ChainError{Profile: profile, Place: at.place(), What: what, Advice: advice}
	}
	source, named := p[keySourceProfile]
	provided, other := p[keyCredentialSource]
	switch {
	case p[keyRoleARN].value == "":
		return fail(p[keyRoleARN], "has an empty role_arn", "")
	case p[keyWebIdentity].value != "":
		return fail(p[keyWebIdentity], "takes its role with a web identity token, which samlogin does not do", "use the AWS CLI for it")
	case named && other:
		return fail(provided, "has source_profile and credential_source, and AWS clients take one of them only", "take one out")
	case !named && !other:
		return fail(p[keyRoleARN], "has role_arn, and neither source_profile nor credential_source", "add source_profile = NAME of the profile whose keys take the role")
	case named:
		return source.value, nil
	case provided.value == sourceEnvironment:
		return "", nil
	}
	return fail(provided, fmt.Sprintf("has credential_source = %s, and samlogin takes the keys of the %s only", foreign.Text(provided.value), sourceEnvironment), "that source is for programs that run in AWS: use the AWS CLI there")
}

// root finds out what is at the bottom of a chain.
func (r chainReader) root(profile string, p map[string]found) (Root, error) {
	root := Root{Profile: profile, MFASerial: p[keyMFASerial].value, Duration: p[keyDuration].value, Region: p[keyRegion].value}
	if !r.there(profile) {
		root.Kind = RootAbsent
		return root, nil
	}
	for _, key := range append([]string{keyWebIdentity, "login_session"}, outranking[:]...) {
		if at, ok := p[key]; ok && !(key == keyWebIdentity && r.hasStaticKeys(profile)) {
			return Root{}, &ChainError{Profile: profile, Place: at.place(), What: "has its keys by " + key + ", which samlogin does not do", Advice: "give role_arn another source_profile, or use the AWS CLI for it"}
		}
	}
	keys := r.keys(profile)
	process, hasProcess := p[keyProcess]
	if hasProcess {
		root.Process = process.value
		if OwnCommand(process.value) {
			words := strings.Fields(process.value)
			root.Name = words[len(words)-1]
		}
	}
	switch id := keys[keyID]; {
	case r.hasStaticKeys(profile):
		root.Place, root.AccessKeyID = id.place(), id.value
		root.SecretAccessKey = secret.New(keys[keySecret].value)
		token := keys[keyOldToken] // botocore's preference
		if token.value == "" {
			token = keys[keyToken]
		}
		root.SessionToken, root.PrincipalARN = secret.New(token.value), keys[keyPrincipal].value
		for _, key := range expiryKeys {
			if root.Expires = readExpiry(keys[key].value); !root.Expires.IsZero() {
				break
			}
		}
		switch _, long := longTerm(keys); {
		case long != "":
			root.Kind = RootLongTerm
		case keys[keyMark].value == markManaged:
			root.Kind = RootManaged
		default:
			root.Kind = RootTemporary
		}
	case id.value != "" || keys[keySecret].value != "":
		return Root{}, &ChainError{Profile: profile, Place: id.place(), What: "has one half of a key pair", Advice: "aws_access_key_id and aws_secret_access_key belong together"}
	case hasProcess:
		root.Place, root.Kind = process.place(), RootProcess
		if p[keyMark].value == markManaged && root.Name != "" {
			root.Kind = RootManaged
		}
	default:
		return Root{}, &ChainError{Profile: profile, What: "has no keys, and nothing that gives any", Advice: "samlogin login " + foreign.Clean(profile) + " writes some, if the settings know it"}
	}
	return root, nil
}

// place names a line for a person.
func (f found) place() string {
	if f.path == "" {
		return ""
	}
	return fmt.Sprintf("%s, line %d", shownPath(f.path), f.line)
}
