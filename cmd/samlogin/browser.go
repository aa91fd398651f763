package main

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"net"
	"net/http"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/samlogin/samlogin/cmd/samlogin/fault"
	"github.com/samlogin/samlogin/cmd/samlogin/system"
	"github.com/samlogin/samlogin/idp/program"
	"github.com/samlogin/samlogin/saml/secret"
)

// browserCommand is the program that opens an address, and its arguments: the flag's, the settings', $BROWSER's, or
// what this system has for it. There is no shell in between.
func (a *app) browserCommand(flag string) ([]string, error) {
	if flag != "" {
		argv, ok := program.Words(flag)
		if !ok || len(argv) == 0 {
			return nil, &fault.UsageError{What: "--browser is no command: it is empty, or a quote is not closed", Hint: "blanks separate the words, quotes hold them together; there is no shell"}
		}
		return findBrowser(argv)
	}
	s, err := a.settings()
	if err != nil {
		return nil, err
	}
	if len(s.General.Browser) > 0 {
		return findBrowser(s.General.Browser)
	}
	for _, line := range strings.Split(a.env("BROWSER"), ":") { // a list, as xdg-open reads it
		if argv, ok := program.Words(line); ok && len(argv) > 0 && runtime.GOOS != "windows" {
			if found, err := findBrowser(argv); err == nil {
				return found, nil
			}
		}
	}
	switch {
	case runtime.GOOS == "windows":
		return findBrowser([]string{"rundll32", "url.dll,FileProtocolHandler"})
	case runtime.GOOS == "darwin":
		return findBrowser([]string{"/usr/bin/open"})
	case a.env("WSL_DISTRO_NAME") != "":
		if argv, err := findBrowser([]string{"wslview"}); err == nil {
			return argv, nil
		}
	}
	if a.env("DISPLAY") == "" && a.env("WAYLAND_DISPLAY") == "" {
		return nil, &browserError{What: "there is no display to open a browser on", None: true}
	}
	return findBrowser([]string{"xdg-open"})
}

func findBrowser(argv []string) ([]string, error) {
	path, err := exec.LookPath(argv[0])
	if err != nil {
		return nil, &browserError{What: "the browser cannot be started", Err: err, None: true}
	}
	return append([]string{path}, argv[1:]...), nil
}

// browserPatience is how long a browser may take to come for its page: it may have to start first.
const browserPatience = 60 * time.Second

// openOnce opens an address that is a secret: command lines can be read by everybody on the computer, so the browser is
// given a page on loopback, good for one visit by this user's own processes, that leads on to it.
func (a *app) openOnce(ctx context.Context, argv []string, link secret.Text) error {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return &browserError{What: "no page can be shown to the browser", Err: err}
	}
	random := make([]byte, 32)
	_, _ = rand.Read(random) // never fails (crypto/rand)
	page := &oncePage{host: listener.Addr().String(), path: "/" + base64.RawURLEncoding.EncodeToString(random), link: link, visited: make(chan struct{})}
	server := &http.Server{Handler: page, ReadTimeout: 5 * time.Second, WriteTimeout: 5 * time.Second, MaxHeaderBytes: 64 << 10}
	defer func() { _ = server.Close() }()
	go func() { _ = server.Serve(listener) }()

	within, cancel := context.WithTimeoutCause(ctx, browserPatience, &browserError{What: "the browser did not come for the console's address"})
	defer cancel()
	address := "http://" + page.host + page.path
	args := append([]string{}, argv[1:]...)
	placed := false
	for i, arg := range args {
		if strings.Contains(arg, "%s") { // as in $BROWSER
			args[i], placed = strings.ReplaceAll(arg, "%s", address), true
		}
	}
	if !placed {
		args = append(args, address)
	}
	cmd := exec.Command(argv[0], args...) // not of ctx: a browser that was started this way outlives us
	cmd.Env = environmentWith(nil)
	if err := cmd.Start(); err != nil {
		return &browserError{What: "the browser cannot be started", Err: err}
	}
	failed := make(chan error, 1)
	go func() {
		if err := cmd.Wait(); err != nil { // one that hands on to a running browser ends at once, without a fault
			failed <- err
		}
	}()
	select {
	case <-page.visited:
		// The last bytes of the answer are with the kernel once the connection is closed in an orderly way.
		return server.Shutdown(within)
	case err := <-failed:
		return &browserError{What: "the browser ended with a fault", Err: err}
	case <-within.Done():
		return context.Cause(within)
	}
}

// oncePage leads the first visitor on.
type oncePage struct {
	host, path string
	link       secret.Text
	visited    chan struct{}
	once       sync.Once
}

func (p *oncePage) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Host != p.host || r.URL.Path != p.path || r.Method != http.MethodGet || !system.OwnVisitor(r.RemoteAddr, p.host) {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	first := false
	p.once.Do(func() { first = true })
	if !first {
		w.WriteHeader(http.StatusGone)
		return
	}
	defer close(p.visited)
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Connection", "close")
	h.Set("Location", p.link.Reveal())
	w.WriteHeader(http.StatusSeeOther)
}
