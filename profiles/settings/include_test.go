package settings

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const team = `default = "day"

[accounts]
111111111111 = "production"
222222222222 = "staging"

[idp.corp]
kind = "adfs"
url = "https://adfs.example.com"
relying_party = "urn:amazon:webservices"
duration = "12h"

[idp.corp.mfa_adapter.acme]
methods = ["Acme"]

[profile.prod]
idp = "corp"
role = "production/Admin"
region = "eu-west-1"

[profile.audit]
idp = "corp"
role = "production/ReadOnly"

[group.day]
profiles = ["prod", "audit"]
`

// including writes a settings file that includes others.
func including(t *testing.T, own string, included ...string) string {
	t.Helper()
	return write(t, fmt.Sprintf("include = [%q", included[0])+func() (s string) {
		for _, i := range included[1:] {
			s += fmt.Sprintf(", %q", i)
		}
		return s
	}()+"]\n"+own)
}

func TestOwnSettingsWinKeyByKey(t *testing.T) {
	second := write(t, "[idp.corp]\nrealm = \"second\"\nurl = \"https://second.example.com\"\n[profile.extra]\nidp = \"corp\"\n[group.day]\nprofiles = [\"extra\"]\n")
	path := including(t, `
[accounts]
111111111111 = "mine"
[idp.corp]
username = 'CORP\jane'
duration = "45m"
password_command = ["pass", "show", "corp"]
[profile.prod]
region = "us-east-1"
`, write(t, team), second)
	s, err := Load(path, true, plain)
	if err != nil {
		t.Fatal(err)
	}
	corp, prod := s.IdPs["corp"], s.Profiles["prod"]
	if corp.Kind != "adfs" || corp.URL != "https://adfs.example.com" || corp.Username != `CORP\jane` || corp.Duration != "45m" ||
		corp.Realm != "second" || len(corp.PasswordCommand) != 3 || corp.MFAAdapters == nil {
		t.Errorf("IdP %+v", corp)
	}
	if prod.IdP != "corp" || prod.Role != "production/Admin" || prod.Region != "us-east-1" {
		t.Errorf("profile %+v", prod)
	}
	if s.Default != "day" || s.Accounts["111111111111"] != "mine" || s.Accounts["222222222222"] != "staging" ||
		!slices.Equal(s.Groups["day"].Profiles, []string{"prod", "audit"}) || s.Profiles["extra"] == nil || s.Path != path {
		t.Errorf("%+v", s)
	}
	if len(s.Includes) != 2 || s.Includes[1].Path != second || s.Includes[0].Line != 1 || s.Includes[0].Fetched {
		t.Errorf("includes %+v", s.Includes)
	}
}

// What could run a program, hand out a secret, or send one elsewhere is the person's own business.
//
// security case 112, 139, 147
func TestAnIncludedFileCannotSet(t *testing.T) {
	const idp, profile = "[idp.corp]\nkind = \"adfs\"\nurl = \"https://adfs.example.com\"\n", "[profile.p]\nidp = \"corp\"\n"
	for name, text := range map[string]string{
		"password_command":       idp + `password_command = ["sh", "-c", "id"]`,
		"mfa_command":            idp + `mfa_command = ["sh"]`,
		"after_login":            `after_login = ["sh"]`,
		"after_login of an IdP":  idp + `after_login = ["sh"]`,
		"browser":                `browser = "sh"`,
		"browser of a profile":   profile + `browser = ["sh"]`,
		"kind command":           "[idp.corp]\n\n" + `kind = "command"`,
		"a profile's command":    "[profile.p]\n" + `idp = "command"`,
		"secret_store":           `secret_store = "helper:evil"`,
		"secret_store of an IdP": idp + `secret_store = "none"`,
		"origins":                idp + `origins = ["https://evil.example.com"]`,
		"sts_endpoint":           idp + `sts_endpoint = "https://evil.example.com"`,
		"a profile's endpoint":   profile + `sts_endpoint = "https://evil.example.com"`,
		"a profile's address":    profile + `url = "https://evil.example.com"`,
		"ca_bundle":              `ca_bundle = "/tmp/ca.pem"`,
		"ca_bundle of an IdP":    idp + `ca_bundle = "/tmp/ca.pem"`,
		"certificate":            idp + `certificate = "/home/jane/key.p12"`,
		"policy_file":            profile + `policy_file = "/home/jane/.ssh/id_ed25519"`,
		"include":                fmt.Sprintf("include = [%q]", filepath.Join(t.TempDir(), "more.toml")),
		"output":                 `output = "json"`,
	} {
		included := write(t, text+"\n")
		line := strings.Count(text, "\n") + 1
		// also where the person's own settings say something else for the same key
		for _, own := range []string{"", "[idp.corp]\nkind = \"adfs\"\nurl = \"https://adfs.example.com\"\npassword_command = [\"pass\"]\n"} {
			_, err := Load(including(t, own, included), true, plain)
			var wrong *Error
			if !errors.As(err, &wrong) || wrong.Path != included || wrong.Line != line || !strings.Contains(wrong.Reason, "an included file cannot") {
				t.Errorf("%s: %v", name, err)
			} else if strings.Contains(wrong.Error()+wrong.Hint(), "evil") || strings.Contains(wrong.Error(), "id_ed25519") {
				t.Errorf("%s: the value is shown: %v", name, err)
			}
		}
	}
}

func TestFaultsNameTheFileInWhichTheyAre(t *testing.T) {
	for name, c := range map[string]struct {
		own, included string
		line          int
		inOwn         bool
		says          string
	}{
		"unknown key":               {"", "[idp.corp]\nkind = \"adfs\"\nusrname = \"x\"\n", 3, false, "username"},
		"a secret":                  {"", "[idp.corp]\nkind = \"adfs\"\npassword = \"canary\"\n", 3, false, "secret"},
		"wrong type":                {"", "\n[profile.p]\nregion = 3\n", 3, false, "text"},
		"no TOML":                   {"", "\n[profile.p\n", 2, false, ""},
		"a control character":       {"", "default = \"\\u001b\"\n", 1, false, "control"},
		"unknown IdP, included":     {"", "\n[profile.p]\nidp = \"crop\"\n[idp.corp]\nkind = \"adfs\"\n", 3, false, "crop"},
		"unknown IdP, own":          {"[profile.p]\nidp = \"crop\"\n", "[idp.corp]\nkind = \"adfs\"\n", 3, true, "crop"},
		"no kind anywhere":          {"[idp.corp]\nurl = \"https://a.example.com\"\n", "[idp.corp]\nusername = \"x\"\n", 2, true, "kind"},
		"a name of two things":      {"[idp.x]\nkind = \"adfs\"\n", "[profile.x]\nidp = \"adfs\"\n", 1, false, "also the name"},
		"own fault comes first":     {"[profile.p]\nidp = \"crop\"\n", "[profile.q]\nidp = \"crop\"\n", 3, true, "crop"},
		"a group's unknown profile": {"[group.g]\nprofiles = [\"p\", \"q\"]\n", "[profile.p]\nidp = \"adfs\"\n", 3, true, "q"},
	} {
		included := write(t, c.included)
		own := including(t, c.own, included)
		_, err := Load(own, true, plain)
		want := included
		if c.inOwn {
			want = own
		}
		var wrong *Error
		if !errors.As(err, &wrong) || wrong.Path != want || wrong.Line != c.line || !strings.Contains(wrong.Error()+wrong.Hint(), c.says) {
			t.Errorf("%s: %v (%s)", name, err, strings.TrimPrefix(want, filepath.Dir(filepath.Dir(want))))
		} else if strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: the value is shown", name)
		}
	}
}

func TestWhatCanBeIncluded(t *testing.T) {
	sum := strings.Repeat("0a", 32)
	for text, good := range map[string]bool{
		"https://example.com/team.toml#sha256=" + sum:                 true,
		"https://example.com:8443/a/b#sha256=" + strings.ToUpper(sum): true,
		filepath.Join(t.TempDir(), "team.toml"):                       true,
		"https://example.com/team.toml":                               false,
		"https://example.com/team.toml#sha256=" + sum[2:]:             false,
		"https://example.com/team.toml#md5=" + sum[32:]:               false,
		"https://example.com/team.toml#sha256=" + sum + "0":           false,
		"https://example.com/team.toml?token=canary#sha256=" + sum:    false,
		"https://jane:canary@example.com/team.toml#sha256=" + sum:     false,
		"http://example.com/team.toml#sha256=" + sum:                  false,
		"file:///etc/team.toml#sha256=" + sum:                         false,
		"team.toml":                                                   false, "./team.toml": false, "../team.toml": false, "~/team.toml": false, "": false, " ": false,
	} {
		if err := checkInclude(text); (err == nil) != good {
			t.Errorf("%s: %v", text, err)
		} else if err != nil && strings.Contains(err.Error(), "canary") {
			t.Errorf("%v", err)
		}
	}
	_, err := Load(including(t, "", filepath.Join(t.TempDir(), "gone.toml")), true, plain)
	var wrong *Error
	if !errors.As(err, &wrong) || wrong.Line != 1 || errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
	many := make([]string, mostIncludes+1)
	for i := range many {
		many[i] = write(t, "")
	}
	if _, err := Load(including(t, "", many...), true, plain); !errors.As(err, &wrong) {
		t.Errorf("many files: %v", err)
	}
	if _, err := Load(including(t, "", many[1:]...), true, plain); err != nil {
		t.Errorf("as many as can be: %v", err)
	}
}

// network serves texts by address and counts.
type network struct {
	texts map[string]string
	calls int
	own   Choices
}

func (n *network) fetch(own Choices, address string) ([]byte, error) {
	n.calls++
	n.own = own
	text, ok := n.texts[address]
	if !ok {
		return nil, errors.New("no route to host")
	}
	return []byte(text), nil
}

func hashed(address, text string) string {
	return fmt.Sprintf("%s#sha256=%x", address, sha256.Sum256([]byte(text)))
}

func TestAnAddressIsFetchedOnceAndKept(t *testing.T) {
	const address = "https://example.com/team.toml"
	n := &network{texts: map[string]string{address: team}}
	l := Loader{CheckDuration: plain, Folder: filepath.Join(t.TempDir(), "state", "includes"), Fetch: n.fetch}
	path := including(t, "timeout = \"7s\"\nca_bundle = \"/etc/company.pem\"\n", hashed(address, team))
	s, err := l.Load(path, true)
	if err != nil || s.IdPs["corp"] == nil || len(s.Includes) != 1 || !s.Includes[0].Fetched || s.Includes[0].Address != address {
		t.Fatalf("%v, %+v", err, s)
	}
	if n.calls != 1 || n.own.CABundle != "/etc/company.pem" || n.own.Timeout.Seconds() != 7 {
		t.Errorf("%d calls, with %+v", n.calls, n.own)
	}
	info, err := os.Stat(s.Includes[0].Kept)
	if err != nil || info.Mode().Perm()&0o077 != 0 && filepath.Separator == '/' {
		t.Errorf("the copy: %v, %v", info, err)
	}
	// The network is away, or is not to be asked.
	n.texts = nil
	for _, fetch := range []func(Choices, string) ([]byte, error){n.fetch, nil} {
		l.Fetch = fetch
		if s, err := l.Load(path, true); err != nil || s.Includes[0].Fetched || s.Profiles["prod"] == nil {
			t.Errorf("from the copy: %v", err)
		}
	}
	if n.calls != 1 {
		t.Errorf("the network was asked %d times", n.calls)
	}
	// A copy that somebody changed is none.
	if err := os.WriteFile(s.Includes[0].Kept, []byte(strings.ReplaceAll(team, "adfs.example.com", "evil.example.com")), 0o600); err != nil {
		t.Fatal(err)
	}
	var missing *IncludeError
	if _, err := l.Load(path, true); !errors.As(err, &missing) || missing.Err != nil || missing.Got != "" || missing.Line != 1 {
		t.Errorf("a changed copy: %v", err)
	}
	l.Fetch = n.fetch
	if _, err := l.Load(path, true); !errors.As(err, &missing) || missing.Err == nil {
		t.Errorf("a changed copy, no network: %v", err)
	}
	n.texts = map[string]string{address: team}
	if s, err := l.Load(path, true); err != nil || !s.Includes[0].Fetched {
		t.Errorf("fetched again: %v", err)
	}
}

func TestWhatIsNotWhatItWasIsRefused(t *testing.T) {
	const address = "https://example.com/team.toml"
	changed := strings.ReplaceAll(team, "adfs.example.com", "evil.example.com")
	n := &network{texts: map[string]string{address: changed}}
	l := Loader{CheckDuration: plain, Folder: t.TempDir(), Fetch: n.fetch}
	_, err := l.Load(including(t, "", hashed(address, team)), true)
	var refused *IncludeError
	if !errors.As(err, &refused) || refused.Got != strings.TrimPrefix(hashed("", changed), "#sha256=") || refused.Hint() == "" {
		t.Fatalf("%v", err)
	}
	if left, _ := os.ReadDir(l.Folder); len(left) > 0 {
		t.Errorf("it was kept: %v", left)
	}
	n.texts[address] = strings.Repeat("#", maxSize+1)
	if _, err := l.Load(including(t, "", hashed(address, n.texts[address])), true); !errors.As(err, &refused) || refused.Err == nil {
		t.Errorf("too long: %v", err)
	}
	// Where it cannot be kept it is fetched each time.
	l.Folder, n.texts[address] = "", team
	for range 2 {
		if s, err := l.Load(including(t, "", hashed(address, team)), true); err != nil || s.Includes[0].Kept != "" || !s.Includes[0].Fetched {
			t.Errorf("not kept: %v", err)
		}
	}
}

// The editor of settings takes a file that its includes complete.
func TestSettingsWithIncludesCanBeEdited(t *testing.T) {
	path := including(t, "[idp.corp]\nusername = \"jane\"\n[group.mine]\nprofiles = [\"prod\"]\n", write(t, team))
	e, err := Plan(path, []Change{{Table: "profile.prod", Key: "region", Value: "us-east-1"}})
	if err != nil {
		t.Fatal(err)
	}
	l := Loader{CheckDuration: plain}
	planned, err := l.Planned(e)
	if err != nil || planned.Profiles["prod"].Region != "us-east-1" || planned.Profiles["prod"].IdP != "corp" || planned.IdPs["corp"].URL == "" {
		t.Errorf("as it is going to be: %v, %+v", err, planned)
	}
	if err := e.Save(t.Context()); err != nil {
		t.Fatal(err)
	}
	s, err := Load(path, true, plain)
	if err != nil || s.Profiles["prod"].Region != "us-east-1" || s.Profiles["prod"].Role != "production/Admin" {
		t.Errorf("%v, %+v", err, s)
	}
}

// What an edit makes wrong only together with what is included is found before it is saved.
func TestAnEditIsJudgedWithItsIncludes(t *testing.T) {
	path := including(t, "", write(t, team))
	for _, c := range []Change{
		{Table: "group.prod", Key: "profiles", Value: []string{"prod"}}, // the name of a profile that is included
		{Table: "profile.mine", Key: "idp", Value: "crop"},
	} {
		e, err := Plan(path, []Change{c})
		if err != nil {
			t.Fatal(err)
		}
		var wrong *Error
		if _, err := (Loader{CheckDuration: plain}).Planned(e); !errors.As(err, &wrong) {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

func TestCheckJudgesOneKey(t *testing.T) {
	for _, c := range []struct {
		table, key string
		value      any
		good       bool
	}{
		{"idp", "url", "https://adfs.example.com", true}, {"idp", "url", "http://adfs.example.com", false},
		{"idp", "kind", "form", true}, {"idp", "kind", "shell", false}, {"idp", "username", "a\x1b[2J", false},
		{"profile", "region", "eu-west-1", true}, {"profile", "region", "x", false}, {"profile", "idp", "nobody", true},
		{"profile", "duration", "12h", true}, {"profile", "duration", "99h", false}, {"profile", "kind", "adfs", false},
		{"profile", "policy_arns", []string{"arn:aws:iam::aws:policy/X"}, true}, {"profile", "policy_arns", []string{"a\nb"}, false},
		{"accounts", "111111111111", "prod", true}, {"accounts", "1", "prod", false}, {"", "default", "anything", true}, {"", "defualt", "x", false},
		{"idp", "password", "canary", false}, {"profile", "exact_duration", true, true},
	} {
		err := Check(c.table, c.key, c.value, plain)
		if (err == nil) != c.good {
			t.Errorf("%s %s %v: %v", c.table, c.key, c.value, err)
		} else if err != nil && strings.Contains(err.Error(), "canary") {
			t.Error(err)
		}
	}
}

// Whatever an included file holds: no command, place for secrets, origin or endpoint comes of it, and nothing of the
// person's own changes.
func FuzzInclude(f *testing.F) {
	for _, text := range []string{team, "", "[idp.corp]\npassword_command = [\"sh\"]\n", "[profile.p]\nidp = \"command\"\n", "idp.corp.kind = 'command'\n", "[idp]\ncorp = { kind = \"adfs\", origins = [\"https://a.example.com\"] }\n", "include = [\"/etc/passwd\"]\n", "[profile.own]\nregion = \"x-y-1\"\n", "[[idp.x.mfa_adapter]]\n"} {
		f.Add(text)
	}
	own := "[idp.own]\nkind = \"adfs\"\nurl = \"https://own.example.com\"\n[profile.own]\nidp = \"own\"\nregion = \"eu-west-1\"\n"
	f.Fuzz(func(t *testing.T, text string) {
		s, err := Load(including(t, own, write(t, text)), true, plain)
		if err != nil {
			if strings.ContainsAny(err.Error(), "\x1b\x07\n") {
				t.Errorf("%q", err)
			}
			return
		}
		clean := func(c Choices) bool {
			return c.PasswordCommand == nil && c.MFACommand == nil && c.AfterLogin == nil && c.Browser == nil && c.SecretStore == "" &&
				c.STSEndpoint == "" && c.CABundle == "" && c.Certificate == "" && c.PolicyFile == ""
		}
		good := clean(s.General) && s.IdPs["own"].URL == "https://own.example.com" && s.Profiles["own"].Region == "eu-west-1" && s.Profiles["own"].IdP == "own"
		for _, i := range s.IdPs {
			good = good && clean(i.Choices) && i.Origins == nil && i.Kind != "command"
		}
		for _, p := range s.Profiles {
			good = good && clean(p.Choices) && p.IdP != "command" && p.URL == ""
		}
		if !good {
			t.Errorf("%q gives %+v", text, s)
		}
	})
}
