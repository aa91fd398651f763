package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rivo/uniseg"

	idpdemo "github.com/samlogin/samlogin/idp/demo"
	"github.com/samlogin/samlogin/profiles"
	"github.com/samlogin/samlogin/saml/secret"
	stsdemo "github.com/samlogin/samlogin/sts/demo"
)

// sixty is a login to all sixty roles of a person.
func (r *rig) sixty(more ...string) []string {
	return append([]string{"login", "--username", `CORP\ada`, "--all", "--profile", "{account}-{role}", "--no-input", "--timeout", "30m"}, more...)
}

// profilesWritten counts the profiles in the credentials file.
func (r *rig) profilesWritten(t *testing.T) int {
	t.Helper()
	files, err := profiles.Locate(r.app.env)
	if err != nil {
		t.Fatal(err)
	}
	names, err := files.Names()
	if err != nil {
		t.Fatal(err)
	}
	return len(names)
}

func granted(calls []stsdemo.Call) (n int) {
	for _, c := range calls {
		if c.Code == "" {
			n++
		}
	}
	return n
}

// newRun is the app of another process with the same home.
func (r *rig) newRun() {
	r.out.Reset()
	r.errOut.Reset()
	r.app = &app{in: r.app.in, out: &r.out, errOut: &r.errOut, now: r.app.now, env: r.app.env, password: secret.New("Correct-Horse-7"), stateless: r.app.stateless}
}

// STS refuses some calls for their number, and none of sixty roles is lost by it.
func TestThrottlingLosesNoRole(t *testing.T) {
	r := newRig(t, 0, 0)
	var n atomic.Int32
	r.atAWS.set(func(w http.ResponseWriter, _ *http.Request) bool {
		if at := n.Add(1); at < 30 || at > 35 {
			return false
		}
		w.Header().Set("Content-Type", "text/xml")
		w.WriteHeader(http.StatusBadRequest)
		_, _ = fmt.Fprint(w, `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>Throttling</Code><Message>Rate exceeded</Message></Error></ErrorResponse>`)
		return true
	})
	if code := run(t.Context(), r.app, r.sixty()); code != exitDone {
		t.Fatalf("exit %d\n%s", code, r.errOut.String())
	}
	if written := r.profilesWritten(t); written != 60 || len(r.sts.Log()) != 60 || n.Load() != 66 {
		t.Errorf("%d profiles, %d calls of which %d were granted", written, n.Load(), len(r.sts.Log()))
	}
}

// agingAfter makes the clocks of all three jump by some minutes when STS has had a number of calls.
func (r *rig) agingAfter(calls int, by time.Duration) {
	var n atomic.Int32
	r.atAWS.set(func(http.ResponseWriter, *http.Request) bool {
		if int(n.Add(1)) == calls {
			r.ahead.Add(int64(by))
		}
		return false
	})
}

// Twenty roles into a batch the assertion is six minutes old: a fresh one is fetched once for all of them, by the IdP's
// session, without a second password.
func TestALongBatchGetsAFreshAssertion(t *testing.T) {
	for name, by := range map[string]time.Duration{"before AWS says so": 4*time.Minute + 30*time.Second, "when AWS says so": 6 * time.Minute} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, 0, 0)
			r.agingAfter(20, by)
			if code := run(t.Context(), r.app, r.sixty()); code != exitDone {
				t.Fatalf("exit %d\n%s", code, r.errOut.String())
			}
			if n := r.profilesWritten(t); n != 60 || r.posts() != 1 {
				t.Errorf("%d profiles, %d passwords sent", n, r.posts())
			}
			tokens := 0
			for _, q := range r.adfs.Log() {
				if q.Method == http.MethodGet {
					tokens++
				}
			}
			if tokens != 3 { // the page, the response, and the second response
				t.Errorf("AD FS was asked %d times for pages", tokens)
			}
		})
	}
}

// Without the session it needs somebody. Nobody is there: what was got is written, the rest fails with its cause, and
// the IdP is asked once.
func TestALongBatchWithoutASession(t *testing.T) {
	r := newRig(t, 0, 0)
	r.agingAfter(20, 6*time.Minute)
	var asked atomic.Int32
	r.atIdP.set(func(w http.ResponseWriter, q *http.Request) bool {
		if r.ahead.Load() == 0 {
			return false
		}
		asked.Add(1)
		w.Header().Set("Content-Type", "text/html")
		_, _ = fmt.Fprintf(w, adfsSignInPage, "Your session has ended.")
		return true
	})
	if code := run(t.Context(), r.app, r.sixty()); code != exitSome {
		t.Fatalf("exit %d\n%s", code, r.errOut.String())
	}
	n := r.profilesWritten(t)
	if n < 1 || n > 40 || n != granted(r.sts.Log()) {
		t.Errorf("%d profiles are written, %d were granted", n, granted(r.sts.Log()))
	}
	if !strings.Contains(r.errOut.String(), `asks for the password of CORP\ada`) {
		t.Errorf("the cause is another one:\n%s", r.errOut.String())
	}
	if !strings.Contains(r.errOut.String(), fmt.Sprintf("%d of 60 roles failed; the others are written", 60-n)) || strings.Count(r.errOut.String(), "samlogin: error: ") != 2 {
		t.Errorf("the IdP was asked %d times:\n%s", asked.Load(), r.errOut.String())
	}
}

const adfsSignInPage = `<html><title>Sign In</title><form id="loginForm" method="post" action="/adfs/ls/">
<span id="errorText">%s</span><input name="UserName" type="email"><input name="Password" type="password">
<input type="hidden" name="AuthMethod" value="FormsAuthentication"></form></html>`

// An assertion that AWS calls too old as soon as it is made is not fetched again and again.
func TestAWrongClockIsNotALoop(t *testing.T) {
	r := newRig(t, 0, 0, func(_ *idpdemo.Config, c *stsdemo.Config) {
		c.Refuse = func(stsdemo.Call) *stsdemo.Refusal {
			return &stsdemo.Refusal{Status: 400, Code: "ExpiredTokenException", Message: "Token must be redeemed within 5 minutes of issuance"}
		}
	})
	if code := run(t.Context(), r.app, r.sixty()); code != exitAWS || len(r.adfs.Log()) != 3 || len(r.sts.Log()) != 60 {
		t.Errorf("exit %d, AD FS was asked %d times, STS %d\n%s", code, len(r.adfs.Log()), len(r.sts.Log()), r.errOut.String())
	}
}

// Where all roles allow the same, knowing it of the first spares most of the search for the others.
func TestDurationsAreLearnedFromRoleToRole(t *testing.T) {
	for _, hours := range []int{1, 4, 12} {
		r := newRig(t, 0, 0, func(_ *idpdemo.Config, c *stsdemo.Config) { c.DefaultMax = time.Duration(hours) * time.Hour })
		if code := run(t.Context(), r.app, r.sixty("--duration", "max", "--output", "json")); code != exitDone {
			t.Fatalf("exit %d\n%s", code, r.errOut.String())
		}
		calls := len(r.sts.Log())
		t.Logf("%d h: %d calls for 60 roles", hours, calls)
		if most := atOnce*5 + (60-atOnce)*2; calls > most || hours == 12 && calls != 60 {
			t.Errorf("%d h: %d calls, want %d at most", hours, calls, most)
		}
		if n := strings.Count(r.out.String(), fmt.Sprintf(`"duration_seconds": %d,`, hours*3600)); n != 60 {
			t.Errorf("%d h: %d roles got it", hours, n)
		}
	}
}

// One call in the middle breaks: it fails, and the others do not.
func TestOneBrokenCallStopsNoOther(t *testing.T) {
	r := newRig(t, 0, 0)
	var n atomic.Int32
	r.atAWS.set(func(http.ResponseWriter, *http.Request) bool {
		if n.Add(1) == 30 {
			panic(http.ErrAbortHandler)
		}
		return false
	})
	if code := run(t.Context(), r.app, r.sixty()); code != exitSome || r.profilesWritten(t) != 59 {
		t.Errorf("exit %d, %d are written\n%s", code, r.profilesWritten(t), r.errOut.String())
	}
}

// While AD FS still thinks about the password, the connection to STS is there already, and nothing was sent on it.
func TestSTSIsDialledWhileThePersonIsAtTheIdP(t *testing.T) {
	r := newRig(t, 0, 0)
	early := false
	r.atIdP.set(func(w http.ResponseWriter, q *http.Request) bool {
		if q.Method == http.MethodPost {
			for limit, end := context.WithTimeout(q.Context(), time.Minute); ; runtime.Gosched() {
				if early = r.atSTS.Load() == 1; early || limit.Err() != nil {
					end()
					return false
				}
			}
		}
		return false
	})
	if code := run(t.Context(), r.app, r.args); code != exitDone || !early || r.atSTS.Load() != 1 || len(r.sts.Log()) != 1 {
		t.Errorf("exit %d, dialled early: %v, %d connections, %d calls\n%s", code, early, r.atSTS.Load(), len(r.sts.Log()), r.errOut.String())
	}
}

// Two IdPs in one group: each is asked once, what both gave stands in one table, and a second run asks neither.
func TestAMorningWithTwoIdPs(t *testing.T) {
	r, other := newRig(t, 0, 0), newRig(t, 0, 0)
	r.twoIdPs(t, other)
	r.app.stateless = false
	r.args = []string{"login", "m", "--no-input"}
	if code := run(t.Context(), r.app, r.args); code != exitDone {
		t.Fatalf("exit %d\n%s", code, r.errOut.String())
	}
	if r.posts() != 1 || other.posts() != 1 || r.profilesWritten(t) != 3 {
		t.Errorf("passwords sent: %d and %d; %d profiles", r.posts(), other.posts(), r.profilesWritten(t))
	}
	order := []int{strings.Index(r.out.String(), "\na "), strings.Index(r.out.String(), "\nb "), strings.Index(r.out.String(), "\nc ")}
	if !slices.IsSorted(order) || order[0] < 0 {
		t.Errorf("the table is not in the order of the group:\n%s", r.out.String())
	}
	before := len(r.adfs.Log()) + len(other.adfs.Log()) + len(r.sts.Log()) + len(other.sts.Log())
	r.newRun()
	if code := run(t.Context(), r.app, r.args); code != exitDone || len(r.adfs.Log())+len(other.adfs.Log())+len(r.sts.Log())+len(other.sts.Log()) != before {
		t.Errorf("exit %d, something was asked again\n%s%s", code, r.out.String(), r.errOut.String())
	}
}

// twoIdPs are settings for profiles a and c at one AD FS and b at another, whose passwords programs give.
func (r *rig) twoIdPs(t *testing.T, other *rig) {
	t.Helper()
	delete(r.env, "SAMLOGIN_IDP")
	url := r.env["SAMLOGIN_URL"]
	delete(r.env, "SAMLOGIN_URL")
	bundles(t, r, other)
	entry := func(name, url, sts string) string {
		return fmt.Sprintf("[idp.%s]\nkind = \"adfs\"\nurl = %q\nusername = 'CORP\\jane'\nsts_endpoint = %q\npassword_command = [\"echo\", \"Correct-Horse-7\"]\n", name, url, sts)
	}
	r.settingsFor(t, entry("corp", url, r.env["AWS_ENDPOINT_URL_STS"])+entry("partner", other.env["SAMLOGIN_URL"], other.env["AWS_ENDPOINT_URL_STS"])+`
[profile.a]
idp = "corp"
role = "111111111111/Admin"
[profile.b]
idp = "partner"
role = "222222222222/Admin"
[profile.c]
idp = "corp"
role = "333333333333/ReadOnly"
[group.m]
profiles = ["a", "b", "c"]
`)
	r.app.password = secret.Text{}
}

// Two profiles that would be written to one name are found before AWS is asked for either, also at different IdPs.
func TestClashesOfTwoIdPsAreFoundBeforeAnyCall(t *testing.T) {
	r, other := newRig(t, 0, 0), newRig(t, 0, 0)
	r.twoIdPs(t, other)
	r.args = []string{"login", "a", "b", "--profile", "{role}", "--no-input"}
	if code := run(t.Context(), r.app, r.args); code != exitUsage || len(r.sts.Log())+len(other.sts.Log()) != 0 || !strings.Contains(r.errOut.String(), "--profile '{alias}'") {
		t.Errorf("exit %d after %d calls\n%s", code, len(r.sts.Log())+len(other.sts.Log()), r.errOut.String())
	}
}

// Lines now and then where there is no terminal: not one for each role.
func TestProgressWithoutATerminal(t *testing.T) {
	r := newRig(t, 0, 0)
	began := time.Now()
	r.app.now = func() time.Time { return began.Add(time.Duration(r.ahead.Load())) } // however long it takes
	var n atomic.Int32
	r.atAWS.set(func(http.ResponseWriter, *http.Request) bool {
		if n.Add(1)%20 == 0 {
			r.ahead.Add(int64(11 * time.Second))
		}
		return false
	})
	if code := run(t.Context(), r.app, r.sixty()); code != exitDone {
		t.Fatalf("exit %d\n%s", code, r.errOut.String())
	}
	if n := strings.Count(r.errOut.String(), "samlogin: roles: "); n < 1 || n > 3 || strings.Contains(r.errOut.String(), "\x1b") {
		t.Errorf("%d lines:\n%s", n, r.errOut.String())
	}
}

// The line fits whatever the window's width is, with and without colours.
func TestTheProgressLineFits(t *testing.T) {
	for columns := 1; columns < 200; columns++ {
		for _, colour := range []bool{false, true} {
			var out bytes.Buffer
			p := &progress{out: &out, all: 300, good: 127, failed: 2, busy: []string{"production-Admin", "入口-ReadOnly", "e\u0301"}, colour: colour}
			line := p.line(columns)
			plain := strings.NewReplacer("\x1b[32m", "", "\x1b[2m", "", "\x1b[0m", "").Replace(line)
			if n := uniseg.StringWidth(plain); n > columns || strings.ContainsAny(plain, "\n\x1b") || columns > 30 && !strings.HasPrefix(strings.TrimLeft(plain, "█░ "), "127 done, 2 failed, 171 left") {
				t.Errorf("%d columns: %d: %q", columns, n, line)
			}
		}
	}
}

// The keys of an --all run are kept, so that the next one need not fetch them.
func TestAllIsLeftAloneToo(t *testing.T) {
	r := newRig(t, 0, 0)
	r.app.stateless = false
	r.env["XDG_STATE_HOME"] = filepath.Join(r.home, "state")
	for _, want := range []int{60, 60} {
		if code := run(t.Context(), r.app, r.sixty("--output", "json")); code != exitDone || len(r.sts.Log()) != want {
			t.Fatalf("exit %d, %d calls, want %d\n%s", code, len(r.sts.Log()), want, r.errOut.String())
		}
		if kept := strings.Count(r.out.String(), `"wrote": "kept"`); kept != 0 && kept != 60 {
			t.Errorf("%d are kept", kept)
		}
		r.newRun()
	}
}
