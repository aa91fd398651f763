package profiles

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/config"
)

const (
	processLine = "credential_process = /usr/bin/samlogin credentials prod\nsamlogin = managed\n"
	foreignLine = "credential_process = /usr/bin/other c4nary\n"
	longKeys    = "aws_access_key_id = AKIAEXAMPLE0000WXYZ\naws_secret_access_key = c4nary\n"
	temporary   = "aws_access_key_id = ASIAEXAMPLE000000009\naws_secret_access_key = c4nary\naws_session_token = c4nary\n"
)

func testProcess(profile string) Process {
	return Process{Profile: profile, Program: "/usr/bin/samlogin", Name: "prod"}
}

func homeWithBoth(t *testing.T, credentials, config string) *home {
	t.Helper()
	h := homeWith(t, credentials)
	h.write(h.Config, config, 0o600)
	return h
}

func (h *home) want(credentials, config string) {
	h.Helper()
	if got := h.read(h.Credentials); got != credentials {
		h.Errorf("credentials is\n%q, want\n%q", got, credentials)
	}
	if got := h.read(h.Config); got != config {
		h.Errorf("config is\n%q, want\n%q", got, config)
	}
}

func TestAProcessChangesOnlyItsOwnLines(t *testing.T) { // security case 57
	const mine = "# mine\n[default]\nregion = x ; y\n\n[profile q]\ns3 =\n  region = z\n"
	for _, c := range []struct {
		name, credentials, config string
		wantCredentials, want     string
	}{
		{"empty", "", "", "", "[profile p]\n" + processLine},
		{"other profiles", person, mine, person, mine + "\n[profile p]\n" + processLine},
		{"settings there", "", "[profile p]\noutput = json\n# about q\n[profile q]\n", "", "[profile p]\noutput = json\n" + processLine + "# about q\n[profile q]\n"},
		{"CRLF", "", "[profile q]\r\nx = 1\r\n", "", "[profile q]\r\nx = 1\r\n\r\n[profile p]\r\n" + crlf(processLine)},
		{"an older command", "", "[profile p]\ncredential_process = /old/samlogin credentials prod\nsamlogin = managed\nregion = x\n", "", "[profile p]\n" + processLine + "region = x\n"},
		{"a mark without a command", "", "[profile p]\nsamlogin = managed\n", "", "[profile p]\nsamlogin = managed\ncredential_process = /usr/bin/samlogin credentials prod\n"},
		{"keys of samlogin's", "[a]\nx = 1\n\n[p]\n" + testLines("\n") + "\n[b]\n", "", "[a]\nx = 1\n\n[b]\n", "[profile p]\n" + processLine},
		{"keys of samlogin's and a setting", "[p]\n" + testLines("\n") + "cli_pager =\n", "", "[p]\ncli_pager =\n", "[profile p]\n" + processLine},
		{"keys as saml2aws writes them", "[p]\n" + temporary + "aws_security_token = c4nary\nx_principal_arn = a\nx_security_token_expires = 2020-01-01T00:00:00Z\n", "", "", "[profile p]\n" + processLine},
		{"empty keys", "[p]\naws_access_key_id =\noutput = json\n", "", "[p]\noutput = json\n", "[profile p]\n" + processLine},
		{"both, as after a save that was stopped", "[p]\n" + testLines("\n"), "[profile p]\n" + processLine, "", "[profile p]\n" + processLine},
		{"adopted keys and a command, the same", "[p]\n" + temporary + "x_security_token_expires = x\n", "[profile p]\n" + processLine, "", "[profile p]\n" + processLine},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := homeWithBoth(t, c.credentials, c.config)
			w := h.writer()
			if err := w.CheckProcess(t.Context(), []Process{testProcess("p")}, OwnOnly); err != nil {
				t.Fatalf("the check: %v", err)
			}
			h.want(c.credentials, c.config)
			for range 2 { // the second finds nothing to do
				if err := w.SaveProcess(t.Context(), []Process{testProcess("p")}, OwnOnly); err != nil {
					t.Fatal(err)
				}
				h.want(c.wantCredentials, c.want)
			}
			h.only("credentials", "config")
			if i, err := h.Inspect("p"); err != nil || i.Standing != Managed {
				t.Errorf("after it the profile is %v, %v", i, err)
			}
		})
	}
}

func TestAProcessTakesTheRegionAlong(t *testing.T) {
	h := homeWithBoth(t, "[p]\nregion = us-east-1\n", "")
	p := testProcess("p")
	p.Region = "eu-west-1"
	if err := h.writer().SaveProcess(t.Context(), []Process{p}, OwnOnly); err != nil {
		t.Fatal(err)
	}
	h.want("[p]\nregion = us-east-1\n", "[profile p]\nregion = eu-west-1\n"+processLine)
	h.wantNotice("the region in")
}

// What is not samlogin's is refused, and with consent goes where it would be used instead of the command.
func TestAProcessReplacesWithConsentOnly(t *testing.T) { // security case 58
	for _, c := range []struct {
		name, credentials, config string
		standing                  Standing
		wantCredentials, want     string // with consent; both "" where there is none that would do
	}{
		{"a command of another tool", "", "[profile p]\n" + foreignLine + "output = json\n", Foreign, "", "[profile p]\ncredential_process = /usr/bin/samlogin credentials prod\noutput = json\nsamlogin = managed\n"},
		{"a command put in the place of ours", "", "[profile p]\nsamlogin = managed\n" + foreignLine, Foreign, "", "[profile p]\nsamlogin = managed\ncredential_process = /usr/bin/samlogin credentials prod\n"},
		{"a command written by hand", "", "[profile p]\ncredential_process = samlogin credentials prod\n", Foreign, "", "[profile p]\n" + processLine},
		{"a command in the credentials file", "[p]\n" + foreignLine, "", Foreign, "", "[profile p]\n" + processLine},
		{"samlogin's keys over a command of another tool", "[p]\n" + testLines("\n"), "[profile p]\n" + foreignLine, Foreign, "", "[profile p]\n" + processLine},
		{"long-term keys", "[p]\n" + longKeys, "", LongTermKeys, "", "[profile p]\n" + processLine},
		{"long-term keys in config", "", "[profile p]\n" + longKeys, LongTermKeys, "", "[profile p]\n" + processLine},
		{"long-term keys in config below samlogin's", "[p]\n" + testLines("\n"), "[profile p]\n" + longKeys, LongTermKeys, "", "[profile p]\n" + processLine},
		{"long-term keys in config below a command in credentials", "[p]\n" + foreignLine, "[profile p]\n" + longKeys, LongTermKeys, "", "[profile p]\n" + processLine},
		{"temporary keys", "[p]\n" + temporary, "", TemporaryKeys, "", "[profile p]\n" + processLine},
		{"temporary keys in config, marked", "", "[profile p]\nsamlogin = managed\n" + temporary, TemporaryKeys, "", "[profile p]\nsamlogin = managed\ncredential_process = /usr/bin/samlogin credentials prod\n"},
		{"Identity Center", "", "[profile p]\nsso_session = c4nary\nsso_account_id = 1\nsso_role_name = r\noutput = json\n", Foreign, "", "[profile p]\noutput = json\n" + processLine},
		{"login_session, which botocore prefers to ours", "", "[profile p]\nlogin_session = c4nary\n" + processLine, Foreign, "", "[profile p]\n" + processLine},
		{"role_arn", "", "[profile p]\nrole_arn = c4nary\nsource_profile = q\n", SwitchesRole, "", ""},
		{"role_arn in the credentials file", "[p]\nrole_arn = c4nary\n", "", SwitchesRole, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := homeWithBoth(t, c.credentials, c.config)
			if i, err := h.InspectForProcess("p"); err != nil || i.Standing != c.standing || i.Line == 0 {
				t.Errorf("it is seen as %v, %v; want %v", i, err, c.standing)
			}
			needs := map[Standing]Consent{TemporaryKeys: ReplaceForeign, Foreign: ReplaceForeign, LongTermKeys: ReplaceLongTerm, SwitchesRole: 99}[c.standing]
			for _, consent := range []Consent{OwnOnly, ReplaceForeign, ReplaceLongTerm} {
				h.write(h.Credentials, c.credentials, 0o600)
				h.write(h.Config, c.config, 0o600)
				all := []Process{testProcess("a"), testProcess("p")}
				if consent >= needs {
					all = all[1:]
				}
				checked := h.writer().CheckProcess(t.Context(), all, consent)
				err := h.writer().SaveProcess(t.Context(), all, consent)
				if consent >= needs {
					if err != nil || checked != nil {
						t.Errorf("consent %d: %v, check %v", consent, err, checked)
					}
					h.want(c.wantCredentials, c.want)
					continue
				}
				var refused *NotOursError
				if !errors.As(checked, &refused) || !errors.As(err, &refused) || refused.Profile != "p" || strings.Contains(err.Error(), "c4nary") {
					t.Errorf("consent %d: got %v, check %v; want a NotOursError", consent, err, checked)
				}
				h.want(c.credentials, c.config) // also of the other profile nothing was written
			}
		})
	}
}

func TestGoingBackToKeysTakesTheProcessOut(t *testing.T) {
	for _, c := range []struct{ name, config, want string }{
		{"nothing else", "[profile p]\n" + processLine, ""},
		{"a region", "[profile p]\nregion = x\n" + processLine + "\n# about q\n[profile q]\n", "[profile p]\nregion = x\n\n# about q\n[profile q]\n"},
		{"CRLF", "[profile q]\r\n\r\n[profile p]\r\n" + crlf(processLine), "[profile q]\r\n"},
		{"only the mark", "[profile p]\nsamlogin = managed\noutput = json\n", "[profile p]\noutput = json\n"},
		{"another profile's", "[profile p]\n" + processLine + "\n[profile q]\n" + processLine, "\n[profile q]\n" + processLine},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := homeWithBoth(t, "", c.config)
			if err := h.writer().Check(t.Context(), []Keys{{Profile: "p"}}, OwnOnly); err != nil {
				t.Fatal(err)
			}
			h.mustSave(testKeys("p"))
			h.want("[p]\n"+testLines("\n"), c.want)
			h.only("credentials", "config")
		})
	}
	t.Run("a command of another tool stays, below the keys", func(t *testing.T) {
		config := "[profile p]\nsamlogin = managed\n" + foreignLine
		h := homeWithBoth(t, "[p]\n"+testLines("\n"), config)
		h.mustSave(testKeys("p"))
		h.want("[p]\n"+testLines("\n"), config)
	})
	t.Run("lines that clients read differently", func(t *testing.T) {
		h := homeWithBoth(t, "", "[profile p]\n"+processLine+"[profile p]\nx = 1\n")
		var broken *BrokenFileError
		if err := h.save(OwnOnly, testKeys("p")); !errors.As(err, &broken) {
			t.Errorf("got %v, want a BrokenFileError", err)
		}
		if h.read(h.Credentials) != "" {
			t.Error("the keys were written before it was seen that the command cannot be taken out")
		}
	})
}

func TestRemoveTakesTheProcessOut(t *testing.T) { // security case 119
	for _, c := range []struct{ name, config, after string }{
		{"ours", "[profile a]\nx = 1\n\n[profile p]\n" + processLine, "[profile a]\nx = 1\n"},
		{"the region stays", "[profile p]\nregion = x\n" + processLine, "[profile p]\nregion = x\n"},
		{"default", "[default]\nregion = x\n", "="},
		{"not marked", "[profile p]\ncredential_process = samlogin credentials prod\n", "="},
		{"another command below our mark", "[profile p]\nsamlogin = managed\n" + foreignLine, "="},
		{"role_arn was added", "[profile p]\nrole_arn = x\n" + processLine, "="},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.after == "=" {
				c.after = c.config
			}
			h := homeWithBoth(t, "[p]\n"+testLines("\n"), c.config)
			if err := h.writer().Remove(t.Context(), []string{"p", "default", "not there"}); err != nil {
				t.Fatal(err)
			}
			if got := h.read(h.Config); got != c.after {
				t.Errorf("config is %q, want %q", got, c.after)
			}
		})
	}
	h := homeWithBoth(t, person, "[profile x]\n\n# end")
	all := []Process{testProcess("p"), testProcess("q")}
	if err := h.writer().SaveProcess(t.Context(), all, OwnOnly); err != nil {
		t.Fatal(err)
	}
	if err := h.writer().Remove(t.Context(), []string{"p", "q"}); err != nil {
		t.Fatal(err)
	}
	h.want(person, "[profile x]\n\n# end\n") // a line end that was missing is the only trace
}

func TestProcessesThatCannotBeWritten(t *testing.T) { // security case 55
	h := newHome(t)
	for name, all := range map[string][]Process{
		"name":    {{Profile: "a]b", Program: "/bin/samlogin", Name: "prod"}},
		"program": {{Profile: "p", Program: "/bin/a\n[evil]", Name: "prod"}},
		"region":  {{Profile: "p", Program: "/bin/samlogin", Name: "prod", Region: "x\ny = 1"}},
		"twice":   {testProcess("p"), testProcess("p")},
	} {
		err := h.writer().SaveProcess(t.Context(), all, ReplaceLongTerm)
		var value *ValueError
		var bad *NameError
		if !errors.As(err, &value) && !errors.As(err, &bad) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if _, err := os.Stat(h.folder); err == nil {
		t.Error("the folder was made")
	}
	if err := h.writer().SaveProcess(t.Context(), nil, OwnOnly); err != nil {
		t.Errorf("no profile: %v", err)
	}
}

// The AWS SDK for Go takes keys from the command, whatever the folder of the program is called.
func TestAnAWSClientRunsTheCommand(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the program is a script of sh")
	}
	for _, name := range []string{"AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"} {
		t.Setenv(name, "") // they would win against the files
	}
	for _, folder := range []string{"plain", "with blanks", "jörg", "a$HOME(b)&c"} {
		h := newHome(t)
		program := filepath.Join(t.TempDir(), folder, "samlogin")
		script := "#!/bin/sh\n[ \"$1 $2 $3 $4\" = \"--config /x y/s.toml credentials a/b\" ] && echo '" +
			`{"Version": 1, "AccessKeyId": "` + testID + `", "SecretAccessKey": "s", "SessionToken": "t", "Expiration": "` + time.Now().Add(time.Hour).UTC().Format(time.RFC3339) + `"}` + "'\n"
		h.write(program, script, 0o700)
		if err := h.writer().SaveProcess(t.Context(), []Process{{Profile: "p", Program: program, Settings: "/x y/s.toml", Name: "a/b", Region: "eu-west-1"}}, OwnOnly); err != nil {
			t.Fatal(err)
		}
		h.write(h.Credentials, "", 0o600)
		c, err := config.LoadDefaultConfig(t.Context(), config.WithSharedConfigProfile("p"), config.WithSharedConfigFiles([]string{h.Config}), config.WithSharedCredentialsFiles([]string{h.Credentials}))
		if err != nil {
			t.Fatal(err)
		}
		keys, err := c.Credentials.Retrieve(t.Context())
		if err != nil || keys.AccessKeyID != testID || c.Region != "eu-west-1" {
			t.Errorf("%s: got %s in %s, %v", folder, keys.AccessKeyID, c.Region, fmt.Sprint(err))
		}
	}
}

// A region is taken out where the caller remembers that samlogin put it there, and it still is the same one.
func TestRemoveTakesRegionsOut(t *testing.T) {
	for _, c := range []struct{ name, credentials, config, after string }{
		{"keys", "[p]\n" + testLines("\n"), "[profile a]\nx = 1\n\n[profile p]\nregion = x\n", "[profile a]\nx = 1\n"},
		{"process", "", "[profile p]\nregion = x\n" + processLine, ""},
		{"another one by now", "[p]\n" + testLines("\n"), "[profile p]\nregion = y\n", "="},
		{"something else is there", "[p]\n" + testLines("\n"), "[profile p]\nregion = x\noutput = json\n", "[profile p]\noutput = json\n"},
		{"keys of somebody else by now", "[p]\naws_access_key_id = AKIAX\naws_secret_access_key = s\n", "[profile p]\nregion = x\n", "="},
		{"role_arn was added", "[p]\n" + testLines("\n"), "[profile p]\nrole_arn = x\nregion = x\n", "="},
		{"not asked for", "[q]\n" + testLines("\n"), "[profile q]\nregion = x\n", "="},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.after == "=" {
				c.after = c.config
			}
			h := homeWithBoth(t, c.credentials, c.config)
			w := h.writer()
			w.Regions = map[string]string{"p": "x"}
			if err := w.Remove(t.Context(), []string{"p"}); err != nil {
				t.Fatal(err)
			}
			if got := h.read(h.Config); got != c.after {
				t.Errorf("left is\n%s\nwant\n%s", got, c.after)
			}
		})
	}
}

// Whatever the order in which profiles are named, no blank line of theirs is left.
func TestRemoveInAnyOrder(t *testing.T) {
	const others = "[w]\nx = 1\n\n# about z\n[z]\ny = 1\n"
	for _, order := range [][]string{{"a", "b", "c"}, {"a", "c", "b"}, {"b", "a", "c"}, {"b", "c", "a"}, {"c", "a", "b"}, {"c", "b", "a"}} {
		h := homeWithBoth(t, others, "")
		for _, name := range []string{"a", "b", "c", "d"} {
			h.mustSave(testKeys(name))
		}
		if err := h.writer().Remove(t.Context(), order); err != nil {
			t.Fatal(err)
		}
		if got := h.read(h.Credentials); !strings.HasPrefix(got, others+"\n[d]\n") {
			t.Errorf("%v: %q", order, got)
		}
		if err := h.writer().Remove(t.Context(), []string{"d"}); err != nil || h.read(h.Credentials) != others {
			t.Errorf("%v: %v, %q", order, err, h.read(h.Credentials))
		}
	}
}
