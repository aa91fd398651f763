package imports

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/samlogin/samlogin/profiles/settings"
)

// plain stands in for the grammar of durations.
func plain(s string) error {
	if strings.HasSuffix(s, "h") || strings.HasSuffix(s, "m") || len(s) == 5 {
		return nil
	}
	return errors.New("not readable as a duration")
}

// ours are settings made of a text, and their file.
func ours(t *testing.T, text string) (Ours, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "config.toml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := settings.Load(path, true, plain)
	if err != nil {
		t.Fatal(err)
	}
	return Ours{Settings: s, CheckDuration: plain}, path
}

// after is the text of the settings once the changes are made, which Load has to take.
func after(t *testing.T, path string, r *Result) string {
	t.Helper()
	e, err := settings.Plan(path, r.Changes)
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Save(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := settings.Load(path, true, plain); err != nil {
		t.Fatalf("%v in\n%s", err, e.Text())
	}
	return e.Text()
}

// told are the lines as short words: "3 mfa needless".
func told(r *Result) []string {
	var out []string
	for _, l := range r.Lines {
		key := l.Key
		if key == "" {
			key = "[" + l.Section + "]"
		}
		out = append(out, strings.TrimSpace(fmt.Sprintf("%d %s %s %s", l.Number, key, l.Fate, strings.Join(l.To, " "))))
	}
	return out
}

func compare(t *testing.T, got, want []string) {
	t.Helper()
	for i := range max(len(got), len(want)) {
		g, w := "nothing", "nothing"
		if i < len(got) {
			g = got[i]
		}
		if i < len(want) {
			w = want[i]
		}
		if g != w {
			t.Errorf("got  %s\nwant %s", g, w)
		}
	}
}

const saml2awsFile = `; written by saml2aws configure
[default]
name                    = default
app_id                  =
url                     = https://adfs.example.com
username                = CORP\jane
provider                = ADFS2
mfa                     = PhoneAppOTP
skip_verify             = true
timeout                 = 90
aws_urn                 = urn:amazon:webservices:govcloud
aws_session_duration    = 43200
aws_profile             = prod
role_arn                = arn:aws:iam::111111111111:role/Admin
region                  = eu-west-1
saml_cache              = true
policy_arn_list         = arn:aws:iam::aws:policy/ReadOnlyAccess, arn:aws:iam::aws:policy/Other
credentials_file        = /home/jane/creds
kc_broker               =

[okta]
url = "https://corp.okta.com/home/amazon_aws/0oa1/272"
username = jane@example.com ; the long one
provider = Okta
aws_session_duration = 1000000
browser_executable_path = /usr/bin/chromium
region = eu west 1
surprise = canary-value
`

func TestSaml2AWS(t *testing.T) {
	o, path := ours(t, "")
	r, err := Parse(Saml2AWS, "x", saml2awsFile, o)
	if err != nil {
		t.Fatal(err)
	}
	compare(t, told(r), []string{
		"2 [default] taken profile.prod default", "3 name needless", "4 app_id needless", "5 url taken idp.example.url",
		"6 username taken idp.example.username", "7 provider taken idp.example.kind", "8 mfa taken idp.example.mfa", "9 skip_verify left",
		"10 timeout taken idp.example.timeout", "11 aws_urn taken idp.example.relying_party", "12 aws_session_duration taken profile.prod.duration",
		"13 aws_profile taken profile.prod", "14 role_arn taken profile.prod.role", "15 region taken profile.prod.region",
		"16 saml_cache needless", "17 policy_arn_list taken profile.prod.policy_arns", "18 credentials_file left", "19 kc_broker needless",
		"21 [okta] taken profile.saml", "22 url taken idp.okta.url", "23 username taken idp.okta.username", "24 provider taken idp.okta.kind",
		"25 aws_session_duration left", "26 browser_executable_path taken idp.okta.browser", "27 region left", "28 surprise left",
	})
	want := `default = "prod"

[idp.example]
kind = "adfs"
url = "https://adfs.example.com"
username = 'CORP\jane'
windows = "auto"
mfa = "PhoneAppOTP"
timeout = "1m30s"
relying_party = "urn:amazon:webservices:govcloud"

[idp.okta]
kind = "browser"
url = "https://corp.okta.com/home/amazon_aws/0oa1/272"
username = "jane@example.com"
browser = "/usr/bin/chromium"

[profile.prod]
idp = "example"
duration = "12h"
role = "arn:aws:iam::111111111111:role/Admin"
region = "eu-west-1"
policy_arns = ["arn:aws:iam::aws:policy/ReadOnlyAccess", "arn:aws:iam::aws:policy/Other"]

[profile.saml]
idp = "okta"
`
	if got := after(t, path, r); got != want {
		t.Errorf("the settings are\n%s", got)
	}
	if len(r.Stored) != 1 || r.Stored[0] != (Stored{"default", "https://adfs.example.com", "example", `CORP\jane`}) {
		t.Errorf("stored %+v", r.Stored)
	}
	// Once more: everything is there.
	o, _ = ours(t, want)
	again, err := Parse(Saml2AWS, "x", saml2awsFile, o)
	if err != nil {
		t.Fatal(err)
	}
	if len(again.Changes) > 0 || !slices.Equal(again.Profiles, r.Profiles) {
		t.Errorf("changes %+v", again.Changes)
	}
}

func TestProvidersOfSaml2AWS(t *testing.T) {
	for provider, want := range map[string]string{
		"ADFS": "adfs", "KeyCloak": "form", "F5APM": "form", "NetIQ": "form", "Ping": "form", "GoogleApps": "browser", "Okta": "browser",
		"OneLogin": "browser", "JumpCloud": "browser", "Auth0": "browser", "Browser": "browser", "Nobody": "form", "Shell": "",
	} {
		o, _ := ours(t, "")
		r, err := Parse(Saml2AWS, "x", "[a]\nurl = https://x.example.com/y\nprovider = "+provider+"\n", o)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, c := range r.Changes {
			if c.Key == "kind" {
				got = c.Value.(string)
			}
		}
		if got != want {
			t.Errorf("%s: %q", provider, got)
		}
	}
	for text, want := range map[string]string{
		"provider = Shibboleth\nurl = https://idp.example.edu/":                   "https://idp.example.edu/idp/profile/SAML2/Unsolicited/SSO?providerId=urn%3Aamazon%3Awebservices",
		"provider = Shibboleth\nurl = https://idp.example.edu/idp/x":              "https://idp.example.edu/idp/x",
		"provider = AzureAD\nurl = https://account.example.com\napp_id = 0000-11": "https://account.example.com/applications/redirecttofederatedapplication.aspx?Operation=LinkedSignIn&applicationId=0000-11",
	} {
		o, path := ours(t, "")
		r, err := Parse(Saml2AWS, "x", "[a]\n"+text+"\n", o)
		if err != nil {
			t.Fatal(err)
		}
		if got := after(t, path, r); !strings.Contains(got, fmt.Sprintf("url = %q", want)) {
			t.Errorf("%s gives\n%s", text, got)
		}
	}
}

func TestAccountsThatCannotBeTaken(t *testing.T) {
	for name, text := range map[string]string{
		"no url":           "[a]\nprovider = ADFS\nusername = jane\n",
		"plain http":       "[a]\nurl = http://adfs.example.com\nprovider = ADFS\n",
		"a password in it": "[a]\nurl = https://jane:canary@adfs.example.com\nprovider = ADFS\n",
		"a shell":          "[a]\nurl = https://x.example.com\nprovider = Shell\n",
		"no address":       "[a]\nurl = %%%\nprovider = ADFS\n",
	} {
		o, _ := ours(t, "")
		r, err := Parse(Saml2AWS, "x", text, o)
		if err != nil || len(r.Changes) > 0 || len(r.Stored) > 0 {
			t.Errorf("%s: %v, %+v", name, err, r)
			continue
		}
		for _, l := range r.Lines {
			if l.Fate != Left || l.Why == "" || strings.Contains(l.Why, "canary") {
				t.Errorf("%s: %+v", name, l)
			}
		}
	}
}

func TestAWSADFS(t *testing.T) {
	o, path := ours(t, "")
	r, err := Parse(AWSADFS, "x", `[default]
region = eu-west-1
output = json
s3 =
    signature_version = s3v4
adfs_config.adfs_host = adfs.example.com
adfs_config.adfs_user = CORP\jane
adfs_config.provider_id = urn:amazon:webservices
adfs_config.role_arn = arn:aws:iam::111111111111:role/Admin
adfs_config.session_duration = 28800
adfs_config.ssl_verification = False
adfs_config.sspi = False
adfs_config.duo_factor = None
adfs_config.duo_device = phone1
adfs_config.username_password_command = sh -c 'echo canary'
adfs_config.mfa_token_command = None of it
[profile audit]
adfs_config.adfs_host = adfs.example.com
adfs_config.adfs_user = CORP\jane
adfs_config.role_arn = arn:aws:iam::111111111111:role/ReadOnly
adfs_config.duo_device = phone1
adfs_config.sspi = False
adfs_config.session_duration = soon
[profile plain]
region = eu-west-1
[sso-session x]
adfs_config.adfs_host = y
`, o)
	if err != nil {
		t.Fatal(err)
	}
	compare(t, told(r), []string{
		"1 [default] taken profile.default default", "2 region needless", "3 output needless", "6 adfs_config.adfs_host taken idp.example.url",
		"7 adfs_config.adfs_user taken idp.example.username", "8 adfs_config.provider_id needless", "9 adfs_config.role_arn taken profile.default.role",
		"10 adfs_config.session_duration taken profile.default.duration", "11 adfs_config.ssl_verification left", "12 adfs_config.sspi needless",
		"13 adfs_config.duo_factor needless", "14 adfs_config.duo_device taken idp.example.mfa", "15 adfs_config.username_password_command left",
		"16 adfs_config.mfa_token_command left", "17 [profile audit] taken profile.audit", "18 adfs_config.adfs_host taken idp.example.url",
		"19 adfs_config.adfs_user taken idp.example.username", "20 adfs_config.role_arn taken profile.audit.role", "21 adfs_config.duo_device taken idp.example.mfa",
		"22 adfs_config.sspi needless", "23 adfs_config.session_duration left", "26 [sso-session x] left",
	})
	if got := after(t, path, r); strings.Count(got, "[idp.") != 1 || strings.Contains(got, "canary") || !strings.Contains(got, "[profile.audit]\nidp = \"example\"\n") {
		t.Errorf("the settings are\n%s", got)
	}
}

const clissoFile = `---
global:
  accounts:
    "111111111111": production
    12345678901: 'has a zero'
  selected-app: Prod   # the usual one
  credential-process: enabled
  aws-region: eu-west-1
providers:
    okta:
        base-url: https://corp.okta.com
        type: okta
        username: jane
    one:
        type: onelogin
        client-id: id
        client-secret: canary-secret
        subdomain: corp
        region: EU
        duration: 7200
    broken:
        type: okta
apps:
    prod:
        provider: okta
        url: https://corp.okta.com/home/amazon_aws/0oa/272
        duration: 14400
        principal-arn: arn:aws:iam::111111111111:saml-provider/Okta
    dev:
        provider: one
        app-id: 123456
        arn: arn:aws:iam::222222222222:role/Dev
    lost:
        provider: broken
        url: https://x.example.com
    list:
        - a
`

func TestClisso(t *testing.T) {
	o, path := ours(t, "")
	r, err := Parse(Clisso, "x", clissoFile, o)
	if err != nil {
		t.Fatal(err)
	}
	compare(t, told(r), []string{
		"4 111111111111 taken accounts.111111111111", "5 12345678901 taken accounts.012345678901", "6 selected-app taken default",
		"7 credential-process left", "8 aws-region taken idp.okta.region", "10 [providers.okta] taken idp.okta", "11 base-url taken idp.okta.url",
		"12 type taken idp.okta.kind", "13 username taken idp.okta.username", "14 [providers.one] taken idp.one", "15 type taken idp.one.kind",
		"16 client-id needless", "17 client-secret needless", "18 subdomain taken idp.one.url", "19 region needless", "20 duration taken idp.one.duration",
		"21 [providers.broken] left", "22 type left", "24 [apps.prod] taken profile.prod", "25 provider taken profile.prod.idp", "26 url taken profile.prod.url",
		"27 duration taken profile.prod.duration", "28 principal-arn taken profile.prod.principal", "29 [apps.dev] taken profile.dev",
		"30 provider taken profile.dev.idp", "31 app-id look profile.dev.url", "32 arn taken profile.dev.role", "33 [apps.lost] left", "34 provider left",
		"35 url left", "36 [apps.list] left", "37 list left",
	})
	got := after(t, path, r)
	if strings.Contains(got, "canary") || !strings.Contains(got, `url = "https://corp.onelogin.com/launch/123456"`) || !strings.Contains(got, `012345678901 = "has a zero"`) ||
		!strings.Contains(got, `default = "prod"`) || strings.Count(got, `region = "eu-west-1"`) != 2 {
		t.Errorf("the settings are\n%s", got)
	}
	if len(r.Stored) > 0 {
		t.Errorf("a browser needs no password: %+v", r.Stored)
	}
}

func TestAWSVaultHasNothingToConvert(t *testing.T) {
	o, _ := ours(t, "")
	r, err := Parse(AWSVault, "x", "[default]\nregion = eu-west-1\n[profile a]\nrole_arn = arn:aws:iam::111111111111:role/X\nsource_profile = default\nmfa_process = pass otp x\n[profile b]\ninclude_profile = a\nsession_tags = x=y\n", o)
	if err != nil || len(r.Changes) > 0 {
		t.Fatalf("%v, %+v", err, r)
	}
	compare(t, told(r), []string{"3 [profile a] needless", "6 mfa_process left", "7 [profile b] needless", "8 include_profile left", "9 session_tags left"})
}

// No name of ours is taken over by another tool's, and nothing of ours is changed.
func TestNamesThatAreInUse(t *testing.T) {
	const have = "default = \"prod\"\n[idp.example]\nkind = \"form\"\nurl = \"https://other.example.net\"\n[profile.prod]\nidp = \"example\"\n[group.audit]\nprofiles = [\"prod\"]\n"
	file := "[default]\nurl=https://adfs.example.com\nprovider=ADFS\naws_profile=prod\n[audit]\nurl=https://adfs.example.com\nprovider=ADFS\naws_profile=audit\n[form]\nurl=https://x.example.org\nprovider=ADFS\naws_profile=odd name/ü\n"
	o, path := ours(t, have)
	r, err := Parse(Saml2AWS, "x", file, o)
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"prod-saml2aws", "audit-saml2aws", "odd-name/-"}; !slices.Equal(r.Profiles, want) {
		t.Errorf("profiles %q", r.Profiles)
	}
	got := after(t, path, r)
	if !strings.HasPrefix(got, "default = \"prod\"\n[idp.example]\nkind = \"form\"\nurl = \"https://other.example.net\"\n") || !strings.Contains(got, "[idp.example-idp]") || !strings.Contains(got, "[idp.form-saml2aws]") {
		t.Errorf("the settings are\n%s", got)
	}
	o, path = ours(t, have)
	o.Rename = map[string]string{"prod-saml2aws": "live", "example-idp": "corp"}
	if r, err = Parse(Saml2AWS, "x", file, o); err != nil {
		t.Fatal(err)
	}
	if got := after(t, path, r); !strings.Contains(got, "[profile.live]\nidp = \"corp\"\n") {
		t.Errorf("the settings are\n%s", got)
	}
	for name, rename := range map[string]map[string]string{
		"to one in use": {"prod-saml2aws": "prod"}, "to a kind": {"prod-saml2aws": "adfs"}, "to no name": {"prod-saml2aws": "a b"}, "of nothing": {"nothing": "x"},
	} {
		o, _ = ours(t, have)
		o.Rename = rename
		var wrong *NameError
		if _, err := Parse(Saml2AWS, "x", file, o); !errors.As(err, &wrong) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What our settings say already is used, also under another name and written another way.
func TestAnIdPThatIsThereIsUsed(t *testing.T) {
	o, path := ours(t, "[idp.work]\nkind = \"adfs\"\nurl = \"adfs.example.com/\"\nusername = 'CORP\\jane'\npassword_command = [\"pass\"]\n")
	r, err := Parse(Saml2AWS, "x", "[a]\nurl = https://adfs.example.com\nusername = CORP\\jane\nprovider = ADFS\nrole_arn = arn:aws:iam::111111111111:role/Admin\n", o)
	if err != nil {
		t.Fatal(err)
	}
	if got := after(t, path, r); strings.Count(got, "[idp.") != 1 || !strings.Contains(got, "[profile.saml]\nidp = \"work\"\n") {
		t.Errorf("the settings are\n%s", got)
	}
}

func TestOddLinesAreTold(t *testing.T) {
	o, _ := ours(t, "")
	for text, want := range map[string]string{
		"[a\nurl = https://x.example.com\n": "1 [] left",
		"[a]\nnonsense\n":                   "2 [a] left",
		"[a]\nurl = https://x.example.com\nprovider=ADFS\nusername = \"\"\"x\n":       "4 username left",
		"[a]\nurl = https://x.example.com\nprovider=ADFS\nusername = 'x\n":            "4 username left",
		"[a]\nurl = https://x.example.com\nprovider=ADFS\nusername = x \\\n  y\n":     "4 username left",
		"[a]\nurl = https://x.example.com\nprovider=ADFS\nusername = %(name)s\n":      "4 username left",
		"[a]\nurl = https://x.example.com\nprovider=ADFS\nmfa = a\nmfa = b\n":         "4 mfa needless",
		"[a]\nurl = https://x.example.com\nprovider=ADFS\nusername = a\x1b[2Jb\n":     "4 username left",
		"\uFEFF[a]\r\nurl = https://x.example.com\r\nprovider=ADFS\r\nmfa = auto\r\n": "4 mfa needless",
	} {
		r, err := Parse(Saml2AWS, "x", text, o)
		if err != nil || !slices.Contains(told(r), want) {
			t.Errorf("%q: %v, %q", text, err, told(r))
		}
	}
	for text, want := range map[string]string{
		"a: &x 1\n": "1 a left", "- x\n": "1 [] left", "apps:\n  x:\n    url: |\n      canary\n      more: x\n": "3 url left",
		"\tx: 1\n": "1 [] left", "a: \"x\\u0041\"\n": "1 a left", "a: 'x\n": "1 a left", "just words\n": "1 [] left", "a: {b: c}\n": "1 a left",
	} {
		r, err := Parse(Clisso, "x", text, o)
		if err != nil || !slices.Contains(told(r), want) || strings.Contains(fmt.Sprint(r.Lines), "canary") {
			t.Errorf("%q: %v, %q", text, err, told(r))
		}
	}
}

func TestQuotesOfYAML(t *testing.T) {
	for text, want := range map[string]string{
		"a": "a", "'it''s'": "it's", `"x y" # c`: "x y", "a # c": "a", "a#b": "a#b", "''": "", "~": "", "x: y": "x: y", "'a' # b": "a", "https://x/#y": "https://x/#y",
	} {
		if got, odd := yamlValue(text); got != want || odd != "" {
			t.Errorf("%s: %q %s", text, got, odd)
		}
	}
}

func TestFilesThatCannotBeRead(t *testing.T) {
	folder := t.TempDir()
	long, pipe := filepath.Join(folder, "long"), filepath.Join(folder, "pipe")
	if err := errors.Join(os.WriteFile(long, make([]byte, maxSize+1), 0o600), makePipe(pipe)); err != nil {
		t.Fatal(err)
	}
	o, _ := ours(t, "")
	for _, path := range []string{folder, long, pipe, filepath.Join(folder, "gone")} {
		var no *FileError
		if _, err := Read(Saml2AWS, path, o); !errors.As(err, &no) || no.Path != path {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestWhereTheFilesAre(t *testing.T) {
	home := t.TempDir()
	env := map[string]string{"HOME": home, "USERPROFILE": home}
	get := func(name string) string { return env[name] }
	for tool, want := range map[Tool]string{Saml2AWS: ".saml2aws", Clisso: ".clisso.yaml", AWSADFS: ".aws/config", AWSVault: ".aws/config"} {
		if got, err := tool.Locate(get); err != nil || got != filepath.Join(home, filepath.FromSlash(want)) {
			t.Errorf("%s: %s, %v", tool, got, err)
		}
	}
	env["AWS_CONFIG_FILE"], env["SAML2AWS_CONFIGFILE"] = filepath.Join("~", "c"), filepath.Join(home, "s")
	for tool, want := range map[Tool]string{Saml2AWS: "s", AWSADFS: "c"} {
		if got, err := tool.Locate(get); err != nil || got != filepath.Join(home, want) {
			t.Errorf("%s: %s, %v", tool, got, err)
		}
	}
	delete(env, "HOME")
	delete(env, "USERPROFILE")
	if _, err := Clisso.Locate(get); err == nil {
		t.Error("found without a home")
	}
}

// A file made to be slow: as many accounts and lines as it can have.
func TestHugeFiles(t *testing.T) {
	for tool, text := range map[Tool]string{
		Saml2AWS: strings.Repeat("[a%d]\nurl=https://x%d.example.com\nprovider=ADFS\n", 8_000),
		AWSADFS:  strings.Repeat("[profile a%d]\nadfs_config.adfs_host=x%d.example.com\n", 8_000),
		Clisso:   "providers:\n" + strings.Repeat(" a%d:\n  base-url: x%d.example.com\n", 8_000) + "apps:\n" + strings.Repeat(" b%d:\n  provider: a1\n  url: x\n", 8_000),
		AWSVault: strings.Repeat("[profile a%d]\nmfa_process=x\n", 20_000),
	} {
		n := 0
		for strings.Contains(text[:min(len(text), 1<<20)], "%d") && n < 16_000 { // each name another one
			before, after, _ := strings.Cut(text, "%d")
			if n > 600 {
				break
			}
			text, n = before+strconv.Itoa(n)+after, n+1
		}
		o, path := ours(t, "")
		r, err := Parse(tool, "x", text, o)
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Profiles) > mostAccounts || len(r.Lines) == 0 {
			t.Errorf("%s: %d profiles, %d lines", tool, len(r.Profiles), len(r.Lines))
		}
		after(t, path, r)
	}
}

// Only what was taken over goes; comments, line ends and what is still to be done by hand stay, byte for byte.
func TestLinesOfAWSADFSAreTakenOut(t *testing.T) {
	const text = "# mine\r\n[default]\r\nregion = eu-west-1\r\n\r\nadfs_config.adfs_host = adfs.example.com\r\n# between\r\nadfs_config.sspi=False\r\nadfs_config.mfa_token_command = x\r\n" +
		"[profile p]\nadfs_config.adfs_host = http://x\nadfs_config.role_arn = y\n[other]\nadfs_config.adfs_host = z"
	o, _ := ours(t, "")
	r, err := Parse(AWSADFS, "x", text, o)
	if err != nil {
		t.Fatal(err)
	}
	got, n := r.CleanADFS(text)
	want := "# mine\r\n[default]\r\nregion = eu-west-1\r\n\r\n# between\r\nadfs_config.mfa_token_command = x\r\n" +
		"[profile p]\nadfs_config.adfs_host = http://x\nadfs_config.role_arn = y\n[other]\nadfs_config.adfs_host = z"
	if got != want || n != 2 {
		t.Errorf("%d lines: %q", n, got)
	}
	if again, n := r.CleanADFS(got); again != got || n != 0 {
		t.Errorf("again: %d lines, %q", n, again)
	}
	r.Tool = AWSVault
	if same, n := r.CleanADFS(text); same != text || n != 0 {
		t.Error("another tool's lines went")
	}
}
