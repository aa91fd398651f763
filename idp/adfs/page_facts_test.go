package adfs_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/saml/foreign"
)

// form is a sign-in form with these controls in it.
func form(controls string) string {
	return `<form id="loginForm" method="post" action="/adfs/ls/">` + controls + `</form>`
}

const (
	user     = `<input name="UserName" type="email">`
	password = `<input name="Password" type="password">`
)

// security case 11
func TestSecretsGoToPasswordFieldsOnly(t *testing.T) {
	for name, c := range map[string]struct{ page, want string }{
		"names swapped, types tell":     {form(`<input name="Password" type="text"><input name="UserName" type="password">`), "sign-in Password UserName"},
		"both called UserName":          {form(`<input name="UserName" type="text"><input name="UserName" type="password">`), "sign-in UserName UserName"},
		"a password field of type text": {form(user + `<input name="Password" type="text">`), "not understood"},
		"a hidden password field":       {form(user + `<input name="Password" type="hidden">`), "not understood"},
		"two password fields":           {form(user + password + `<input name="Pin" type="password">`), "stop: refused for safety: the page asks for more than one password (page of https://adfs.example.com)"},
		"no user name":                  {form(password), "not understood"},
		"two other text fields":         {form(`<input name="a"><input name="b">` + password), "not understood"},
		"one text field of any name":    {form(`<input name="login">` + password), "sign-in login Password"},
	} {
		if got := classify(readAt(t, "/adfs/ls/", c.page)); got != c.want {
			t.Errorf("%s: taken for %q, want %q", name, got, c.want)
		}
	}
}

// security case 9
func TestOfTwoPasswordFormsOnlyTheVisibleOneCounts(t *testing.T) {
	decoy := `<form method="post" action="https://evil.example.com/" style="display:none">` + user + password + `</form>`
	wrapped := `<div hidden><form method="post" action="https://evil.example.com/">` + user + password + `</form></div>`
	seen := strings.Replace(decoy, ` style="display:none"`, "", 1)
	ambiguous := "stop: refused for safety: the page has more than one form that asks for a password (page of https://adfs.example.com)"
	for name, c := range map[string]struct{ page, want string }{
		"hidden before the real one":   {decoy + form(user+password), "sign-in UserName Password"},
		"hidden after the real one":    {form(user+password) + decoy, "sign-in UserName Password"},
		"hidden by what stands round":  {wrapped + form(user+password), "sign-in UserName Password"},
		"both visible":                 {seen + form(user+password), ambiguous},
		"both visible, other order":    {form(user+password) + seen, ambiguous},
		"three, two of them visible":   {decoy + seen + form(user+password), ambiguous},
		"two outside every form":       {`<form id="loginForm" method="post"></form>` + user + password + password, "stop: refused for safety: the page asks for more than one password (page of https://adfs.example.com)"},
		"outside every form, no login": {`<form id="other" method="post"></form>` + user + password, "not understood"},
	} {
		p := readAt(t, "/adfs/ls/", c.page)
		if got := classify(p); got != c.want {
			t.Errorf("%s: taken for %q, want %q", name, got, c.want)
		}
		if s, ok := step(p).(idp.SignIn); ok && s.Form.Target.Host() != "adfs.example.com" {
			t.Errorf("%s: the form of %s was chosen", name, s.Form.Target)
		}
	}
}

func TestAPageForACodeIsNotGuessedAt(t *testing.T) {
	frame := `<input type="hidden" name="AuthMethod" value="X"><input type="hidden" name="Context" value="Y">`
	for name, c := range map[string]struct{ page, want string }{
		"two forms with a field each":       {form(frame+`<input name="a">`) + form(frame+`<input name="b">`), "not understood"},
		"a field that nobody sees":          {form(frame + `<input name="a" style="display: none"><input name="b">`), "code b"},
		"two buttons with names":            {form(frame + `<input name="a"><input type="submit" name="ok"><input type="submit" name="cancel">`), "code a"},
		"the id and shape of a sign-in":     {form(frame + user + password), "not understood"},
		"a sign-in form beside the Context": {form(user+password) + `<form>` + frame + `</form>`, "not understood"},
	} {
		if got := classify(readAt(t, "/adfs/ls/", c.page)); got != c.want {
			t.Errorf("%s: taken for %q, want %q", name, got, c.want)
		}
	}
}

// What an IdP says of a password decides only on the advice; a text that names all reasons at once proves none.
func TestReasonOfARefusal(t *testing.T) {
	for said, want := range map[string]string{
		"The account is locked out.":                                     "stop: locked",
		"The referenced account is currently disabled.":                  "stop: disabled",
		"Your password has expired.":                                     "stop: password expired",
		"The user's password must be changed before signing in.":         "stop: password expired",
		"Incorrect user ID or password, or your account is locked.":      "sign-in UserName Password, refused",
		"Invalid credentials. The account may be locked out or disabled": "sign-in UserName Password, refused",
		"Something else": "sign-in UserName Password, refused",
	} {
		if got := classify(readAt(t, "/adfs/ls/", form(`<span id="errorText">`+said+`</span>`+user+password))); got != want {
			t.Errorf("%q is taken for %q, want %q", said, got, want)
		}
	}
}

func TestErrorPageTellsItsWordsAndItsActivity(t *testing.T) {
	const activity = "00000000-1111-2222-3333-0080010000f2"
	for name, said := range map[string]foreign.Text{
		"error/msis7007.html":     "An error occurred. Contact your administrator for more information.",
		"error/no-details.html":   "An error occurred. Contact your administrator for more information.",
		"languages/de-error.html": "Wenden Sie sich an den Administrator, um weitere Informationen zu erhalten.",
		"languages/ja-error.html": "詳細については、管理者に問い合わせてください。",
		"error/old.html":          "",
	} {
		e := stopped(t, read(t, name))
		if e.Activity != activity || e.Said != said {
			t.Errorf("%s: activity %q and words %q", name, e.Activity, e.Said)
		}
	}
}

func TestExpiredPasswordLeadsToThePageThatChangesIt(t *testing.T) {
	const want = "https://adfs.example.com/adfs/portal/updatepassword/"
	if e := stopped(t, read(t, "2016/expired.html")); e.Address != want {
		t.Errorf("linked: %q, want %q", e.Address, want)
	}
	body, err := os.ReadFile(filepath.Join(pages, "update-password", "page.html"))
	if err != nil {
		t.Fatal(err)
	}
	e := stopped(t, readAt(t, "/adfs/portal/updatepassword/?username=jane#x", string(body)))
	if e.Address != want || e.Said != "You must update your password because your password has expired." {
		t.Errorf("shown: %q, %q", e.Address, e.Said)
	}
	// By its path it is known even where a theme has changed its form.
	if got := classify(readAt(t, "/adfs/portal/UpdatePassword/", form(user+password))); got != "stop: password expired" {
		t.Errorf("with one password field it is taken for %q", got)
	}
}

func stopped(t *testing.T, p *idp.Page) *idp.RefusedError {
	t.Helper()
	s, ok := step(p).(idp.Stop)
	if !ok {
		t.Fatalf("taken for %q, want a stop", classify(p))
	}
	e, ok := s.Err.(*idp.RefusedError)
	if !ok {
		t.Fatalf("stopped with %v, want a *RefusedError", s.Err)
	}
	return e
}
