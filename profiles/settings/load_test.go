package settings

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

// plain stands in for the grammar of durations, which the caller brings.
func plain(s string) error {
	switch s {
	case "max", "12h", "45m", "43200":
		return nil
	}
	return errors.New("not readable as a duration")
}

// write puts a settings file into a home of its own.
func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "config.toml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

const whole = `# the morning
default = "morning"
output = "json"
ca_bundle = "/etc/ssl/company.pem"
timeout = 90
secret_store = "file"
notify = true
after_login = ["notify-send", "logged in"]
browser = "firefox"
credentials_prompt = false

[accounts]
111111111111 = "prod"
222222222222 = "Staging, old"

[idp.corp]
kind = "adfs"
url = "https://adfs.example.com"
username = 'CORP\jane'
duration = "max"
start = "sp"
relying_party = "urn:amazon:webservices"
password_command = ["pass", "show", "corp"]
mfa = "push"
mfa_command = ["oathtool"]
origins = ["https://mfa.example.com", "https://mfa.example.com:8443"]
session = "off"
principal = "arn:aws:iam::111111111111:saml-provider/ADFS"

[idp.corp.mfa_adapter.acme]
field = "otp"
marks = [{ id = "acme" }]

[idp.second]
kind = "form"
url = "keycloak.example.com/realms/x"
[[idp.second.mfa_adapter]]
field = "otp"

[profile.prod]
idp = "corp"
role = "arn:aws:iam::111111111111:role/Admin"
duration = 43200
exact_duration = true
region = "eu-west-1"
sts_endpoint = "http://127.0.0.1:9000"
policy_file = "/home/jane/policy.json"
policy_arns = ["arn:aws:iam::aws:policy/ReadOnlyAccess"]
write = "process"
session_profile = "prod-session"
mfa_session = "prod-mfa"
timeout = "2m"

[profile.deploy]
source = "prod"
role = "arn:aws:iam::222222222222:role/Deploy"

[profile."a@b:c/d"]
idp = "adfs"
browser = ["firefox", "-P", "work"]

[group.morning]
profiles = ["prod", "deploy"]
`

func TestEveryKeyIsRead(t *testing.T) {
	for name, text := range map[string]string{"LF": whole, "CRLF": strings.ReplaceAll(whole, "\n", "\r\n")} { // security case 142: CRLF is TOML
		path := write(t, text)
		s, err := Load(path, true, plain)
		if err != nil {
			t.Fatal(name, err)
		}
		yes, no := true, false
		general := Choices{CABundle: "/etc/ssl/company.pem", Timeout: 90 * time.Second, SecretStore: "file", Notify: true,
			AfterLogin: []string{"notify-send", "logged in"}, Browser: []string{"firefox"}, CredentialsPrompt: &no}
		prod := Choices{Role: "arn:aws:iam::111111111111:role/Admin", Duration: "43200", ExactDuration: &yes, Region: "eu-west-1",
			STSEndpoint: "http://127.0.0.1:9000", PolicyFile: "/home/jane/policy.json", PolicyARNs: []string{"arn:aws:iam::aws:policy/ReadOnlyAccess"},
			Write: "process", SessionProfile: "prod-session", MFASession: "prod-mfa", Timeout: 2 * time.Minute}
		corp := Choices{URL: "https://adfs.example.com", Username: `CORP\jane`, Duration: "max", Start: "sp", RelyingParty: "urn:amazon:webservices",
			PasswordCommand: []string{"pass", "show", "corp"}, MFA: "push", MFACommand: []string{"oathtool"}, Session: "off",
			Principal: "arn:aws:iam::111111111111:saml-provider/ADFS"}
		if s.Path != path || s.Default != "morning" || s.Output != "json" || !reflect.DeepEqual(s.General, general) ||
			!reflect.DeepEqual(s.Accounts, map[string]string{"111111111111": "prod", "222222222222": "Staging, old"}) {
			t.Errorf("%s: %+v", name, s)
		}
		if p := s.Profiles["prod"]; p.IdP != "corp" || p.Name != "prod" || !reflect.DeepEqual(p.Choices, prod) {
			t.Errorf("%s: %+v", name, p)
		}
		if i := s.IdPs["corp"]; i.Kind != "adfs" || len(i.Origins) != 2 || i.MFAAdapters == nil || !reflect.DeepEqual(i.Choices, corp) {
			t.Errorf("%s: %+v", name, i)
		}
		if s.IdPs["second"].MFAAdapters == nil || s.Profiles["deploy"].Source != "prod" || s.Profiles["a@b:c/d"].IdP != "adfs" ||
			!reflect.DeepEqual(s.Groups["morning"].Profiles, []string{"prod", "deploy"}) {
			t.Errorf("%s: %+v", name, s)
		}
	}
}

func TestNearestLayerWins(t *testing.T) {
	yes, no := true, false
	got := Nearest(Choices{Region: "a", ExactDuration: &no, PolicyARNs: []string{"x"}}, Choices{Region: "b", Role: "r", ExactDuration: &yes, PolicyARNs: []string{"y"}, Notify: "n"}, Choices{Timeout: 5, Role: "s", Notify: true})
	want := Choices{Region: "a", Role: "r", ExactDuration: &no, PolicyARNs: []string{"x"}, Timeout: 5, Notify: "n"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v", got)
	}
	// Every key takes part: a layer with all of them set comes through an empty one.
	var full Choices
	v := reflect.ValueOf(&full).Elem()
	for i := range v.NumField() {
		switch f := v.Field(i); f.Interface().(type) {
		case string:
			f.SetString("x")
		case []string:
			f.Set(reflect.ValueOf([]string{"x"}))
		case *bool:
			f.Set(reflect.ValueOf(&yes))
		case time.Duration:
			f.SetInt(1)
		default:
			f.Set(reflect.ValueOf("x"))
		}
	}
	if !reflect.DeepEqual(Nearest(Choices{}, full), full) {
		t.Error("a key is lost between the layers")
	}
}

func TestNoFileIsEmptySettings(t *testing.T) {
	path := filepath.Join(t.TempDir(), "absent", "config.toml")
	s, err := Load(path, false, plain)
	if err != nil || s.Path != "" || s.Profiles == nil || len(s.Profiles) != 0 {
		t.Errorf("%+v, %v", s, err)
	}
	var wrong *Error
	if _, err = Load(path, true, plain); !errors.As(err, &wrong) || !strings.Contains(err.Error(), "no such file") {
		t.Errorf("%v", err)
	}
	var unreadable *ReadError
	if _, err = Load(t.TempDir(), false, plain); !errors.As(err, &unreadable) {
		t.Errorf("a folder: %v", err)
	}
	if s, err := Load(write(t, ""), true, plain); err != nil || s.Path == "" {
		t.Errorf("an empty file: %+v, %v", s, err)
	}
}

// security case 142
func TestWrongSettingsAreNamedWithTheirPlace(t *testing.T) {
	const corp = "[idp.corp]\nkind = \"adfs\"\n"
	long := strings.Repeat
	for _, c := range []struct {
		name, text   string
		line, column int
		say          string // part of message or hint
	}{
		{"unknown key", "\n[profile.prod]\ndurration = \"12h\"\n", 3, 1, "did you mean duration?"},
		{"unknown key on top", "defualt = \"x\"", 1, 1, "did you mean default?"},
		{"unknown table", "[profiles.prod]\n", 1, 2, "did you mean profile?"},
		{"unknown key like none", corp + "xyzzyplugh = 1", 3, 1, "known here: after_login, browser,"},
		{"key of another table", "[profile.p]\nkind = \"adfs\"", 2, 1, "unknown key"},
		{"first of several", "[profile.b]\nzzz = 1\n[profile.a]\nzzz = 1", 2, 1, "profile.b.zzz"},
		{"password", corp + "password = \"CANARY\"", 3, 1, "secret is not kept"},
		{"skip_verify", corp + "skip_verify = true", 3, 1, "cannot be switched off"},
		{"insecure_skip_verify", corp + "insecure_skip_verify = true", 3, 1, "cannot be switched off"}, // security case 146
		{"duplicate key", "output = \"json\"\noutput = \"text\"", 2, 1, "already defined"},
		{"duplicate table", corp + "[idp.corp]", 3, 2, "already"},
		{"wrong type", "default = 5", 1, 1, "needs a text in quotes, has a number"},
		{"wrong type of flag", "[profile.p]\nexact_duration = \"yes\"", 2, 1, "needs true or false, has a text"},
		{"wrong type of list", corp + "origins = \"https://CANARY.example.com\"", 3, 1, "needs a list"},
		{"wrong type in list", corp + "origins = [\"https://a.example\",\n5]", 4, 1, "has a number"},
		{"wrong type of table", "idp = \"corp\"", 1, 1, "needs tables, has a text"},
		{"wrong type of inner table", "[idp]\ncorp = \"adfs\"", 2, 1, "needs a table"},
		{"wrong type of accounts", "accounts = 1", 1, 1, "needs a table"},
		{"command as text", corp + "password_command = \"echo CANARY\"", 3, 1, "each argument"},
		{"command of nothing", corp + "mfa_command = []", 3, 1, "is empty"},
		{"later key", "notify = 5", 1, 1, "a text in quotes, or true or false"},
		{"adapter", corp + "mfa_adapter = 5", 3, 1, "needs a table"},
		{"date", "default = 2026-01-01", 1, 1, "has a date or time"},
		{"syntax", "default = CANARY", 1, 11, "start of value"},
		{"open string", corp + "username = \"CANARY\nx = 1", 3, 19, "new lines"},
		{"BOM", "\xef\xbb\xbfdefault = \"x\"", 1, 1, "byte order mark"},
		{"not UTF-8", "# ok\ndefault = \"\xff\"", 2, 12, "not UTF-8"},
		{"UTF-16", "\xff\xfed\x00", 1, 1, "not UTF-8"},
		{"raw control", "default = \"a\x1bCANARY\"", 1, 13, "control characters"},
		{"escaped control", corp + "password_command = [\"a\",\n  \"\\u001bCANARY\"]", 4, 3, "control character"},
		{"escaped line end", "default = \"a\\n[evil]\"", 1, 1, "control character"},
		{"bidi", "default = \"a\u202eb\"", 1, 1, "control character"},
		{"control in a key", "[profile.\"a\\u0007\"]", 1, 10, "control character"},
		{"deep arrays", "x = " + long("[", 100) + long("]", 100), 0, 0, "too deep"},
		{"deep tables", "a = " + long("{a=", 50) + "1" + long("}", 50), 0, 0, "too deep"},
		{"deep dots", long("a.", 400000) + "a = 1", 1, 33, "too deep"},
		{"very deep arrays", "x = " + long("[", 900000), 0, 0, "deep"},
		{"long key", long("k", 300) + " = 1", 1, 1, "longer than 256"},
		{"many values", "x = [" + long("1,", 30000) + "]", 0, 0, "too many"},
		{"10 MiB", long("# filling\n", 1<<20), 0, 0, "longer than 1 MiB"},

		{"no kind", "[idp.corp]\nurl = \"https://a.example\"", 1, 6, "has no kind"},
		{"kind", "[idp.corp]\nkind = \"adsf\"", 2, 1, "did you mean adfs?"},
		{"output", "output = \"yaml\"", 1, 1, "none of text, json"},
		{"write", "[profile.p]\nwrite = \"kyes\"", 2, 1, "did you mean keys?"},
		{"start", corp + "start = \"now\"", 3, 1, "none of auto, idp, sp"},
		{"session", corp + "session = true", 3, 1, "has true or false"},
		{"http url", corp + "url = \"http://adfs.example.com\"", 3, 1, "https only"},
		{"url with password", corp + "url = \"https://jane:CANARY@adfs.example.com\"", 3, 1, "use username"},
		{"url of nothing", corp + "url = \"https://\"", 3, 1, "not an address"},
		{"origin with path", corp + "origins = [\"https://mfa.example.com/\"]", 3, 12, "not an origin"},
		{"origin wildcard", corp + "origins = [\"https://*.example.com\"]", 3, 12, "not an origin"},
		{"origin http", corp + "origins = [\"http://mfa.example.com\"]", 3, 12, "not an origin"},
		{"endpoint", "[profile.p]\nsts_endpoint = \"http://sts.example.com\"", 2, 1, "https only"},
		{"region", "[profile.p]\nregion = \"eu-west-1.evil.test\"", 2, 1, "not the name of a region"},
		{"duration", "[profile.p]\nduration = \"CANARY\"", 2, 1, "not readable as a duration"},
		{"duration number", "[profile.p]\nduration = 899", 2, 1, "not readable as a duration"},
		{"timeout", "timeout = \"CANARY\"", 1, 1, "not a time"},
		{"timeout of nothing", "timeout = 0", 1, 1, "not a time"},
		{"account", "[accounts]\n1234 = \"prod\"", 2, 1, "12 digits"},
		{"account without name", "[accounts]\n111111111111 = \"\"", 2, 1, "is empty"},
		{"principal", "[profile.p]\nprincipal = \"arn:aws:iam::111111111111:role/X\"", 2, 1, "SAML provider"},
		{"policy ARN", "[profile.p]\npolicy_arns = [\"ReadOnlyAccess\"]", 2, 16, "not an ARN"},
		{"empty", "[profile.p]\nrole = \"\"", 2, 1, "is empty"},
		{"name", "[profile.\"a b\"]", 1, 10, "a name has"},
		{"name like an option", "[profile.-x]", 1, 10, "begin with -"},

		{"idp unknown", corp + "[profile.p]\nidp = \"crop\"", 4, 1, "did you mean corp?"},
		{"member unknown", "[profile.prod]\n[group.g]\nprofiles = [\"prod\",\n \"prd\"]", 4, 2, "did you mean prod?"},
		{"member twice", "[profile.prod]\n[group.g]\nprofiles = [\"prod\", \"prod\"]", 3, 21, "twice"},
		{"group of groups", "[profile.p]\n[group.a]\nprofiles = [\"p\"]\n[group.b]\nprofiles = [\"a\"]", 5, 13, "no [profile.NAME]"},
		{"group of none", "[group.g]\nprofiles = []", 2, 1, "is empty"},
		{"group without", "[group.g]\n", 1, 8, "has no profiles"},
		{"name twice", corp + "[profile.corp]", 3, 10, "names are unique"},
		{"kind as a name", "[profile.form]", 1, 10, "is a kind of IdP"},
		{"source without role", "[profile.p]\nsource = \"q\"\n[profile.q]", 2, 1, "needs a role"},
		{"source and idp", "[profile.p]\nsource = \"q\"\nrole = \"r\"\nidp = \"adfs\"\n[profile.q]", 2, 1, "not both"},
		{"loop of one", "[profile.p]\nsource = \"p\"\nrole = \"r\"", 2, 1, "leads back"},
		{"loop", "[profile.p]\nsource = \"q\"\nrole = \"r\"\n[profile.q]\nsource = \"s\"\nrole = \"r\"\n[profile.s]\nsource = \"q\"\nrole = \"r\"", 5, 1, "leads back"},
	} {
		path := write(t, c.text)
		s, err := Load(path, false, plain)
		var wrong *Error
		if !errors.As(err, &wrong) || s != nil {
			t.Errorf("%s: %+v, %v", c.name, s, err)
			continue
		}
		if c.line > 0 && (wrong.Line != c.line || wrong.Column != c.column) {
			t.Errorf("%s: place %d:%d, want %d:%d", c.name, wrong.Line, wrong.Column, c.line, c.column)
		}
		said := err.Error() + "\n" + wrong.Hint()
		if !strings.Contains(said, c.say) || !strings.HasPrefix(said, path) {
			t.Errorf("%s: %s", c.name, said)
		}
		if strings.Contains(said, "CANARY") || strings.ContainsAny(err.Error(), "\x1b\x07\n\u202e") || len(err.Error()) > 900 {
			t.Errorf("%s: shows what it must not: %q", c.name, said)
		}
	}
}

func FuzzLoad(f *testing.F) {
	f.Add(whole)
	for _, text := range []string{"", "a.b.c = 1", "[idp.x]\nkind = 'adfs'", "[[idp]]", "accounts = {111111111111 = 'x'}", "[profile.a]\nsource = 'a'", "x = [[[1]]]", "\"\\u0000\" = 1", "\xef\xbb\xbf", "timeout = 1e3"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, wrong := parse([]byte(text), plain)
		if (s == nil) == (wrong == nil) {
			t.Fatal("neither settings nor an error, or both")
		}
		if wrong != nil {
			if wrong.Line < 1 || wrong.Column < 1 || wrong.Line > strings.Count(text, "\n")+1 {
				t.Errorf("no place: %+v", wrong)
			}
			if acting(wrong.Error()) || acting(wrong.Hint()) {
				t.Errorf("acts on a terminal: %q", wrong.Error())
			}
			return
		}
		for name, p := range s.Profiles {
			if strings.Trim(name, nameCharacters) != "" || (p.Source != "" && (p.IdP != "" || p.Role == "" || p.Source == name)) || (p.Duration != "" && plain(p.Duration) != nil) {
				t.Errorf("taken: %q %+v", name, p)
			}
		}
		for _, i := range s.IdPs {
			for _, o := range i.Origins {
				if !strings.HasPrefix(o, "https://") {
					t.Errorf("taken: origin %q", o)
				}
			}
		}
	})
}
