package idp_test

import (
	"errors"
	"fmt"
	"html"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/idp/idptest"
	"github.com/samlogin/samlogin/saml"
)

// security case 46
func TestTheResponseComesByteForByte(t *testing.T) {
	w := idptest.New(t)
	w.Site(host).On(start, idptest.HTML(strings.Replace(responsePage(t), `+`, "&#43;", -1)))
	r, err := run(t, w)
	if err != nil {
		t.Fatal(err)
	}
	if r.Encoded.Reveal() != assertion(t) {
		t.Error("the response is not the one of the page")
	}
}

// However a page writes the value, in whatever quotes and with whatever references and line breaks, what is taken is what
// the attribute means by the HTML standard (section 13.2.5), and not a character of it is another one.
//
// security case 46
func TestTheResponseIsWhatTheAttributeMeans(t *testing.T) {
	r := rand.New(rand.NewPCG(46, 2))
	whole := assertion(t)
	write := func(c byte, quote string) string {
		named := map[byte]string{'+': "&plus;", '/': "&sol;", '=': "&equals;", '\n': "&NewLine;"}
		switch n := r.IntN(12); {
		case n == 0:
			return fmt.Sprintf("&#%d;", c)
		case n == 1:
			return fmt.Sprintf("&#x%x;", c)
		case n == 2:
			return fmt.Sprintf("&#X%04X;", c)
		case n == 3 && named[c] != "":
			return named[c]
		case c == '\r', quote == "" && (c == '\n' || c == '='):
			return fmt.Sprintf("&#%d;", c)
		}
		return string(c)
	}
	for range 300 {
		var want, written strings.Builder
		quote := []string{`"`, "'", ""}[r.IntN(3)]
		wide := 40 + r.IntN(100)
		lineEnd := []string{"", "\n", "\r\n"}[r.IntN(3)]
		for i := range len(whole) {
			if i%wide == wide-1 {
				want.WriteString(lineEnd)
			}
			want.WriteByte(whole[i])
		}
		want.WriteString(lineEnd)
		for i := range want.Len() {
			written.WriteString(write(want.String()[i], quote))
		}
		w := idptest.New(t)
		w.Site(host).On(start, idptest.HTML(strings.Replace(responsePage(t), `"`+whole+`"`, quote+written.String()+quote, 1)))
		got, err := run(t, w)
		if err != nil {
			t.Fatalf("quote %q, line end %q: %v", quote, lineEnd, err)
		}
		if got.Encoded.Reveal() != want.String() {
			t.Fatalf("quote %q, line end %q: another response than that of the page", quote, lineEnd)
		}
	}
}

// security case 45
func TestOnlyOneResponseForAWSIsTaken(t *testing.T) {
	const aws = `action="https://signin.aws.amazon.com/saml"`
	form := func(attributes, content string) string { return `<form ` + attributes + `>` + content + `</form>` }
	field := `<input type="hidden" name="SAMLResponse" value="` + assertion(t) + `">`
	post := `method="post" ` + aws
	for name, c := range map[string]struct {
		page string
		safe bool // refused for safety; else the page is not understood
	}{
		"two fields":             {form(post, field+field), true},
		"two forms":              {form(post, field) + form(post, field), true},
		"two forms, one empty":   {form(post, field) + form(post, `<input name="SAMLResponse">`), true},
		"a second one, disabled": {form(post, field+`<input disabled name="SAMLResponse">`), true},
		"one outside the form":   {form(post, field) + field, true},
		"outside every form":     {field, true},
		"a text area":            {form(post, `<textarea name="SAMLResponse">`+assertion(t)+`</textarea>`), true},
		"a text area beside it":  {form(post, field+`<textarea name="SAMLResponse"></textarea>`), true},
		"a choice":               {form(post, `<select name="SAMLResponse"><option>`+assertion(t)+`</select>`), true},
		"a button":               {form(post, `<button name="SAMLResponse" value="`+assertion(t)+`">x</button>`), true},
		"a checkbox":             {form(post, `<input type="checkbox" checked name="SAMLResponse" value="x">`), true},
		"GET":                    {form(aws, field), true},
		"another button's way":   {form(post, field+`<button formaction="https://evil.example.com/">x</button>`), true},
		"to evil":                {form(`method="post" action="https://evil.example.com/saml"`, field), true},
		"to the IdP itself":      {form(`method="post"`, field), true},
		"to AWS without TLS":     {form(`method="post" action="http://signin.aws.amazon.com/saml"`, field), true},
		"to AWS by another port": {form(`method="post" action="https://signin.aws.amazon.com:8443/saml"`, field), true},
		"to AWS's look-alike":    {form(`method="post" action="https://signin.aws.amazon.com.evil.example.com/saml"`, field), true},
		"to AWS with a user":     {form(`method="post" action="https://signin.aws.amazon.com@evil.example.com/saml"`, field), true},
		"to another path of AWS": {form(`method="post" action="https://signin.aws.amazon.com/oauth"`, field), true},
		"to AWS by way of base":  {`<base href="https://evil.example.com/">` + form(`method="post" action="/saml"`, field), true},
		"to no address":          {form(`method="post" action="https://["`, field), true},
		"in a comment":           {"<!--" + form(post, field) + "-->", false},
		"in a script":            {"<script>document.write('" + form(post, field) + "')</script>", false},
		"in a template's script": {"<style>" + form(post, field) + "</style>", false},
		"another spelling":       {form(post, strings.Replace(field, "SAMLResponse", "samlresponse", 1)), false},
	} {
		t.Run(name, func(t *testing.T) {
			w := idptest.New(t)
			s := w.Site(host).On(start, idptest.HTML(c.page))
			r, err := run(t, w)
			if r != nil {
				t.Error("a response was taken")
			}
			if c.safe {
				unsafe(t, err)
			} else {
				notUnderstood(t, err, "not known")
			}
			idptest.Absent(t, assertion(t)[100:200], "the error", err.Error())
			if len(s.Requests()) != 1 {
				t.Errorf("%d requests", len(s.Requests()))
			}
			reached(t, w, host+":443")
		})
	}
}

func TestADamagedResponseIsAnErrorOfTheResponse(t *testing.T) {
	w := idptest.New(t)
	w.Site(host).On(start, idptest.HTML(strings.Replace(responsePage(t), assertion(t), "bm8=", 1)))
	_, err := run(t, w)
	var format *saml.FormatError
	if !errors.As(err, &format) {
		t.Errorf("%v, want a *saml.FormatError", err)
	}
}

// A response of somebody else would log in to somebody else's accounts.
func TestAResponseOfAnotherServerIsNotTaken(t *testing.T) {
	w := idptest.New(t)
	w.Site(host).On(start, idptest.Redirect(302, "https://evil.example.com/"))
	w.Site(evil).On("GET /", response(t))
	r, err := run(t, w)
	unsafe(t, err)
	if r != nil {
		t.Error("the response was taken")
	}
}

// A page that posts itself carries what the page says, to the IdP only.
func TestAHandOverToAnotherServerIsRefused(t *testing.T) {
	hop := func(attributes string) string {
		return `<form ` + attributes + `><input type="hidden" name="SAMLRequest" value="x"></form><script>document.forms[0].submit()</script>`
	}
	for name, page := range map[string]string{
		"another server": hop(`method="post" action="https://evil.example.com/"`),
		"without TLS":    hop(`method="post" action="http://adfs.example.com/"`),
		"no address":     hop(`method="post" action="javascript:x"`),
	} {
		t.Run(name, func(t *testing.T) {
			w := idptest.New(t)
			w.Site(host).On(start, idptest.HTML(page))
			w.Site(evil)
			_, err := run(t, w)
			unsafe(t, err)
			reached(t, w, host+":443")
		})
	}
	w := idptest.New(t)
	s := w.Site(host).On(start, idptest.HTML(hop(`method="post" action="/next"`))).On("POST /next", response(t))
	if _, err := run(t, w); err != nil {
		t.Fatal(err)
	}
	if body := s.Posts()[0].Body; body != "SAMLRequest=x" {
		t.Errorf("sent %q", body)
	}
}

// A page may copy what was typed into a form that puts it into an address, where logs and proxies see it.
func TestWhatWasTypedIsNotPutIntoAnAddress(t *testing.T) {
	w := idptest.New(t)
	s := w.Site(host).On(start, idptest.HTML(posting("/post"))).
		On("POST /post", idptest.HTML(`<form id="echo" action="/next"><input name="x" type="hidden" value="`+html.EscapeString(canary)+`!"></form>`))
	c := config(t, w)
	c.Recognisers = append(c.Recognisers, idp.Recogniser{Name: "careless", Read: func(p *idp.Page) idp.Step { return idp.Submit{Form: p.Forms[0]} }})
	_, err := idp.NewWalk(c).Run(t.Context(), at(t, "https://"+host+startURL), stored())
	unsafe(t, err)
	if n := len(s.Requests()); n != 2 {
		t.Errorf("%d requests", n)
	}
}
