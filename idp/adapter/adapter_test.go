package adapter_test

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	toml "github.com/pelletier/go-toml/v2"

	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/idp/adapter"
)

func pageOf(t *testing.T, body string) *idp.Page {
	t.Helper()
	u, err := url.Parse("https://adfs.example.com/adfs/ls/")
	if err != nil {
		t.Fatal(err)
	}
	p, err := idp.ReadPage(u, http.StatusOK, http.Header{"Content-Type": {"text/html"}}, []byte(body))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// frame is what AD FS puts round an adapter's part of the page.
func frame(method, inside string) string {
	return `<form method="post" id="loginForm"><input type="hidden" name="AuthMethod" value="` + method + `"><input type="hidden" name="Context" value="c">` + inside +
		`</form><form id="options" method="post"><input type="hidden" name="AuthMethod"><input type="hidden" name="Context" value="c"></form>`
}

func read(t *testing.T, table string) (adapter.Adapter, error) {
	t.Helper()
	var values map[string]any
	if err := toml.Unmarshal([]byte(table), &values); err != nil {
		t.Fatal(err)
	}
	return adapter.Read("ours", values)
}

func TestAnAdapterDescribedInWords(t *testing.T) {
	a, err := read(t, `
title = "Our token"
methods = "OurToken"
[[page]]
do = "stop"
says = ["Access DENIED"]
[[page]]
do = "wait"
has = ["#spinner"]
text = "#do"
number = "#n"
every = "5s"
also = { again = "yes" }
[[page]]
do = "choose"
has = ["a.way"]
option = "a.way"
value = "onclick"
into = "way"
topic = "device"
[[page]]
do = "ask"
has = ["input[name=pin]"]
ask = [{ field = "pin", kind = "pin" }, { field = "new", kind = "new-pin", label = "New", same = "new2" }]
[[page]]
do = "code"
has = ["input[name=code]"]
next = true
error = ".wrong"
also = { go = "Go", apart = "1" }
`)
	if err != nil {
		t.Fatal(err)
	}
	step := func(inside string) idp.Step { return a.Read(pageOf(t, frame("ourtoken", inside))) }

	if s, ok := step(`<p>Access denied, sorry</p>`).(idp.Stop); !ok || !strings.Contains(s.Err.Error(), "Access denied, sorry") {
		// its words are the IdP's where a selector names them, else ours: here neither
		var refused *idp.RefusedError
		if !ok || !errors.As(s.Err, &refused) || refused.Reason != idp.CodeRefused {
			t.Errorf("stop: %#v", s)
		}
	}
	w, ok := step(`<div id="spinner"></div><p id="do">Tap it</p><b id="n">42</b><input type="hidden" name="again" value="no">`).(idp.Wait)
	if !ok || w.Says != "Tap it" || w.Number != "42" || w.Every != 5*time.Second || len(w.Also) != 1 || w.Also[0] != (idp.Pair{Name: "again", Value: "yes"}) {
		t.Errorf("wait: %#v", w)
	}
	c, ok := step(`<a class="way" onclick="pick('phone1')">+1 ***55</a><a class="way" onclick="pick('phone2')">+1 ***66</a>`).(idp.Choose)
	if !ok || c.Topic != idp.Device || len(c.Options) != 2 || c.Options[1].ID != "phone2" || c.Options[1].Label != "+1 ***66" || c.Options[1].Set[0] != (idp.Pair{Name: "way", Value: "phone2"}) {
		t.Errorf("choose: %#v", c)
	}
	q, ok := step(`<label for="p">Your PIN</label><input id="p" type="password" name="pin"><input type="password" name="new"><input type="password" name="new2">`).(idp.Challenge)
	if !ok || len(q.Blanks) != 2 || q.Blanks[0] != (idp.Blank{Field: "pin", Kind: idp.PIN, Label: "Your PIN"}) || q.Blanks[1].Same != "new2" || q.Blanks[1].Label != "New" {
		t.Errorf("ask: %#v", q)
	}
	k, ok := step(`<i class="wrong">No</i><input type="submit" name="go" value="x"><input name="code">`).(idp.Challenge)
	if !ok || k.Blanks[0].Field != "code" || !k.More || k.Refused != "No" || len(k.Also) != 2 || k.Also[0].Name != "go" || k.Also[1].Name != "apart" {
		t.Errorf("code: %#v", k)
	}
	if s := a.Read(pageOf(t, frame("Another", `<input name="code">`))); s != nil {
		t.Errorf("another method's page is taken: %#v", s)
	}
	// What the page offers besides is not what it is.
	if s := a.Read(pageOf(t, `<form id="options" method="post"><input type="hidden" name="AuthMethod" value="OurToken"></form>`+frame("x", `<input name="code">`))); s != nil {
		t.Errorf("the list of other ways is taken for the page: %#v", s)
	}
}

func TestWaitsThatWereDeniedStop(t *testing.T) {
	a, err := read(t, "methods = ['Push']\n[[page]]\ndo = 'wait'\n")
	if err != nil {
		t.Fatal(err)
	}
	s, ok := a.Read(pageOf(t, frame("Push", `<label id="errorText">Authentication denied.</label>`))).(idp.Stop)
	var refused *idp.RefusedError
	if !ok || !errors.As(s.Err, &refused) || refused.Reason != idp.CodeRefused || refused.Said != "Authentication denied." {
		t.Errorf("%#v", s)
	}
}

func TestWordsThatCannotBeMeant(t *testing.T) {
	for table, key := range map[string]string{
		`methods = ["x"]`:                                                                         "page",
		"[[page]]\ndo = 'code'":                                                                   "page.0",
		"methods = ['x']\n[[page]]\ndo = 'guess'":                                                 "page.0.do",
		"methods = ['x']\n[[page]]\ndo = 'code'\nhas = ['[']":                                     "page.0.has",
		"methods = ['x']\n[[page]]\ndo = 'code'\nfeild = 'a'":                                     "page.0.feild",
		"methods = ['x']\n[[page]]\ndo = 'ask'":                                                   "page.0.ask",
		"methods = ['x']\n[[page]]\ndo = 'ask'\nask = [{ field = 'a', kind = 'password' }]":       "page.0.ask.0.kind",
		"methods = ['x']\n[[page]]\ndo = 'ask'\nask = [{ kind = 'pin' }]":                         "page.0.ask.0.field",
		"methods = ['x']\n[[page]]\ndo = 'wait'\nevery = '3h'":                                    "page.0.every",
		"methods = ['x']\n[[page]]\ndo = 'wait'\nblocks = 'yes'":                                  "page.0.blocks",
		"methods = ['x']\n[[page]]\ndo = 'choose'":                                                "page.0.option",
		"methods = ['x']\n[[page]]\ndo = 'code'\nalso = { a = 1 }":                                "page.0.also",
		"methods = 5\n[[page]]\ndo = 'code'":                                                      "methods",
		"methods = ['x']\nsecret = 'a'\n[[page]]\ndo = 'code'":                                    "secret",
		"methods = ['x']\n[[page]]\ndo = 'choose'\noption = 'a'\nvalue='id'\ninto='b'\ntopic='q'": "page.0.topic",
	} {
		_, err := read(t, table)
		var word *adapter.WordError
		if !errors.As(err, &word) || word.Key != key {
			t.Errorf("%q: got %v, want a fault at %s", table, err, key)
		}
	}
}

func TestTheTableThatComesWithSamloginIsSound(t *testing.T) {
	known, err := adapter.Known()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, a := range known {
		if a.Name == "" || a.Title == "" || seen[a.Name] {
			t.Errorf("%q (%q) has no name of its own", a.Name, a.Title)
		}
		seen[a.Name] = true
		for _, m := range a.Methods {
			if seen["method "+strings.ToLower(m)] {
				t.Errorf("two adapters claim the method %s", m)
			}
			seen["method "+strings.ToLower(m)] = true
		}
	}
}
