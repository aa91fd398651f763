package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/samlogin/samlogin/saml/secret"
)

// settingsFor writes a rig's settings.
func (r *rig) settingsFor(t *testing.T, text string) {
	t.Helper()
	path := filepath.Join(r.home, ".config", "samlogin", "config.toml")
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// Three profiles of one account at one IdP, by three relying parties: a refused password is sent once in the run, and so
// is a good one, since the IdP's session serves the others.
func TestOnePasswordForSeveralRelyingParties(t *testing.T) {
	r := newRig(t, 0, 0)
	delete(r.env, "SAMLOGIN_IDP")
	r.settingsFor(t, fmt.Sprintf(`[idp.corp]
kind = "adfs"
url = %q
username = 'CORP\jane'
[profile.a]
idp = "corp"
role = "111111111111/Admin"
[profile.b]
idp = "corp"
role = "222222222222/Admin"
relying_party = "urn:amazon:webservices:govcloud"
[profile.c]
idp = "corp"
role = "333333333333/ReadOnly"
relying_party = "urn:amazon:webservices:cn-north-1"
[group.m]
profiles = ["a", "b", "c"]
`, r.env["SAMLOGIN_URL"]))
	r.args = []string{"login", "m", "--no-input"}
	for password, want := range map[string]int{"wrong-one": exitRefused, "Correct-Horse-7": exitDone} {
		before := r.posts()
		r.errOut.Reset()
		r.app = &app{in: r.app.in, out: &r.out, errOut: &r.errOut, now: r.app.now, env: r.app.env, password: secret.New(password), stateless: true}
		if code := run(t.Context(), r.app, r.args); code != want || r.posts() != before+1 {
			t.Errorf("exit %d, want %d; %d passwords sent, want 1\n%s", code, want, r.posts()-before, r.errOut.String())
		}
	}
}

// A password that was given is for one IdP: the second one of a group does not get it.
func TestAGivenPasswordGoesToOneIdP(t *testing.T) {
	r, other := newRig(t, 0, 0), newRig(t, 0, 0)
	delete(r.env, "SAMLOGIN_IDP")
	bundles(t, r, other)
	r.settingsFor(t, fmt.Sprintf(`[idp.corp]
kind = "adfs"
url = %q
[idp.partner]
kind = "adfs"
url = %q
[profile.a]
idp = "corp"
role = "111111111111/Admin"
[profile.b]
idp = "partner"
role = "222222222222/Admin"
[group.m]
profiles = ["a", "b"]
`, r.env["SAMLOGIN_URL"], other.env["SAMLOGIN_URL"]))
	delete(r.env, "SAMLOGIN_URL")
	r.args = []string{"login", "m", "--no-input", "--username", `CORP\jane`}
	if code := run(t.Context(), r.app, r.args); code != exitSome || other.posts() != 0 {
		t.Errorf("exit %d, want %d; the other IdP got %d passwords\n%s", code, exitSome, other.posts(), r.errOut.String())
	}
	if !strings.Contains(r.errOut.String(), "the password that was given is for corp\\jane at https://127.0.0.1") {
		t.Errorf("nothing is said of it:\n%s", r.errOut.String())
	}
}

// bundles makes one rig trust the servers of another.
func bundles(t *testing.T, r, other *rig) {
	t.Helper()
	bundle, err := os.ReadFile(other.env["SAMLOGIN_CA_BUNDLE"])
	if err != nil {
		t.Fatal(err)
	}
	own, err := os.ReadFile(r.env["SAMLOGIN_CA_BUNDLE"])
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(r.env["SAMLOGIN_CA_BUNDLE"], append(own, bundle...), 0o600); err != nil {
		t.Fatal(err)
	}
}

// Sixty roles and an STS that is not there: it is tried a few times, not sixty, and said once.
func TestAnSTSThatIsNotThere(t *testing.T) {
	r := newRig(t, 0, 0)
	r.args = []string{"login", "--username", `CORP\ada`, "--all", "--profile", "{account}-{role}", "--no-input"}
	calls := make(chan struct{}, 1000)
	r.atAWS.set(func(w http.ResponseWriter, q *http.Request) bool {
		calls <- struct{}{}
		panic(http.ErrAbortHandler) // the connection breaks
	})
	if code := run(t.Context(), r.app, r.args); code != exitNetwork || len(calls) > 3*atOnce {
		t.Errorf("exit %d, want %d, after %d calls\n%s", code, exitNetwork, len(calls), r.errOut.String())
	}
	if n := strings.Count(r.errOut.String(), "the connection was closed"); n < 1 || n > 2 {
		t.Errorf("said %d times:\n%s", n, r.errOut.String())
	}
}

// AD FS stops a browser that is given five tokens within 20 seconds, by a cookie: logins that follow each other are not
// meant by it.
func TestLoginsOneAfterTheOther(t *testing.T) {
	r := newRig(t, 0, 0)
	for n := range 8 {
		r.app.password, r.app.given = secret.New("Correct-Horse-7"), nil
		if code := run(context.Background(), r.app, r.args); code != exitDone {
			t.Fatalf("login %d: exit %d\n%s", n+1, code, r.errOut.String())
		}
	}
}
