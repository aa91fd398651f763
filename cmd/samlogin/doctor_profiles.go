package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/samlogin/samlogin/idp/program"
	"github.com/samlogin/samlogin/profiles"
	"github.com/samlogin/samlogin/profiles/clash"
)

// profilesShown is how many profiles in order have a line of their own, where none is named.
const profilesShown = 8

// profiles tells of each profile what AWS clients will take for it, and where that is not what was meant.
func (e *examination) profiles() []finding {
	f := &findings{section: "profiles"}
	if !e.located {
		return nil
	}
	var fine []func()
	var ended []string
	for _, name := range e.profileNames() {
		before := len(f.all)
		for _, c := range e.view.Clashes(name) {
			at := e.clash(f, name, c)
			if c.Ours {
				at.fix("profile "+name+": "+c.Mend+" ("+e.tilde(c.Path)+", line "+fmt.Sprint(c.Line)+")", e.mendProfile(name))
			}
		}
		e.command(f, name)
		switch {
		case e.names != nil:
			e.sights(f, name)
		case len(f.all) == before && e.ours(name) && e.ended(name):
			ended = append(ended, name)
		case len(f.all) == before && e.ours(name):
			fine = append(fine, func() { f.note(good, name, e.standing(name), "") })
		}
	}
	e.tellEnded(f, ended)
	for i, tell := range fine {
		if i == profilesShown-1 && len(fine) > profilesShown {
			f.note(good, "others", fmt.Sprintf("%d more profiles are in order; samlogin doctor NAME tells of one", len(fine)-i), "")
			break
		}
		tell()
	}
	if n := len(e.profileNames()); n == 0 {
		f.note(good, "all", "there are none yet", "")
	} else if len(f.all) == 0 {
		f.note(good, "all", "nothing is in the way of "+plural(n, "profile"), "")
	}
	return f.all
}

// profileNames are those asked about; else all of the settings and of both files, sorted.
func (e *examination) profileNames() []string {
	if e.names != nil {
		return e.names
	}
	names := e.settingsNames()
	stored, _ := e.files.Names() // what cannot be read is told elsewhere
	for _, name := range stored {
		if !slices.Contains(names, name) && name != "DEFAULT" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// ours reports whether a profile is worth a line where nothing is wrong with it: it is in the settings, or samlogin's.
func (e *examination) ours(name string) bool {
	return e.settings.Profiles[name] != nil || e.managed[name]
}

// standing is what is there under a name, and how long it lasts.
func (e *examination) standing(name string) string {
	at, err := e.files.Inspect(name)
	switch {
	case err != nil:
		return "the files cannot be read"
	case at.Standing == profiles.Absent:
		return "not written yet; " + e.app.loginCommand(name)
	}
	text := at.What
	if command, ok := e.processOf(name); ok && profiles.OwnCommand(command.Value.Reveal()) && at.Standing == profiles.Managed && e.ends[name].IsZero() {
		text = "AWS tools run samlogin for its keys"
	}
	if ends := e.ends[name]; !ends.IsZero() {
		if left := ends.Sub(e.app.now()); left > 0 {
			text += ", " + span(left) + " left"
		} else {
			text += ", ended " + longAgo(-left)
		}
	}
	return text
}

// sights tells what each client takes for a profile, those that take the same in one line.
func (e *examination) sights(f *findings, name string) {
	type group struct {
		sight   clash.Sight
		clients []string
	}
	var groups []*group
	for _, c := range clash.Supported() {
		s := e.view.Sight(c, name)
		label := e.label(c)
		i := slices.IndexFunc(groups, func(g *group) bool {
			return g.sight.Source == s.Source && g.sight.Line == s.Line && g.sight.Path == s.Path
		})
		if i < 0 {
			groups = append(groups, &group{s, []string{label}})
		} else {
			groups[i].clients = append(groups[i].clients, label)
		}
	}
	for _, g := range groups {
		text, state, mend := g.sight.Source.String(), good, ""
		switch g.sight.Source {
		case clash.Nothing:
			text, state, mend = "nothing in the files", warning, e.app.loginCommand(name)
		case clash.Refused:
			text, state = "an error: "+g.sight.Why, warning
		case clash.Keys:
			if at, err := e.files.Inspect(name); err == nil && at.Line == g.sight.Line {
				text = at.What
			}
			if !e.ends[name].IsZero() {
				text = e.standing(name)
			}
			if e.ended(name) {
				state, mend = warning, e.app.loginCommand(name)
			}
		}
		if g.sight.Path != "" {
			text += fmt.Sprintf(" (%s, line %d)", e.tilde(g.sight.Path), g.sight.Line)
		}
		f.note(state, name, "for "+sentence(g.clients)+": "+text, mend)
	}
}

// label is a client with the version that is installed here.
func (e *examination) label(c clash.Client) string {
	for _, t := range e.tools {
		if t.client == c && t.version != "" && t.via == "" {
			if c == clash.Go2 {
				return fmt.Sprintf("%s (%s %s)", c, t.name, t.version)
			}
			return t.name + " " + t.version
		}
	}
	return c.String()
}

func sentence(all []string) string {
	if n := len(all); n > 1 {
		return strings.Join(all[:n-1], ", ") + " and " + all[n-1]
	}
	return strings.Join(all, "")
}

// processOf is the credential_process of a profile.
func (e *examination) processOf(name string) (profiles.Key, bool) {
	for _, file := range []struct {
		layout profiles.Layout
		prefix string
	}{{e.view.Credentials, ""}, {e.view.Config, "profile "}} {
		for _, s := range file.layout.Sections {
			if s.Header != file.prefix+name && (name != "default" || s.Header != name) {
				continue
			}
			for _, k := range s.Keys {
				if k.Name == "credential_process" {
					return k, true
				}
			}
		}
	}
	return profiles.Key{}, false
}

// command checks the program that a credential_process names.
func (e *examination) command(f *findings, name string) {
	line, ok := e.processOf(name)
	if !ok {
		return
	}
	words, whole := program.Words(line.Value.Reveal())
	if !whole || len(words) == 0 {
		f.note(bad, name, fmt.Sprintf("credential_process has a quote that is not closed (line %d)", line.Line), "correct it")
		return
	}
	own := profiles.OwnCommand(line.Value.Reveal())
	mend := "correct the path"
	if own {
		mend = "samlogin login " + shellWord(words[len(words)-1]) + " --write process writes it anew"
	}
	if why := e.notRunnable(words[0]); why != "" {
		f.note(bad, name, "credential_process: "+e.tilde(words[0])+" "+why, mend)
		return
	}
	if filepath.IsAbs(words[0]) && inTemporary(words[0], temporaryFolders(e.app.env)) {
		f.note(warning, name, "credential_process: "+e.tilde(words[0])+" is in a temporary folder: it may be gone tomorrow, or be somebody else's", "install it elsewhere, then: "+mend)
	}
	if !own {
		return
	}
	state := warning
	if other, err := otherProgram(words[0]); err == nil && other {
		f.note(state, name, "credential_process runs another program than this one: "+e.tilde(words[0]), mend)
	}
	target, settings := words[len(words)-1], ""
	if i := slices.Index(words, "--config"); i >= 0 && i+1 < len(words) {
		settings = words[i+1]
		if !exists(settings) {
			f.note(bad, name, "credential_process names settings that are not there: "+e.tilde(settings), mend)
			return
		}
	}
	if e.broken == nil && (settings == "" || settings == e.settings.Path) && e.settings.Profiles[target] == nil {
		f.note(bad, name, "credential_process asks for "+target+", which is no profile of the settings", "put [profile."+target+"] into the settings")
	}
}

// notRunnable is why AWS clients could not run a program, or should not.
func (e *examination) notRunnable(path string) string {
	if !strings.ContainsAny(path, `/\`) {
		if _, err := exec.LookPath(path); err != nil {
			return "is on no folder of PATH"
		}
		return ""
	}
	if !filepath.IsAbs(path) {
		if strings.HasPrefix(path, "~") || strings.HasPrefix(path, "$") {
			return "" // told as a clash
		}
		return "is found from the working directory only"
	}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "is not there"
	case err != nil:
		return "cannot be looked at: " + cause(err)
	case info.IsDir() || runtime.GOOS != "windows" && info.Mode()&0o111 == 0:
		return "cannot be run"
	}
	return ""
}

// otherProgram reports whether a path leads to another file than this program.
func otherProgram(path string) (bool, error) {
	self, err := os.Executable()
	if err != nil {
		return false, err
	}
	here, err := os.Stat(self)
	if err != nil {
		return false, err
	}
	if found, err := exec.LookPath(path); err == nil {
		path = found
	}
	there, err := os.Stat(path)
	return err == nil && !os.SameFile(here, there), err
}

// environment tells of variables that win over profiles.
func (e *examination) environment() []finding {
	f := &findings{section: "environment"}
	for _, c := range e.view.Environment(e.app.env, e.app.now()) {
		e.clash(f, "variables", c)
	}
	if len(f.all) == 0 {
		text := "no variable outranks the profiles"
		if name := e.app.env("AWS_PROFILE"); name != "" {
			text = "AWS_PROFILE names " + name
		}
		f.note(good, "variables", text, "")
	}
	return f.all
}
