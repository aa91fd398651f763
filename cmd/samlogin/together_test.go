package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
)

// Promises where two things meet that people use together: groups and switched roles, sessions and policies, kept keys
// and edited settings.

const demoUserKeys = "[jane]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\nmfa_serial = " + demoDevice + "\n"

// together is a rig with more settings, and with the AWS files that they lead to.
func together(t *testing.T, settings string, profiles ...string) *rig {
	t.Helper()
	r := newMachineRig(t, profiles...)
	r.addSettings(t, settings)
	aws := filepath.Join(r.home, ".aws")
	if err := os.MkdirAll(aws, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"credentials": demoUserKeys, "config": "[profile audit]\nrole_arn = " + demoAudit + "\nsource_profile = jane\nmfa_serial = " + demoDevice + "\n"} {
		if err := os.WriteFile(filepath.Join(aws, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

func (r *rig) addSettings(t *testing.T, text string) {
	t.Helper()
	was, err := os.ReadFile(r.env["SAMLOGIN_CONFIG"])
	if err == nil {
		err = os.WriteFile(r.env["SAMLOGIN_CONFIG"], append(was, text...), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func (r *rig) want(t *testing.T, exit int, password string, args ...string) {
	t.Helper()
	if code := r.next(t, password, args...); code != exit {
		t.Fatalf("%s: exit %d\n%s%s", strings.Join(args, " "), code, r.out.String(), r.errOut.String())
	}
}

func switchedFrom(source string, names ...string) string {
	text := ""
	for _, name := range names {
		text += fmt.Sprintf("[profile.%s]\nsource = %q\nrole = %q\n", name, source, demoDeploy)
	}
	return text
}

// The settings' default is a group for most people, and roles are still listed.
func TestRolesOfADefaultWithSwitchedRoles(t *testing.T) {
	r := together(t, switchedFrom("prod", "deploy")+"[group.day]\nprofiles = [\"deploy\", \"prod\"]\n", "prod=111111111111/Admin")
	for _, name := range []string{"day", "prod"} {
		if r.want(t, exitDone, goodPassword, "roles", name); !strings.Contains(r.out.String(), "333333333333") {
			t.Errorf("%s: %s", name, r.out.String())
		}
	}
	r.want(t, exitUsage, goodPassword, "roles", "deploy")
}

// Who asks for keys that may do little does not get keys that may do everything.
func TestAnMFASessionTakesNoPolicy(t *testing.T) {
	r := together(t, "")
	policy := filepath.Join(r.home, "policy.json")
	if err := os.WriteFile(policy, []byte(`{"Version":"2012-10-17","Statement":[]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	seed := demoSeedOf(t)
	r.want(t, exitDone, "", "credentials", "jane", "--mfa-code", seed(r.app.now()))
	for _, args := range [][]string{{"--policy-file", policy}, {"--policy-arn", "arn:aws:iam::aws:policy/ReadOnlyAccess"}, {"--duration", "36h", "--policy-file", policy}} {
		for _, command := range []string{"credentials", "exec", "login"} {
			words := append([]string{command, "jane", "--no-input"}, args...)
			if command == "exec" {
				words = append(words, "--", "true")
			}
			if r.want(t, exitUsage, "", words...); !strings.Contains(r.errOut.String(), "no session policy") || strings.Contains(r.out.String(), "ASIA") {
				t.Errorf("%v: %s", words, r.errOut.String())
			}
		}
	}
}

// security case 90
func TestAnMFASessionIsAsLongAsWasAsked(t *testing.T) {
	r := together(t, "")
	seed, at := demoSeedOf(t), 0
	r.want(t, exitDone, "", "login", "jane", "--duration", "36h", "--mfa-code", seed(r.app.now()))
	r.want(t, exitNeedsAnswer, "", "login", "jane", "--duration", "1h", "--no-input")
	r.want(t, exitNeedsAnswer, "", "credentials", "jane", "--duration", "12h", "--no-input")
	r.want(t, exitDone, "", "login", "jane", "--duration", "36h", "--no-input")
	if got := r.calls(&at); got != "GetSessionToken" {
		t.Error(got)
	}
}

// A name that the settings give to another account is another role.
//
// security case 90
func TestAnAccountsNameThatMoved(t *testing.T) {
	r := together(t, "[accounts]\n111111111111 = \"live\"\n", "p=live/Admin")
	r.want(t, exitDone, goodPassword, "login", "p")
	r.want(t, exitDone, "", "credentials", "p", "--no-input")
	first := printed(t, r.out.Bytes()).AccessKeyID
	text, err := os.ReadFile(r.env["SAMLOGIN_CONFIG"])
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(r.env["SAMLOGIN_CONFIG"], []byte(strings.Replace(string(text), "111111111111 =", "222222222222 =", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	r.want(t, exitDone, goodPassword, "credentials", "p", "--no-input")
	if printed(t, r.out.Bytes()).AccessKeyID == first {
		t.Error("credentials gives the keys of the other account")
	}
	if r.want(t, exitDone, goodPassword, "login", "p"); !strings.Contains(r.out.String(), "222222222222") {
		t.Error(r.out.String())
	}
}

// A role that is taken with an IAM user's keys has nothing to do with the only IdP of the settings.
func TestLogoutOfASwitchedRole(t *testing.T) {
	r := together(t, switchedFrom("prod", "deploy")+switchedFrom("jane", "own"), "prod=111111111111/Admin")
	r.want(t, exitDone, goodPassword, "login", "prod")
	r.want(t, exitDone, "", "logout", "own")
	if r.want(t, exitDone, "", "status"); !strings.Contains(r.out.String(), "corp") {
		t.Errorf("the IdP's session is gone:\n%s", r.out.String())
	}
	if r.want(t, exitDone, "", "logout", "deploy"); !strings.Contains(r.errOut.String(), "1 session at an IdP") {
		t.Errorf("the session that its keys begin with stays: %s", r.errOut.String())
	}
}

func TestATemplateNamesSwitchedRoles(t *testing.T) {
	r := together(t, "[accounts]\n222222222222 = \"build\"\n"+switchedFrom("prod", "deploy"), "prod=111111111111/Admin")
	for range 2 { // taken, and left alone
		if r.want(t, exitDone, goodPassword, "login", "prod", "deploy", "--profile", "{alias}-{role}"); !strings.Contains(r.out.String(), "build-Deploy ") {
			t.Errorf("%s", r.out.String())
		}
	}
	if n := r.profilesWritten(t); n != 4 { // jane and audit were there
		t.Errorf("%d profiles", n)
	}
	r.want(t, exitUsage, "", "login", "jane", "--profile", "{alias}-{role}", "--no-input")
}

// Two that would be written to one profile are found before AWS is asked for either.
func TestSwitchedRolesThatClash(t *testing.T) {
	r := together(t, switchedFrom("jane", "one", "two"))
	at := 0
	r.want(t, exitUsage, "", "login", "one", "two", "--profile", "{alias}-{role}", "--no-input")
	if said := r.errOut.String(); !strings.Contains(said, demoDeploy+" and "+demoDeploy+" would both be written") || strings.Contains(said, "SAML provider") {
		t.Error(said)
	}
	if got := r.calls(&at); got != "" {
		t.Errorf("AWS was asked: %s", got)
	}
}

// An answer of the IdP's that nobody understands may be a refusal in words of its own: the password is not sent again
// for each role that is taken with its roles.
func TestOnePasswordForAGroupWhateverTheAnswer(t *testing.T) {
	for _, names := range [][]string{{"prod", "a", "b", "c"}, {"a", "b", "c"}} {
		r := together(t, switchedFrom("prod", "a", "b", "c"), "prod=111111111111/Admin")
		var passwords atomic.Int32
		r.atIdP.set(func(w http.ResponseWriter, q *http.Request) bool {
			if q.Method != http.MethodPost {
				return false
			}
			passwords.Add(1)
			_, _ = fmt.Fprint(w, "<!DOCTYPE html><html><head><title>Hm</title></head><body><form action='/x' method='post'><input name='q'></form></body></html>")
			return true
		})
		r.want(t, exitPage, goodPassword, append([]string{"login", "--no-input"}, names...)...)
		if n := passwords.Load(); n != 1 {
			t.Errorf("%v: the password was sent %d times", names, n)
		}
		if text, err := os.ReadFile(filepath.Join(r.home, ".aws", "credentials")); err != nil || string(text) != demoUserKeys {
			t.Error("something was written")
		}
	}
}

// What AWS calls an account names the profile, also where the keys are left alone.
func TestAProfileKeepsItsNameWhenItIsLeftAlone(t *testing.T) {
	r := together(t, "", "fixed=333333333333/ReadOnly")
	asked := r.answerPage(http.StatusOK, signInPageOf("Account: acme-sandbox (333333333333)"))
	login := []string{"login", "fixed", "--profile", "x-{alias}"}
	r.want(t, exitDone, goodPassword, "login", "fixed") // nobody has asked what the account is called
	for range 3 {
		if r.want(t, exitDone, goodPassword, login...); !strings.Contains(r.out.String(), "x-acme-sandbox") {
			t.Error(r.out.String())
		}
	}
	if asked.Load() != 1 || !strings.Contains(r.out.String(), "still good") {
		t.Errorf("it is not left alone: %s", r.out.String())
	}
}

// A code is not spent on what cannot be.
func TestTheConsoleOfAnMFASessionAsksForNoCode(t *testing.T) {
	r := together(t, "")
	seed, at := demoSeedOf(t), 0
	if r.want(t, exitUsage, "", "console", "jane", "--print", "--mfa-code", seed(r.app.now())); r.calls(&at) != "" {
		t.Error("AWS was asked")
	}
}
