package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Tools are run where nobody puts files: what lies in the working directory is not run by way of them. Python takes an
// empty part of PYTHONPATH for the folder that it is run in.
func TestDoctorRunsNothingOfTheWorkingDirectory(t *testing.T) {
	home, bin, here := t.TempDir(), t.TempDir(), t.TempDir()
	const tool = "#!/bin/sh\npwd >>\"$HOME/where\"\necho aws-cli/2.15.0 boto3/1.2.3 Terraform v1.2.3 Client Version: v1.2.3\n"
	for _, name := range []string{"aws", "python3", "terraform", "kubectl"} {
		if err := os.WriteFile(filepath.Join(bin, name), []byte(tool), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	program, err := built()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, "doctor", "--offline", "--no-input")
	cmd.Dir, cmd.Env = here, []string{"HOME=" + home, "PATH=" + bin, "PYTHONPATH=:/nowhere"}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	where, err := os.ReadFile(filepath.Join(home, "where"))
	if err != nil || strings.Count(string(where), "\n") != 4 || strings.Contains(string(where), here) {
		t.Errorf("%v, run in:\n%s", err, where)
	}
}

// --fix tells what it would do, does nothing without a yes, and then what it told and no more.
func TestDoctorMendsAfterAYes(t *testing.T) {
	home := t.TempDir()
	write := func(name, text string, mode os.FileMode) string {
		t.Helper()
		path := filepath.Join(home, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	const other = "# mine\n[other]\naws_access_key_id = AKIAEXAMPLE000000001\naws_secret_access_key = s\n"
	const keys = "[p]\naws_access_key_id = ASIAEXAMPLE000000001\naws_secret_access_key = s\naws_session_token = t\nsamlogin = managed\n"
	credentials := write(".aws/credentials", other+keys, 0o644)
	write(".aws/config", "[profile p]\ncredential_process = /bin/true credentials p\nsamlogin = managed\n", 0o600)
	settings := write(".config/samlogin/config.toml", "[idp.corp]\nkind = \"adfs\"\nurl = \"https://a.example.com\"\n[profile.p]\nidp = \"corp\"\nrole = \"1/A\"\n", 0o662)
	state := write(".local/state/samlogin/key", "x", 0o600)
	if err := os.Chmod(filepath.Dir(state), 0o755); err != nil {
		t.Fatal(err)
	}
	doctor := func(answer string) (int, string) {
		t.Helper()
		c := openConsole(t, []string{"HOME=" + home, "XDG_CONFIG_HOME=" + filepath.Join(home, ".config"), "PATH=/nowhere"}, "doctor", "--fix", "--offline")
		c.next("This would be done:")
		for _, line := range []string{"chmod go-w ~/.config/samlogin/config.toml", "forget the sessions and keys in", "chmod 600 ~/.aws/credentials", "profile p: take the keys out"} {
			c.next(line)
		}
		c.next("Do it? [y/N] ")
		c.send(answer + "\n")
		return c.exit(), c.seen.String()
	}
	mode := func(path string) os.FileMode {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		return info.Mode().Perm()
	}
	code, said := doctor("n")
	if text, _ := os.ReadFile(credentials); code != exitBad || !strings.Contains(said, "nothing was changed") || string(text) != other+keys || mode(credentials) != 0o644 || mode(settings) != 0o662 {
		t.Errorf("after a no: exit %d\n%s", code, said)
	}
	code, said = doctor("y")
	if text, _ := os.ReadFile(credentials); string(text) != other || mode(credentials) != 0o600 || mode(settings) != 0o640 || mode(filepath.Dir(state)) != 0o700 {
		t.Errorf("after a yes: %o %o %o\n%s", mode(credentials), mode(settings), mode(filepath.Dir(state)), text)
	}
	if _, err := os.Stat(state); err == nil {
		t.Error("a key that others could read is kept")
	}
	for _, want := range []string{"1 done", "4 done", "Now: "} {
		if !strings.Contains(said, want) {
			t.Errorf("it did not say %q:\n%s", want, said)
		}
	}
	if code != exitDone {
		t.Errorf("exit %d\n%s", code, said)
	}
}
