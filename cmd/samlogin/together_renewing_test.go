package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// Keys that are good for some minutes yet are given as they are where a login would open a window, or run a program that
// may: AWS's clients ask again and again.
func TestNoWindowWhileKeysAreGood(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the program is a shell's")
	}
	for name, c := range map[string]struct {
		kind string
		left time.Duration
		runs bool
	}{
		"command":       {"command", 6 * time.Minute, false},
		"command, late": {"command", 4 * time.Minute, true},
		"browser":       {"browser", 6 * time.Minute, false},
		"browser, late": {"browser", 4 * time.Minute, true},
	} {
		t.Run(name, func(t *testing.T) {
			r := together(t, "", "fixed=111111111111/Admin")
			r.want(t, exitDone, goodPassword, "login", "fixed", "--write", "none")
			ran := filepath.Join(r.home, "ran")
			program := filepath.Join(r.home, "program")
			if err := os.WriteFile(program, []byte("#!/bin/sh\necho x >> "+ran+"\nexit 1\n"), 0o700); err != nil {
				t.Fatal(err)
			}
			text := fmt.Sprintf("[idp.other]\nkind = %q\nurl = \"https://idp.example.com/start\"\nbrowser = %q\n", c.kind, program)
			if c.kind == "command" {
				text = fmt.Sprintf("[idp.other]\nkind = \"command\"\ncommand = [%q]\n", program)
			}
			r.addSettings(t, text+"[profile.p]\nidp = \"other\"\nrole = \"111111111111/Admin\"\n")
			r.keepFor(t, "p", "fixed")
			r.ahead.Add(int64(time.Hour - c.left))
			r.want(t, exitDone, "", "credentials", "p", "--no-input")
			if _, err := os.Stat(ran); (err == nil) != c.runs {
				t.Errorf("run: %v, want %v", err == nil, c.runs)
			}
		})
	}
}

// keepFor keeps the keys of one profile as those of another one, as a login there would have.
func (r *rig) keepFor(t *testing.T, name, of string) {
	t.Helper()
	a := &app{out: &r.out, errOut: &r.errOut, now: r.app.now, env: r.app.env}
	target := func(name string) *target {
		found, err := a.oneTarget(t.Context(), &loginFlags{}, name)
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	k, ok := a.keptKeys(a.way(target(of)), 0)
	if !ok {
		t.Fatal("no keys are kept of " + of)
	}
	a.remember(a.way(target(name)), name, "", k)
}

// --force is a fresh login, also where a browser keeps a session.
func TestForceForgetsTheBrowsersSession(t *testing.T) {
	r := together(t, "")
	if err := os.WriteFile(filepath.Join(r.home, "chromium"), []byte("#!/bin/sh\nexit 1\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	r.addSettings(t, fmt.Sprintf("[idp.other]\nkind = \"browser\"\nsession = \"on\"\nurl = \"https://idp.example.com/start\"\nbrowser = %q\n[profile.p]\nidp = \"other\"\nrole = \"111111111111/Admin\"\n", filepath.Join(r.home, "chromium")))
	base, err := r.app.browserFolder()
	if err != nil {
		t.Fatal(err)
	}
	r.next(t, "", "login", "p", "--no-input") // which makes the folder, and fails
	kept := func() (cookies string) {
		folders, err := filepath.Glob(filepath.Join(base, "kept-*"))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range folders {
			if info, err := os.Stat(f); err == nil && info.IsDir() {
				return filepath.Join(f, "Cookies")
			}
		}
		t.Fatalf("no folder is kept in %s: %s", base, r.errOut.String())
		return ""
	}
	cookies := kept()
	if err := os.WriteFile(cookies, []byte("session"), 0o600); err != nil {
		t.Fatal(err)
	}
	if r.next(t, "", "login", "p", "--no-input"); !exists(cookies) {
		t.Error("a plain login forgets it")
	}
	if r.next(t, "", "login", "p", "--no-input", "--force"); exists(cookies) {
		t.Error("--force goes on with it")
	}
}

// --explain says what the login would do, and one that leaves keys alone calls nothing.
func TestExplainOfALoginThatLeavesKeysAlone(t *testing.T) {
	r := together(t, "", "p=111111111111/Admin")
	r.want(t, exitDone, goodPassword, "login", "p")
	for more, kept := range map[string]bool{"": true, "--force": false, "--write=none": false, "--duration=2h": false} {
		args := []string{"login", "p", "--explain"}
		if more != "" {
			args = append(args, more)
		}
		if r.want(t, exitDone, "", args...); strings.Contains(r.out.String(), "nothing is called now") != kept {
			t.Errorf("%s: %s", more, r.out.String())
		}
	}
	r.ahead.Add(int64(31 * time.Minute))
	if r.want(t, exitDone, "", "login", "p", "--explain"); strings.Contains(r.out.String(), "nothing is called") {
		t.Errorf("half of their life is over: %s", r.out.String())
	}
}

// A role that is taken with a role's keys is renewed as long as those last, whatever became of the IdP's session; status
// says so, until they end.
func TestStatusOfARoleWhoseSourceLasts(t *testing.T) {
	r := newMachineRig(t)
	r.addSettings(t, "session = \"off\"\n[profile.prod]\nidp = \"corp\"\nrole = \"111111111111/Admin\"\nduration = \"12h\"\n"+switchedFrom("prod", "deploy"))
	r.want(t, exitDone, goodPassword, "credentials", "deploy")
	renews := func() string {
		r.want(t, exitDone, "", "status", "deploy", "--output", "json")
		var rows []statusEntry
		if err := json.Unmarshal(r.out.Bytes(), &rows); err != nil || len(rows) != 1 {
			t.Fatalf("%v: %s", err, r.out.String())
		}
		return rows[0].Renews
	}
	for range 13 { // eleven hours and 42 minutes
		if got := renews(); got != "silently" {
			t.Errorf("renews %q", got)
		}
		r.ahead.Add(int64(54 * time.Minute))
		r.want(t, exitDone, "", "credentials", "deploy", "--no-input")
	}
	r.ahead.Add(int64(30 * time.Minute))
	if got := renews(); got != "asks" {
		t.Errorf("its source has ended: renews %q", got)
	}
	r.ahead.Add(int64(30 * time.Minute))
	r.want(t, exitNeedsAnswer, "", "credentials", "deploy", "--no-input")
}
