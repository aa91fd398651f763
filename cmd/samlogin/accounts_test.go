package main

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/samlogin/samlogin/saml/secret"
)

// signInPageOf is a page of AWS's sign-in on which accounts have these heads.
func signInPageOf(heads ...string) string {
	page := `<html><form id="saml_form">`
	for _, h := range heads {
		page += `<div class="saml-account-name">` + h + `</div>`
	}
	return page + `</form></html>`
}

// answerPage lets the rig's sign-in page answer with a text, and counts how often it is asked.
func (r *rig) answerPage(status int, page string) *atomic.Int32 {
	asked := &atomic.Int32{}
	r.env["AWS_ENDPOINT_URL_SIGNIN"] = r.env["AWS_ENDPOINT_URL_STS"]
	r.atAWS.set(func(w http.ResponseWriter, q *http.Request) bool {
		if q.URL.Path != "/saml" {
			return false
		}
		asked.Add(1)
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(page))
		return true
	})
	return asked
}

// anew runs the app as a new process would.
func (r *rig) anew(t *testing.T, args ...string) {
	t.Helper()
	r.out.Reset()
	r.errOut.Reset()
	r.app = &app{in: strings.NewReader(""), out: &r.out, errOut: &r.errOut, now: r.app.now, env: r.app.env, password: secret.New("Correct-Horse-7"), stateless: r.app.stateless}
	if code := run(context.Background(), r.app, args); code != exitDone {
		t.Fatalf("exit %d\n%s", code, r.errOut.String())
	}
}

func (r *rig) written(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(r.home, ".aws", "credentials"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, line := range strings.Split(string(text), "\n") {
		if strings.HasPrefix(line, "[") {
			names = append(names, strings.Trim(line, "[]"))
		}
	}
	return strings.Join(names, " ")
}

// {alias} is what the settings say, then what AWS's sign-in page says, then the number. AWS is asked once a day, with or
// without an answer, and never where no name is wanted.
func TestAliasesFromTheSignInPage(t *testing.T) {
	all := []string{"login", "--username", `CORP\jane`, "--all", "--profile", "{alias}-{role}", "--no-input"}
	head := "Account: acme-prod (111111111111)"
	for _, c := range []struct {
		name, page string
		status     int
		args       []string
		settings   string
		asked      [3]int32 // after the first run, a second one, and one a day later
		want       string   // written, where only one account is meant
	}{
		{"named", signInPageOf(head, "Account: 222222222222"), 200, all, "", [3]int32{1, 1, 2}, "acme-prod-Admin"},
		{"all of them known", signInPageOf(head, "Account: b (222222222222)", "Account: c (333333333333)"), 200, all, "", [3]int32{1, 1, 1}, "acme-prod-Admin"},
		{"by the settings too", signInPageOf(head), 200, all, "[accounts]\n111111111111 = \"ours\"\n", [3]int32{1, 1, 2}, "ours-Admin"},
		{"by the settings alone", signInPageOf(head), 200, all, "[accounts]\n111111111111 = \"a\"\n222222222222 = \"b\"\n333333333333 = \"c\"\n", [3]int32{}, "a-Admin"},
		{"with another account's name", signInPageOf("Account: ours (111111111111)"), 200, all, "[accounts]\n222222222222 = \"Ours\"\n", [3]int32{1, 1, 2}, "111111111111-Admin"},
		{"two with one name", signInPageOf("Account: x (111111111111)", "Account: X (222222222222)"), 200, all, "", [3]int32{1, 1, 2}, "111111111111-Admin"},
		{"not to be had", "gone", 500, all, "", [3]int32{1, 1, 2}, "111111111111-Admin"},
		{"a page without names", "<html>sign in</html>", 200, all, "", [3]int32{1, 1, 2}, "111111111111-Admin"},
		{"not wanted", signInPageOf(head), 200, []string{"login", "--username", `CORP\jane`, "--role", "111111111111/Admin", "--profile", "111111111111-{role}", "--no-input"}, "", [3]int32{}, "111111111111-Admin"},
		{"one role, with which AWS would sign in", signInPageOf(head), 200, []string{"login", "--username", `CORP\olivia`, "--profile", "{alias}-{role}", "--no-input"}, "", [3]int32{}, "111111111111-Admin"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t, 0, 0)
			r.app.stateless = false
			asked := r.answerPage(c.status, c.page)
			r.settingsFor(t, c.settings)
			for n, ahead := range []time.Duration{0, time.Hour, 26 * time.Hour} {
				r.ahead.Store(int64(ahead))
				r.anew(t, c.args...)
				if asked.Load() != c.asked[n] {
					t.Errorf("run %d: the page was asked %d times, want %d", n+1, asked.Load(), c.asked[n])
				}
			}
			if got := " " + r.written(t) + " "; !strings.Contains(got, " "+c.want+" ") {
				t.Errorf("written was%swant %s", got, c.want)
			}
		})
	}
}

// Where STS is somebody's own, the response is not for AWS: AWS's page is not asked unless it has a stand-in, too. An
// address that is not this computer is no stand-in.
func TestTheSignInPageIsNotAskedElsewhere(t *testing.T) {
	for _, standIn := range []string{"", "https://signin.example.test", "http://127.0.0.1:1"} {
		r := newRig(t, 0, 0)
		asked := r.answerPage(200, signInPageOf())
		r.env["AWS_ENDPOINT_URL_SIGNIN"] = standIn
		began := r.app.now()
		r.anew(t, "login", "--username", `CORP\jane`, "--all", "--profile", "{alias}-{role}", "--no-input", "--verbose")
		if asked.Load() != 0 || strings.Contains(r.errOut.String(), "names of accounts") {
			t.Errorf("%q: asked %d times since %v\n%s", standIn, asked.Load(), began, r.errOut.String())
		}
	}
}

// A page that does not come in three seconds is done without.
func TestASignInPageThatHangs(t *testing.T) {
	r := newRig(t, 0, 0)
	r.env["AWS_ENDPOINT_URL_SIGNIN"] = r.env["AWS_ENDPOINT_URL_STS"]
	r.atAWS.set(func(w http.ResponseWriter, q *http.Request) bool {
		if q.URL.Path == "/saml" {
			<-q.Context().Done()
		}
		return q.URL.Path == "/saml"
	})
	r.anew(t, "login", "--username", `CORP\jane`, "--all", "--profile", "{alias}-{role}", "--no-input", "--verbose")
	if got := r.written(t); !strings.Contains(got, "111111111111-Admin") || !strings.Contains(r.errOut.String(), "no answer within 3s") {
		t.Errorf("written was %s\n%s", got, r.errOut.String())
	}
}

// What the double of the page says is what is shown, also by commands that do not ask for it.
//
// security case 48
func TestNamesOfThePageAreShown(t *testing.T) {
	r := newRig(t, 0, 0)
	r.app.stateless = false
	r.answerPage(200, signInPageOf("Account: evil\x1b[2J\u202e (111111111111)", "Account: \u0441lean (222222222222)"))
	r.anew(t, "login", "--username", `CORP\jane`, "--all", "--profile", "{alias}-{role}", "--no-input")
	tame(t, "the summary", r.out.String()+r.errOut.String())
	r.anew(t, "roles", "--username", `CORP\jane`, "--no-input")
	tame(t, "the list", r.out.String())
	if !strings.Contains(r.out.String(), "evil<U+001B>[2J<U+202E>") {
		t.Errorf("the list is\n%s", r.out.String())
	}
}
