package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/samlogin/samlogin/cmd/samlogin/terminal"
	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/profiles/settings"
	"github.com/samlogin/samlogin/profiles/state"
	"github.com/samlogin/samlogin/saml/secret"
)

// app is what commands may use of the world. What costs anything is opened on first use.
type app struct {
	in          io.Reader
	out, errOut io.Writer
	env         func(string) string
	now         func() time.Time
	outIsTTY    bool
	errIsTTY    bool

	global  globalFlags
	watch   func() // begins to heed signals; commands that never wait do without the threads it costs
	unguard func() // undoes guardMemory for a command that is run in this one's place
	// leaveSignals heeds signals no more: they are for the command that runs.
	leaveSignals func()
	printed      bool        // stdout has its one JSON document: an error goes to stderr alone
	started      bool        // a command runs: the words of the command line were understood
	password     secret.Text // of SAMLOGIN_PASSWORD, taken out of the environment at the start

	hushed    atomic.Int32 // silent renewals under way: their notices are nobody's concern
	mu        sync.Mutex
	console   *terminal.Terminal
	consoled  bool
	loaded    *settings.Settings
	trace     *traceFile
	secrets   *stores
	given     *given                      // what flags and environment answer
	kept      *state.Folder               // sessions, keys and durations of earlier runs; opened on first use
	stateless bool                        // there is no place for them, or none is wanted
	holds     bool                        // what is to be kept waits for a yes
	held      []state.Entry               // what waits
	keepTold  bool                        // that something could not be kept was said
	restored  map[owner]bool              // whose sessions were put back
	jars      map[owner]*idp.Jar          // cookies, by who logs in where
	refusals  map[owner]*idp.RefusedError // accounts that an IdP turned away in this run: nothing more is sent for them
	missed    map[string]error            // logins that failed in this run: a login of many profiles does not make them again
	waits     *waitLine                   // what the IdP waits for, on the screen
	policies  map[string]string           // session policies by the name of their file
	heard     accountNames                // what AWS calls accounts that the settings do not name
	typed     map[string]bool             // flags of the command line, as opposed to variables
	taken     map[string]heldKeys         // by the links of this run, by kind and identity
	codes     map[string]bool             // of AWS's MFA devices, sent in this run
	said      map[string]bool             // notices that were given once, and are not given again
	progress  *progress                   // of the roles that are being taken
	offers    []offer                     // passwords that may be remembered at the end of the run

	beside func(func())                               // runs what nobody waits for; nil: beside the rest. Tests do it at once
	wait   func(context.Context, time.Duration) error // nil: waits; tests do not
	// include fetches a file that the settings include; nil for commands that keep off the network for their settings.
	include  func(own settings.Choices, address string) ([]byte, error)
	observed func(idp.Event) // told of each step of a login instead of trace and terminal; nil: those are
}

// globalFlags are the flags that every command has.
type globalFlags struct {
	config, output, trace     string
	noInput, verbose, noColor bool
}

// newApp reads the environment once and takes the password out of it, so that no child of ours ever sees it.
func newApp() *app {
	key := func(name string) string { return name }
	if runtime.GOOS == "windows" {
		key = strings.ToUpper // names of variables have no case there
	}
	env := map[string]string{}
	for _, pair := range os.Environ() {
		if name, value, ok := strings.Cut(pair, "="); ok {
			env[key(name)] = value
		}
	}
	a := &app{
		in: os.Stdin, out: os.Stdout, errOut: os.Stderr, now: time.Now,
		env:      func(name string) string { return env[key(name)] },
		outIsTTY: terminal.Is(os.Stdout), errIsTTY: terminal.Is(os.Stderr),
	}
	if value, ok := env[passwordVariable]; ok {
		a.password = secret.New(firstLine(value))
		delete(env, passwordVariable)
	}
	for _, name := range secretVariables() {
		_ = os.Unsetenv(name)
	}
	return a
}

// secretVariables hold secrets: they are taken out of the environment at the start, so that no child has them.
func secretVariables() []string {
	return []string{passwordVariable, passphraseVariable, certificatePasswordVariable, "SAMLOGIN_MFA_CODE"}
}

const passwordVariable = "SAMLOGIN_PASSWORD"

// close leaves the terminal as it was found, whatever happened.
func (a *app) close() {
	a.closeConsole()
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.trace != nil {
		_ = a.trace.close() // the run is over; who could be told has been told
		a.trace = nil
	}
}

func (a *app) closeConsole() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.console != nil {
		a.console.Restore()
		a.console = nil
		a.waits = nil // it would draw on a terminal that is somebody else's now
	}
}

// errNoTerminal says why nobody can be asked.
var errNoTerminal = errors.New("nobody can be asked")

// terminal opens the controlling terminal, or says that nobody can be asked: --no-input, CI, or no terminal there.
func (a *app) terminal() (*terminal.Terminal, error) {
	if a.global.noInput || a.env("CI") != "" {
		return nil, errNoTerminal
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.consoled {
		a.consoled = true
		a.console, _ = terminal.Open()
	}
	if a.console == nil {
		return nil, errNoTerminal
	}
	return a.console, nil
}

// settings loads the settings file on first use.
func (a *app) settings() (*settings.Settings, error) {
	if a.loaded != nil {
		return a.loaded, nil
	}
	path, required := a.global.config, a.global.config != ""
	if path == "" {
		required = a.env("SAMLOGIN_CONFIG") != ""
		var err error
		if path, err = settings.Locate(a.env); err != nil {
			if required {
				return nil, err
			}
			path = "" // a bare environment, as in a container, has no home and no settings
		}
	}
	s, err := a.loader().Load(path, required)
	if err != nil {
		return nil, err
	}
	if a.global.output == "" {
		a.global.output = s.Output
	}
	a.loaded = s
	return s, nil
}

// say prints one line of the result, after an empty one.
func (a *app) say(line string) { fmt.Fprintln(a.out, "\n"+a.fits(line)) }

// notice tells the person one line on stderr: something worth knowing that stops nothing.
func (a *app) notice(line string) {
	if a.hushed.Load() == 0 {
		a.message("samlogin: " + line)
	}
}

func (a *app) notices(lines []string) {
	for _, l := range lines {
		a.notice(l)
	}
}

// noticesOnce tells lines that this run has not told yet: a chain of roles asks the same STS again and again.
func (a *app) noticesOnce(lines []string) {
	for _, l := range lines {
		a.mu.Lock()
		before := a.said[l]
		if a.said == nil {
			a.said = map[string]bool{}
		}
		a.said[l] = true
		a.mu.Unlock()
		if !before {
			a.notice(l)
		}
	}
}

// json reports whether results and errors are printed as JSON.
func (a *app) json() bool { return a.global.output == "json" }

// color reports whether a stream may be coloured.
func (a *app) color(tty bool) bool {
	return tty && !a.global.noColor && a.env("NO_COLOR") == "" && a.env("TERM") != "dumb" && a.env("CI") == ""
}
