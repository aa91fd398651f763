package imports

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

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
		"25 aws_session_duration left", "26 browser_executable_path look idp.okta.browser", "27 region left", "28 surprise left",
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

// Every key that saml2aws knows is told of with what to do or why not, where our settings cannot say it.
func TestKeysWithoutACounterpart(t *testing.T) {
	fates := map[string]Fate{
		"credentials_file = /x": Left, "skip_verify = true": Left, "browser_type = msedge": Left, "headless = true": Needless, "saml_cache = true": Needless,
		"saml_cache_file = /x": Needless, "http_attempts_count = 3": Needless, "http_retry_delay = 1": Needless, "prompter = pinentry": Needless,
		"target_url = https://y.example.com": Left, "resource_id = r": Left, "subdomain = s": Left, "disable_sessions = true": Left,
		"disable_remember_device = true": Needless, "kc_auth_error_element = #x": Needless, "kc_broker = b": Needless, "mfa_ip_address = 10.0.0.1": Left,
		"download_browser_driver = true": Needless, "browser_driver_dir = /x": Needless, "browser_autofill = true": Needless,
	}
	for line, fate := range fates {
		o, _ := ours(t, "")
		r, err := Parse(Saml2AWS, "x", "[a]\nurl = https://x.example.com/y\nprovider = Okta\n"+line+"\n", o)
		if err != nil {
			t.Fatal(err)
		}
		last := r.Lines[len(r.Lines)-1]
		if last.Number != 4 || last.Fate != fate || last.Why == "" || last.Why == "not known" {
			t.Errorf("%s: %+v", line, last)
		}
		if strings.HasPrefix(line, "credentials_file") && !strings.Contains(last.Why, "AWS_SHARED_CREDENTIALS_FILE") || strings.HasPrefix(line, "skip_verify") && !strings.Contains(last.Why, "ca_bundle") {
			t.Errorf("%s: %s", line, last.Why)
		}
	}
	// The address of an IdP with forms is to be looked at.
	for _, provider := range []string{"KeyCloak", "Shibboleth", "PingFed", "F5APM", "NetIQ"} {
		o, _ := ours(t, "")
		r, err := Parse(Saml2AWS, "x", "[a]\nurl = https://x.example.com/y\nprovider = "+provider+"\n", o)
		if err != nil || !slices.Contains(told(r), "2 url look idp.a.url") {
			t.Errorf("%s: %v, %q", provider, err, told(r))
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
