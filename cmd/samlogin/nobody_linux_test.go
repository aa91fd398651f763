package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/samlogin/samlogin/cmd/samlogin/system"
)

// Without a terminal nobody is waited for, whatever standard input is: exit 4 and what to do, at once.
func TestNobodyCanBeAsked(t *testing.T) { // security case 86
	program, err := built()
	if err != nil {
		t.Fatal(err)
	}
	r := newRig(t, 0, 0)
	null, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	silent, writer, err := os.Pipe() // nobody ever writes
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	defer writer.Close()
	for name, stdin := range map[string]*os.File{"null": null, "closed": nil, "a silent pipe": silent} {
		for _, user := range []string{`CORP\jane`, `CORP\max`} {
			args := []string{"login", "--username", user}
			if user == `CORP\max` { // the password is known, the code is not
				args = append(args, "--password-command", "printf Correct-Horse-7")
			}
			cmd := exec.CommandContext(t.Context(), program, args...)
			if name == "closed" {
				cmd = exec.CommandContext(t.Context(), "sh", append([]string{"-c", `exec "$@" <&-`, "sh", program}, args...)...)
			}
			cmd.Env = append(r.environ(), "PATH="+os.Getenv("PATH"))
			if stdin != nil {
				cmd.Stdin = stdin
			}
			cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // no controlling terminal
			var out, errOut bytes.Buffer
			cmd.Stdout, cmd.Stderr = &out, &errOut
			_ = cmd.Run()
			if code := cmd.ProcessState.ExitCode(); code != exitNeedsAnswer || out.Len() != 0 || !strings.Contains(errOut.String(), "samlogin: hint: give it with ") {
				t.Errorf("standard input %s, %s: exit %d\n%s%s", name, user, code, out.String(), errOut.String())
			}
		}
	}
}

// A process that waits for a password leaves no core file behind, whatever ends it.
func TestNoCore(t *testing.T) { // security case 96
	program, err := built()
	if err != nil {
		t.Fatal(err)
	}
	env, _ := signInServer(t)
	c := openConsoleOf(t, 24, 80, append(env, "GOTRACEBACK=crash"), "bash", "-c", "ulimit -c unlimited 2>/dev/null; exec "+program+` --username 'CORP\jane'`)
	c.until(`Password of CORP\jane: `)
	limits, err := os.ReadFile(fmt.Sprintf("/proc/%d/limits", c.cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(string(limits), "\n") {
		if fields := strings.Fields(line); strings.HasPrefix(line, "Max core file size") && fields[4] != "0" {
			t.Errorf("a core file may have %s bytes", fields[4])
		}
	}
	if os.Geteuid() == 0 { // may look into everything: what keeps others out is seen from within
		undo := system.GuardMemory()
		dumpable, err := unix.PrctlRetInt(unix.PR_GET_DUMPABLE, 0, 0, 0, 0)
		undo()
		_ = unix.Prctl(unix.PR_SET_DUMPABLE, 1, 0, 0, 0)
		if err != nil || dumpable != 0 {
			t.Errorf("another process of the same user can look into it: %d, %v", dumpable, err)
		}
	} else {
		if _, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", c.cmd.Process.Pid)); err == nil {
			t.Error("another process of the same user can look into it")
		}
	}
	c.send("secret-so-far")
	_ = c.cmd.Process.Signal(syscall.SIGABRT)
	c.exit()
	if strings.Contains(c.seen.String(), "secret-so-far") {
		t.Error("what was typed is in the crash's words")
	}
}

// After a login at a terminal the password may be remembered: asked once, and not again after a no.
func TestRememberingIsOffered(t *testing.T) {
	r := newRig(t, 0, 0)
	helper := t.TempDir()
	if err := os.WriteFile(helper+"/docker-credential-fake", []byte("#!/bin/sh\ncd "+helper+`
in=$(cat)
case $1 in
store) printf %s "$in" >held ;;
get) [ -e held ] && cat held || { echo "credentials not found in native keychain"; exit 1; } ;;
erase) rm -f held ;;
esac
`), 0o700); err != nil {
		t.Fatal(err)
	}
	r.settingsFor(t, "secret_store = \"helper:fake\"\n")
	env := append(r.environ(), "XDG_CONFIG_HOME="+r.home+"/.config", "HOME="+r.home, "PATH="+helper+":"+os.Getenv("PATH"))
	login := func(answer string) string {
		t.Helper()
		c := openConsole(t, env, "login", "--force", "--username", `CORP\olivia`)
		if answer != "remembered" {
			c.until(`Password of CORP\olivia: `)
			c.send("Correct-Horse-7\n")
		}
		if answer == "y" || answer == "n" {
			c.until("in docker-credential-fake? [y/N] ")
			c.send(answer + "\n")
		}
		if code := c.exit(); code != exitDone {
			t.Fatalf("%q: exit %d\n%s", answer, code, c.seen.String())
		}
		return c.seen.String()
	}
	if said := login("n"); !strings.Contains(said, "You will not be asked again") {
		t.Errorf("after a no:\n%s", said)
	}
	if said := login("not asked"); strings.Contains(said, "Remember") {
		t.Errorf("asked again after a no:\n%s", said)
	}
	if err := os.RemoveAll(r.home + "/.local"); err != nil {
		t.Fatal(err)
	}
	login("y")
	if said := login("remembered"); strings.Contains(said, "Password") || strings.Contains(said, "Remember") {
		t.Errorf("what was remembered is not used:\n%s", said)
	}
}
