package main

import (
	"crypto/sha256"
	"fmt"
	"net/http"
	"os"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"
)

// scriptTeam serves a file at $TEAM, with its hash in $SUM and the number of requests in the file requests: team FILE.
// A script stops it by: team off.
func scriptTeam(ts *testscript.TestScript, _ bool, args []string) {
	w := ts.Value("world").(*world)
	if w.team != nil {
		w.team()
		w.team = nil
	}
	if args[0] == "off" {
		return
	}
	text, count := ts.ReadFile(args[0]), ts.MkAbs("requests")
	address, stop, err := w.ca.loopback(5, "127.0.0.1:0", http.HandlerFunc(func(to http.ResponseWriter, r *http.Request) {
		f, err := os.OpenFile(count, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err == nil {
			_, _ = fmt.Fprintln(f, r.Method, r.URL.Path, r.UserAgent(), len(r.Header.Values("Cookie"))+len(r.Header.Values("Authorization")))
			_ = f.Close()
		}
		switch r.URL.Path {
		case "/moved.toml":
			http.Redirect(to, r, "/team.toml", http.StatusFound)
		case "/down.toml":
			http.Redirect(to, r, "http://127.0.0.1:9/team.toml", http.StatusFound)
		case "/round.toml":
			http.Redirect(to, r, "/round.toml", http.StatusFound)
		case "/team.toml":
			_, _ = fmt.Fprint(to, text)
		default:
			http.NotFound(to, r)
		}
	}))
	ts.Check(err)
	w.team = sync.OnceFunc(stop)
	ts.Defer(w.team)
	ts.Setenv("TEAM", address)
	ts.Setenv("SUM", fmt.Sprintf("%x", sha256.Sum256([]byte(text))))
}
