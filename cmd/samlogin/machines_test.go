package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/samlogin/samlogin/saml/secret"
)

// newMachineRig is a rig whose settings have profiles for machines: one for each NAME=ROLE or NAME=ROLE@REGION, keys for
// an hour.
func newMachineRig(t testing.TB, profiles ...string) *rig {
	t.Helper()
	r := newRig(t, 0, 0)
	r.env["SAMLOGIN_CONFIG"] = filepath.Join(r.home, "settings.toml")
	r.env["SAMLOGIN_USERNAME"] = `CORP\jane`
	r.writeProfiles(t, profiles...)
	delete(r.env, "SAMLOGIN_IDP")
	delete(r.env, "SAMLOGIN_URL")
	return r
}

func (r *rig) writeProfiles(t testing.TB, profiles ...string) {
	t.Helper()
	text := r.idpSettings
	if text == "" {
		text = fmt.Sprintf("[idp.corp]\nkind = \"adfs\"\nurl = %q\nusername = 'CORP\\jane'\n", r.env["SAMLOGIN_URL"])
		r.idpSettings = text
	}
	for _, p := range profiles {
		name, role, _ := strings.Cut(p, "=")
		role, region, _ := strings.Cut(role, "@")
		text += fmt.Sprintf("[profile.%s]\nidp = \"corp\"\nrole = %q\nduration = \"1h\"\n", name, role)
		if region != "" {
			text += fmt.Sprintf("region = %q\n", region)
		}
	}
	if err := os.WriteFile(r.env["SAMLOGIN_CONFIG"], []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

const goodPassword = "Correct-Horse-7"

// next is what a new process would do: the state is that of the runs before, the clock the rig's.
func (r *rig) next(t testing.TB, password string, args ...string) int {
	t.Helper()
	r.out.Reset()
	r.errOut.Reset()
	r.app = &app{in: strings.NewReader(""), out: &r.out, errOut: &r.errOut, now: r.app.now, env: r.app.env, password: secret.New(password), beside: r.app.beside}
	return run(t.Context(), r.app, args)
}

// printed are the keys on stdout, which has to be one object of one line.
func printed(t testing.TB, stdout []byte) processOutput {
	t.Helper()
	var k processOutput
	to := json.NewDecoder(bytes.NewReader(stdout))
	to.DisallowUnknownFields()
	if err := to.Decode(&k); err != nil {
		t.Fatalf("stdout is %d bytes and no object: %v", len(stdout), err)
	}
	if bytes.Count(stdout, []byte("\n")) != 1 || !bytes.HasSuffix(stdout, []byte("}\n")) || stdout[0] != '{' {
		t.Errorf("stdout is more than one object and a line feed: %d bytes, %d lines", len(stdout), bytes.Count(stdout, []byte("\n")))
	}
	if k.Version != 1 || k.AccessKeyID == "" || k.SecretAccessKey == "" || k.SessionToken == "" {
		t.Error("stdout lacks a member of the keys")
	}
	if !regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$`).MatchString(k.Expiration) { // security case 89
		t.Errorf("Expiration %q is not RFC 3339 in UTC", k.Expiration)
	}
	return k
}

// broken answers each request with an error of the server's.
func broken(w http.ResponseWriter, _ *http.Request) bool {
	http.Error(w, "out of order", http.StatusInternalServerError)
	return true
}

// How much of their life is left decides what becomes of keys that are kept.
func TestMarginsOfRenewal(t *testing.T) { // security case 88
	for _, c := range []struct {
		left   time.Duration
		broken bool // the IdP cannot renew them
		exit   int
		same   bool // the old keys are served
		asked  bool // the IdP or STS was
		notice bool
	}{
		{left: 20 * time.Minute, exit: exitDone, same: true},
		{left: 20 * time.Minute, broken: true, exit: exitDone, same: true},
		{left: 14 * time.Minute, exit: exitDone, asked: true},
		{left: 6 * time.Minute, exit: exitDone, asked: true},
		{left: 6 * time.Minute, broken: true, exit: exitDone, same: true, asked: true},
		{left: 5*time.Minute - time.Second, exit: exitDone, asked: true},
		{left: 5*time.Minute - time.Second, broken: true, exit: exitDone, same: true, asked: true, notice: true},
		{left: 62 * time.Second, broken: true, exit: exitDone, same: true, asked: true, notice: true},
		{left: 58 * time.Second, broken: true, exit: exitPage, asked: true},
		{left: 0, exit: exitDone, asked: true},
		{left: 0, broken: true, exit: exitPage, asked: true},
		{left: -1 * time.Second, exit: exitDone, asked: true},
		{left: -1 * time.Second, broken: true, exit: exitPage, asked: true},
	} {
		t.Run(fmt.Sprintf("%s, broken %v", c.left, c.broken), func(t *testing.T) {
			r := newMachineRig(t, "p=111111111111/Admin")
			if code := r.next(t, goodPassword, "credentials", "p"); code != exitDone {
				t.Fatalf("exit %d\n%s", code, r.errOut.String())
			}
			old := printed(t, r.out.Bytes())
			ends, err := time.Parse(time.RFC3339, old.Expiration)
			if err != nil {
				t.Fatal(err)
			}
			r.ahead.Store(int64(time.Until(ends.Add(-c.left))))
			r.app.now = func() time.Time { return ends.Add(-c.left) } // a slow run does not get past a margin
			asked := false
			r.atIdP.set(func(w http.ResponseWriter, q *http.Request) bool {
				asked = true
				return c.broken && broken(w, q)
			})
			code := r.next(t, goodPassword, "credentials", "p")
			if code != c.exit || asked != c.asked || strings.Contains(r.errOut.String(), "could not be renewed") != c.notice {
				t.Errorf("exit %d, want %d; AD FS was asked: %v, want %v; notice wanted: %v\n%s", code, c.exit, asked, c.asked, c.notice, r.errOut.String())
			}
			if code != exitDone {
				if r.out.Len() != 0 {
					t.Error("a failure printed something on stdout")
				}
				return
			}
			if fresh := printed(t, r.out.Bytes()); (fresh.AccessKeyID == old.AccessKeyID) != c.same {
				t.Errorf("the old keys were served: %v, want %v", !c.same, c.same)
			}
		})
	}
}

// Keys that last 15 minutes, the least that STS gives, are no shorter than the margin right from the start: they too are
// served again.
func TestShortKeysAreKept(t *testing.T) {
	r := newMachineRig(t)
	text := r.idpSettings + "[profile.p]\nidp = \"corp\"\nrole = \"111111111111/Admin\"\nduration = \"15m\"\n"
	if err := os.WriteFile(r.env["SAMLOGIN_CONFIG"], []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for n := range 5 {
		if code := r.next(t, goodPassword, "credentials", "p"); code != exitDone {
			t.Fatalf("call %d: exit %d\n%s", n, code, r.errOut.String())
		}
	}
	if calls := len(r.sts.Log()); calls != 1 {
		t.Errorf("five calls made %d calls to STS, want 1", calls)
	}
}

// A profile that was edited gets keys of its own, and so does another profile of the same account.
func TestOtherRoleOtherKeys(t *testing.T) { // security case 90
	r := newMachineRig(t, "p=111111111111/Admin", "q=111111111111/ReadOnly")
	seen := map[string]string{}
	for _, step := range []struct{ what, name, edit string }{
		{"p", "p", ""}, {"q", "q", ""}, {"p edited to another role", "p", "p=222222222222/team/Deploy"},
	} {
		if step.edit != "" {
			r.writeProfiles(t, step.edit)
		}
		if code := r.next(t, goodPassword, "credentials", step.name); code != exitDone {
			t.Fatalf("%s: exit %d\n%s", step.what, code, r.errOut.String())
		}
		id := printed(t, r.out.Bytes()).AccessKeyID
		if before, there := seen[id]; there {
			t.Errorf("%s got the keys of %s", step.what, before)
		}
		seen[id] = step.what
	}
	var roles []string
	for _, c := range r.sts.Log() {
		roles = append(roles, c.Role)
	}
	if got := strings.Join(roles, " "); got != "arn:aws:iam::111111111111:role/Admin arn:aws:iam::111111111111:role/ReadOnly arn:aws:iam::222222222222:role/team/Deploy" {
		t.Errorf("roles taken: %s", got)
	}
}

// chunks counts writes.
type chunks struct {
	bytes.Buffer
	writes int
}

func (c *chunks) Write(p []byte) (int, error) {
	c.writes++
	return c.Buffer.Write(p)
}

// Every notice there is, and stdout has one object, in one write.
func TestNoticesStayOutOfStdout(t *testing.T) { // security cases 83, 85
	r := newMachineRig(t, "p=111111111111/Admin")
	r.ahead.Store(int64(-9 * time.Minute))
	behind := r.app.now
	r.app.now = func() time.Time { return behind().Add(9 * time.Minute) } // AD FS and STS are late
	var out chunks
	r.app = &app{in: strings.NewReader(""), out: &out, errOut: &r.errOut, now: r.app.now, env: r.app.env, password: secret.New(goodPassword)}
	code := run(t.Context(), r.app, []string{"credentials", "p", "--verbose", "--trace", filepath.Join(r.home, "trace.jsonl"), "--output", "json"})
	if code != exitDone || r.errOut.Len() == 0 {
		t.Fatalf("exit %d\n%s", code, r.errOut.String())
	}
	printed(t, out.Bytes())
	if out.writes != 1 {
		t.Errorf("%d writes, want 1", out.writes)
	}
}

// hoursVariable names the address that the child of TestEightHoursUnderOneServer tells its keys.
const hoursVariable = "HOURS_TEST_ADDRESS"

// A command that runs for eight hours, and asks for its keys every ten minutes as AWS's clients do, never gets keys that
// end within five minutes, though no session lasts longer than an hour; nobody is asked, and the password is sent once.
func TestEightHoursUnderOneServer(t *testing.T) { // security case 126
	if address := os.Getenv(hoursVariable); address != "" {
		hoursChild(address)
	}
	const step, steps = 10 * time.Minute, 48
	r := newMachineRig(t, "p=111111111111/Admin")
	r.app.beside = func(f func()) { f() } // the clock leaps meanwhile
	told := make(chan string, steps)
	seen := map[string]bool{}
	ticks := http.NewServeMux()
	ticks.HandleFunc("/", func(w http.ResponseWriter, q *http.Request) {
		body, _ := io.ReadAll(q.Body)
		var k struct{ AccessKeyId, Expiration string }
		if err := json.Unmarshal(body, &k); err != nil {
			told <- "no keys: " + string(body)
		}
		seen[k.AccessKeyId] = true
		ends, err := time.Parse(time.RFC3339, k.Expiration)
		if left := ends.Sub(r.app.now()); err != nil || left < askingMargin {
			told <- fmt.Sprintf("keys with %s left", left)
		}
		r.ahead.Add(int64(step))
	})
	address := serveOnLoopback(t, ticks)
	t.Setenv(hoursVariable, address)
	if code := r.next(t, goodPassword, "exec", "p", "--server", "--", os.Args[0], "-test.run=^TestEightHoursUnderOneServer$"); code != 40 {
		t.Fatalf("exit %d\n%s", code, r.errOut.String())
	}
	close(told)
	for line := range told {
		t.Error(line)
	}
	if calls := len(r.sts.Log()); r.ahead.Load() != int64(steps*step) || len(seen) < 8 || len(seen) != calls || r.posts() != 1 {
		t.Errorf("%s passed; %d different keys by %d calls to STS, %d passwords sent\n%s", time.Duration(r.ahead.Load()), len(seen), calls, r.posts(), r.errOut.String())
	}
}

// hoursChild is the command that runs for long; it ends with 40, so that nothing else is taken for it.
func hoursChild(address string) {
	for range 48 {
		q, err := http.NewRequest(http.MethodGet, os.Getenv("AWS_CONTAINER_CREDENTIALS_FULL_URI"), nil)
		if err != nil {
			os.Exit(41)
		}
		q.Header.Set("Authorization", os.Getenv("AWS_CONTAINER_AUTHORIZATION_TOKEN"))
		answer, err := http.DefaultClient.Do(q)
		if err != nil {
			os.Exit(42)
		}
		if told, err := http.Post(address, "application/json", answer.Body); err != nil || told.StatusCode != http.StatusOK {
			os.Exit(43)
		}
	}
	os.Exit(40)
}

func serveOnLoopback(t *testing.T, h http.Handler) string {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server.URL
}

// An assertion is kept, sealed, for the next role while AWS takes it: five minutes from its issue, and no longer.
func TestAnAssertionIsKeptForFiveMinutes(t *testing.T) { // security case 120
	r := newMachineRig(t, "p=111111111111/Admin", "q=111111111111/ReadOnly", "r=222222222222/Admin")
	if code := r.next(t, goodPassword, "credentials", "p"); code != exitDone {
		t.Fatalf("exit %d\n%s", code, r.errOut.String())
	}
	kept := r.app.folder().List(assertionKind)
	if len(kept) != 1 || kept[0].Expires.Sub(kept[0].Made) > 5*time.Minute || kept[0].Expires.After(r.app.now().Add(5*time.Minute)) {
		t.Fatalf("kept: %+v", kept)
	}
	for _, step := range []struct {
		after time.Duration
		name  string
		asked bool
	}{{3 * time.Minute, "q", false}, {6 * time.Minute, "r", true}} {
		r.ahead.Store(int64(step.after))
		before := len(r.adfs.Log())
		if code := r.next(t, goodPassword, "credentials", step.name); code != exitDone {
			t.Fatalf("exit %d\n%s", code, r.errOut.String())
		}
		if asked := len(r.adfs.Log()) > before; asked != step.asked {
			t.Errorf("%s later AD FS was asked: %v, want %v", step.after, asked, step.asked)
		}
	}
	r.ahead.Store(int64(12 * time.Minute))
	if kept := r.app.folder().List(assertionKind); len(kept) != 0 {
		t.Errorf("still there: %+v", kept)
	}
}
