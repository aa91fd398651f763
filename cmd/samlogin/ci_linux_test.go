package main

import (
	"strings"
	"testing"
)

// A runner may give its jobs a terminal: nobody sits at it, and what it shows becomes a log.
func TestATerminalInCI(t *testing.T) { // security case 100
	r := newRig(t, 0, 0)
	for _, c := range []struct {
		what     string
		password string
		args     []string
		code     int
		plain    bool // also without CI
	}{
		{"no password", "", []string{"login"}, exitNeedsAnswer, true},
		{"six roles to pick from", goodPassword, []string{"login"}, exitNeedsAnswer, true},
		{"a table", goodPassword, []string{"roles"}, exitDone, false},
		{"progress and a table", goodPassword, []string{"login", "--all", "--profile", "{account}-{role}"}, exitDone, false},
		{"help", "", []string{"--help"}, exitDone, false},
	} {
		env := append(r.environ(), `SAMLOGIN_USERNAME=CORP\jane`, "TERM=xterm-256color", "GITHUB_ACTIONS=true")
		if c.password != "" {
			env = append(env, "SAMLOGIN_PASSWORD="+c.password)
		}
		in := openConsole(t, append(env, "CI=true"), c.args...)
		if code := in.exit(); code != c.code || strings.Contains(in.seen.String(), "\x1b") || strings.Contains(in.seen.String(), "Password of") {
			t.Errorf("%s: exit %d, %q", c.what, code, in.seen.String())
		}
		if c.plain { // would ask here
			continue
		}
		out := openConsole(t, append(env, "CI="), c.args...)
		if code := out.exit(); code != c.code || !strings.Contains(out.seen.String(), "\x1b") {
			t.Errorf("%s is not coloured anywhere, so that nothing is shown by this: exit %d, %q", c.what, code, out.seen.String())
		}
	}
}

// Keys are shown on a terminal only where that is asked for, and nobody logs in in vain.
func TestKeysAreNotShownOnATerminal(t *testing.T) { // security case 101
	r := newMachineRig(t, "p=111111111111/Admin")
	for _, c := range []struct {
		args  []string
		code  int
		posts int
	}{
		{[]string{"env", "p", "--shell", "sh"}, exitUsage, 0},
		{[]string{"env", "p", "--shell", "dotenv"}, exitUsage, 0},
		{[]string{"env", "p", "--shell", "sh", "--print"}, exitDone, 1},
	} {
		console := openConsole(t, append(r.environ(), "SAMLOGIN_PASSWORD="+goodPassword), c.args...)
		code := console.exit()
		shown := strings.Contains(console.seen.String(), "AWS_SECRET_ACCESS_KEY")
		if code != c.code || shown != (code == exitDone) || r.posts() != c.posts {
			t.Errorf("%v: exit %d, keys shown: %v, %d passwords sent", c.args, code, shown, r.posts())
		}
	}
}
