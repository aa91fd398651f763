package profiles

import (
	"errors"
	"strings"
	"testing"
)

func TestStandings(t *testing.T) { // security case 58
	const temporary = "aws_access_key_id = ASIAEXAMPLE000000009\naws_secret_access_key = s\naws_session_token = t\n"
	for _, c := range []struct {
		name, credentials, config string
		want                      Standing
		what                      string
		line                      int
	}{
		{"nothing", "", "", Absent, "", 0},
		{"settings only", "[p]\noutput = json\n", "[profile p]\nregion = x\n", Absent, "", 0},
		{"empty keys", "[p]\naws_access_key_id =\naws_secret_access_key =\n", "", Absent, "", 0},
		{"another profile", "[q]\naws_access_key_id = AKIAEXAMPLE000000001\n", "[profile q]\nrole_arn = x\n", Absent, "", 0},
		{"managed", "[p]\n" + temporary + "samlogin = managed\n", "", Managed, "samlogin", 5},
		{"managed, keys gone", "[p]\nsamlogin = managed\n", "", Managed, "samlogin", 2},
		{"process of samlogin's", "", "[profile p]\ncredential_process = samlogin credentials p\nsamlogin = managed\n", Managed, "samlogin", 3},
		{"adopted", "[p]\n" + temporary + "x_security_token_expires = 2020-01-01T00:00:00Z\n", "", Adopted, "temporary", 2},
		{"temporary keys unmarked", "[p]\n" + temporary, "", TemporaryKeys, "temporary keys", 2},
		{"temporary keys in config", "", "[profile p]\n" + temporary, TemporaryKeys, "temporary keys", 2},
		{"marked otherwise", "[p]\n" + temporary + "samlogin = no\n", "", TemporaryKeys, "temporary keys", 2},
		{"long-term keys", "[p]\naws_access_key_id = AKIAEXAMPLE0000WXYZ\naws_secret_access_key = s\n", "", LongTermKeys, "long-term keys (AKIA…WXYZ)", 2},
		{"long-term keys in config", "", "[profile p]\naws_access_key_id = AKIAEXAMPLE0000WXYZ\naws_secret_access_key = s\n", LongTermKeys, "(AKIA…WXYZ)", 2},
		{"long-term keys in a managed section", "[p]\naws_access_key_id = AKIAEXAMPLE0000WXYZ\naws_secret_access_key = s\naws_session_token = t\nsamlogin = managed\nx_security_token_expires = x\n", "", LongTermKeys, "(AKIA…WXYZ)", 2},
		{"keys without a token", "[p]\naws_access_key_id = ASIAEXAMPLE0000WXYZ\naws_secret_access_key = s\nsamlogin = managed\n", "", LongTermKeys, "long-term keys (ASIA…WXYZ)", 2},
		{"a secret in the wrong line is not shown", "[p]\naws_access_key_id = c4nary/secret+with/slashes\n", "", LongTermKeys, "long-term keys", 2},
		{"process", "", "[profile p]\nregion = x\ncredential_process = c4nary\n", Foreign, "credential_process", 3},
		{"process in credentials of a managed section", "[p]\nsamlogin = managed\ncredential_process = c4nary\n", "", Foreign, "credential_process", 3},
		{"sso", "", "[profile p]\nsso_session = c4nary\nsso_account_id = 1\n", Foreign, "sso_session", 2},
		{"sso beside samlogin's keys, which botocore would not use", "[p]\n" + temporary + "samlogin = managed\n", "[profile p]\nsso_start_url = c4nary\n", Foreign, "sso_start_url", 2},
		{"instance role", "", "[profile p]\ncredential_source = Ec2InstanceMetadata\n", Foreign, "credential_source", 2},
		{"role in config", "[p]\n" + temporary + "samlogin = managed\n", "[profile p]\nrole_arn = arn:x\nsource_profile = q\n", SwitchesRole, "role_arn", 2},
		{"role in credentials", "[p]\nrole_arn = arn:x\n", "", SwitchesRole, "role_arn", 2},
		{"default in config", "", "[default]\ncredential_process = x\n", Foreign, "credential_process", 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			name := "p"
			if strings.HasPrefix(c.name, "default") {
				name = "default"
			}
			h := homeWith(t, c.credentials)
			h.write(h.Config, c.config, 0o600)
			got, err := h.Inspect(name)
			if err != nil || got.Standing != c.want || !strings.Contains(got.What, c.what) || got.Line != c.line {
				t.Errorf("got %v %q line %d, %v; want %v %q line %d", got.Standing, got.What, got.Line, err, c.want, c.what, c.line)
			}
			for _, consent := range []Consent{OwnOnly, ReplaceForeign, ReplaceLongTerm} {
				ok := map[Standing]Consent{TemporaryKeys: ReplaceForeign, Foreign: ReplaceForeign, LongTermKeys: ReplaceLongTerm, SwitchesRole: 99}[c.want] <= consent
				h.write(h.Credentials, c.credentials, 0o600)
				h.write(h.Config, c.config, 0o600)
				checked := h.writer().Check(t.Context(), []Keys{{Profile: name}}, consent)
				err := h.save(consent, testKeys(name))
				var refused *NotOursError
				if ok {
					if err != nil || checked != nil {
						t.Errorf("consent %d: Save gives %v, Check %v", consent, err, checked)
					}
					if after, err := h.Inspect(name); err != nil || after.Standing != Managed {
						t.Errorf("consent %d: after a save it is %v %q, %v", consent, after.Standing, after.What, err)
					}
					continue
				}
				if !errors.As(err, &refused) || !errors.As(checked, &refused) || refused.Standing != c.want || refused.Line != c.line || refused.Hint() == "" {
					t.Errorf("consent %d: Save gives %v, Check %v, want a NotOursError", consent, err, checked)
				} else if strings.Contains(err.Error(), "c4nary") {
					t.Errorf("the message shows what is in the file: %v", err)
				}
				if h.read(h.Credentials) != c.credentials || h.read(h.Config) != c.config {
					t.Errorf("consent %d: refused, and a file changed", consent)
				}
			}
		})
	}
}

func TestWhatIsReplacedIsTakenOutWhereItWouldWin(t *testing.T) {
	h := homeWith(t, "[p]\ncredential_process = x\noutput = json\n")
	h.write(h.Config, "[profile p]\nsso_session = s\nsso_account_id = 1\nsso_role_name = r\nregion = x\n", 0o600)
	if err := h.save(ReplaceForeign, testKeys("p")); err != nil {
		t.Fatal(err)
	}
	if got, want := h.read(h.Config), "[profile p]\nregion = x\n"; got != want {
		t.Errorf("config is %q, want %q", got, want)
	}
	if got, want := h.read(h.Credentials), "[p]\noutput = json\n"+testLines("\n"); got != want {
		t.Errorf("credentials is %q, want %q", got, want)
	}
	h.wantNotice("sso_session")
}

func TestAdoptionIsSaidOnce(t *testing.T) {
	h := homeWith(t, "[p]\naws_access_key_id = ASIAEXAMPLE000000009\naws_secret_access_key = s\naws_session_token = t\naws_security_token = t\nx_principal_arn = a\nx_security_token_expires = 2020-01-01T00:00:00+02:00\n")
	h.mustSave(testKeys("p"))
	h.wantNotice("profile p: temporary keys that another tool wrote")
	want := "[p]\n" + strings.NewReplacer("x_security_token_expires = 2030-01-02T03:04:05Z\nx_principal_arn = "+testARN+"\n",
		"aws_security_token = "+testToken+"\nx_principal_arn = "+testARN+"\nx_security_token_expires = 2030-01-02T03:04:05Z\n").Replace(testLines("\n"))
	if got := h.read(h.Credentials); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	h.mustSave(testKeys("p"))
	h.wantNotice("profile p: temporary keys that another tool wrote")
}
