package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// twoWithoutRole are settings for two profiles, both of which need the picker.
func (r *rig) twoWithoutRole(t *testing.T) (env []string) {
	t.Helper()
	delete(r.env, "SAMLOGIN_IDP")
	r.settingsFor(t, fmt.Sprintf("[idp.corp]\nkind = \"adfs\"\nurl = %q\nusername = 'CORP\\jane'\n[profile.aa]\nidp = \"corp\"\n[profile.bb]\nidp = \"corp\"\n[group.m]\nprofiles = [\"aa\", \"bb\"]\n", r.env["SAMLOGIN_URL"]))
	return append(r.environ(), "XDG_CONFIG_HOME="+filepath.Join(r.home, ".config"), "SAMLOGIN_PASSWORD=Correct-Horse-7")
}

// What is typed at the second picker is for the second picker: the first one leaves no read behind.
func TestTheSecondPickerGetsItsKeys(t *testing.T) { // security case 52
	r := newRig(t, 0, 0)
	c := openConsole(t, r.twoWithoutRole(t), "login", "m")
	c.untilBar("Admin", "111111111111")
	c.send("\r")
	for !strings.Contains(c.screen(), "Role: 111111111111 Admin") || c.bar() != "Admin" {
		c.read("the second picker")
	}
	c.send("\x1b[B")
	c.untilBar("ReadOnly", "111111111111")
	c.send("\r")
	if code := c.exit(); code != exitDone {
		t.Fatalf("exit %d\n%s", code, c.seen.String())
	}
	got := ""
	for _, call := range r.sts.Log() {
		got += call.Role + "\n"
	}
	if got != "arn:aws:iam::111111111111:role/Admin\narn:aws:iam::111111111111:role/ReadOnly\n" && got != "arn:aws:iam::111111111111:role/ReadOnly\narn:aws:iam::111111111111:role/Admin\n" {
		t.Errorf("taken were\n%s", got)
	}
}

// ctrl-C in a picker ends the whole run, whatever else was to be done.
func TestInterruptInTheFirstOfTwoPickers(t *testing.T) { // security case 105
	r := newRig(t, 0, 0)
	c := openConsole(t, r.twoWithoutRole(t), "login", "m")
	c.untilBar("Admin", "111111111111")
	c.send("\x03")
	if code := c.exit(); code != exitInterrupted || len(r.sts.Log()) != 0 {
		t.Errorf("exit %d after %d calls of STS\n%s", code, len(r.sts.Log()), c.seen.String())
	}
	c.mustBeAsFound("afterwards")
}

func TestQuitAtThePassword(t *testing.T) { // security case 105
	env, _ := signInServer(t)
	c := openConsole(t, env, "--username", `CORP\jane`)
	c.until(`Password of CORP\jane: `)
	c.send("\x1c")
	if code := c.exit(); code != exitInterrupted {
		t.Errorf("exit %d\n%s", code, c.seen.String())
	}
	c.mustBeAsFound("afterwards")
}

// A pipe that nobody ever writes to keeps nobody from ending samlogin.
func TestSignalsWhileAPipeIsRead(t *testing.T) {
	program, err := built()
	if err != nil {
		t.Fatal(err)
	}
	r := newRig(t, 0, 0)
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, args := range map[string][]string{
		"password":  {"login", "--password-stdin", "--username", `CORP\jane`},
		"assertion": {"login", "--assertion-file", "-"},
		"policy":    {"login", "--policy-file", "-"},
	} {
		t.Run(name, func(t *testing.T) {
			hold, err := os.OpenFile(pipe, os.O_RDWR, 0)
			if err != nil {
				t.Fatal(err)
			}
			defer hold.Close()
			run := exec.CommandContext(t.Context(), program, args...)
			run.Env = r.environ()
			stdin, err := os.Open(pipe)
			if err != nil {
				t.Fatal(err)
			}
			defer stdin.Close()
			run.Stdin = stdin
			if err := run.Start(); err != nil {
				t.Fatal(err)
			}
			waitForReader(t, run.Process.Pid)
			if err := run.Process.Signal(syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
			_ = run.Wait()
			if code := run.ProcessState.ExitCode(); code != exitInterrupted {
				t.Errorf("exit %d, want %d", code, exitInterrupted)
			}
		})
	}
	t.Run("a file that is none", func(t *testing.T) {
		run := exec.CommandContext(t.Context(), program, "login", "--username", `CORP\jane`)
		run.Env = append(r.environ(), "SAMLOGIN_PASSWORD_FILE="+pipe, "CI=true")
		_ = run.Run()
		if code := run.ProcessState.ExitCode(); code != exitUsage {
			t.Errorf("exit %d, want %d", code, exitUsage)
		}
	})
}

// waitForReader waits until a thread of the process waits in a read of a pipe, as the kernel tells.
func waitForReader(t *testing.T, pid int) {
	t.Helper()
	for range 1_000_000 {
		threads, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/wchan", pid))
		for _, path := range threads {
			if where, _ := os.ReadFile(path); string(where) == "pipe_read" || string(where) == "anon_pipe_read" {
				return
			}
		}
	}
	t.Fatal("nothing reads the pipe")
}
