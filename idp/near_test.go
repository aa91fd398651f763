package idp_test

import (
	"testing"

	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/idp/idptest"
)

// An unknown page is compared with what is known: what it has, what it lacks, what is in the way.
func TestAnUnknownPageIsComparedWithTheKnown(t *testing.T) {
	for name, c := range map[string]struct{ page, near string }{
		"nothing in common": {`<p>Hello</p>`, ""},
		"a form alone":      {`<form method="get"><input name="q" type="search"></form>`, "page that posts itself: it has 1 of 3 marks; missing: hidden fields, a script or button that sends it on"},
		"no password":       {`<form id="loginForm"><input name="UserName"><input type="hidden" name="AuthMethod" value="x"></form>`, "AD FS sign-in page: it has 3 of 4 marks; missing: a field for the password"},
		"two to type": {
			`<form><input type="hidden" name="Context"><input type="hidden" name="AuthMethod"><input name="code"><input name="next"></form>`,
			"AD FS one-time code: it has 3 of 3 marks; in the way: more than one field to type into",
		},
		"two users": {
			`<form id="loginForm"><input type="password" name="p"><input type="text" name="a"><input type="text" name="b"><input type="hidden" name="AuthMethod"></form>`,
			"AD FS sign-in page: it has 4 of 4 marks, but is put together otherwise",
		},
	} {
		w := idptest.New(t)
		w.Site(host).On(start, idptest.HTML(c.page))
		_, err := run(t, w)
		e := notUnderstood(t, err, "not known")
		got := ""
		if e.Near != nil {
			got = e.Near.String()
		}
		if got != c.near {
			t.Errorf("%s: %q, want %q", name, got, c.near)
		}
	}
}

// A field that a person typed into is told without its length, whatever its name.
func TestWhatIsTypedHasNoLengthInEvents(t *testing.T) {
	w := idptest.New(t)
	w.Site(host).On(start, idptest.HTML(`<form id="loginForm" method="post" action="/post"><input name="submit" type="text"><input name="Kmsi" type="password"><input type="hidden" name="AuthMethod" value="FormsAuthentication"></form>`)).
		On("POST /post", response(t))
	c := config(t, w)
	var sent string
	c.Observe = func(e idp.Event) {
		if e.Hop != nil && e.Hop.Method == "POST" {
			sent = told(e)
		}
	}
	if _, err := idp.NewWalk(c).Run(t.Context(), at(t, "https://"+host+startURL), stored()); err != nil {
		t.Fatal(err)
	}
	if want := "POST https://adfs.example.com/post submit! Kmsi! AuthMethod=FormsAuthentication:19 -> 200"; sent != want {
		t.Errorf("told %q, want %q", sent, want)
	}
}
