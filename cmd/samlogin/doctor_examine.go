package main

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/samlogin/samlogin/cmd/samlogin/fault"
	"github.com/samlogin/samlogin/profiles"
	"github.com/samlogin/samlogin/profiles/clash"
	"github.com/samlogin/samlogin/profiles/settings"
	"github.com/samlogin/samlogin/saml/foreign"
)

type doctorFlags struct {
	fix, offline bool
	login        loginFlags // those that reach an IdP and AWS: by their variables alone
}

// examination is one run of the checks. What cannot be read stands for itself and stops nothing else.
type examination struct {
	app      *app
	flags    *doctorFlags
	names    []string           // profiles that are asked about; nil: all
	settings *settings.Settings // empty where they cannot be used
	broken   error              // why they cannot
	located  bool               // files is known
	files    profiles.Files
	missing  error // why it is not
	view     clash.View
	unread   map[string]error     // by path: why a file cannot be read
	ends     map[string]time.Time // by profile: when its keys end, where that is written beside them
	managed  map[string]bool      // profiles that are samlogin's
	tools    []tool
}

// doctor runs the checks and tells what they came to.
func (a *app) doctor(ctx context.Context, f *doctorFlags, names []string) error {
	a.watch()
	e := &examination{app: a, flags: f}
	e.read()
	if err := e.restrict(names); err != nil {
		return err
	}
	all := e.remote(ctx)
	all = append(all, e.local()...)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	sortFindings(all)
	if f.fix {
		var err error
		if all, err = a.mend(ctx, e, all); err != nil {
			return err
		}
	} else if !a.json() {
		if err := a.printFindings(all, false); err != nil {
			return err
		}
	}
	if a.json() {
		a.printed = true
		if err := printJSON(a.out, all); err != nil {
			return err
		}
	}
	if n := count(all, bad); n > 0 {
		return &badError{n}
	}
	return nil
}

// pageMost is the widest page, in columns: longer lines are hard to read.
const pageMost = 100

func (a *app) printFindings(all []finding, fixing bool) error {
	lines := append(layFindings(all, min(a.outWidth(), pageMost), a.color(a.outIsTTY)), "", verdictLine(all, fixing))
	return a.printOnce([]byte(strings.Join(lines, "\n") + "\n"))
}

// sortFindings puts sections into the order of the page, and leaves the order within each.
func sortFindings(all []finding) {
	rank := func(section string) int {
		for i, h := range headings {
			if h.section == section {
				return i
			}
		}
		return len(headings)
	}
	slices.SortStableFunc(all, func(x, y finding) int { return cmp.Compare(rank(x.Section), rank(y.Section)) })
}

// read reads what the checks are about: the settings and the AWS files.
func (e *examination) read() {
	e.settings, e.broken = e.app.settings()
	if e.broken != nil {
		e.settings, _ = settings.Load("", false, nil) // of no file: empty ones
	}
	e.unread, e.ends, e.managed = map[string]error{}, map[string]time.Time{}, map[string]bool{}
	e.files, e.missing = profiles.Locate(e.app.env)
	if e.located = e.missing == nil; !e.located {
		return
	}
	for path, to := range map[string]*profiles.Layout{e.files.Config: &e.view.Config, e.files.Credentials: &e.view.Credentials} {
		layout, err := profiles.ReadLayout(path)
		*to = layout
		if err != nil {
			e.unread[path] = err
		}
	}
	endings, _ := e.files.Endings() // a file that cannot be read is told of by its own check
	for _, one := range endings {
		e.ends[one.Profile] = one.Expires
		e.managed[one.Profile] = one.Managed
	}
	for _, s := range e.view.Config.Sections {
		name, ok := strings.CutPrefix(s.Header, "profile ")
		if !ok && s.Header == "default" {
			name, ok = s.Header, true
		}
		if ok && slices.ContainsFunc(s.Keys, func(k profiles.Key) bool { return k.Name == "samlogin" && k.Value.Reveal() == "managed" }) {
			e.managed[name] = true
		}
	}
}

// restrict takes the names of profiles and groups that are asked about.
func (e *examination) restrict(names []string) error {
	var members []string
	for _, name := range names {
		switch group := e.settings.Groups[name]; {
		case group != nil:
			members = append(members, group.Profiles...)
		case e.settings.Profiles[name] != nil, e.view.Has(name):
			members = append(members, name)
		case e.broken != nil: // what it names may stand in the settings, of which the page tells what is wrong
		default:
			return &fault.UsageError{What: fmt.Sprintf("there is no group or profile %q", foreign.Text(name)), Hint: known(e.settings)}
		}
	}
	for _, name := range members {
		if !slices.Contains(e.names, name) {
			e.names = append(e.names, name)
		}
	}
	return nil
}

// remote are the checks that wait for others: programs, servers, key stores. They run side by side, and each is bounded.
func (e *examination) remote(ctx context.Context) []finding {
	checks := []func(context.Context) []finding{e.findTools, e.secrets}
	if !e.flags.offline {
		checks = append(checks, e.servers)
	}
	all := make([][]finding, len(checks))
	var group crew
	for i, check := range checks {
		group.Go(func() { all[i] = check(ctx) })
	}
	group.Wait()
	return slices.Concat(all...)
}

// local are the checks of this computer, after remote: what tools there are is known.
func (e *examination) local() []finding {
	var all []finding
	for _, check := range []func() []finding{e.settingsFile, e.stateFolder, e.awsFiles, e.profiles, e.environment, e.way, e.sessions, e.terminal} {
		all = append(all, check()...)
	}
	return all
}

// tilde is a path as people write it.
func (e *examination) tilde(path string) string {
	home := e.app.env("HOME")
	if runtime.GOOS == "windows" || !filepath.IsAbs(home) {
		return path
	}
	if rest, ok := strings.CutPrefix(path, strings.TrimSuffix(home, "/")+"/"); ok {
		return "~/" + rest
	}
	return path
}
