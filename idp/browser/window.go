package browser

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/inspector"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"

	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/saml/foreign"
	"github.com/samlogin/samlogin/saml/secret"
)

const (
	startTime  = 60 * time.Second // for a browser to answer at all; on a cold disk it takes many
	orderly    = 5 * time.Second  // for a browser to end by itself, so that its cookies reach the disk
	folderFlag = "--user-data-dir="
)

// window is a browser that runs, with or without a window to be seen. It implements idp.Driver.
type window struct {
	config Config
	folder *folder
	group  *group
	cmd    *exec.Cmd       // chromedp starts it and waits for it
	tab    context.Context // of the first tab: chromedp's handle of browser and tab is a context
	finish context.CancelFunc
	output *lastWords

	taken  chan secret.Text // the response; once
	failed chan error       // why the login ends; once
	gone   chan struct{}    // closed when the browser, or its last tab, is gone

	mu       sync.Mutex
	tabs     map[target.ID]bool         // all there are; true: the first one, and what those of this login have opened
	over     bool                       // taken or failed has been told
	crashed  bool                       // a tab did
	typed    []secret.Text              // what samlogin has filled in
	flying   map[network.RequestID]bool // requests of pages and scripts that have no answer yet
	requests int                        // made so far
	status   int                        // of the last document at the top
	lost     string                     // why the last document did not come, "" it did
	leaves   sync.Once
}

// open starts a browser with a tab that goes nowhere yet. The error is an *Error, or the cause of ctx.
func open(ctx context.Context, c Config) (*window, error) {
	base := c.Folder
	if c.Program.snap { // a snap sees no hidden folders of its user's home
		if home := variable(c.Env, "HOME"); home != "" {
			base = filepath.Join(home, "snap", "chromium", "common", "samlogin")
		}
	}
	f, err := takeFolder(ctx, base, c.Keep)
	if err != nil {
		return nil, err
	}
	w := &window{
		config: c, folder: f, output: &lastWords{}, taken: make(chan secret.Text, 1), failed: make(chan error, 1), gone: make(chan struct{}),
		tabs: map[target.ID]bool{}, flying: map[network.RequestID]bool{},
	}
	// Its life is not that of ctx: a browser whose session is kept is to end in good order. close sees to it.
	allocated, endAll := chromedp.NewExecAllocator(context.WithoutCancel(ctx), w.options()...)
	tab, endTab := chromedp.NewContext(allocated)
	w.tab, w.finish = tab, func() { endTab(); endAll() }

	started := make(chan error, 1)
	go func() { started <- chromedp.Do(tab) }()
	limit := time.NewTimer(startTime)
	defer limit.Stop()
	select {
	case err = <-started:
	case <-limit.C:
		err = errors.New("it does not answer")
	case <-ctx.Done():
		w.close(ctx)
		return nil, context.Cause(ctx)
	}
	if err != nil {
		w.close(ctx)
		return nil, &Error{Problem: NotStarted, Program: c.Program.Name, Said: w.output.last(), Err: plain(err)}
	}
	if err := w.prepare(); err != nil {
		w.close(ctx)
		return nil, &Error{Problem: NotStarted, Program: c.Program.Name, Said: w.output.last(), Err: plain(err)}
	}
	return w, nil
}

// plain is the first line of an error of chromedp's; what the browser wrote follows in it.
func plain(err error) error {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return errors.New(strings.TrimSuffix(line, ":"))
}

// options are how the browser is started. It has nothing that makes pages treat a person at a window as a robot, and
// nothing of the person's own: no extensions, no saved passwords, no account of the browser's maker. What a company
// prescribes to its browsers by policy stays in force.
func (w *window) options() []chromedp.ExecAllocatorOption {
	c := w.config
	flag := chromedp.Flag
	opts := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(c.Program.Path), chromedp.UserDataDir(w.folder.path), chromedp.NoFirstRun, chromedp.NoDefaultBrowserCheck,
		flag("disable-sync", true), flag("disable-default-apps", true), flag("disable-component-update", true), flag("disable-breakpad", true),
		flag("disable-crash-reporter", true), flag("crash-dumps-dir", filepath.Join(w.folder.path, "crashes")), flag("deny-permission-prompts", true), flag("hide-crash-restore-bubble", true), flag("metrics-recording-only", true),
		flag("disable-features", "Translate,MediaRouter,DialMediaRouteProvider,OptimizationHints,InterestFeedContentSuggestions"),
		flag("password-store", "basic"), // no question of a keyring's comes between
		chromedp.NoInheritEnv, chromedp.Env(c.Env...), chromedp.CombinedOutput(w.output),
		chromedp.ModifyCmdFunc(func(cmd *exec.Cmd) { w.cmd, w.group = cmd, newGroup(cmd) }),
	}
	if w.folder.kept {
		opts = append(opts, flag("restore-last-session", true)) // else cookies that name no end are dropped at the start
	} else {
		opts = append(opts, flag("use-mock-keychain", true))
	}
	if c.Hidden {
		// A second wall behind the first; a visible browser would warn of it.
		opts = append(opts, flag("host-resolver-rules", unreachable()))
		opts = append(opts, flag("headless", "new"), flag("mute-audio", true), flag("disable-dev-shm-usage", true), flag("window-size", "1280,1024"))
	} else {
		// A person signs in here. Google turns away every browser that says it is driven (navigator.webdriver).
		opts = append(opts, flag("disable-blink-features", "AutomationControlled"), flag("window-size", "1000,900"))
		if variable(c.Env, "DISPLAY") == "" && variable(c.Env, "WAYLAND_DISPLAY") != "" {
			opts = append(opts, flag("ozone-platform", "wayland"))
		}
	}
	for _, arg := range c.Program.Args {
		name, value, given := strings.Cut(strings.TrimLeft(arg, "-"), "=")
		switch {
		case name == "user-data-dir" || strings.HasPrefix(name, "remote-debugging"): // are samlogin's to choose
		case given:
			opts = append(opts, flag(name, value))
		default:
			opts = append(opts, flag(name, true))
		}
	}
	return opts
}

// prepare notes who runs, and stops what may leave the browser.
func (w *window) prepare() error {
	if b := chromedp.FromContext(w.tab).Browser; b != nil && b.Process() != nil {
		w.group.started(b.Process())
		own := record{Samlogin: processOf(os.Getpid()), Browser: processOf(b.Process().Pid)}
		if err := w.folder.note(own); err != nil {
			return err
		}
	}
	go func() {
		ended := chromedp.WaitClosed(w.tab) == nil // else the connection alone has, for all that is known
		w.mu.Lock()
		w.crashed = w.crashed || ended && !w.cmd.ProcessState.Success()
		w.mu.Unlock()
		w.leave()
	}()
	if _, err := chromedp.CallBrowser(w.tab, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{Behavior: browser.SetDownloadBehaviorBehaviorDeny}); err != nil {
		return err
	}
	if err := w.watch(); err != nil {
		return err
	}
	if w.config.opened != nil {
		return w.config.opened(w.tab, w)
	}
	return nil
}

// watch has the whole browser stop before each page that it goes to, in whatever tab or frame, and before anything else
// that is for AWS's sign-in.
func (w *window) watch() error {
	tab := chromedp.FromContext(w.tab).Target.TargetID
	w.tabs[tab] = true
	if err := chromedp.ListenBrowser(w.tab, w.heardOfBrowser); err != nil {
		return err
	}
	all, err := chromedp.Targets(w.tab)
	if err != nil {
		return err
	}
	w.mu.Lock()
	for _, t := range all {
		if t.Type == "page" {
			w.tabs[t.TargetID] = w.tabs[t.TargetID]
		}
	}
	w.mu.Unlock()
	if err := chromedp.Listen(w.tab, func(event any) { w.heard(tab, event) }); err != nil {
		return err
	}
	patterns := []*fetch.RequestPattern{{URLPattern: "*", ResourceType: network.ResourceTypeDocument, RequestStage: fetch.RequestStageRequest}}
	for _, pattern := range []string{"*://*signin.aws.amazon.com*", "*://*signin.amazonaws*"} {
		patterns = append(patterns, &fetch.RequestPattern{URLPattern: pattern, RequestStage: fetch.RequestStageRequest})
	}
	_, err = chromedp.CallBrowser(w.tab, fetch.Enable, fetch.EnableParams{Patterns: patterns})
	return err
}

// heardOfBrowser is told of requests that are stopped, and follows tabs: those that a tab of this login opens, as
// dashboards of IdPs do, belong to it; with the last of them it is over. It must not wait for the browser.
func (w *window) heardOfBrowser(event any) {
	switch e := event.(type) {
	case *fetch.EventRequestPaused:
		go w.paused(e)
	case *target.EventTargetCreated:
		if e.TargetInfo.Type == "page" {
			w.mu.Lock()
			w.tabs[e.TargetInfo.TargetID] = w.tabs[e.TargetInfo.TargetID] || w.tabs[e.TargetInfo.OpenerID]
			w.mu.Unlock()
		}
	case *target.EventTargetDestroyed:
		w.mu.Lock()
		ours, left := w.tabs[e.TargetID], false
		delete(w.tabs, e.TargetID)
		for _, other := range w.tabs {
			left = left || other
		}
		w.mu.Unlock()
		if ours && !left {
			w.leave()
		}
	}
}

// leave tells that the browser is gone.
func (w *window) leave() { w.leaves.Do(func() { close(w.gone) }) }

// isTab reports whether a frame is the top of a tab: there the two have one identifier.
func (w *window) isTab(frame cdp.FrameID) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	_, known := w.tabs[target.ID(frame)]
	return known
}

// heard is told of what happens in the first tab. It must not wait for the browser: what needs an answer of it is done
// beside.
func (w *window) heard(tab target.ID, event any) {
	switch e := event.(type) {
	case *inspector.EventTargetCrashed:
		w.mu.Lock()
		w.crashed = true
		w.mu.Unlock()
		w.leave()
	case *page.EventJavascriptDialogOpening:
		if w.config.Hidden {
			go func() {
				leaving := e.Type == page.DialogTypeBeforeunload
				_, _ = chromedp.Call(w.tab, page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{Accept: leaving})
			}()
		}
	case *network.EventRequestWillBeSent:
		switch e.Type {
		case network.ResourceTypeDocument, network.ResourceTypeXHR, network.ResourceTypeFetch, network.ResourceTypeScript:
			w.mu.Lock()
			w.flying[e.RequestID] = true
			w.requests++
			w.mu.Unlock()
		}
	case *network.EventResponseReceived:
		if e.Type == network.ResourceTypeDocument && string(e.FrameID) == string(tab) {
			w.mu.Lock()
			w.status, w.lost = int(e.Response.Status), ""
			w.mu.Unlock()
		}
	case *network.EventLoadingFinished:
		w.landed(e.RequestID, "")
	case *network.EventLoadingFailed:
		why := ""
		if e.Type == network.ResourceTypeDocument && !e.Canceled {
			why = e.ErrorText
		}
		w.landed(e.RequestID, why)
	}
}

func (w *window) landed(id network.RequestID, why string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.flying, id)
	if why != "" {
		w.lost = why
	}
}

// paused decides about a request that the browser is about to make.
func (w *window) paused(e *fetch.EventRequestPaused) {
	a := asking{
		url: e.Request.URL, method: e.Request.Method, from: header(e.Request.Headers, "Origin"), kind: header(e.Request.Headers, "Content-Type"),
		top:       e.ResourceType == network.ResourceTypeDocument && w.isTab(e.FrameID),
		bodyThere: !e.Request.HasPostData || len(e.Request.PostDataEntries) > 0,
	}
	for _, entry := range e.Request.PostDataEntries {
		a.body = append(a.body, entry.Bytes...)
	}
	w.mu.Lock()
	typed := w.typed
	w.mu.Unlock()
	said, response, err := judge(a, typed)
	switch said {
	case pass:
		_, _ = chromedp.CallBrowser(w.tab, fetch.ContinueRequest, fetch.ContinueRequestParams{RequestID: e.RequestID})
		return
	case take:
		if w.first() {
			_, _ = chromedp.CallBrowser(w.tab, fetch.FulfillRequest, fetch.FulfillRequestParams{
				RequestID: e.RequestID, ResponseCode: http.StatusOK, Body: []byte(donePage),
				ResponseHeaders: []*fetch.HeaderEntry{{Name: "Content-Type", Value: "text/html; charset=utf-8"}, {Name: "Cache-Control", Value: "no-store"}},
			})
			w.taken <- response
			return
		}
	}
	_, _ = chromedp.CallBrowser(w.tab, fetch.FailRequest, fetch.FailRequestParams{RequestID: e.RequestID, ErrorReason: network.ErrorReasonBlockedByClient})
	if said == stop && w.first() {
		w.failed <- err
	}
}

// first reports whether the login is still open, and ends it.
func (w *window) first() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.over {
		return false
	}
	w.over = true
	return true
}

const donePage = `<!doctype html><meta charset="utf-8"><title>Signed in</title>
<style>body{font:16px/1.5 system-ui,sans-serif;margin:20vh auto;max-width:30em;text-align:center}</style>
<h1>You are signed in.</h1><p>samlogin has what it needs. You can close this window.</p>`

func header(all network.Headers, name string) string {
	for n, v := range all {
		if s, ok := v.(string); ok && strings.EqualFold(n, name) {
			return s
		}
	}
	return ""
}

// navigate opens an address. The error is an *idp.NetworkError, or that the browser has ended.
func (w *window) navigate(ctx context.Context, to *url.URL) error {
	tab, done := w.within(ctx)
	defer done()
	got, err := chromedp.Call(tab, page.Navigate, page.NavigateParams{URL: to.String()})
	switch {
	case err != nil:
		return w.orEnd(ctx, err)
	case got.ErrorText != "" && got.ErrorText != "net::ERR_ABORTED": // what is answered with another page is aborted
		return &idp.NetworkError{Step: "opening the sign-in page", Host: to.Host, Err: &NetError{Text: got.ErrorText}}
	}
	return nil
}

// front puts the page before the person: what is typed is for it, and not for the address bar.
func (w *window) front(ctx context.Context) {
	tab, done := w.within(ctx)
	defer done()
	_, _ = chromedp.Call(tab, page.BringToFront, cdp.Empty{})
}

// orEnd is the end of the browser, or of ctx, if that is what an error comes from.
func (w *window) orEnd(ctx context.Context, err error) error {
	var network *idp.NetworkError
	if errors.As(err, &network) {
		return err
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	select {
	case err := <-w.failed:
		return err
	case <-w.gone:
		return w.end()
	default:
	}
	if w.tab.Err() != nil {
		return w.end()
	}
	return &Error{Problem: Crashed, Program: w.config.Program.Name, Err: plain(err)}
}

// end says how the browser ended.
func (w *window) end() error {
	w.mu.Lock()
	crashed := w.crashed
	w.mu.Unlock()
	e := &Error{Problem: Closed, Program: w.config.Program.Name}
	if crashed || w.config.Hidden { // nobody can have closed what nobody sees
		e.Problem, e.Said = Crashed, w.output.last()
	}
	return e
}

// within is a context of the tab that ends with ctx, too.
func (w *window) within(ctx context.Context) (context.Context, context.CancelFunc) {
	tab, cancel := context.WithCancelCause(w.tab)
	stop := context.AfterFunc(ctx, func() { cancel(context.Cause(ctx)) })
	return tab, func() { stop(); cancel(nil) }
}

// close ends the browser, in good order if it can be, and removes what is not kept.
func (w *window) close(ctx context.Context) {
	if w.tab.Err() == nil && chromedp.FromContext(w.tab).Browser != nil {
		good, cancel := context.WithTimeout(w.tab, orderly)
		_ = chromedp.Cancel(good)
		cancel()
	}
	w.finish()
	if w.group != nil {
		w.group.ended()
	}
	killRest(w.folder.path)
	w.folder.leave(ctx)
}

// NetError is why a browser did not get to a page, in its own word.
type NetError struct{ Text string } // "net::ERR_CERT_AUTHORITY_INVALID"

func (e *NetError) Error() string {
	if strings.HasPrefix(e.Text, "net::ERR_CERT_") {
		return "the browser does not trust the server's certificate (" + foreign.Text(e.Text).String() + ")"
	}
	return "the browser says " + foreign.Text(e.Text).String()
}

// Hint says what can be done.
func (e *NetError) Hint() string {
	if strings.HasPrefix(e.Text, "net::ERR_CERT_") {
		return "the browser goes by the certificates of this computer, and not by ca_bundle: your company's has to be known there"
	}
	return "see whether this computer, or its VPN, is connected, and whether the address is right"
}

// lastWords keeps the end of what the browser writes.
type lastWords struct {
	mu   sync.Mutex
	text []byte
}

const maxLastWords = 4 << 10

func (l *lastWords) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text = append(l.text, p...)
	if extra := len(l.text) - maxLastWords; extra > 0 {
		l.text = bytes.Clone(l.text[extra:])
	}
	return len(p), nil
}

// last is the last line.
func (l *lastWords) last() foreign.Text {
	l.mu.Lock()
	defer l.mu.Unlock()
	lines := strings.Split(strings.TrimSpace(string(l.text)), "\n")
	return foreign.Text(foreign.Cut(lines[len(lines)-1], foreign.Limit))
}

func variable(env []string, name string) string {
	for _, pair := range env {
		if n, value, ok := strings.Cut(pair, "="); ok && n == name {
			return value
		}
	}
	return ""
}
