package main

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/rivo/uniseg"
)

// Where colours are not wanted there is no escape sequence at all, neither in the line that counts down while a person
// is waited for. A terminal that can only print lines gets it once.
//
// security case 51
func TestAWaitWithoutEscapes(t *testing.T) {
	for name, c := range map[string]struct {
		variable string
		args     []string
		still    bool
	}{"NO_COLOR": {"NO_COLOR=1", nil, false}, "--no-color": {"X=", []string{"--no-color"}, false}, "TERM=dumb": {"TERM=dumb", nil, true}} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, 0, 0)
			k := openConsole(t, append(r.environ(), `SAMLOGIN_USERNAME=CORP\nina`, "SAMLOGIN_PASSWORD=Correct-Horse-7", c.variable), append([]string{"login"}, c.args...)...)
			k.next("(42)")
			k.next("left; ctrl-C stops")
			k.send("\x03")
			if code := k.exit(); code != exitInterrupted {
				t.Errorf("exit %d", code)
			}
			shown := k.seen.String()
			if strings.Contains(shown, "\x1b") || c.still && strings.Contains(strings.ReplaceAll(shown, "\r\n", "\n"), "\r") {
				t.Errorf("it shows %q", shown)
			}
			if !c.still && strings.Contains(k.screen(), "Waiting") {
				t.Errorf("the line is still there:\n%s", k.screen())
			}
		})
	}
}

func TestALineInThePlaceOfAnother(t *testing.T) {
	for plain, want := range map[bool]string{true: "\rabc|\r管 |\rx |\r \r|\r\r|", false: "\r\x1b[Kabc|\r\x1b[K管|\r\x1b[Kx|\r\x1b[K|\r\x1b[K|"} {
		place, got := overdrawn{plain: plain}, ""
		for _, text := range []string{"abc", "管", "x", "", ""} {
			got += place.over(text) + "|"
		}
		if got != want {
			t.Errorf("plain %v: %q, want %q", plain, got, want)
		}
	}
}

// What an IdP's page wants a person to type, or to do elsewhere, reaches the terminal without acting on it.
//
// security case 23, 47, 48
func TestQuestionsOfAHostilePage(t *testing.T) {
	const attack = "Enter 42\x1b[2J\a\u202e\bnow"
	r := newRig(t, 0, 0)
	r.answerPosts(`<html><title>Sign In</title><form id="loginForm" method="post" action="/adfs/ls/"><span id="errorText">` + entities(attack) + `</span><input type="hidden" name="AuthMethod" value="Otp">` +
		`<input type="hidden" name="Context" value="c"><label for="otp">` + entities(attack) + `</label><input id="otp" name="otp"><input type="submit" name="Submit" value="Submit"></form></html>`)
	k := openConsole(t, append(r.environ(), `SAMLOGIN_USERNAME=CORP\jane`, "SAMLOGIN_PASSWORD=Correct-Horse-7"), "login", "--verbose")
	k.next("Enter 42<U+001B>[2J<U+0007><U+202E><U+0008>now: ")
	k.send("\x03")
	if code := k.exit(); code != exitInterrupted {
		t.Errorf("exit %d", code)
	}
	tame(t, "a question", strings.ReplaceAll(k.seen.String(), "\r\n", "\n"))
}

// Tables fit the narrowest window, whatever accounts are called: a row is one line, the widest cell is cut, and its columns
// begin where those of the others do.
//
// security case 50
func TestTablesFitANarrowWindow(t *testing.T) {
	for name, c := range map[string]struct {
		names      [2]string
		cols, at   int
		beforeCut  string
		everything bool
	}{
		"long":    {[2]string{strings.Repeat("wide-", 2000), "b"}, 20, 14, "111…  wid…  Admin", false},
		"wide":    {[2]string{strings.Repeat("管理", 2000), "b"}, 20, 14, "111…  管…   Admin", false},
		"towers":  {[2]string{"e" + strings.Repeat("\u0301", 300), "b"}, 20, 14, "", false},
		"all fit": {[2]string{"管理", "b"}, 60, 20, "", true},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, 0, 0)
			r.settingsFor(t, "[accounts]\n111111111111 = "+quoted(c.names[0])+"\n222222222222 = "+quoted(c.names[1])+"\n")
			k := openWindow(t, 24, uint16(c.cols), append(r.environ(), "XDG_CONFIG_HOME="+r.home+"/.config", `SAMLOGIN_USERNAME=CORP\jane`, "SAMLOGIN_PASSWORD=Correct-Horse-7", "NO_COLOR=1"), "roles")
			if code := k.exit(); code != exitDone {
				t.Fatalf("exit %d\n%s", code, k.seen.String())
			}
			shown := strings.ReplaceAll(k.seen.String(), "\r\n", "\n")
			tame(t, name, shown)
			lines := strings.Split(strings.TrimSpace(shown), "\n")
			if len(lines) != 7 {
				t.Errorf("%d lines for six roles:\n%s", len(lines), shown)
			}
			for i, line := range lines {
				if w := uniseg.StringWidth(line); w > c.cols {
					t.Errorf("%d columns: %.80q", w, line)
				}
				want := map[bool]string{true: "ROLE", false: "Admin"}[i == 0]
				if c.everything && i < 2 && uniseg.StringWidth(line[:strings.Index(line+want, want)]) != c.at {
					t.Errorf("the role does not begin at column %d: %q", c.at, line)
				}
			}
			if c.beforeCut != "" && !strings.Contains(shown, c.beforeCut+"\n") {
				t.Errorf("the first account is not cut as %q:\n%.400s", c.beforeCut, shown)
			}
		})
	}
}

// Names of profiles are copied, and ends are what people look for: where a window has no room, what the name tells as
// well is left out before either is cut.
func TestNamesAndEndsAreWholeInANarrowWindow(t *testing.T) {
	for cols, head := range map[uint16]string{
		120: "PROFILE ACCOUNT ROLE GOT EXPIRES LIMIT",
		90:  "PROFILE ROLE GOT EXPIRES LIMIT",
		76:  "PROFILE ROLE GOT EXPIRES",
		64:  "PROFILE GOT EXPIRES",
	} {
		r := newRig(t, 0, 0)
		// That nobody is to be asked there makes the window no wider.
		k := openWindow(t, 24, cols, append(r.environ(), `SAMLOGIN_USERNAME=CORP\jane`, "SAMLOGIN_PASSWORD=Correct-Horse-7", "NO_COLOR=1"), "login", "--no-input", "--all", "--profile", "production-accounts-{account}-{role}")
		if code := k.exit(); code != exitDone {
			t.Fatalf("exit %d\n%s", code, k.seen.String())
		}
		_, table, _ := strings.Cut(strings.ReplaceAll(k.seen.String(), "\r\n", "\n"), "are ready.\n\n")
		lines := strings.Split(strings.TrimSpace(table), "\n")
		if got := strings.Join(strings.Fields(lines[0]), " "); got != head {
			t.Errorf("%d columns: the head is %q", cols, got)
		}
		if strings.Contains(table, "…") || len(lines) != 7 || !strings.HasPrefix(lines[5], "production-accounts-333333333333-Developer  ") {
			t.Errorf("%d columns:\n%s", cols, table)
		}
	}
}

// answerPosts lets the IdP answer every form with a page.
func (r *rig) answerPosts(page string) {
	r.atIdP.set(func(w http.ResponseWriter, q *http.Request) bool {
		if q.Method == http.MethodPost {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_, _ = io.WriteString(w, page)
		}
		return q.Method == http.MethodPost
	})
}

// quoted is a text as settings hold it.
func quoted(s string) string {
	var b strings.Builder
	for _, r := range s {
		fmt.Fprintf(&b, `\U%08X`, r)
	}
	return `"` + b.String() + `"`
}
