package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// setUp starts configure on a pty, in a home where nothing is.
func setUp(t *testing.T, r *rig, args ...string) (c *console, home string) {
	t.Helper()
	home = t.TempDir()
	env := append(r.environ(), "HOME="+home, "XDG_CONFIG_HOME="+filepath.Join(home, ".config"), "SAMLOGIN_URL=", "SAMLOGIN_IDP=")
	return openConsole(t, env, append([]string{"configure"}, args...)...), home
}

// From nothing to written profiles: one command, one address, one password, a few short answers. At 200 characters a
// minute, which is slow typing, all of it stays under a minute.
func TestSetUpFromNothing(t *testing.T) {
	r := newRig(t, 0, 0)
	c, home := setUp(t, r)
	typed := 0
	answer := func(question, text string) {
		c.next(question)
		c.send(text + "\r")
		typed += len(text) + 1
	}
	answer("Address of your sign-in page: ", r.env["SAMLOGIN_URL"])
	c.next("AD FS of Windows Server 2019 or newer at 127.0.0.1")
	answer("Name for it in the settings [corp]: ", "")
	answer("User name: ", `CORP\jane`)
	c.next(`Password of CORP\jane: `)
	if echo, _ := c.modes(); echo {
		t.Error("the password would be shown")
	}
	c.send("Correct-Horse-7\r")
	typed += 16
	c.next("6 roles are offered;")
	c.next("return takes it")
	c.send("\t\x1b[B\x1b[B\t")
	c.next("return takes the 2 marked")
	c.send("\r")
	typed += 5
	answer("A name for account 111111111111 (return: none): ", "prod")
	answer("A name for account 222222222222 (return: none): ", "")
	answer("Names of the profiles [{alias}-{role}]: ", "")
	answer("[morning]: ", "")
	answer("[max]: ", "")
	answer("[keys]: ", "")
	c.next("+[profile.prod-Admin]")
	if _, err := os.Stat(filepath.Join(home, ".config")); err == nil {
		t.Error("something was written before the yes")
	}
	answer("? [y/n] ", "")
	answer("? [y/n] ", "y") // return alone means neither
	c.next("Every morning: samlogin")
	if code := c.exit(); code != exitDone {
		t.Fatalf("exit %d\n%s", code, c.seen.String())
	}
	if typed > 150 {
		t.Errorf("%d characters had to be typed", typed)
	}
	if strings.Contains(c.seen.String(), "Correct-Horse-7") {
		t.Error("the password was shown")
	}
	config, err := os.ReadFile(filepath.Join(home, ".config", "samlogin", "config.toml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`default = "morning"`, `111111111111 = "prod"`, `username = 'CORP\jane'`, `duration = "max"`, "[profile.222222222222-Deploy]", `profiles = ["prod-Admin", "222222222222-Deploy"]`} {
		if !strings.Contains(string(config), want) {
			t.Errorf("the settings lack %s:\n%s", want, config)
		}
	}
	keys, err := os.ReadFile(filepath.Join(home, ".aws", "credentials"))
	if err != nil || !strings.Contains(string(keys), "[prod-Admin]") || !strings.Contains(string(keys), "[222222222222-Deploy]") {
		t.Errorf("the profiles: %s, %v", keys, err)
	}
	c.mustBeAsFound("afterwards")
	// The session at the IdP is kept for the next login, as after every login.
	env := append(r.environ(), "HOME="+home, "XDG_CONFIG_HOME="+filepath.Join(home, ".config"), "SAMLOGIN_URL=", "SAMLOGIN_IDP=")
	again := openConsole(t, env, "login", "--force=false")
	again.next("prod-Admin")
	if code := again.exit(); code != exitDone {
		t.Fatalf("exit %d\n%s", code, again.seen.String())
	}
	if posts := countPosts(r); posts != 1 {
		t.Errorf("the password was sent %d times", posts)
	}
}

func countPosts(r *rig) (n int) {
	for _, q := range r.adfs.Log() {
		if q.Method == "POST" {
			n++
		}
	}
	return n
}

// Whatever stands between the beginning and the yes: who stops leaves nothing behind.
//
// security case 105
func TestStoppedSetUpLeavesNothing(t *testing.T) {
	r := newRig(t, 0, 0)
	steps := []struct{ question, answer string }{
		{"Address of your sign-in page: ", r.env["SAMLOGIN_URL"]}, {"in the settings [corp]: ", "x"}, {"User name: ", `CORP\jane`}, {"Password of", "Correct-Horse-7"},
		{"return takes it", "admin\x14"}, {"A name for account 111111111111", ""}, {"A name for account 222222222222", ""}, {"Names of the profiles", ""}, {"[morning]: ", ""}, {"[max]: ", ""}, {"[keys]: ", ""}, {"? [y/n] ", "n"},
	}
	for stop := range steps {
		if stop%2 == 1 && stop != 3 && stop != len(steps)-1 { // half of them are enough
			continue
		}
		c, home := setUp(t, r)
		for _, step := range steps[:stop] {
			c.next(step.question)
			c.send(step.answer + "\r")
		}
		c.next(steps[stop].question)
		want := exitInterrupted
		if stop == len(steps)-1 {
			c.send("n\r")
			want = exitNeedsAnswer
		} else {
			c.send("\x03")
		}
		if code := c.exit(); code != want {
			t.Errorf("stopped at %q: exit %d\n%s", steps[stop].question, code, c.seen.String())
		}
		c.mustBeAsFound("stopped at " + steps[stop].question)
		var left []string
		_ = filepath.WalkDir(home, func(path string, _ os.DirEntry, _ error) error {
			left = append(left, strings.TrimPrefix(path, home))
			return nil
		})
		if len(left) > 1 {
			t.Errorf("stopped at %q: left behind %q", steps[stop].question, left)
		}
	}
	if len(r.sts.Log()) != 0 {
		t.Errorf("STS was asked: %v", r.sts.Log())
	}
}

// What was mistyped can be corrected: the address, the roles, the names.
func TestSetUpCorrected(t *testing.T) {
	r := newRig(t, 0, 0)
	c, home := setUp(t, r)
	for _, step := range []struct{ question, answer string }{
		{"Address of your sign-in page: ", "http://adfs.example.com"}, {"it has to begin with https://", ""},
		{"Address of your sign-in page: ", r.env["AWS_ENDPOINT_URL_STS"]}, {"no sign-in page was found", ""},
		{"Address of your sign-in page: ", r.env["SAMLOGIN_URL"]}, {"settings [corp]: ", "adfs"}, {"a kind of IdP", ""}, {"settings [corp]: ", "work"},
		{"User name: ", ""}, {"User name: ", `CORP\jane`}, {"Password of", "wrong"}, {"Password of", "Correct-Horse-7"},
		{"return takes it", "deploy\x15readonly\x14"}, {"111111111111 (return: none): ", ""}, {"333333333333 (return: none): ", ""},
		{"Names of the profiles", "reader"}, {"apart with {account}", ""}, {"Names of the profiles", "{account}/{role}"}, {"[morning]: ", "work"}, {"an IdP already", ""}, {"[morning]: ", "read"},
		{"[max]: ", "13h"}, {"[max]: ", "1h"}, {"[keys]: ", "both"}, {"keys or process", ""}, {"[keys]: ", "process"}, {"is in a temporary folder", ""}, {"install it, or put it on PATH", ""}, {"[keys]: ", ""}, {"? [y/n] ", "y"},
	} {
		c.next(step.question)
		if strings.HasSuffix(step.question, ": ") || strings.HasSuffix(step.question, "] ") || strings.HasPrefix(step.question, "Password") || strings.HasPrefix(step.question, "Names") || step.question == "return takes it" {
			c.send(step.answer + "\r")
		}
	}
	if code := c.exit(); code != exitDone {
		t.Fatalf("exit %d\n%s", code, c.seen.String())
	}
	config, _ := os.ReadFile(filepath.Join(home, ".config", "samlogin", "config.toml"))
	if !strings.Contains(string(config), `[profile."333333333333/ReadOnly"]`) || !strings.Contains(string(config), "[idp.work]") {
		t.Errorf("%s", config)
	}
}

// Where nothing can be drawn, the roles are a list with numbers; and what AWS calls accounts is proposed as their names.
// Nothing of it is kept where the answer is no, and all of it after a yes.
func TestSetUpProposesTheNamesThatAWSHas(t *testing.T) {
	r := newRig(t, 0, 0)
	asked := r.answerPage(200, signInPageOf("Account: acme-production (111111111111)", "Account: acme-staging (222222222222)"))
	for _, yes := range []string{"n", "y"} {
		home := t.TempDir()
		env := append(r.environ(), "HOME="+home, "XDG_CONFIG_HOME="+filepath.Join(home, ".config"), "SAMLOGIN_URL=", "SAMLOGIN_IDP=", "TERM=dumb", "SAMLOGIN_PASSWORD=Correct-Horse-7")
		c := openConsole(t, env, "configure", "--url", r.env["SAMLOGIN_URL"], "--username", `CORP\jane`)
		for _, step := range []struct{ question, answer string }{
			{"settings [corp]: ", ""}, {"all, or words to leave fewer: ", "admin"}, {"all, or words to leave fewer: ", "all"},
			{"A name for account 111111111111 [acme-production]: ", ""}, {"A name for account 222222222222 [acme-staging]: ", "stage"},
			{"Names of the profiles", ""}, {"[morning]: ", ""}, {"[max]: ", ""}, {"[keys]: ", ""}, {"? [y/n] ", yes},
		} {
			c.next(step.question)
			c.send(step.answer + "\r")
		}
		if code := c.exit(); code != map[string]int{"n": exitNeedsAnswer, "y": exitDone}[yes] {
			t.Fatalf("exit %d\n%s", code, c.seen.String())
		}
		if strings.Contains(c.seen.String(), "\x1b") { // security case 51
			t.Errorf("an escape sequence in %q", c.seen.String())
		}
		config, _ := os.ReadFile(filepath.Join(home, ".config", "samlogin", "config.toml"))
		kept, _ := filepath.Glob(filepath.Join(home, ".local", "state", "samlogin", "*"))
		if yes == "n" {
			if len(config) > 0 || len(kept) > 0 {
				t.Errorf("after a no: %s, %q", config, kept)
			}
			continue
		}
		for _, want := range []string{`111111111111 = "acme-production"`, `222222222222 = "stage"`, "[profile.acme-production-Admin]", "[profile.stage-Admin]"} {
			if !strings.Contains(string(config), want) {
				t.Errorf("the settings lack %s:\n%s", want, config)
			}
		}
		c = openConsole(t, append(env, "SAMLOGIN_PASSWORD=", "TERM=xterm"), "login", "--idp", "corp")
		c.next("Recent")
		c.next("111111111111 (acme-production)")
		c.next("return takes it")
		c.send("\x03")
		if code := c.exit(); code != exitInterrupted || asked.Load() != 2 {
			t.Errorf("exit %d, names were asked for %d times\n%s", code, asked.Load(), c.seen.String())
		}
	}
}

// An IdP that only a team's file knows: what it says counts for the login that sets up one's own profiles.
func TestSetUpOnTopOfIncludedSettings(t *testing.T) {
	r := newRig(t, 0, 0)
	home := t.TempDir()
	team, own := filepath.Join(home, "team.toml"), filepath.Join(home, ".config", "samlogin", "config.toml")
	if err := os.MkdirAll(filepath.Dir(own), 0o700); err != nil {
		t.Fatal(err)
	}
	for path, text := range map[string]string{
		team: "[accounts]\n111111111111 = \"production\"\n[idp.company]\nkind = \"adfs\"\nurl = \"" + r.env["SAMLOGIN_URL"] + "\"\nregion = \"eu-central-1\"\nduration = \"2h\"\n",
		own:  "# mine\ninclude = [\"" + team + "\"]\n",
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	env := append(r.environ(), "HOME="+home, "XDG_CONFIG_HOME="+filepath.Join(home, ".config"), "SAMLOGIN_URL=", "SAMLOGIN_IDP=", "SAMLOGIN_PASSWORD=Correct-Horse-7")
	c := openConsole(t, env, "configure", "--username", `CORP\jane`, "--role", "production/Admin", "--yes", "--no-input")
	if code := c.exit(); code != exitDone {
		t.Fatalf("exit %d\n%s", code, c.seen.String())
	}
	text, _ := os.ReadFile(own)
	const want = "[idp.company]\nusername = 'CORP\\jane'\n\n[profile.production-Admin]\nidp = \"company\"\nrole = \"arn:aws:iam::111111111111:role/Admin\"\n"
	if !strings.HasPrefix(string(text), "# mine\ninclude = ") || !strings.Contains(string(text), want) {
		t.Errorf("the settings:\n%s", text)
	}
	config, _ := os.ReadFile(filepath.Join(home, ".aws", "config"))
	if calls := r.sts.Log(); !strings.Contains(string(config), "region = eu-central-1") || len(calls) != 1 || calls[0].Duration != "7200" {
		t.Errorf("region and duration of the team's file do not count:\n%s%+v", config, calls)
	}
}
