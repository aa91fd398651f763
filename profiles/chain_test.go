package profiles

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

const chainKeys = "aws_access_key_id = AKIAEXAMPLE000000001\naws_secret_access_key = s\n"

func TestChainsAsTheAWSCLIReadsThem(t *testing.T) {
	const temporary = "aws_access_key_id = ASIAEXAMPLE000000009\naws_secret_access_key = s\naws_session_token = t\n"
	for _, c := range []struct{ name, credentials, config, want string }{
		{"keys", "[iam]\n" + chainKeys, "[profile p]\nrole_arn = A\nsource_profile = iam\n", "long-term iam: A"},
		{"keys in the config file", "", "[profile iam]\n" + chainKeys + "[profile p]\nrole_arn = A\nsource_profile = iam\n", "long-term iam: A"},
		{"three roles", "[iam]\n" + chainKeys, "[profile p]\nrole_arn = C\nsource_profile = b\n[profile b]\nrole_arn = B\nsource_profile = a\n[profile a]\nrole_arn = A\nsource_profile = iam\n", "long-term iam: A B C"},
		{"the role stands in the credentials file", "[p]\nrole_arn = A\nsource_profile = iam\n[iam]\n" + chainKeys, "", "long-term iam: A"},
		{"its own source", "", "[profile p]\nrole_arn = A\nsource_profile = p\n" + chainKeys, "long-term p: A"},
		{"a source with keys is its keys, not its role", "[b]\n" + chainKeys, "[profile p]\nrole_arn = A\nsource_profile = b\n[profile b]\nrole_arn = B\nsource_profile = c\n", "long-term b: A"},
		{"default", "[default]\n" + chainKeys, "[profile p]\nrole_arn = A\nsource_profile = default\n", "long-term default: A"},
		{"environment", "", "[profile p]\nrole_arn = A\ncredential_source = Environment\n", "environment p: A"},
		{"process", "", "[profile b]\ncredential_process = /bin/x y\n[profile p]\nrole_arn = A\nsource_profile = b\n", "process b: A"},
		{"keys before process", "[b]\n" + chainKeys, "[profile b]\ncredential_process = /bin/x y\n[profile p]\nrole_arn = A\nsource_profile = b\n", "long-term b: A"},
		{"samlogin's keys", "[b]\n" + temporary + "samlogin = managed\n", "[profile p]\nrole_arn = A\nsource_profile = b\n", "managed b: A"},
		{"samlogin's command", "", "[profile b]\ncredential_process = /x/samlogin credentials prod\nsamlogin = managed\n[profile p]\nrole_arn = A\nsource_profile = b\n", "managed b=prod: A"},
		{"samlogin's command by hand", "", "[profile b]\ncredential_process = samlogin credentials prod\n[profile p]\nrole_arn = A\nsource_profile = b\n", "process b=prod: A"},
		{"temporary keys of others", "[b]\n" + temporary, "[profile p]\nrole_arn = A\nsource_profile = b\n", "temporary b: A"},
		{"a source of samlogin's settings", "", "[profile p]\nrole_arn = A\nsource_profile = prod\n", "absent prod: A"},
		{"no role", "[p]\n" + chainKeys + "mfa_serial = x\n", "", "long-term p:"},
		{"nothing", "", "", "absent p:"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := homeWith(t, c.credentials)
			h.write(h.Config, c.config, 0o600)
			got, err := h.Chain("p")
			if err != nil {
				t.Fatal(err)
			}
			kind := [...]string{"long-term", "temporary", "managed", "process", "environment", "absent"}[got.Root.Kind]
			said := fmt.Sprintf("%s %s", kind, got.Root.Profile)
			if got.Root.Name != "" {
				said += "=" + got.Root.Name
			}
			said += ":"
			for _, r := range got.Roles {
				said += " " + r.RoleARN
			}
			if said != c.want {
				t.Errorf("got %q, want %q", said, c.want)
			}
		})
	}
}

func TestWhatAChainCarries(t *testing.T) {
	h := homeWith(t, "[iam]\n"+chainKeys)
	h.write(h.Config, "[profile p]\nrole_arn = A\nsource_profile = iam\nmfa_serial = S\nexternal_id = E\nrole_session_name = N\nduration_seconds = 43200\nregion = eu-west-1\ns3 =\n  region = x\n", 0o600)
	got, err := h.Chain("p")
	if err != nil {
		t.Fatal(err)
	}
	r := got.Roles[0]
	if strings.Join([]string{r.MFASerial, r.ExternalID, r.SessionName, r.Duration, got.Region}, " ") != "S E N 43200 eu-west-1" || !strings.HasSuffix(r.Place, "config, line 2") {
		t.Errorf("got %+v, region %s", r, got.Region)
	}
	if got.Root.AccessKeyID != "AKIAEXAMPLE000000001" || got.Root.SecretAccessKey.Reveal() != "s" || !got.Root.SessionToken.Empty() {
		t.Errorf("got %+v", got.Root)
	}
	names, err := h.SwitchProfiles()
	if fmt.Sprint(names) != "[p]" || err != nil {
		t.Errorf("names: %v, %v", names, err)
	}
}

func TestChainsThatCannotBeFollowed(t *testing.T) {
	for _, c := range []struct{ name, config, want string }{
		{"loop", "[profile p]\nrole_arn = A\nsource_profile = b\n[profile b]\nrole_arn = B\nsource_profile = p\n", "profile p leads back to itself: p → b → p"},
		{"a loop further down", "[profile p]\nrole_arn = A\nsource_profile = b\n[profile b]\nrole_arn = B\nsource_profile = c\n[profile c]\nrole_arn = C\nsource_profile = b\n", "leads back to itself: p → b → c → b"},
		{"its own source, without keys", "[profile p]\nrole_arn = A\nsource_profile = p\n", "profile p has no keys"},
		{"no source", "[profile p]\nrole_arn = A\n", "neither source_profile nor credential_source (~/.aws/config, line 2)"},
		{"two sources", "[profile p]\nrole_arn = A\nsource_profile = b\ncredential_source = Environment\n", "one of them only"},
		{"instance", "[profile p]\nrole_arn = A\ncredential_source = Ec2InstanceMetadata\n", "credential_source = Ec2InstanceMetadata, and samlogin takes the keys of the Environment only"},
		{"container", "[profile p]\nrole_arn = A\ncredential_source = EcsContainer\n", "EcsContainer"},
		{"identity center", "[profile b]\nsso_session = x\n[profile p]\nrole_arn = A\nsource_profile = b\n", "profile b has its keys by sso_session"},
		{"web identity", "[profile p]\nrole_arn = A\nweb_identity_token_file = /x\n", "web identity token"},
		{"an empty source", "[profile b]\nregion = x\n[profile p]\nrole_arn = A\nsource_profile = b\n", "profile b has no keys, and nothing that gives any"},
		{"half a pair", "[profile b]\naws_access_key_id = AKIAEXAMPLE000000001\n[profile p]\nrole_arn = A\nsource_profile = b\n", "half of a key pair"},
		{"an empty role", "[profile p]\nrole_arn =\nsource_profile = b\n", "empty role_arn"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := homeWith(t, "")
			h.write(h.Config, c.config, 0o600)
			_, err := h.Chain("p")
			var broken *ChainError
			want := strings.ReplaceAll(c.want, "~/.aws/config", shownPath(h.Config))
			if !errors.As(err, &broken) || !strings.Contains(err.Error(), want) {
				t.Errorf("got %v, want %q", err, want)
			}
		})
	}
}
