package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// A sign-in that leads on to another server: it is shown and agreed to once, and without a terminal nothing goes there.
func TestAnotherServerIsAgreedToOnce(t *testing.T) {
	r := newRig(t, 0, 0)
	other := r.env["AWS_ENDPOINT_URL_STS"] // some server of ours that is not the IdP
	r.atIdP.set(func(w http.ResponseWriter, _ *http.Request) bool {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprintf(w, `<form method="post" action="%s/sso"><input type="hidden" name="x" value="1"><noscript><input type="submit"></noscript></form>`, other)
		return true
	})
	reached := func() (n int) { return len(r.sts.Log()) }
	login := func(answer string) (int, string) {
		t.Helper()
		c := openConsole(t, append(r.environ(), "HOME="+r.home, `SAMLOGIN_USERNAME=CORP\jane`, "SAMLOGIN_PASSWORD=Correct-Horse-7"), "login")
		if answer != "" {
			c.next("leads on to another server")
			c.next("    " + other)
			c.next("[y/N] ")
			c.send(answer + "\n")
		}
		return c.exit(), c.seen.String()
	}
	if code, said := login("n"); code != exitUnsafe || reached() != 0 || !strings.Contains(said, "origins = [") {
		t.Errorf("after a no: exit %d, reached %d times\n%s", code, reached(), said)
	}
	if code := run(t.Context(), r.app, append(r.args, "--no-input")); code != exitUnsafe || reached() != 0 {
		t.Errorf("with nobody to ask: exit %d, reached %d times", code, reached())
	}
	if code, said := login("y"); code == exitUnsafe || reached() != 1 { // what that server then says is not a sign-in
		t.Errorf("after a yes: exit %d, reached %d times\n%s", code, reached(), said)
	}
	if code, said := login(""); code == exitUnsafe || reached() != 2 || strings.Contains(said, "leads on") {
		t.Errorf("asked again: exit %d, reached %d times\n%s", code, reached(), said)
	}
}
