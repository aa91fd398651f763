package clash

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

const mark = "samlogin = managed\n"

func shown(all []Clash) string {
	var out []string
	for _, c := range all {
		word := "warn"
		if c.Bad {
			word = "bad"
		}
		if c.Ours {
			word += " ours"
		}
		at := ""
		if c.Path != "" {
			at = fmt.Sprintf(" %s:%d", base(c.Path), c.Line)
		}
		out = append(out, word+at+": "+c.What)
	}
	return strings.Join(out, "\n")
}

func TestClashesOfAProfile(t *testing.T) {
	const command = "credential_process = /usr/bin/samlogin credentials p\n"
	for _, c := range []struct{ name, credentials, config, want string }{
		{"in order", "[p]\n" + pair + mark, region, ""},
		{"own process", "", region + command + mark, ""},
		{"own keys above own process", "[p]\n" + pair + mark, region + command + mark, "bad ours credentials:2: keys that samlogin once wrote"},
		{"other keys above own process", "[p]\n" + pair, region + command + mark, "bad credentials:2: AWS clients take these keys and never run the credential_process (config, line 3)"},
		{"other keys above another process", "[p]\n" + pair, region + "credential_process = /x\n", "warn credentials:2: AWS clients take these keys"},
		{"keys beside a process in the config file", "", region + command + pair, "warn config:4: the AWS CLI and boto3 run the credential_process"},
		{"a process for a shell", "", region + "credential_process = ~/bin/x\n", "bad config:3: the AWS CLI and boto3 run a credential_process without a shell"},
		{"aws_security_token left over, ours", "[p]\n" + pair + "aws_security_token = old\n" + mark, "", "bad ours credentials:5: aws_security_token is another one"},
		{"aws_security_token left over", "[p]\n" + pair + "aws_security_token = old\n", "", "bad credentials:5: aws_security_token is another one"},
		{"aws_security_token of the same value", "[p]\n" + pair + "aws_security_token = t\n", "", ""},
		{"aws_security_token alone", "[p]\n" + strings.Replace(pair, "aws_session_token", "aws_security_token", 1), "", "warn credentials:4: only the AWS CLI and boto3 read"},
		{"no token", "[p]\naws_access_key_id = ASIAX\naws_secret_access_key = s\n", "", "bad credentials:2: temporary keys without"},
		{"a token in the other file", "[p]\naws_access_key_id = AKIAX\naws_secret_access_key = s\n", "[profile p]\naws_session_token = x\n", "bad config:2: the SDKs for JavaScript and Go put this token"},
		{"quotes", "[p]\n" + strings.Replace(pair, "ASIANEW", `"ASIANEW"`, 1), "", "bad credentials:2: quotes or a comment"},
		{"upper case", "[p]\n" + strings.Replace(pair, "aws_access_key_id", "AWS_ACCESS_KEY_ID", 1), "", "warn credentials:2: the SDK for JavaScript reads only"},
		{"Identity Center above own keys", "[p]\n" + pair + mark, region + "sso_role_name = r\nsso_account_id = 1\n", "bad config:3: the AWS CLI and boto3 use IAM Identity Center"},
		{"a role of its own keys", "[p]\n" + pair, region + "role_arn = r\nsource_profile = p\n", ""},
		{"a role above keys", "[p]\n" + pair + "[q]\n" + pair, region + "role_arn = r\nsource_profile = q\n", "warn config:3: AWS clients take this role"},
		{"a role from nowhere", "", region + "role_arn = r\nsource_profile = q\n", "bad config:4: the AWS CLI, boto3, the SDK for JavaScript and the SDK for Go refuse the profile: source_profile names"},
		{"half a pair", "[p]\naws_access_key_id = AKIAX\n", "", "bad credentials:2: the AWS CLI and boto3 refuse the profile: aws_access_key_id without"},
		{"found by some", "[ p ]\n" + pair, "", "warn"},
	} {
		got := shown(view(c.credentials, c.config).Clashes("p"))
		if got != c.want && (c.want == "" || !strings.HasPrefix(got, c.want) || strings.Contains(got, "\n")) {
			t.Errorf("%s:\n got  %s\n want %s", c.name, got, c.want)
		}
	}
}

func TestClashesOfNoOneProfile(t *testing.T) {
	got := shown(view("[a]\n[profile b]\n[ c ]\n[DEFAULT]\nx = y\n", "[default]\n[profile a]\n[b]\n[sso-session s]\n[services v]\n[plugins]\n[profile default]\n").General())
	for _, want := range []string{
		"config:3: [b] is no profile", "config:7: [default] and [profile default]", "credentials:2: [profile b] is no profile",
		"credentials:3: [ c ] has blanks", "credentials:4: [DEFAULT] gives",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("nothing of %q in\n%s", want, got)
		}
	}
	if n := strings.Count(got, "\n") + 1; n != 5 {
		t.Errorf("%d clashes:\n%s", n, got)
	}
}

func TestVariablesThatWin(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	keys := "AWS_ACCESS_KEY_ID=ASIAX AWS_SECRET_ACCESS_KEY=s AWS_SESSION_TOKEN=t"
	for _, c := range []struct{ env, want string }{
		{"", ""},
		{"AWS_PROFILE=p", ""},
		{"AWS_PROFILE=gone", "bad: AWS_PROFILE names gone"},
		{"AWS_PROFILE=p AWS_DEFAULT_PROFILE=p", ""},
		{keys, "warn: AWS_ACCESS_KEY_ID is set: AWS clients"},
		{keys + " AWS_PROFILE=p", "warn: AWS_ACCESS_KEY_ID is set beside AWS_PROFILE"},
		{keys + " AWS_CREDENTIAL_EXPIRATION=2026-01-02T03:04:05Z", "bad: the keys of the environment (AWS_ACCESS_KEY_ID) have ended"},
		{keys + " AWS_CREDENTIAL_EXPIRATION=2026-01-02T03:04:06Z", "warn: AWS_ACCESS_KEY_ID is set: AWS clients"},
		{"AWS_ACCESS_KEY_ID=ASIAX AWS_SECRET_ACCESS_KEY=s", "bad: AWS_ACCESS_KEY_ID is a temporary one"},
		{"AWS_ACCESS_KEY_ID=ASIAX", "bad: AWS_ACCESS_KEY_ID is set without"},
		{"AWS_SESSION_TOKEN=t", "warn: AWS_SESSION_TOKEN is left over"},
		{"AWS_REGION=a AWS_DEFAULT_REGION=b", "warn: AWS_REGION and"},
		{"AWS_ROLE_ARN=a AWS_WEB_IDENTITY_TOKEN_FILE=b", "warn: AWS_WEB_IDENTITY_TOKEN_FILE and"},
	} {
		env := map[string]string{}
		for _, pair := range strings.Fields(c.env) {
			name, value, _ := strings.Cut(pair, "=")
			env[name] = value
		}
		got := shown(view("[p]\n"+pair, "").Environment(func(name string) string { return env[name] }, now))
		if !strings.HasPrefix(got, c.want) || c.want == "" && got != "" || strings.Contains(got, "\n") {
			t.Errorf("%s:\n got  %s\n want %s", c.env, got, c.want)
		}
	}
}
