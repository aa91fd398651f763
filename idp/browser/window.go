package browser

import (
	"context"
	"errors"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"

	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/saml/secret"
)

const (
	startTime  = 60 * time.Second // for a browser to answer at all; on a cold disk it takes many
	orderly    = 3 * time.Second  // for a browser to end by itself, so that its cookies reach the disk
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
	// Who waits no longer, a caller that would kill samlogin next, gets no good order where nothing is kept.
	if w.tab.Err() == nil && chromedp.FromContext(w.tab).Browser != nil && (ctx.Err() == nil || w.folder.kept) {
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
