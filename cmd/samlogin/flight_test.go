package main

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/samlogin/samlogin/saml/secret"
)

// Twelve profiles of one person asked for at once: one login at AD FS, a call to AWS for each; then nothing at all.
//
// security case 82
func TestTwelveProfilesAtOnceMakeOneLogin(t *testing.T) {
	r := newRig(t, 0, 0)
	delete(r.env, "SAMLOGIN_IDP")
	var text strings.Builder
	fmt.Fprintf(&text, "[idp.corp]\nkind = \"adfs\"\nurl = %q\nusername = 'CORP\\jane'\n", r.env["SAMLOGIN_URL"])
	for n := range 12 {
		fmt.Fprintf(&text, "[profile.p%d]\nidp = \"corp\"\nrole = \"111111111111/Admin\"\nduration = \"%dm\"\n", n, 60+n)
	}
	r.settingsFor(t, text.String())
	ask := func(password string) {
		t.Helper()
		var all sync.WaitGroup
		for n := range 12 {
			for range 2 {
				all.Go(func() {
					var out, errOut strings.Builder
					a := &app{in: strings.NewReader(""), out: &out, errOut: &errOut, now: r.app.now, env: r.app.env, password: secret.New(password)}
					a.global.noInput = true
					code := run(t.Context(), a, []string{"credentials", fmt.Sprintf("p%d", n), "--no-input"})
					if code != exitDone || !strings.HasPrefix(out.String(), `{"Version":1,"AccessKeyId":"ASIA`) || strings.Count(out.String(), "\n") != 1 {
						t.Errorf("p%d: exit %d\n%s", n, code, errOut.String())
					}
				})
			}
		}
		all.Wait()
	}
	ask("Correct-Horse-7")
	if logins, calls := r.posts(), len(r.sts.Log()); logins != 1 || calls != 12 {
		t.Errorf("%d passwords were sent, want 1; STS was called %d times, want 12", logins, calls)
	}
	ask("")
	if logins, calls := r.posts(), len(r.sts.Log()); logins != 1 || calls != 12 {
		t.Errorf("afterwards: %d passwords, %d calls", logins, calls)
	}
}

// Twenty at once with a password that is wrong: it is sent once, and all are told.
//
// security case 82
func TestAWrongPasswordIsSentOnceForAllThatWait(t *testing.T) {
	r := newRig(t, 0, 0)
	delete(r.env, "SAMLOGIN_IDP")
	r.settingsFor(t, fmt.Sprintf("[idp.corp]\nkind = \"adfs\"\nurl = %q\nusername = 'CORP\\jane'\n[profile.p]\nidp = \"corp\"\nrole = \"111111111111/Admin\"\n", r.env["SAMLOGIN_URL"]))
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			var out, errOut strings.Builder
			a := &app{in: strings.NewReader(""), out: &out, errOut: &errOut, now: r.app.now, env: r.app.env, password: secret.New("wrong-one")}
			code := run(t.Context(), a, []string{"credentials", "p", "--no-input"})
			if code != exitRefused || out.Len() > 0 || !strings.Contains(errOut.String(), "refused the user name or password") || !strings.Contains(errOut.String(), "samlogin: hint: run: samlogin login p") {
				t.Errorf("exit %d, %q\n%s", code, out.String(), errOut.String())
			}
		})
	}
	all.Wait()
	if logins := r.posts(); logins != 1 {
		t.Errorf("%d passwords were sent, want 1", logins)
	}
}

// What is another person's, or another profile's, is not this one's: neither keys nor a failure.
//
// security case 90
func TestNothingOfSomebodyElses(t *testing.T) {
	r := newRig(t, 0, 0)
	delete(r.env, "SAMLOGIN_IDP")
	r.settingsFor(t, fmt.Sprintf(`[idp.corp]
kind = "adfs"
url = %[1]q
username = 'CORP\jane'
[idp.two]
kind = "adfs"
url = %[1]q
username = 'CORP\jane'
realm = "Contoso"
[profile.ci]
idp = "corp"
role = "111111111111/Admin"
[profile.other]
idp = "two"
role = "111111111111/Admin"
[profile.bad]
idp = "corp"
role = "111111111111/Admin"
relying_party = "urn:nonexistent"
`, r.env["SAMLOGIN_URL"]))
	ask := func(password string, args ...string) (int, string) {
		var out, errOut strings.Builder
		a := &app{in: strings.NewReader(""), out: &out, errOut: &errOut, now: r.app.now, env: r.app.env, password: secret.New(password)}
		return run(t.Context(), a, append(args, "--no-input")), out.String() + errOut.String()
	}
	if code, said := ask("Correct-Horse-7", "credentials", "bad"); code != exitRefused {
		t.Fatalf("an unknown relying party: exit %d\n%s", code, said)
	}
	if code, said := ask("Correct-Horse-7", "credentials", "ci"); code != exitDone {
		t.Errorf("after another profile's failure: exit %d\n%s", code, said)
	}
	if code, said := ask("", "credentials", "other"); code != exitNeedsAnswer {
		t.Errorf("another realm has the keys of the first: exit %d\n%s", code, said)
	}
	if code, _ := ask("wrong-one", "env", "ci", "--shell", "dotenv", "--duration", "2h", "--mfa-code", "1"); code != exitDone {
		t.Errorf("the session is not used: exit %d", code)
	}
	r.env["SAMLOGIN_USERNAME"] = `CORP\olivia`
	if code, said := ask("wrong-one", "env", "ci", "--shell", "dotenv"); code != exitRefused {
		t.Errorf("a wrong password: exit %d\n%s", code, said)
	}
	if code, said := ask("Correct-Horse-7", "env", "ci", "--shell", "dotenv"); code != exitDone {
		t.Errorf("who corrects himself is not heard: exit %d\n%s", code, said)
	}
}
