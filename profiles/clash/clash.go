package clash

import (
	"fmt"
	"strings"

	"github.com/samlogin/samlogin/profiles"
	"github.com/samlogin/samlogin/saml/foreign"
)

// Clash is something for which AWS clients will not do what was meant.
type Clash struct {
	Bad  bool   // it fails, or takes other keys than samlogin's; else clients differ, or something is of no use
	Path string // the file, "" for the environment
	Line int    // counted from 1, 0 for the environment
	What string // without a secret
	Mend string // what to do
	Ours bool   // profiles.Writer.Mend does it
}

// The keys that decide.
const (
	keyID      = "aws_access_key_id"
	keySecret  = "aws_secret_access_key"
	keyToken   = "aws_session_token"
	keyOld     = "aws_security_token"
	keyProcess = "credential_process"
	keyRole    = "role_arn"
	keySource  = "source_profile"
)

// Clashes are those of one profile. What is wrong with a whole file is in its Layout's Faults and in General.
func (v View) Clashes(profile string) []Clash {
	narrow := v.about(profile)
	f := &facts{picture: picture{client: Go2, view: &v, set: Go2.values(narrow.Config, profile, true), kept: Go2.values(narrow.Credentials, profile, false)}, narrow: narrow, profile: profile}
	f.managed = f.kept["samlogin"].text == "managed"
	f.ownProcess = f.set["samlogin"].text == "managed" && profiles.OwnCommand(f.set[keyProcess].text)
	f.process()
	f.token()
	f.notation()
	f.other()
	f.refusals()
	if len(f.found) == 0 {
		f.differences()
	}
	if err := profiles.CheckName(profile); err != nil && profile != "DEFAULT" {
		f.note(false, f.anywhere(), "not every AWS client finds a profile of this name", "a name of A-Z a-z 0-9 . _ @ + : / - is found by all")
	}
	return f.found
}

// facts are what the least strict reader sees of a profile.
type facts struct {
	picture
	narrow              View // what is about the profile
	profile             string
	managed, ownProcess bool
	found               []Clash
}

func (f *facts) note(bad bool, at value, what, mend string) {
	f.found = append(f.found, Clash{Bad: bad, Path: at.path, Line: at.line, What: what, Mend: mend})
}

func (f *facts) anywhere() value {
	for _, of := range []map[string]value{f.kept, f.set} {
		for _, at := range of {
			return value{path: at.path}
		}
	}
	return value{}
}

// process finds what keeps a credential_process from being run.
func (f *facts) process() {
	process, there := f.either(keyProcess)
	if !there || process.text == "" {
		return
	}
	if id, keys := f.kept[keyID]; keys {
		if f.managed && f.ownProcess {
			f.note(true, id, "keys that samlogin once wrote outrank its credential_process: AWS clients take them and never ask for new ones", "take the keys out")
			f.found[len(f.found)-1].Ours = true
			return
		}
		f.note(f.ownProcess, id, fmt.Sprintf("AWS clients take these keys and never run the credential_process (%s, line %d)", base(process.path), process.line), "remove the one that is not meant")
		return
	}
	if id, keys := f.set[keyID]; keys {
		f.note(f.ownProcess, id, fmt.Sprintf("the AWS CLI and boto3 run the credential_process (line %d), the SDKs for JavaScript and Go take these keys", process.line), "remove the one that is not meant")
	}
	if strings.HasPrefix(process.text, "~") || strings.ContainsAny(process.text, "$`|<>&") {
		f.note(true, process, "the AWS CLI and boto3 run a credential_process without a shell, so that ~, $, |, <, > and & are not what they look like", "name the program by its whole path")
	}
}

// token finds a session token that is not that of the keys.
func (f *facts) token() {
	of := f.kept
	id, keys := of[keyID]
	if !keys {
		of = f.set
		if id, keys = of[keyID]; !keys {
			return
		}
	}
	token, old := of[keyToken], of[keyOld]
	switch {
	case old.line > 0 && token.line > 0 && old.text != token.text:
		f.note(true, old, "aws_security_token is another one than aws_session_token, and the AWS CLI and boto3 prefer it", "remove the line")
		f.found[len(f.found)-1].Ours = f.managed && of[keyID] == f.kept[keyID] && old.text != ""
	case old.line > 0 && token.line == 0:
		f.note(false, old, "only the AWS CLI and boto3 read aws_security_token", "write it as aws_session_token")
	}
	other, elsewhere := f.set[keyToken]
	switch {
	case token.line == 0 && old.line == 0 && f.kept[keyID].line > 0 && elsewhere:
		f.note(true, other, fmt.Sprintf("the SDKs for JavaScript and Go put this token to the keys of the credentials file (line %d), the AWS CLI and boto3 do not", id.line), "remove it, or write it below the keys that it is of")
	case token.line == 0 && old.line == 0 && strings.HasPrefix(id.text, "ASIA"):
		f.note(true, id, "temporary keys without their aws_session_token, which AWS refuses", "write the token below them")
	}
}

// notation finds lines that only some clients read as they are meant.
func (f *facts) notation() {
	said := map[string]bool{}
	once := func(bad bool, l profiles.Layout, k profiles.Key, what, mend string) {
		if !said[what] {
			said[what] = true
			f.note(bad, value{path: l.Path, line: k.Line}, what, mend)
		}
	}
	for _, file := range []struct {
		l        profiles.Layout
		inConfig bool
	}{{f.narrow.Credentials, false}, {f.narrow.Config, true}} {
		for _, s := range file.l.Sections {
			if !Go2.finds(s, f.profile, file.inConfig) {
				continue
			}
			for _, k := range s.Keys {
				switch k.Name {
				case keyID, keySecret, keyToken, keyOld:
				default:
					continue
				}
				if quotedOrCommented(k.Value.Reveal()) {
					once(true, file.l, k, "quotes or a comment beside a value: the AWS CLI and boto3 take them for a part of it", "leave the value alone on its line")
				}
				if k.Colon || k.Written != k.Name {
					once(false, file.l, k, "the SDK for JavaScript reads only lines such as aws_access_key_id = …, in lower case and with =", "write it so")
				}
				if k.Joined {
					once(true, file.l, k, "the line is indented below another one: the AWS CLI and boto3 take it for a part of that", "take the blanks at its beginning away")
				}
			}
		}
	}
}

// other finds other sources of credentials beside keys.
func (f *facts) other() {
	id, keys := f.kept[keyID]
	if !keys {
		return
	}
	for _, key := range []string{"sso_role_name", "sso_account_id"} {
		if at, ok := f.either(key); ok && at.text != "" {
			f.note(f.managed, at, fmt.Sprintf("the AWS CLI and boto3 use IAM Identity Center, the SDKs for JavaScript and Go take the keys of the credentials file (line %d)", id.line), "remove the one that is not meant")
			return
		}
	}
	role, switches := f.either(keyRole)
	if source, ok := f.either(keySource); switches && (!ok || source.text != f.profile) && f.has(keySource, "credential_source") {
		f.note(f.managed, role, fmt.Sprintf("AWS clients take this role, and never the keys of the credentials file (line %d)", id.line), "remove the one that is not meant")
	}
}

// refusals finds clients that fail for the profile as it is.
func (f *facts) refusals() {
	var who []string
	var first Sight
	for _, c := range Supported() {
		if _, whole := c.refuses(f.view.Config); whole != "" {
			continue
		}
		if _, whole := c.refuses(f.view.Credentials); whole != "" {
			continue
		}
		s := f.view.sight(c, f.profile, f.narrow)
		if s.Source != Refused || first.Why != "" && s.Why != first.Why {
			continue
		}
		first, who = s, append(who, c.String())
	}
	if len(who) > 0 {
		f.note(true, value{path: first.Path, line: first.Line}, joined(who)+verb(who, " refuses", " refuse")+" the profile: "+first.Why, "correct the profile, or remove what is not meant")
	}
}

// differences are those for which nothing else was found.
func (f *facts) differences() {
	first := f.view.sight(CLI, f.profile, f.narrow)
	if first.Source == Refused {
		return // the file's fault
	}
	for _, c := range Supported() {
		if s := f.view.sight(c, f.profile, f.narrow); !s.same(first) && s.Source != Refused {
			f.note(false, value{path: first.Path, line: first.Line}, fmt.Sprintf("%s and boto3 take %s, %s takes %s", CLI, first.Source, c, s.Source), "leave one source of keys in the profile")
			return
		}
	}
}

// General are clashes that are about no one profile: sections that only some clients find, or that are not what they
// look like.
func (v View) General() []Clash {
	var all []Clash
	note := func(l profiles.Layout, s profiles.Section, what, mend string) {
		all = append(all, Clash{Path: l.Path, Line: s.Line, What: what, Mend: mend})
	}
	defaults := 0
	for _, s := range v.Config.Sections {
		name := foreign.Clean(s.Header)
		word, rest, _ := strings.Cut(strings.TrimSpace(s.Header), " ")
		switch {
		case s.Header == "DEFAULT":
			note(v.Config, s, "[DEFAULT] gives what it holds to every profile, for the AWS CLI and boto3 only", "write [default], or put the lines where they belong")
		case s.Header != strings.TrimSpace(s.Header):
			note(v.Config, s, "["+name+"] has blanks in its brackets, which some AWS clients take for a part of the name", "take them away")
		case s.Header == "default", s.Header == "profile default":
			if defaults++; defaults == 2 {
				note(v.Config, s, "[default] and [profile default] are both there, and AWS clients differ on which counts", "keep one of them")
			}
		case word == "profile", rest != "" && (word == "sso-session" || word == "services"), s.Header == "plugins", s.Header == "preview":
		default:
			note(v.Config, s, "["+name+"] is no profile to most AWS clients: in the config file that is [profile "+name+"]", "write [profile "+name+"]")
		}
	}
	for _, s := range v.Credentials.Sections {
		name := foreign.Clean(s.Header)
		rest, ok := strings.CutPrefix(s.Header, "profile ")
		switch {
		case s.Header == "DEFAULT":
			note(v.Credentials, s, "[DEFAULT] gives what it holds to every profile, for the AWS CLI and boto3 only", "write [default], or put the lines where they belong")
		case s.Header != strings.TrimSpace(s.Header):
			note(v.Credentials, s, "["+name+"] has blanks in its brackets: the AWS CLI, boto3 and the SDK for JavaScript find no such profile", "take them away")
		case ok:
			note(v.Credentials, s, "["+name+"] is no profile to AWS clients: in the credentials file that is ["+foreign.Clean(rest)+"]", "write ["+foreign.Clean(rest)+"]")
		}
	}
	return all
}

// Has reports whether any supported client finds the profile in one of the files.
func (v View) Has(profile string) bool {
	for _, c := range Supported() {
		for _, s := range v.Config.Sections {
			if c.finds(s, profile, true) {
				return true
			}
		}
		for _, s := range v.Credentials.Sections {
			if c.finds(s, profile, false) {
				return true
			}
		}
	}
	return false
}

func base(path string) string {
	return foreign.Clean(path[strings.LastIndexAny(path, `/\`)+1:])
}

func joined(all []string) string {
	if n := len(all); n > 1 {
		return strings.Join(all[:n-1], ", ") + " and " + all[n-1]
	}
	return strings.Join(all, "")
}

func verb(who []string, one, many string) string {
	if len(who) == 1 {
		return one
	}
	return many
}
