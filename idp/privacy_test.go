package idp_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/idp/idptest"
	"github.com/samlogin/samlogin/saml/foreign"
)

const (
	codeCanary   = "73195028"
	hiddenCanary = "Verborgen-4711-Wert"
	queryCanary  = "Anfrage-0815-Wert"
)

// A page that shows, wherever a page can, what was typed.
func echo(t *testing.T) string {
	t.Helper()
	in := html.EscapeString(canary)
	return `<title>Sorry ` + in + `</title><body><h1>` + in + `</h1><p>` + codeCanary + `</p><form id="` + in + `" name="` + in + `" action="/x?` + queryCanary + `">` +
		`<input name="` + in + `" value="` + in + `" placeholder="` + in + `"><input type="hidden" name="h" value="` + hiddenCanary + `"><textarea name="t">` + hiddenCanary + `</textarea></form>`
}

// Whatever a page does with what it is sent, no text that can be shown holds it: errors, events, questions.
//
// security case 24
func TestWhatWasTypedIsNeverShown(t *testing.T) {
	typed := html.EscapeString(canary)
	coded := strings.Replace(codePage, `value="ctx-1"`, `value="`+hiddenCanary+`"`, 1)
	for name, end := range map[string]idptest.Answer{
		"a page nobody knows": idptest.HTML(echo(t)),
		"an error status":     idptest.Page(500, echo(t)),
		"another kind":        idptest.Page(200, canary, "Content-Type", "text/"+canary),
		"an error page":       idptest.HTML(`<div id="errorArea"><div id="openingMessage">` + typed + `</div><div id="errorMessage">No ` + typed + ` with ` + codeCanary + `</div></div>`),
		"the code again":      says(coded, "no "+typed+" and "+codeCanary),
		"a new label":         idptest.HTML(strings.Replace(coded, "Code of your token", typed+codeCanary, 1)),
		"the password again":  says(posting("/post"), "no "+typed),
		"a redirect":          idptest.Redirect(302, "/"+url.PathEscape(canary)+"/"+codeCanary+"?"+queryCanary),
		"a redirect nowhere":  idptest.Redirect(302, "https://[::1/"+queryCanary+"?"+queryCanary),
		"a 307":               idptest.Redirect(307, "/?"+queryCanary),
		"a broken header":     idptest.Raw("HTTP/1.1 200 OK\r\n" + canary + codeCanary + "\x1b[2J\r\n\r\n"),
		"no HTTP":             idptest.Raw(canary + codeCanary),
		"at the cut":          idptest.HTML("<body><p>" + strings.Repeat("x", 295) + " " + typed + "</p>"),
		"folded blanks":       idptest.HTML("<body><p>" + strings.ReplaceAll(typed, " ", "\n\t ") + "</p>"),
		"a refresh to evil":   idptest.HTML(`<meta http-equiv="refresh" content="0;url=https://evil.example.com/` + queryCanary + `?` + queryCanary + `">`),
	} {
		t.Run(name, func(t *testing.T) {
			w := idptest.New(t)
			w.Site(host).On(start, idptest.HTML(posting("/post?"+queryCanary))).On("POST /post", idptest.HTML(coded)).On("POST /code", end).
				On("GET /"+canary+"/"+codeCanary, idptest.HTML(echo(t)))
			var shown strings.Builder
			c := config(t, w)
			c.Observe = func(e idp.Event) {
				text, err := json.Marshal(e)
				if err != nil {
					t.Error(err)
				}
				fmt.Fprintf(&shown, "%s\n%+v\n", text, e)
			}
			p := &idptest.Person{Types: map[idp.Kind][]string{idp.Password: {canary}, idp.Code: {codeCanary}}}
			_, err := idp.NewWalk(c).Run(t.Context(), at(t, "https://"+host+startURL+"?"+queryCanary), p)
			if err == nil {
				t.Fatal("the login succeeded")
			}
			for e := err; e != nil; e = errors.Unwrap(e) {
				fmt.Fprintf(&shown, "%s\n", e)
			}
			text, jsonErr := json.Marshal(struct{ E any }{parts(err)})
			if jsonErr != nil {
				t.Fatal(jsonErr)
			}
			fmt.Fprintf(&shown, "%s\n%+v\n", text, p.Asked())
			idptest.Absent(t, canary, "what is shown", shown.String())
			for _, s := range []string{codeCanary, hiddenCanary, queryCanary} {
				idptest.Absent(t, s, "what is shown", shown.String())
			}
			if strings.Contains(shown.String(), "Kanarie") {
				t.Errorf("half of the password is shown: %s", shown.String())
			}
			if strings.ContainsRune(err.Error(), 0x1b) {
				t.Errorf("an escape reaches the terminal: %q", err.Error())
			}
		})
	}
}

// parts is what a program could print of an error beside its text.
func parts(err error) any {
	var refused *idp.RefusedError
	var page *idp.PageError
	var need *idp.NeedError
	switch {
	case errors.As(err, &refused):
		return *refused
	case errors.As(err, &page):
		return *page
	case errors.As(err, &need):
		return *need
	}
	return nil
}

// security case 24
func TestOnlyTheKnownElementOfAnErrorPageIsQuoted(t *testing.T) {
	w := idptest.New(t)
	w.Site(host).On(start, idptest.HTML(`<div id="errorArea"><div id="errorMessage">`+strings.Repeat("Call the\x1b[2J desk. ", 100)+`</div><p>you typed: secretly</p></div>`))
	_, err := run(t, w)
	e := refusal(t, err, idp.OtherRefusal)
	if strings.Contains(err.Error(), "secretly") {
		t.Errorf("another part of the page is quoted: %v", err)
	}
	if n := len([]rune(e.Said.String())); n != foreign.Limit {
		t.Errorf("%d characters are shown, want %d", n, foreign.Limit)
	}
	if strings.ContainsRune(err.Error(), 0x1b) || !strings.Contains(err.Error(), "<U+001B>") {
		t.Errorf("not cleaned: %q", err.Error())
	}
}

func TestAnUnknownPageIsDescribedByNamesAndNotByValues(t *testing.T) {
	w := idptest.New(t)
	w.Site(host).On(start, idptest.Redirect(302, "/portal/welcome?"+queryCanary)).
		On("GET /portal/welcome", idptest.Page(http.StatusForbidden, `<title>Welcome</title><script>var x = "`+hiddenCanary+`"</script><p>Choose  a <b>door</b></p><p hidden>`+hiddenCanary+`</p>`+
			`<form name="doors"><input name="left" value="`+hiddenCanary+`"><input type="hidden" name="token" value="`+hiddenCanary+`"></form><form></form>`))
	_, err := run(t, w)
	e := notUnderstood(t, err, "an error that is not known")
	if e.Address != "https://adfs.example.com/portal/welcome" || e.Status != 403 || e.Title != "Welcome" || e.Text != "Choose a door" || strings.Join(e.Forms, " ") != "doors(left, token) form()" {
		t.Errorf("described as %+v", *e)
	}
	for _, s := range []string{hiddenCanary, queryCanary} {
		idptest.Absent(t, s, "the error", fmt.Sprint(err, *e))
	}
	for _, part := range []string{"https://adfs.example.com/portal/welcome", "403", "Welcome", "doors(left, token)", "Choose a door"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("the error does not tell %q: %v", part, err)
		}
	}
}

// told is an event in short: "!" is a field that was filled in.
func told(e idp.Event) string {
	if p := e.Page; p != nil {
		return fmt.Sprintf("%s %s %s: %s", p.Title, p.Forms[0], p.Known, p.Step)
	}
	text := e.Hop.Method + " " + e.Hop.Address.String()
	for _, f := range e.Hop.Sent {
		text += " " + f.Name.String()
		if !f.Value.IsZero() {
			text += "=" + f.Value.String()
		}
		if f.Length > 0 {
			text += fmt.Sprintf(":%d", f.Length)
		}
		if f.Filled {
			text += "!"
		}
	}
	return strings.TrimSpace(fmt.Sprintf("%s -> %d %s%s", text, e.Hop.Status, e.Hop.To, e.Hop.Request))
}

func TestEventsTellTheWayWithoutValues(t *testing.T) {
	const id = "00000000-1111-2222-3333-0080010000f2"
	w := idptest.New(t)
	w.Site(host).On(start, idptest.Redirect(302, "/page?client-request-id="+id)).On("GET /page", idptest.HTML(posting("/post"))).On("POST /post", response(t))
	var events []string
	c := config(t, w)
	c.Observe = func(e idp.Event) { events = append(events, told(e)) }
	if _, err := idp.NewWalk(c).Run(t.Context(), at(t, "https://"+host+startURL+"?"+queryCanary), stored()); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"GET https://adfs.example.com/start?(17) -> 302 https://adfs.example.com/page?client-request-id=(36)",
		"GET https://adfs.example.com/page?client-request-id=(36) -> 200 " + id,
		"Sign In loginForm(UserName, Password, AuthMethod) AD FS sign-in page: sign in",
		"POST https://adfs.example.com/post UserName! Password! AuthMethod=FormsAuthentication:19 -> 200",
		"Working... hiddenform(SAMLResponse) SAML response: take the response",
	}
	if got := strings.Join(events, "\n"); got != strings.Join(want, "\n") {
		t.Errorf("told\n%s\nwant\n%s", got, strings.Join(want, "\n"))
	}
}
