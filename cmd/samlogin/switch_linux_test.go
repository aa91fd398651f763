package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/samlogin/samlogin/idp/totp"
	"github.com/samlogin/samlogin/saml/secret"
)

// switching gives a rig the keys of the user JANE and a role that wants a code of her device.
func (r *rig) switching(t *testing.T) (code func(step int) string) {
	t.Helper()
	aws := filepath.Join(r.home, ".aws")
	if err := os.MkdirAll(aws, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"credentials": "[iam]\naws_access_key_id = AKIADEMO0000000JANE1\naws_secret_access_key = JANE-secret-of-forty-characters-in-a-script\n",
		"config":      "[profile staging]\nrole_arn = arn:aws:iam::222222222222:role/Guarded\nsource_profile = iam\nmfa_serial = arn:aws:iam::111111111111:mfa/JANE\n",
	} {
		if err := os.WriteFile(filepath.Join(aws, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	seed, err := totp.Parse(secret.New(scriptSeed))
	if err != nil {
		t.Fatal(err)
	}
	return func(step int) string {
		return seed.Code(time.Now().Add(time.Duration(step) * 30 * time.Second)).Reveal()
	}
}

// The device is named; a wrong code is asked for again, the same one is not sent a second time, and three are all.
func TestTheCodeOfADeviceIsAskedFor(t *testing.T) {
	r := newRig(t, 0, 0)
	code := r.switching(t)
	c := openConsole(t, r.environ(), "login", "staging", "--duration", "12h")
	c.next("MFA code of JANE in 111111111111: ")
	c.send("000000\n")
	c.next("AWS did not take the MFA code")
	c.next("MFA code of JANE in 111111111111: ")
	c.send("000000\n")
	c.next("that code was sent already, and AWS takes each once")
	c.next("MFA code of JANE in 111111111111: ")
	good := code(0)
	c.send(good + " \n")
	c.next("Profile staging-session is ready.")
	if exit := c.exit(); exit != exitDone || strings.Contains(c.seen.String(), good) {
		t.Errorf("exit %d\n%s", exit, c.seen.String())
	}
	if log := r.sts.Log(); len(log) != 2 {
		t.Errorf("%d calls, want one for each code: %+v", len(log), log)
	}

	c = openConsole(t, r.environ(), "login", "staging")
	for range mostCodes {
		c.next("MFA code of JANE in 111111111111: ")
		c.send("12345\n") // what cannot be a code is not sent
	}
	c.next("not six digits")
	if strings.Contains(c.seen.String(), "sent already") {
		t.Error("what was never sent is said to have been")
	}
	if exit := c.exit(); exit != exitUsage || len(r.sts.Log()) != 2 {
		t.Errorf("exit %d, %d calls\n%s", exit, len(r.sts.Log()), c.seen.String())
	}
}

// A role that allows less time than was asked for: the code is spent, and the next one takes what the role allows.
func TestASpentCodeIsFollowedByTheNext(t *testing.T) {
	r := newRig(t, 0, 0)
	code := r.switching(t)
	r.env["AWS_CONFIG_FILE"] = filepath.Join(r.home, ".aws", "short")
	text := "[profile short]\nrole_arn = arn:aws:iam::222222222222:role/Short\nsource_profile = iam\nmfa_serial = arn:aws:iam::111111111111:mfa/JANE\n"
	if err := os.WriteFile(r.env["AWS_CONFIG_FILE"], []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c := openConsole(t, r.environ(), "login", "short", "--duration", "12h")
	c.next("MFA code of JANE")
	c.send(code(-1) + "\n")
	c.next("was spent on asking for")
	c.next("took the code, and wants the next one")
	c.next("MFA code of JANE")
	c.send(code(0) + "\n")
	c.next("1 h of the 12 h asked for: the role allows no more")
	if exit := c.exit(); exit != exitDone {
		t.Errorf("exit %d\n%s", exit, c.seen.String())
	}
}

// Ctrl-C at the question leaves nothing behind.
func TestInterruptAtTheCode(t *testing.T) {
	r := newRig(t, 0, 0)
	r.switching(t)
	c := openConsole(t, r.environ(), "login", "staging")
	c.next("MFA code of JANE")
	c.send("\x03")
	if exit := c.exit(); exit != exitInterrupted || len(r.sts.Log()) != 0 {
		t.Errorf("exit %d, %d calls\n%s", exit, len(r.sts.Log()), c.seen.String())
	}
	text, err := os.ReadFile(filepath.Join(r.home, ".aws", "credentials"))
	if err != nil || strings.Contains(string(text), "staging") {
		t.Errorf("something was written: %v", err)
	}
}

// Ctrl-C at the code of one role loses nothing of another: it is said, and the next run writes it without a call.
func TestInterruptAtTheCodeKeepsWhatHasCome(t *testing.T) {
	r := newRig(t, 0, 0)
	r.switching(t)
	path := filepath.Join(r.home, ".aws", "config")
	text, err := os.ReadFile(path)
	if err == nil {
		err = os.WriteFile(path, append(text, "[profile plain]\nrole_arn = arn:aws:iam::222222222222:role/Staging\nsource_profile = iam\n"...), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	c := openConsole(t, r.environ(), "login", "plain", "staging")
	c.next("MFA code of JANE")
	c.send("\x03")
	if exit := c.exit(); exit != exitInterrupted || !strings.Contains(c.seen.String(), "the keys of 1 role had come already; they are kept") {
		t.Errorf("exit %d\n%s", exit, c.seen.String())
	}
	c = openConsole(t, r.environ(), "login", "plain")
	c.next("Profile plain-session is still good")
	if exit := c.exit(); exit != exitDone || len(r.sts.Log()) != 1 {
		t.Errorf("exit %d, %d calls\n%s", exit, len(r.sts.Log()), c.seen.String())
	}
	if text, err := os.ReadFile(filepath.Join(r.home, ".aws", "credentials")); err != nil || !strings.Contains(string(text), "[plain-session]") {
		t.Errorf("it is not written: %v", err)
	}
}

// A command that cannot get new keys is told when those that it has end, before it starts; one with an endpoint is not.
func TestExecSaysWhenAChainedRoleEnds(t *testing.T) {
	r := newRig(t, 0, 0)
	r.switching(t)
	text := "[profile a]\nrole_arn = arn:aws:iam::222222222222:role/Staging\nsource_profile = iam\n[profile b]\nrole_arn = arn:aws:iam::333333333333:role/Last\nsource_profile = a\n"
	if err := os.WriteFile(filepath.Join(r.home, ".aws", "config"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c := openConsole(t, r.environ(), "exec", "b", "--", "echo", "begun")
	c.next("the keys of b end at ")
	c.next("with --server the command gets")
	c.next("begun")
	if exit := c.exit(); exit != 0 {
		t.Errorf("exit %d", exit)
	}
	c = openConsole(t, r.environ(), "exec", "b", "--server", "--", "echo", "begun")
	c.next("begun")
	if exit := c.exit(); exit != 0 || strings.Contains(c.seen.String(), "the keys of b") {
		t.Errorf("exit %d\n%s", exit, c.seen.String())
	}
}
