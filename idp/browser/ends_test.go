package browser

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"

	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/saml"
)

// TestEndsOfABrowser: closed by the person, crashed, left alone, interrupted. Each is told apart, and nothing of the browser
// stays.
func TestEndsOfABrowser(t *testing.T) { // security case 135
	interrupted := errors.New("interrupted")
	for name, c := range map[string]struct {
		opened func(tab context.Context, w *window)
		after  func(context.Context, time.Duration) error
		want   Problem
		cause  error
		asked  bool // the process is
	}{
		"the person closes the tab": {opened: func(tab context.Context, w *window) {
			_, _ = chromedp.CallBrowser(tab, target.CloseTarget, target.CloseTargetParams{TargetID: chromedp.FromContext(tab).Target.TargetID})
		}, want: Closed},
		"the person quits the browser": {opened: func(tab context.Context, w *window) {
			_ = chromedp.FromContext(tab).Browser.Process().Signal(syscall.SIGTERM) // as at the end of a desktop's session
		}, want: Closed, asked: true},
		"the browser is killed": {opened: func(tab context.Context, w *window) {
			_ = chromedp.FromContext(tab).Browser.Process().Kill()
		}, want: Crashed},
		"a page crashes": {opened: func(tab context.Context, w *window) {
			_ = chromedp.Do(tab, func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
				return chromedp.Void{}, t.Call(ctx, "Page.crash", cdp.Empty{}, nil)
			})
		}, want: Crashed},
		"nobody is there": {after: func(context.Context, time.Duration) error { return nil }, want: TimedOut},
		"ctrl-C":          {cause: interrupted},
	} {
		t.Run(name, func(t *testing.T) {
			if c.asked && runtime.GOOS == "windows" {
				t.Skip("on Windows a process cannot be asked to end")
			}
			w := newWorld(t, nil, nil)
			w.inWindow()
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			var pid int
			w.config.After = c.after
			if c.want == TimedOut {
				w.config.Patience = 0 // as long as everybody has
			}
			w.config.opened = func(tab context.Context, w *window) error {
				pid = chromedp.FromContext(tab).Browser.Process().Pid
				go func() {
					_ = chromedp.Do(tab, chromedp.WaitVisible(chromedp.CSS("#username")))
					if c.cause != nil {
						cancel(c.cause)
					}
					if c.opened != nil {
						c.opened(tab, w)
					}
				}()
				return nil
			}
			_, err := New(w.config).Login(ctx, nil)
			var failed *Error
			switch {
			case c.cause != nil && !errors.Is(err, c.cause):
				t.Errorf("got %v, want %v", err, c.cause)
			case c.cause == nil && (!errors.As(err, &failed) || failed.Problem != c.want || failed.Hint() == ""):
				t.Errorf("got %v, want problem %d", err, c.want)
			}
			if c.want == TimedOut && failed != nil && failed.Limit != 10*time.Minute {
				t.Errorf("the deadline is %s", failed.Limit)
			}
			if processOf(pid).lives() {
				t.Error("the browser still runs")
			}
			if left, err := os.ReadDir(w.config.Folder); err != nil || len(left) != 0 { // security case 132
				t.Errorf("of the browser's files %v stayed (%v)", left, err)
			}
		})
	}
}

// TestDownloadsAndDialogs: a page gets neither a file onto the disk nor the login to stand still.
func TestDownloadsAndDialogs(t *testing.T) { // security case 135
	w := newWorld(t, nil, func(next http.Handler) http.Handler {
		return pages(map[string]string{"/tricks": `<a id="file" download href="/file">file</a><script>
			document.getElementById("file").click();
			window.open("about:blank");
			Notification.requestPermission(); navigator.geolocation.getCurrentPosition(() => {});
			alert("Call this number"); confirm("?"); prompt("Password");
			location.assign("` + start + `")</script>`})(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/file" {
				w.Header().Set("Content-Disposition", "attachment; filename=evil.sh")
				_, _ = io.WriteString(w, "echo evil")
				return
			}
			next.ServeHTTP(w, r)
		}))
	})
	w.config.Start, w.config.Walk.Username = w.at(t, "/tricks"), `CORP\jane`
	if _, err := New(w.config).Login(t.Context(), told{idp.Password: {password}}); err != nil {
		t.Fatal(err)
	}
	_ = filepath.WalkDir(filepath.Dir(w.config.Folder), func(path string, _ os.DirEntry, _ error) error {
		if strings.Contains(path, "evil") {
			t.Errorf("downloaded: %s", path)
		}
		return nil
	})
}

// TestTheChannelIsNoPort: the browser is talked to over a pipe, and listens nowhere.
func TestTheChannelIsNoPort(t *testing.T) { // security case 133
	w := newWorld(t, nil, nil)
	shown, err := open(t.Context(), w.config)
	if err != nil {
		t.Fatal(err)
	}
	defer shown.close(t.Context())
	if _, err := os.Lstat(filepath.Join(shown.folder.path, "DevToolsActivePort")); err == nil {
		t.Error("there is a port to talk to the browser")
	}
	if n := listening(t, chromedp.FromContext(shown.tab).Browser.Process().Pid); n != 0 {
		t.Errorf("the browser listens on %d ports", n)
	}
}

// TestAKeptSession: tomorrow nobody types anything; the folder stays, and no response in it.
func TestAKeptSession(t *testing.T) { // security case 132
	w := newWorld(t, nil, nil)
	w.config.Keep, w.config.Start, w.config.Walk.Username = "ann at the IdP", w.at(t, start), `CORP\jane`
	first, err := New(w.config).Login(t.Context(), told{idp.Password: {password}})
	if err != nil {
		t.Fatal(err)
	}
	second, err := New(w.config).Login(t.Context(), told{})
	if err != nil {
		t.Fatal(err)
	}
	if w.requests("POST", "/adfs/ls/IdpInitiatedSignOn.aspx") != 1 {
		t.Error("the password was asked for again")
	}
	searched := 0
	for _, r := range []*saml.Response{first, second} {
		piece := r.Encoded.Reveal()[200:240]
		_ = filepath.WalkDir(w.config.Folder, func(path string, e os.DirEntry, _ error) error {
			if text, err := os.ReadFile(path); err == nil && !e.IsDir() {
				if searched++; strings.Contains(string(text), piece) || strings.Contains(string(text), url.QueryEscape(piece)) {
					t.Errorf("a response lies in %s", path)
				}
			}
			return nil
		})
	}
	if info, err := os.Stat(w.config.Folder); err != nil || info.Mode().Perm()&0o077 != 0 || searched == 0 {
		t.Errorf("the folder: %v, %v; %d files", info, err, searched)
	}
}

// TestABrowserThatDoesNotTrustTheServer or does not find it says so.
func TestABrowserThatDoesNotGetThere(t *testing.T) {
	w := newWorld(t, nil, nil)
	gone, _ := url.Parse("https://no-such-host.invalid/")
	trusting := w.config.Program.Args
	for _, c := range []struct {
		start *url.URL
		args  []string
		want  string
	}{
		{gone, trusting, "net::ERR_NAME_NOT_RESOLVED"},
		{w.config.Start, trusting[1:], "does not trust the server's certificate"},
	} {
		for _, hidden := range []bool{true, false} {
			config := w.config
			config.Start, config.Program.Args, config.Hidden = c.start, append([]string{"--headless=new"}, c.args...), hidden
			_, err := New(config).Login(t.Context(), told{})
			var network *idp.NetworkError
			if !errors.As(err, &network) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, hidden %v: got %v, want %q", c.start, hidden, err, c.want)
			}
		}
	}
}

// TestAPageThatNeedsAPerson says which and what to do.
func TestAPageThatNeedsAPerson(t *testing.T) {
	w := newWorld(t, nil, pages(map[string]string{"/captcha": `<form method="post"><div class="g-recaptcha">Are you a robot?</div><input type="password" name="password"></form>`}))
	w.config.Start, w.config.Display = w.at(t, "/captcha"), "there is no display"
	_, err := New(w.config).Login(t.Context(), told{idp.Password: {password}})
	var person *PersonError
	if !errors.As(err, &person) || !strings.Contains(err.Error(), "needs a person, and the browser has no window (there is no display): it wants a captcha solved") || person.Hint() == "" {
		t.Errorf("got %v", err)
	}
}

// TestABrowserThatCannotBeStarted tells the last of what it said.
func TestABrowserThatCannotBeStarted(t *testing.T) {
	w := newWorld(t, nil, nil)
	broken := filepath.Join(t.TempDir(), "chromium")
	if err := os.WriteFile(broken, []byte("#!/bin/sh\necho 'error while loading shared libraries: libnss3.so' >&2\nexit 127\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	w.config.Program.Path = broken
	_, err := New(w.config).Login(t.Context(), nil)
	var failed *Error
	if !errors.As(err, &failed) || failed.Problem != NotStarted || !strings.Contains(err.Error(), "libnss3.so") {
		t.Errorf("got %v", err)
	}
}
