package clash

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/config"

	"github.com/samlogin/samlogin/profiles"
)

func view(credentials, config string) View {
	return View{Credentials: profiles.LayOut("/home/jane/.aws/credentials", credentials), Config: profiles.LayOut("/home/jane/.aws/config", config)}
}

const (
	pair   = "aws_access_key_id = ASIANEW\naws_secret_access_key = s\naws_session_token = t\n"
	stale  = "aws_access_key_id = ASIAOLD\naws_secret_access_key = s\naws_session_token = t\n"
	region = "[profile p]\nregion = eu-west-1\n"
)

func TestClientsSeeWhatTheyWereMeasuredToSee(t *testing.T) {
	for _, c := range measured() {
		var got []string
		for _, client := range []Client{CLI, Boto3, JavaScript3, Go2, JavaScript2, Go1} {
			s := view(c.credentials, c.config).Sight(client, "p")
			if s.Source != Nothing && (s.Path == "" || s.Line == 0) {
				t.Errorf("%s: %v says %v and not where", c.name, client, s)
			}
			got = append(got, word(s))
		}
		if got := strings.Join(got, " "); got != c.want {
			t.Errorf("%s:\n got  %s\n want %s", c.name, got, c.want)
		}
	}
}

// The SDK for Go itself, of the version that is here, sees the same in these files.
func TestTheSDKForGoAgrees(t *testing.T) {
	for _, c := range measured() {
		folder := t.TempDir()
		for name, text := range map[string]string{"credentials": c.credentials, "config": c.config} {
			if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		got, err := config.LoadSharedConfigProfile(t.Context(), "p", func(o *config.LoadSharedConfigOptions) {
			o.CredentialsFiles, o.ConfigFiles = []string{filepath.Join(folder, "credentials")}, []string{filepath.Join(folder, "config")}
		})
		var none config.SharedConfigProfileNotExistError
		ours := view(c.credentials, c.config).Sight(Go2, "p")
		switch {
		case errors.As(err, &none) && none.Profile == "p":
			if ours.Source != Nothing {
				t.Errorf("%s: the SDK finds no profile, and here it takes %s", c.name, ours.Source)
			}
		case err != nil:
			if ours.Source != Refused {
				t.Errorf("%s: the SDK fails (%v), and here it takes %s", c.name, err, ours.Source)
			}
		case ours.Source == Keys && got.Credentials.AccessKeyID != ours.KeyID,
			ours.Source == Process && (got.CredentialProcess == "" || got.Credentials.HasKeys()),
			ours.Source == Role && got.RoleARN == "", ours.Source == Refused,
			ours.Source == Nothing && (got.Credentials.HasKeys() || got.CredentialProcess != ""):
			t.Errorf("%s: the SDK has keys %q, process %q, role %q; here it takes %s (%s)", c.name, got.Credentials.AccessKeyID, got.CredentialProcess, got.RoleARN, ours.Source, ours.KeyID)
		}
	}
}

// word is what a client takes, short.
func word(s Sight) string {
	if s.Source == Keys {
		return strings.ReplaceAll(strings.Replace(s.KeyID, "ASIA", "", 1), " ", "_")
	}
	return map[Source]string{Nothing: "-", Refused: "!", Process: "process", Role: "role", IdentityCenter: "sso"}[s.Source]
}

type shape struct{ name, credentials, config, want string }

// measured are shapes of files with what six clients took from them: the AWS CLI and boto3, the SDKs for JavaScript v3,
// Go v2, JavaScript v2, Go v1.
func measured() []shape {
	return []shape{
		{"plain", "[p]\n" + pair, region, "NEW NEW NEW NEW NEW NEW"},
		{"nothing", "[q]\n" + pair, region, "- - - - - -"},
		{"comments and blank lines", "# c\n[p]\n\n ; c\n" + pair, region, "NEW NEW NEW NEW NEW NEW"},
		{"comment behind a value", "[p]\n" + strings.Replace(pair, "ASIANEW", "ASIANEW # c", 1), region, "NEW_#_c NEW_#_c NEW NEW NEW NEW"},
		{"quotes", "[p]\n" + strings.Replace(pair, "ASIANEW", `"ASIANEW"`, 1), region, `"NEW" "NEW" "NEW" NEW "NEW" NEW`},
		{"comment without a blank", "[p]\n" + strings.Replace(pair, "ASIANEW", "ASIANEW#c", 1), region, "NEW#c NEW#c NEW#c NEW#c NEW#c NEW#c"},
		{"CRLF", strings.ReplaceAll("[p]\n"+pair, "\n", "\r\n"), region, "NEW NEW NEW NEW NEW NEW"},
		{"byte order mark", "\uFEFF[x]\n[p]\n" + pair, region, "! ! NEW NEW NEW !"},
		{"doubled section, the last wins", "[p]\n" + stale + "[p]\n" + pair, region, "! ! NEW NEW NEW NEW"},
		{"doubled section, two halves", "[p]\naws_access_key_id = ASIANEW\n[p]\naws_secret_access_key = s\n", region, "! ! NEW NEW NEW -"},
		{"doubled key", "[p]\n" + stale + pair, region, "! ! NEW NEW NEW NEW"},
		{"another section doubled", "[x]\n[p]\n" + pair + "[x]\n", region, "! ! NEW NEW NEW NEW"},
		{"[profile p] in the credentials file", "[profile p]\n" + pair, region, "- - - - - NEW"},
		{"[ p ]", "[ p ]\n" + pair, region, "- - - NEW - NEW"},
		{"keys in [p] of the config file", "", "[p]\n" + pair, "- - - - NEW NEW"},
		{"two blanks in the header", "", "[profile  p]\n" + pair, "NEW NEW - NEW - -"},
		{"a tab in the header", "", "[profile\tp]\n" + pair, "NEW NEW NEW NEW NEW -"},
		{"indented keys", "[p]\n  " + strings.ReplaceAll(strings.TrimSpace(pair), "\n", "\n  ") + "\n", region, "NEW NEW NEW NEW NEW NEW"},
		{"keys indented below one", "[p]\naws_access_key_id = ASIANEW\n  aws_secret_access_key = s\n  aws_session_token = t\n", region, "! ! NEW NEW NEW NEW"},
		{"upper case", "[p]\n" + strings.NewReplacer("aws_access_key_id", "AWS_ACCESS_KEY_ID", "aws_secret", "AWS_SECRET").Replace(pair), region, "NEW NEW - NEW - -"},
		{"colons", "[p]\n" + strings.ReplaceAll(pair, " = ", ": "), region, "NEW NEW - NEW - NEW"},
		{"no '='", "[p]\n" + pair + "[x]\njunk\n", region, "! ! NEW NEW NEW NEW"},
		{"key before the first section", "a = b\n[p]\n" + pair, region, "! ! NEW NEW NEW NEW"},
		{"header not closed", "[p]\n" + pair + "[other\n", region, "! ! NEW NEW NEW !"},
		{"empty header", "[p]\n" + pair + "[]\n", region, "! ! NEW NEW NEW !"},
		{"Latin-1 in a comment", "# \xe9\n[p]\n" + pair, region, "! ! NEW NEW NEW NEW"},
		{"keys in the config file alone", "", region + pair, "NEW NEW NEW NEW NEW NEW"},
		{"keys in both", "[p]\n" + pair, region + stale, "NEW NEW NEW NEW NEW NEW"},
		{"name in other case", "[P]\n" + pair, "", "- - - - - -"},
		{"process", "", region + "credential_process = /x\n", "process process process process process process"},
		{"process in the credentials file", "[p]\ncredential_process = /x\n", region, "process process process process process process"},
		{"process and old keys in credentials", "[p]\n" + stale, region + "credential_process = /x\n", "OLD OLD OLD OLD OLD OLD"},
		{"process and old keys in config", "", region + "credential_process = /x\n" + stale, "process process OLD OLD OLD OLD"},
		{"process, role_arn and source_profile", "[q]\n" + pair, region + "credential_process = /x\nrole_arn = r\nsource_profile = q\n", "role role role ! role !"},
		{"role_arn alone", "[p]\n" + pair, region + "role_arn = r\n", "! ! NEW NEW NEW NEW"},
		{"source that is not there", "", region + "role_arn = r\nsource_profile = q\n", "! ! ! ! ! !"},
		{"Identity Center and keys", "[p]\n" + pair, region + "sso_role_name = r\nsso_account_id = 1\n", "sso sso NEW NEW NEW NEW"},
		{"DEFAULT", "[DEFAULT]\n" + pair + "[p]\nregion = x\n", "", "NEW NEW - - - -"},
	}
}

// The token that goes with the keys: botocore prefers boto's old name, others join what is in the other file.
func TestTheTokenThatGoesWithTheKeys(t *testing.T) {
	both := "[p]\naws_access_key_id = A\naws_secret_access_key = s\naws_security_token = old\naws_session_token = new\n"
	for _, c := range []struct{ name, credentials, config, want string }{
		{"both", both, "", "4 4 5 5 5 5"},
		{"the old one alone", strings.Replace(both, "aws_session_token = new\n", "", 1), "", "4 4 0 0 0 0"},
		{"an empty old one", strings.Replace(both, "= old", "=", 1), "", "4 4 5 5 5 5"},
		{"in the config file", "[p]\naws_access_key_id = A\naws_secret_access_key = s\n", "[profile p]\naws_session_token = stale\n", "0 0 2 2 2 0"},
	} {
		var got []string
		for _, client := range []Client{CLI, Boto3, JavaScript3, Go2, JavaScript2, Go1} {
			got = append(got, fmt.Sprint(view(c.credentials, c.config).Sight(client, "p").Token))
		}
		if got := strings.Join(got, " "); got != c.want {
			t.Errorf("%s: lines %s, want %s", c.name, got, c.want)
		}
	}
}
