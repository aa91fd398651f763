package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// calls are the actions that STS granted since the last call of it. (One that was signed by the clock of the computer,
// and not by the test's, is refused first and then signed anew.)
func (r *rig) calls(from *int) string {
	var said []string
	log := r.sts.Log()
	for _, c := range log[*from:] {
		if c.Code == "" {
			said = append(said, c.Action)
		}
	}
	*from = len(log)
	return strings.Join(said, " ")
}

// One code in the morning: the role is taken again and again from the session, without anybody, until that ends.
func TestOneCodeADay(t *testing.T) {
	r := newMachineRig(t)
	aws := filepath.Join(r.home, ".aws")
	if err := os.MkdirAll(aws, 0o700); err != nil {
		t.Fatal(err)
	}
	for path, text := range map[string]string{
		filepath.Join(aws, "credentials"): "[iam]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n",
		filepath.Join(aws, "config"):      "[profile audit]\nrole_arn = " + demoAudit + "\nsource_profile = iam\nmfa_serial = " + demoDevice + "\n",
		r.env["SAMLOGIN_CONFIG"]:          "mfa_session = \"36h\"\n",
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	seed, at := demoSeedOf(t), 0
	if code := r.next(t, "", "credentials", "audit", "--mfa-code", seed(r.app.now())); code != exitDone {
		t.Fatalf("exit %d\n%s", code, r.errOut.String())
	}
	if got := r.calls(&at); got != "GetSessionToken AssumeRole" {
		t.Errorf("first: %s", got)
	}
	first := printed(t, r.out.Bytes()).AccessKeyID
	for hour := range 35 { // every 50 minutes or so somebody asks, with nobody there to give a code
		r.ahead.Add(int64(50 * time.Minute))
		if code := r.next(t, "", "credentials", "audit", "--no-input"); code != exitDone {
			t.Fatalf("after %d times 50 minutes: exit %d\n%s", hour+1, code, r.errOut.String())
		}
		if got := r.calls(&at); got != "AssumeRole" {
			t.Errorf("after %d times 50 minutes: %q", hour+1, got)
		}
		if k := printed(t, r.out.Bytes()).AccessKeyID; k == first {
			t.Errorf("after %d times 50 minutes the keys are the first ones", hour+1)
		}
	}
	r.ahead.Add(int64(12 * time.Hour))
	if code := r.next(t, "", "credentials", "audit", "--no-input"); code != exitNeedsAnswer {
		t.Errorf("the session has ended: exit %d\n%s", code, r.errOut.String())
	}
	if want := "samlogin: hint: run: samlogin login audit --write none\n"; !strings.HasSuffix(r.errOut.String(), want) || r.out.Len() > 0 {
		t.Errorf("it ends with %q", r.errOut.String())
	}
	if got := r.calls(&at); got != "" {
		t.Errorf("nobody could give a code: %s", got)
	}
	// What it says to run brings the keys that the command gives.
	if code := r.next(t, "", "login", "audit", "--write", "none", "--no-input", "--mfa-code", seed(r.app.now())); code != exitDone {
		t.Fatalf("exit %d\n%s", code, r.errOut.String())
	}
	if code := r.next(t, "", "credentials", "audit", "--no-input"); code != exitDone {
		t.Errorf("exit %d\n%s", code, r.errOut.String())
	}
	if got := r.calls(&at); got != "GetSessionToken AssumeRole" {
		t.Errorf("the next morning: %s", got)
	}
}

// From the IdP's role: an hour each, renewed silently while there is a session at the IdP, and no longer.
func TestARoleFromTheIdPsRoleIsRenewed(t *testing.T) {
	r := newMachineRig(t, "prod=111111111111/Admin")
	text, err := os.ReadFile(r.env["SAMLOGIN_CONFIG"])
	if err != nil {
		t.Fatal(err)
	}
	text = fmt.Appendf(text, "[profile.deploy]\nsource = \"prod\"\nrole = %q\nduration = \"12h\"\n", demoDeploy)
	if err := os.WriteFile(r.env["SAMLOGIN_CONFIG"], text, 0o600); err != nil {
		t.Fatal(err)
	}
	at := 0
	if code := r.next(t, goodPassword, "credentials", "deploy"); code != exitDone {
		t.Fatalf("exit %d\n%s", code, r.errOut.String())
	}
	if got := r.calls(&at); got != "AssumeRoleWithSAML AssumeRole" {
		t.Errorf("first: %s", got)
	}
	for range 5 {
		r.ahead.Add(int64(50 * time.Minute))
		if code := r.next(t, "", "credentials", "deploy", "--no-input"); code != exitDone {
			t.Fatalf("exit %d\n%s", code, r.errOut.String())
		}
		if got := r.calls(&at); got != "AssumeRoleWithSAML AssumeRole" {
			t.Errorf("renewed: %s", got)
		}
	}
	if code := r.next(t, "", "credentials", "deploy", "--no-input"); code != exitDone || r.calls(&at) != "" {
		t.Errorf("fresh keys are not taken again: exit %d", code)
	}
}
