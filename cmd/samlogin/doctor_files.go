package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"

	"github.com/samlogin/samlogin/cmd/samlogin/system"
	"github.com/samlogin/samlogin/idp/browser"
	"github.com/samlogin/samlogin/profiles"
	"github.com/samlogin/samlogin/profiles/clash"
	"github.com/samlogin/samlogin/profiles/settings"
	"github.com/samlogin/samlogin/profiles/state"
)

// settingsFile checks samlogin's own settings.
func (e *examination) settingsFile() []finding {
	f := &findings{section: "settings"}
	s := e.settings
	if e.broken != nil {
		at := f.failed(bad, "file", e.broken)
		var unsafe *settings.UnsafeError
		if errors.As(e.broken, &unsafe) {
			if info, ok := ownFile(unsafe.Path); ok && info.Mode().Perm()&0o022 != 0 {
				at.fix("chmod go-w "+e.tilde(unsafe.Path), func(context.Context) error { return system.Narrow(unsafe.Path, info, 0o755) })
			}
		}
		return f.all
	}
	if s.Path == "" {
		f.note(good, "file", "there is none yet; samlogin configure makes it", "")
		return f.all
	}
	text := e.tilde(s.Path) + ": " + plural(len(s.IdPs), "IdP") + ", " + plural(len(s.Profiles), "profile")
	if len(s.Groups) > 0 {
		text += ", " + plural(len(s.Groups), "group")
	}
	f.note(good, "file", text, "")
	if d := s.Default; d != "" && s.Groups[d] == nil && s.Profiles[d] == nil && s.IdPs[d] == nil {
		f.note(bad, "default", "default names "+d+", which is no group, profile or IdP", "correct default in "+e.tilde(s.Path))
	}
	var roleless []string
	for _, name := range e.settingsNames() {
		p := s.Profiles[name]
		if p.Source != "" {
			continue
		}
		if p.Role == "" {
			roleless = append(roleless, name)
		}
		if _, err := e.app.signInFor(&loginFlags{}, s, p); err != nil {
			f.failed(bad, name, err)
		}
	}
	e.named(f)
	if len(roleless) > 0 {
		f.note(warning, "roles", "no role is named for "+strings.Join(roleless, ", ")+": a login asks which one, and AWS tools cannot be asked", `put role = "…" there`)
	}
	return f.all
}

// named checks the files and programs that the settings name.
func (e *examination) named(f *findings) {
	seen := map[string]bool{}
	e.programs(f)
	for _, in := range e.signIns() {
		c := in.choices
		for setting, argv := range map[string][]string{"password_command": c.PasswordCommand, "mfa_command": c.MFACommand} {
			if len(argv) == 0 || seen[argv[0]] {
				continue
			}
			seen[argv[0]] = true
			if _, err := exec.LookPath(argv[0]); err != nil {
				f.note(bad, setting, setting+" names "+e.tilde(argv[0])+", which cannot be run: "+lookCause(err), "install it, or correct "+setting)
			}
		}
		path := c.Certificate
		if path == "" || seen[path] {
			continue
		}
		seen[path] = true
		if _, err := os.Stat(path); err != nil {
			f.note(bad, "certificate", "certificate names "+e.tilde(path)+": "+cause(err), "correct certificate")
		} else if info, ok := ownFile(path); ok && system.ReadableByOthers(info) && info.Mode().IsRegular() {
			f.note(bad, "certificate", fmt.Sprintf("other users can read the key in %s (mode %04o)", e.tilde(path), info.Mode().Perm()), "chmod 600 "+e.tilde(path)).
				fix("chmod 600 "+e.tilde(path), func(context.Context) error { return system.Narrow(path, info, 0o600) })
		}
	}
}

// programs checks the programs that bring a response, sign in or come after a login, and the session policies: each once,
// however many profiles have it.
func (e *examination) programs(f *findings) {
	told := map[string]bool{}
	once := func(state health, setting, message, mend string) {
		if !told[message] {
			told[message] = true
			f.note(state, setting, message, mend)
		}
	}
	runs := func(state health, setting string, argv []string) {
		if len(argv) == 0 {
			return
		}
		if _, err := exec.LookPath(argv[0]); err != nil {
			once(state, setting, setting+" names "+e.tilde(argv[0])+", which cannot be run: "+lookCause(err), "install it, or correct "+setting)
		}
	}
	for _, in := range e.allSignIns() {
		runs(bad, "command", in.command)
		runs(warning, "after_login", in.choices.AfterLogin) // the login itself is done without it
		if in.kind == "browser" {
			named := in.choices.Browser
			if len(named) == 0 {
				named = e.settings.General.Browser
			}
			if _, err := browser.Find(named, e.app.env); err != nil {
				told := explain(err)
				once(bad, "browser", told.Message, told.Hint)
			}
		}
		if path := in.choices.PolicyFile; path != "" && path != "-" {
			if _, err := os.Stat(path); err != nil {
				once(bad, "policy_file", "policy_file names "+e.tilde(path)+": "+cause(err), "correct policy_file")
			}
		}
	}
}

func lookCause(err error) string {
	var failed *exec.Error
	if errors.As(err, &failed) {
		return cause(failed.Err)
	}
	return cause(err)
}

// settingsNames are the profiles of the settings that are asked about, sorted.
func (e *examination) settingsNames() []string {
	var names []string
	for name := range e.settings.Profiles {
		if e.names == nil || slices.Contains(e.names, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// ownFile looks at a file of this user's that has a mode, which none has on Windows.
func ownFile(path string) (fs.FileInfo, bool) {
	info, err := os.Stat(path)
	return info, err == nil && runtime.GOOS != "windows" && system.OwnedByMe(info)
}

// stateFolder checks where sessions and keys are kept.
func (e *examination) stateFolder() []finding {
	f := &findings{section: "state"}
	folder := e.app.folder()
	dir, err := state.Locate(e.app.env)
	switch {
	case folder == nil && err != nil:
		f.note(warning, "sessions", err.Error(), "each login then asks again")
		return f.all
	case folder == nil:
		f.note(good, "sessions", "nothing is kept between two logins", "")
		return f.all
	}
	info, gone := os.Lstat(dir)
	switch err := folder.Check(); {
	case err != nil:
		at := f.failed(bad, "sessions", err)
		if info != nil && info.IsDir() && runtime.GOOS != "windows" && system.OwnedByMe(info) {
			at.Mend = "forget what is in it, since others could read it, and chmod 700 " + e.tilde(dir)
			at.fix("forget the sessions and keys in "+e.tilde(dir)+", and chmod 700", func(context.Context) error {
				return errors.Join(system.Narrow(dir, info, 0o700), folder.Clear())
			})
		}
	case gone != nil:
		f.note(good, "sessions", "nothing is kept yet: "+e.tilde(dir), "")
	default:
		f.note(good, "sessions", "kept sealed in "+e.tilde(dir)+", for you alone", "")
	}
	return f.all
}

// faultsShown is how many faults of a file are told line by line.
const faultsShown = 4

// awsFiles checks the two files that all AWS clients share.
func (e *examination) awsFiles() []finding {
	f := &findings{section: "files"}
	if !e.located {
		f.failed(bad, "place", e.missing)
		return f.all
	}
	for _, file := range []struct {
		name, path string
		layout     profiles.Layout
		secret     bool
	}{{"credentials", e.files.Credentials, e.view.Credentials, true}, {"config", e.files.Config, e.view.Config, false}} {
		h := profiles.Look(file.path, e.app.now())
		e.oneFile(f, file.name, h, file.layout, file.secret)
		if err := e.unread[file.path]; err != nil && h.Refused == nil {
			f.failed(bad, file.name, err)
		}
		for i, flaw := range file.layout.Faults {
			state, what := warning, "AWS clients read it differently"
			if flaw.Fatal() {
				state, what = bad, "the AWS CLI and boto3 refuse the whole file"
			}
			if i == faultsShown {
				f.note(state, file.name, fmt.Sprintf("and %d more such lines", len(file.layout.Faults)-i), "")
				break
			}
			f.note(state, file.name, flaw.String()+": "+what, "correct the line in "+e.tilde(file.path))
		}
	}
	for _, c := range e.view.General() {
		e.clash(f, "sections", c)
	}
	return f.all
}

// oneFile checks one of the files as a file: whose it is, who can read it, whether it can be locked.
func (e *examination) oneFile(f *findings, name string, h profiles.Health, layout profiles.Layout, secret bool) {
	shown, by := e.tilde(h.Path), ""
	for _, variable := range []string{"AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"} {
		if secret == (variable == "AWS_SHARED_CREDENTIALS_FILE") && e.app.env(variable) != "" {
			by = ", as " + variable + " says"
		}
	}
	perm := h.Mode.Perm()
	others := h.Exists && runtime.GOOS != "windows" && (secret && perm&0o077 != 0 || perm&0o022 != 0)
	switch {
	case others && h.Mine && h.Mode.IsRegular():
		what, mend := "other users can read it", "chmod 600 "+shown
		if perm&0o022 != 0 {
			what, mend = "other users can write to it", "look through it for lines that are not yours, then: "+mend
		}
		at := f.note(bad, name, fmt.Sprintf("%s: %s (mode %04o)", shown, what, perm), mend)
		at.fix("chmod 600 "+shown, func(context.Context) error { return h.Narrow() })
	case h.Refused != nil:
		f.failed(bad, name, h.Refused)
	case !h.Exists:
		f.note(good, name, shown+": not there yet"+by, "")
	default:
		text := fmt.Sprintf("%s: %s", shown, plural(len(layout.Sections), "section"))
		if runtime.GOOS != "windows" {
			text += fmt.Sprintf(", mode %04o", perm)
		}
		if info, err := os.Lstat(h.Path); err == nil && info.Mode()&fs.ModeSymlink != 0 {
			text += ", a link to " + e.tilde(h.Target)
		}
		f.note(good, name, text+by, "")
	}
	switch h.Locks {
	case profiles.NoLocks:
		f.note(warning, name, "the file system that it is on has no locks", "run one samlogin at a time, or keep the file on a local disk")
	case profiles.LockHeld:
		f.note(warning, name, "another samlogin is writing it at this moment", "if it stays so: look for a stopped samlogin process; the lock goes away with it")
	}
	if n := len(h.Leftovers); n > 0 {
		at := f.note(warning, name, plural(n, "temporary file")+" of a samlogin that was killed beside it, with keys of then", "remove "+e.tilde(h.Leftovers[0]))
		at.fix("remove "+plural(n, "temporary file")+" beside "+shown, func(context.Context) error { h.Sweep(e.app.now()); return nil })
	}
	for _, copied := range h.Copies {
		f.note(warning, name, "an interrupted samlogin left a copy of what the file was: "+e.tilde(copied), "compare it with the file, then remove it")
	}
}

// clash adds what package clash found.
func (e *examination) clash(f *findings, name string, c clash.Clash) *finding {
	state := warning
	if c.Bad {
		state = bad
	}
	what := c.What
	if c.Path != "" && c.Line > 0 {
		what = fmt.Sprintf("%s (%s, line %d)", what, e.tilde(c.Path), c.Line)
	}
	return f.note(state, name, what, c.Mend)
}
