package main

import (
	"path/filepath"
	"runtime"

	"github.com/samlogin/samlogin/cmd/samlogin/fault"
	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/idp/browser"
	"github.com/samlogin/samlogin/idp/form"
	"github.com/samlogin/samlogin/profiles/state"
)

// browserProvider makes the provider that signs in with a real browser: in a window where there are a person and a
// display, without one elsewhere.
func (a *app) browserProvider(in *signIn, walk idp.Config) (idp.Provider, error) {
	start, origin, err := idp.ParseStart(in.choices.URL, "https://idp.example.com/where/the/login/begins")
	if err != nil {
		if explain(err).Exit == exitFault {
			err = &fault.UsageError{What: err.Error(), Hint: "--url takes the full address at which a login for AWS begins"}
		}
		return nil, err
	}
	s, err := a.settings()
	if err != nil {
		return nil, err
	}
	named := in.choices.Browser
	if len(named) == 0 {
		named = s.General.Browser
	}
	program, err := browser.Find(named, a.env)
	if err != nil {
		return nil, err
	}
	folder, err := a.browserFolder()
	if err != nil {
		return nil, err
	}
	c := browser.Config{
		Start: start, Origin: origin, Program: program, Env: environmentWith(nil), Folder: folder, Walk: walk, Now: a.now, After: a.wait,
		Recognisers: func(typed func() bool) []idp.Recogniser { return form.Recognisers(in.choices.Realm, typed) },
	}
	if in.choices.Session == "on" {
		c.Keep = in.who()
	}
	if c.Display = a.noWindow(); c.Display != "" {
		c.Hidden = true
	}
	return browser.New(c), nil
}

// noWindow says why no window can be shown to anybody, "" if one can.
func (a *app) noWindow() string {
	if _, err := a.terminal(); err != nil {
		return "nobody can be asked"
	}
	if runtime.GOOS != "windows" && runtime.GOOS != "darwin" && a.env("DISPLAY") == "" && a.env("WAYLAND_DISPLAY") == "" {
		return "there is no display"
	}
	return ""
}

// browserFolder is where browsers get their folders: in samlogin's state. Without a home there is no place of
// one's own.
func (a *app) browserFolder() (string, error) {
	if dir, err := state.Locate(a.env); err == nil {
		return filepath.Join(dir, "browser"), nil
	}
	return "", &fault.UsageError{What: "there is no place for the browser's files: HOME and XDG_STATE_HOME are unset", Hint: "set XDG_STATE_HOME to a folder of your own"}
}

// browserFailed is the code and the exit of a login that ended with the browser.
func browserFailed(e *browser.Error) (code string, exit int) {
	switch e.Problem {
	case browser.NoBrowser, browser.NotFound, browser.OutsideWSL:
		return "no_browser", exitUsage
	case browser.NoFolder:
		return "file", exitFile
	case browser.InUse:
		return "browser_in_use", exitFile
	case browser.Closed:
		return "browser_closed", exitNeedsAnswer
	case browser.TimedOut:
		return "browser_timed_out", exitNeedsAnswer
	}
	return "browser", exitFault
}
