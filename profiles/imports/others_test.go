package imports

import (
	"strings"
	"testing"
)

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

// What differs between profiles: the Windows account, another relying party, a factor; two people are two IdPs.
func TestAWSADFSOfSeveralPeople(t *testing.T) {
	o, path := ours(t, "")
	r, err := Parse(AWSADFS, "x", `[profile a]
adfs_config.adfs_host = adfs.example.com
adfs_config.adfs_user = jane
adfs_config.provider_id = urn:amazon:webservices:govcloud
adfs_config.sspi = True
adfs_config.ssl_verification = True
adfs_config.duo_factor = Duo Push
adfs_config.duo_device = phone1
[profile b]
adfs_config.adfs_host = adfs.example.com
adfs_config.adfs_user = joe
[profile c]
adfs_config.adfs_host = adfs.example.com
adfs_config.adfs_user = joe
[profile d]
adfs_config.adfs_user = joe
`, o)
	if err != nil {
		t.Fatal(err)
	}
	compare(t, told(r), []string{
		"1 [profile a] taken profile.a", "2 adfs_config.adfs_host taken idp.example.url", "3 adfs_config.adfs_user taken idp.example.username",
		"4 adfs_config.provider_id taken idp.example.relying_party", "5 adfs_config.sspi taken idp.example.windows", "6 adfs_config.ssl_verification needless",
		"7 adfs_config.duo_factor taken idp.example.mfa", "8 adfs_config.duo_device left", "9 [profile b] taken profile.b",
		"10 adfs_config.adfs_host taken idp.example-idp.url", "11 adfs_config.adfs_user taken idp.example-idp.username",
		"12 [profile c] taken profile.c", "13 adfs_config.adfs_host taken idp.example-idp.url", "14 adfs_config.adfs_user taken idp.example-idp.username",
		"15 [profile d] left", "16 adfs_config.adfs_user left",
	})
	got := after(t, path, r)
	if strings.Count(got, "[idp.") != 2 || !strings.Contains(got, `windows = "auto"`) || !strings.Contains(got, `mfa = "Duo Push"`) || !strings.Contains(got, `relying_party = "urn:amazon:webservices:govcloud"`) {
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
	r, err := Parse(AWSVault, "x", "[default]\nregion = eu-west-1\n[profile a]\nrole_arn = arn:aws:iam::111111111111:role/X\nsource_profile = default\nmfa_process = pass otp x\n[profile b]\ninclude_profile = a\nsession_tags = x=y\n"+
		"[profile user]\nmfa_serial = arn:aws:iam::111111111111:mfa/jane\n[profile c]\nrole_arn = arn:aws:iam::111111111111:role/Y\nsource_profile = sso\n[profile sso]\nsso_session = s\n[profile plain]\nregion = eu-west-1\n", o)
	if err != nil || len(r.Changes) > 0 {
		t.Fatalf("%v, %+v", err, r)
	}
	compare(t, told(r), []string{
		"1 [default] left", "3 [profile a] needless", "6 mfa_process left", "7 [profile b] needless", "8 include_profile left", "9 session_tags left",
		"10 [profile user] left", "12 [profile c] needless",
	})
	for _, l := range r.Lines { // long-term keys are their owner's to export
		if (l.Section == "default" || l.Section == "profile user") && !(strings.Contains(l.Why, "export") && strings.Contains(l.Why, "credential_process = aws-vault exec ")) {
			t.Errorf("%s: %s", l.Section, l.Why)
		}
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
