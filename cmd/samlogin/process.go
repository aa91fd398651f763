package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/samlogin/samlogin/cmd/samlogin/fault"
	"github.com/samlogin/samlogin/cmd/samlogin/system"
	"github.com/samlogin/samlogin/profiles"
	"github.com/samlogin/samlogin/profiles/settings"
	"github.com/samlogin/samlogin/saml/foreign"
)

// writeProcess is the value of --write that gives a profile a command to run instead of keys.
const writeProcess = "process"

func (t *target) checkWrite() error {
	switch write := t.choices.Write; write {
	case "", "keys", writeProcess, "none":
		return nil
	case writeCLICache: // an entry there is the answer to AssumeRole by source_profile, for the AWS CLI alone
		if t.cli != nil {
			return nil
		}
		return &fault.UsageError{
			What: "--write cli-cache is for profiles of AWS's files with role_arn, and not for roles that come from the IdP: what the AWS CLI keeps there it took itself, by role_arn and source_profile",
			Hint: "--write process works for the AWS CLI and every SDK, and renews; what is got for a profile with role_arn goes to NAME-session",
		}
	}
	return &fault.UsageError{What: fmt.Sprintf("--write takes keys, process, cli-cache or none, not %q", foreign.Text(t.choices.Write))}
}

// process is the command for one AWS profile.
func (j job) process(region string) profiles.Process {
	p := j.target.process
	p.Profile, p.Region = j.profile, region
	return p
}

// setProcess finds the command that AWS clients are to run for a target. What could not be run later, or would give
// other keys than this login does, is refused before anybody types a password.
func (a *app) setProcess(ctx context.Context, t *target) error {
	name := t.nameOr()
	if t.named == nil && !t.stored {
		e := &fault.UsageError{What: "--write process needs a profile of the settings: AWS clients run samlogin credentials NAME", Hint: "put what the flags say into the settings, as [profile.NAME], and run: samlogin login NAME --write process"}
		if !a.typed["write"] && a.env("SAMLOGIN_WRITE") == "" { // nobody has said it today
			e.What = `the settings say write = "process", which needs a profile of the settings: AWS clients run samlogin credentials NAME`
			e.Hint = "samlogin configure adds profiles for more roles; --write keys writes keys for those of this login"
		}
		return e
	}
	if err := a.sameAsSettings(ctx, t); err != nil {
		return err
	}
	if len(t.patterns) == 0 && t.way == nil {
		return &fault.UsageError{What: fmt.Sprintf("profile %s of the settings names no role, and AWS clients cannot be asked for one", t.named.Name), Hint: "put role = \"…\" into [profile." + t.named.Name + "]"}
	}
	program, err := ownProgram(a.env)
	if err != nil {
		return err
	}
	p := profiles.Process{Profile: name, Program: program, Name: name}
	if a.global.config != "" || a.env("SAMLOGIN_CONFIG") != "" {
		s, err := a.settings()
		if err != nil {
			return err
		}
		if p.Settings, err = filepath.Abs(s.Path); err != nil {
			return fmt.Errorf("finding the settings file: %w", err)
		}
		if strings.HasPrefix(p.Settings, "/dev/") || strings.HasPrefix(p.Settings, "/proc/") {
			return &fault.UsageError{What: "--write process needs a settings file that is there later, too, not " + foreign.Clean(p.Settings), Hint: "--config with the name of a file"}
		}
	}
	if _, err := p.Command(); err != nil {
		p.Program, p.Settings = system.ShortPath(p.Program), system.ShortPath(p.Settings)
	}
	if _, err := p.Command(); err != nil {
		return &fault.UsageError{What: err.Error(), Hint: "move it to a folder with a plain name"}
	}
	if a.folder() == nil {
		a.notice("there is no place to keep keys in, so that AWS clients log in each time that they ask")
	}
	t.process = p
	return nil
}

// sameAsSettings refuses flags and variables that change what a login gives: the command has only the settings to go by.
func (a *app) sameAsSettings(ctx context.Context, t *target) error {
	s, err := a.settings()
	if err != nil {
		return err
	}
	var plain *target
	bare, says := &loginFlags{username: a.env("SAMLOGIN_USERNAME"), renewing: true}, "[profile."+t.nameOr()+"] of the settings says"
	if t.stored {
		says = "profile " + t.name + " of AWS's files says"
		plain, err = (&planner{app: a, flags: bare, settings: s}).stored(ctx, t.name)
	} else {
		plain, err = a.target(ctx, bare, s, t.named)
	}
	if err == nil && a.identity(plain) == a.identity(t) {
		return nil
	}
	var words string
	if plain != nil {
		words = strings.Join(otherWords(t, plain), ", ")
	}
	if words == "" {
		words = "a flag or a variable"
	}
	return &fault.UsageError{
		What: fmt.Sprintf("%s: this is not what %s, and samlogin credentials %s, which AWS clients run, goes by that", words, says, t.nameOr()),
		Hint: "put it there, or leave it out",
	}
}

// otherWords are the flags by which two targets differ.
func otherWords(t, plain *target) []string {
	x, y := t.choices, plain.choices
	exact := func(c settings.Choices) bool { return c.ExactDuration != nil && *c.ExactDuration }
	var words []string
	for _, w := range []struct {
		flag  string
		other bool
	}{
		{"idp", t.signIn != nil && t.signIn.label() != plain.signIn.label()},
		{"url", x.URL != y.URL},
		{"start", x.Start != y.Start},
		{"relying-party", x.RelyingParty != y.RelyingParty},
		{"username", x.Username != y.Username},
		{"role", !slices.Equal(t.patterns, plain.patterns)},
		{"principal", x.Principal != y.Principal},
		{"all", t.all != plain.all},
		{"duration", t.wish.Duration != plain.wish.Duration || t.wish.Max != plain.wish.Max},
		{"exact-duration", exact(x) != exact(y)},
		{"policy-file", t.wish.Policy != plain.wish.Policy},
		{"policy-arn", !slices.Equal(x.PolicyARNs, y.PolicyARNs)},
		{"region", x.Region != y.Region},
		{"sts-endpoint", x.STSEndpoint != y.STSEndpoint},
	} {
		if w.other {
			words = append(words, "--"+w.flag)
		}
	}
	return words
}

// ownProgram is the path of this program as it can be written down: the one on PATH if it is this very file, which stays
// when a package manager puts the next version in its place, else the file itself. One in a temporary folder is refused:
// it is gone tomorrow, and somebody else may put another one there.
func ownProgram(env func(string) string) (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("finding the path of this program: %w", err)
	}
	here, err := os.Stat(self)
	if err != nil { // replaced or removed while it runs
		return "", &fault.UsageError{What: "the file of this program is not there any more: " + cause(err), Hint: "run it again"}
	}
	for _, name := range []string{filepath.Base(os.Args[0]), "samlogin", filepath.Base(self)} {
		found, err := exec.LookPath(name)
		if err != nil || !filepath.IsAbs(found) {
			continue
		}
		if info, err := os.Stat(found); err == nil && os.SameFile(info, here) {
			return found, nil
		}
	}
	if inTemporary(self, temporaryFolders(env)) {
		return "", &fault.UsageError{What: "--write process would name this program, and it is in a temporary folder: " + foreign.Clean(self), Hint: "install it, or put it on PATH (go install makes it stay), and run it again"}
	}
	return self, nil
}

// temporaryFolders are those whose files nobody counts on.
func temporaryFolders(env func(string) string) []string {
	all := []string{os.TempDir(), env("TMPDIR"), env("TEMP"), env("TMP"), env("GOTMPDIR")}
	if runtime.GOOS != "windows" {
		all = append(all, "/tmp", "/var/tmp", "/private/tmp", "/private/var/tmp", "/dev/shm", "/run/user")
	}
	for _, folder := range slices.Clone(all) {
		if real, err := filepath.EvalSymlinks(folder); err == nil {
			all = append(all, real)
		}
	}
	return all
}

func inTemporary(path string, folders []string) bool {
	if strings.Contains(filepath.ToSlash(path), "/go-build") { // where "go run" builds
		return true
	}
	return slices.ContainsFunc(folders, func(folder string) bool {
		if !filepath.IsAbs(folder) {
			return false
		}
		rest, err := filepath.Rel(folder, path)
		return err == nil && rest != ".." && !strings.HasPrefix(rest, ".."+string(filepath.Separator))
	})
}

// renewal is what a person has to know of a profile with a command.
const renewal = "as long as the IdP's session lives or a password is stored; else "

// tellRenewal says once how the profiles with a command are renewed.
func (a *app) tellRenewal(results []result) {
	var names []string
	words := renewal
	for _, r := range results {
		if r.target.choices.Write == writeProcess && r.target.way != nil {
			words = "as long as what their keys come from lives; else "
		}
		if r.err == nil && r.target.choices.Write == writeProcess && !slices.Contains(names, r.target.process.Name) {
			names = append(names, r.target.process.Name)
		}
	}
	if len(names) > 0 {
		verb := "renew by themselves"
		if len(names) == 1 {
			verb = "renews by itself"
		}
		a.say(fmt.Sprintf("%s %s, %s%s", strings.Join(names, ", "), verb, words, a.loginCommand(names...)))
	}
}
