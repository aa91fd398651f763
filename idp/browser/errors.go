package browser

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/saml/foreign"
)

// Problem says why a login with a browser came to nothing.
type Problem int

// The problems.
const (
	NoBrowser  Problem = iota // none is installed that can be driven
	NotFound                  // the one that the settings name is not there
	OutsideWSL                // there are only those of Windows, out of reach from WSL
	NoFolder                  // its folder cannot be made, or is not the person's alone
	InUse                     // the kept session is in use by another login
	NotStarted                // it ended before it had begun, or did not answer
	Closed                    // the person closed the window
	Crashed                   // it, or a page in it, came to a bad end
	TimedOut                  // nobody had signed in when the time was over
)

// Error reports a login that ended with the browser, and not with a page. It holds no address and no secret.
type Error struct {
	Problem Problem
	Program string        // as a person calls it: "Chromium"
	Limit   time.Duration // of TimedOut
	Said    foreign.Text  // the last of what the browser wrote, of NotStarted and Crashed
	Err     error         // the system's, where there is one
}

func (e *Error) Error() string {
	name := foreign.Text(e.Program).String()
	text := map[Problem]string{
		NoBrowser:  "no browser is found that samlogin can sign in with",
		NotFound:   "the browser that the settings name is not found: " + name,
		OutsideWSL: "no browser is found in WSL; those of Windows cannot be driven from there",
		NoFolder:   "the folder for the browser cannot be used",
		InUse:      "the browser's kept session is in use by another login",
		NotStarted: name + " cannot be started",
		Closed:     "the window of " + name + " was closed before the sign-in was done",
		Crashed:    name + " ended unexpectedly",
		TimedOut:   fmt.Sprintf("nobody signed in in the window of %s within %v", name, e.Limit),
	}[e.Problem]
	if e.Err != nil {
		text += ": " + cause(e.Err)
	}
	if e.Said != "" {
		text += fmt.Sprintf("; it said %q", e.Said)
	}
	return text
}

// Unwrap is Err.
func (e *Error) Unwrap() error { return e.Err }

// Hint says what can be done.
func (e *Error) Hint() string {
	switch e.Problem {
	case NoBrowser:
		return `install Chrome, Edge, Chromium or Brave, or name one with browser = "/path/to/it" in the settings`
	case NotFound:
		return `browser = "…" in the settings takes the path of Chrome, Edge, Chromium or Brave, or a name on PATH`
	case OutsideWSL:
		return "install Chromium or Chrome in WSL (its windows are shown by WSLg), or run samlogin.exe from Windows"
	case NoFolder:
		return "it has to belong to you alone (chmod 700), in a place that can be written to; XDG_STATE_HOME names another place"
	case InUse:
		return "finish the other login first"
	case NotStarted, Crashed:
		return `run it again; browser = "…" in the settings names another browser`
	case Closed, TimedOut:
		return "run it again, and sign in in the window until it closes by itself"
	}
	return ""
}

// PersonError reports a page that cannot be filled in without a person, in a browser without a window.
type PersonError struct {
	Page    *idp.PageError
	Display string // why there is no window
}

func (e *PersonError) Error() string {
	short := *e.Page
	short.Why = "this page needs a person, and the browser has no window"
	if e.Display != "" {
		short.Why += " (" + e.Display + ")"
	}
	if why := strings.TrimPrefix(e.Page.Why, "this page needs a real browser: "); e.Page.Browser && why != e.Page.Why {
		short.Why += ": " + why
	}
	short.Near = nil
	return short.Error()
}

// Unwrap is the page.
func (e *PersonError) Unwrap() error { return e.Page }

// Hint says what can be done.
func (e *PersonError) Hint() string {
	return `run it in a terminal on a computer with a display, without --no-input: a window opens to sign in; session = "on" keeps that for the next time`
}

// cause leaves out the operation and the path that the standard library puts before a cause.
func cause(err error) string {
	var path *fs.PathError
	if errors.As(err, &path) {
		err = path.Err
	}
	return foreign.Text(err.Error()).String()
}
