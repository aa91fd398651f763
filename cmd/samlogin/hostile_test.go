package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/samlogin/samlogin/saml/secret"
)

// attacks are texts that would act on a terminal, or on the eye.
var attacks = map[string]string{
	"clear screen": "\x1b[2J", "cursor up": "\x1b[5A", "title": "\x1b]0;owned\a", "link": "\x1b]8;;https://evil.test\x1b\\here\x1b]8;;\x1b\\",
	"clipboard": "\x1b]52;c;ZXZpbA==\a", "DCS": "\x1bP1$r\x1b\\", "APC": "\x1b_x\x1b\\", "8-bit CSI": "\u009b2J", "backspaces": "safe\b\b\b\bevil",
	"overwritten": "evil\rsafe", "right to left": "Read\u202enimdA", "zero width": "Ad\u200bmin", "bell": "\a",
}

// tame fails if an output acts on a terminal.
func tame(t *testing.T, where, out string) {
	t.Helper()
	if !utf8.ValidString(out) {
		t.Errorf("%s: bytes that are no text in %q", where, out)
	}
	for _, r := range out {
		if (r < 0x20 && r != '\n') || (r >= 0x7F && r <= 0x9F) || r == 0x202e || r == 0x200b {
			t.Errorf("%s: U+%04X in %q", where, r, out)
			return
		}
	}
}

func entities(s string) string {
	var b strings.Builder
	for _, r := range s {
		fmt.Fprintf(&b, "&#%d;", r)
	}
	return b.String()
}

// What an IdP's page and an AWS error say reaches the terminal, the trace and JSON without acting on anything.
//
// security case 47
// security case 48
// security case 53
func TestForeignTextDoesNotActOnTheTerminal(t *testing.T) {
	for name, attack := range attacks {
		for where, page := range map[string]string{
			"refusal":     `<html><title>%s</title><form id="loginForm" method="post"><span id="errorText">%s</span><input name="UserName"><input name="Password" type="password"></form>`,
			"error page":  `<html><title>%s</title><div id="errorArea"><div id="errorMessage">%s</div></div>`,
			"unknown one": `<html><title>%s</title><body>%s<form id="f%[1]s" action="/x"><input name="n%[1]s"></form>`,
		} {
			r := newRig(t, 0, 0)
			r.atIdP.set(func(w http.ResponseWriter, _ *http.Request) bool {
				w.Header().Set("Content-Type", "text/html; charset=utf-8")
				_, _ = fmt.Fprintf(w, page, entities(attack), entities(attack))
				return true
			})
			trace := filepath.Join(r.home, "trace")
			if code := run(context.Background(), r.app, append(r.args, "--verbose", "--trace", trace, "--output", "json")); code == exitDone || code == exitFault {
				t.Fatalf("%s in a %s: exit %d", name, where, code)
			}
			steps, err := os.ReadFile(trace)
			if err != nil {
				t.Fatal(err)
			}
			tame(t, name+" in a "+where+", stdout", r.out.String())
			tame(t, name+" in a "+where+", stderr", r.errOut.String())
			tame(t, name+" in a "+where+", trace", string(steps))
		}
		r := newRig(t, 0, 0)
		r.atAWS.set(func(w http.ResponseWriter, _ *http.Request) bool {
			w.Header().Set("Content-Type", "text/xml")
			w.WriteHeader(http.StatusForbidden)
			text := strings.NewReplacer("\x1b", "", "\a", "", "\b", "", "\u009b", "&#155;").Replace(attack) // what XML 1.0 can hold
			_, _ = io.WriteString(w, `<ErrorResponse><Error><Code>AccessDenied</Code><Message>`+strings.Repeat(text+" no ", 50000)+`</Message></Error></ErrorResponse>`)
			return true
		})
		if code := run(context.Background(), r.app, r.args); code != exitAWS && code != exitNetwork {
			t.Errorf("%s in an AWS error: exit %d", name, code)
		}
		tame(t, name+" in an AWS error", r.errOut.String())
		if n := r.errOut.Len(); n > 4000 {
			t.Errorf("an AWS error of a megabyte is shown with %d bytes", n)
		}
	}
}

// security case 51
func TestNoColoursWhereNoneAreWanted(t *testing.T) {
	for name, change := range map[string]func(*rig){
		"not a terminal": func(r *rig) { r.app.outIsTTY = false },
		"NO_COLOR":       func(r *rig) { r.env["NO_COLOR"] = "1" },
		"TERM=dumb":      func(r *rig) { r.env["TERM"] = "dumb" },
		"CI":             func(r *rig) { r.env["CI"] = "true" },
		"--no-color":     func(r *rig) { r.args = append(r.args, "--no-color") },
	} {
		r := newRig(t, 0, 0)
		r.app.outIsTTY = true
		change(r)
		r.args = append(r.args, "--verbose")
		if code := run(context.Background(), r.app, r.args); code != exitDone {
			t.Fatalf("%s: exit %d\n%s", name, code, r.errOut.String())
		}
		tame(t, name, r.out.String()+r.errOut.String())
	}
	r := newRig(t, 0, 0)
	r.app.outIsTTY = true
	if code := run(context.Background(), r.app, r.args); code != exitDone || !strings.Contains(r.out.String(), "\x1b[1m") {
		t.Errorf("on a terminal that takes colours there are none (exit %d)", code)
	}
}

// The password is nowhere: not in what is shown, not in what is written, whatever the IdP does with it.
func TestPasswordIsNowhere(t *testing.T) {
	const canary = "c4nary-Passw0rd-9"
	r := newRig(t, 0, 0)
	r.app.password = secret.New(canary)
	r.atIdP.set(func(w http.ResponseWriter, q *http.Request) bool {
		if q.Method != http.MethodPost {
			return false
		}
		body, _ := io.ReadAll(q.Body)
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = fmt.Fprintf(w, `<html><title>You typed %s</title><div id="errorArea"><div id="errorMessage">%s %s</div></div>`, canary, canary, body)
		return true
	})
	trace := filepath.Join(r.home, "trace")
	if code := run(context.Background(), r.app, append(r.args, "--verbose", "--trace", trace, "--output", "json")); code != exitRefused {
		t.Fatalf("exit %d\n%s", code, r.errOut.String())
	}
	steps, err := os.ReadFile(trace)
	if err != nil {
		t.Fatal(err)
	}
	for where, text := range map[string]string{"stdout": r.out.String(), "stderr": r.errOut.String(), "the trace": string(steps)} {
		if strings.Contains(text, canary) {
			t.Errorf("%s holds the password:\n%s", where, text)
		}
	}
}
