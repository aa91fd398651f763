package demo_test

import (
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/samlogin/samlogin/idp/demo"
)

func TestBodyIsReadStrictly(t *testing.T) {
	good := []string{"UserName", `CORP\jane`, "Password", password, "AuthMethod", "FormsAuthentication"}
	with := func(pairs ...string) string { return encode(append(slices.Clone(good), pairs...)...) }
	for name, c := range map[string]struct{ address, body, kind, says string }{
		"as it should be":       {aws, encode(good...), "redirect", ""},
		"keep me signed in":     {aws, with("Kmsi", "true"), "redirect", ""},
		"UserName twice":        {aws, with("UserName", ""), "error page", "Duplicate post parameter UserName"},
		"AuthMethod twice":      {aws, with("AuthMethod", ""), "error page", "Duplicate post parameter AuthMethod"},
		"no AuthMethod":         {aws, encode(good[:4]...), "sign-in page", ""},
		"empty AuthMethod":      {aws, encode(append(slices.Clone(good[:4]), "AuthMethod", "")...), "sign-in page", ""},
		"another AuthMethod":    {aws, encode(append(slices.Clone(good[:4]), "AuthMethod", "CertificateAuthentication")...), "sign-in page", ""},
		"query lost":            {"/adfs/ls/IdpInitiatedSignOn.aspx", encode(good...), "error page", "MSIS7065"},
		"query lost, SP":        {"/adfs/ls/", encode(good...), "error page", "MSIS7065"},
		"unknown relying party": {aws + "2", encode(good...), "error page", "MSIS7007"},
		"bad escape":            {aws, "UserName=%zz", "error page", "cannot be read"},
		"another path":          {"/adfs/oauth2/token", encode(good...), "Not Found", ""},
		"too long":              {aws, "UserName=" + strings.Repeat("x", 1<<20), "error page", "cannot be read"},
	} {
		t.Run(name, func(t *testing.T) {
			got := newFarm(t, demo.Config{}).browser().send(http.MethodPost, c.address, c.body)
			if got.kind() != c.kind || !strings.Contains(got.error(), c.says) || got.refused() != "" {
				t.Errorf("a %s (%s%s), want a %s with %q", got.kind(), got.error(), got.refused(), c.kind, c.says)
			}
			if got.kind() != "redirect" && slices.Contains(got.sets(), "MSISAuth") {
				t.Error("it begins a session")
			}
		})
	}
	f := newFarm(t, demo.Config{})
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, f.server.URL+aws, strings.NewReader(encode(good...)))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "text/plain")
	if got := f.browser().do(r).kind(); got != "error page" {
		t.Errorf("a body that is not said to be a form gives a %s", got)
	}
}

func TestErrorPageNamesTheActivity(t *testing.T) {
	for _, c := range []struct{ address, code string }{
		{"/adfs/ls/IdpInitiatedSignOn.aspx", "MSIS7065"}, {"/adfs/ls/", "MSIS7065"}, {aws + ":other", "MSIS7007"},
	} {
		got := newFarm(t, demo.Config{}).browser().get(c.address)
		text := got.error()
		if got.status != http.StatusOK || !strings.Contains(text, c.code) || !strings.Contains(text, "Activity ID: ") || got.page.Find("title").Text() != "Error" {
			t.Errorf("%s: %d %s", c.address, got.status, text)
		}
	}
}

func TestIdPInitiatedSignOnCanBeOff(t *testing.T) {
	f := newFarm(t, demo.Config{IdPInitiatedOff: true})
	got := f.browser().get(aws)
	if got.kind() != "error page" || !strings.Contains(got.error(), "MSIS7012") || got.page.Find("form").Length() != 0 {
		t.Errorf("a %s: %s", got.kind(), got.error())
	}
	f.browser().signIn(f.redirectBinding(f.request(), ""), `CORP\jane`, password).response()
}

func TestBrowserThatKnowsWindowsIsSentToWindowsSignIn(t *testing.T) {
	f := newFarm(t, demo.Config{})
	for agent, windows := range map[string]bool{
		"samlogin/1.0": false, "Mozilla/5.0 (X11; Linux x86_64) Chrome/120": false,
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/120 Safari/537.36":   false,
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/120 Edg/120.0":       true,
		"Mozilla/5.0 (Windows NT 6.1; WOW64; Trident/7.0; rv:11.0) like Gecko": true,
		"Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 6.1; WOW64)":            true,
	} {
		b := f.browser()
		b.agent = agent
		got := b.get(aws)
		if !windows {
			if got.kind() != "sign-in page" {
				t.Errorf("%s gets a %s", agent, got.kind())
			}
			continue
		}
		if !strings.HasPrefix(got.header.Get("Location"), "/adfs/ls/wia?loginToRp=") {
			t.Errorf("%s is sent to %q", agent, got.header.Get("Location"))
			continue
		}
		got = b.follow(got)
		if got.status != http.StatusUnauthorized || !slices.Equal(got.header.Values("WWW-Authenticate"), []string{"Negotiate", "NTLM"}) {
			t.Errorf("%s gets %d %v", agent, got.status, got.header.Values("WWW-Authenticate"))
		}
	}
}

func TestLockoutRefusesTheRightPasswordWithTheSameWords(t *testing.T) {
	f := newFarm(t, demo.Config{})
	wrong := func() string { return f.browser().signIn(aws, `CORP\jane`, "wrong").refused() }
	said := wrong()
	if !strings.HasPrefix(said, "Incorrect user ID or password.") {
		t.Fatalf("a wrong password is refused with %q", said)
	}
	for range 3 {
		wrong()
	}
	for range 2 {
		f.browser().signIn(aws, `CORP\jane`, password).response() // the fifth is right, and the count begins again
		for range 4 {
			wrong()
		}
	}
	f.browser().signIn(aws, `CORP\jane`, password).response()
	for range 5 {
		wrong()
	}
	if got := f.browser().signIn(aws, `CORP\jane`, password); got.refused() != said {
		t.Errorf("after five wrong ones the right one gives a %s %q", got.kind(), got.refused())
	}
	if got := f.browser().signIn(aws, `CORP\olivia`, password).kind(); got != "response" {
		t.Errorf("another person gets a %s", got)
	}
	f.pass(29 * time.Minute)
	if got := f.browser().signIn(aws, `CORP\jane`, password); got.refused() != said {
		t.Errorf("after 29 minutes the right one gives a %s", got.kind())
	}
	f.pass(29 * time.Minute) // the try in between began the time again
	if got := f.browser().signIn(aws, `CORP\jane`, password); got.refused() != said {
		t.Errorf("after 58 minutes with a try in between there is a %s", got.kind())
	}
	f.pass(30 * time.Minute)
	f.browser().signIn(aws, `CORP\jane`, password).response()
}

// What a request says of itself is shown in pages, and stays text.
func TestForeignTextStaysText(t *testing.T) {
	b := newFarm(t, demo.Config{}).browser()
	b.agent = `x"><script>alert(1)</script>{{Details}}`
	got := b.get("/adfs/ls/?a=\"'><b>{{Agent}}")
	if got.page.Find("script").Length() != 1 || !strings.Contains(got.error(), b.agent) || strings.Contains(got.body, "<b>") {
		t.Errorf("the page is %s", got.body)
	}
}

func TestAnInterceptorAnswersInstead(t *testing.T) {
	var read string
	f := newFarm(t, demo.Config{Intercept: func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodPost {
			return false
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		read = string(body)
		w.WriteHeader(http.StatusTeapot)
		return true
	}})
	got := f.browser().signIn(aws, "a@b", "c")
	if got.status != http.StatusTeapot || read != "UserName=a%40b&Password=c&AuthMethod=FormsAuthentication" {
		t.Errorf("%d, body %q", got.status, read)
	}
}
