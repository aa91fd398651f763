package idp

import (
	"strings"
	"unicode/utf8"

	"github.com/PuerkitoBio/goquery"

	"github.com/samlogin/samlogin/saml/secret"
)

// The recognisers of this file know pages that every kind of IdP shows.

// ReadResponse knows the last page of every login: a form that a browser would post to AWS, with the response in it.
// One that stands there twice or would not be posted is refused: it is good for five minutes at AWS. Where it may go is
// for the walk to judge.
func ReadResponse(p *Page) Step {
	var holder *Form
	values := 0
	for _, f := range p.Forms {
		for _, field := range f.Fields {
			if field.Name == "SAMLResponse" {
				holder, values = f, values+1
			}
		}
	}
	for _, field := range p.Orphans {
		if field.Name == "SAMLResponse" {
			values++
		}
	}
	switch {
	case values == 0:
		return nil
	case values > 1:
		return Stop{&SafetyError{Rule: "the page holds more than one SAML response", From: p.Origin}}
	case holder == nil:
		return Stop{&SafetyError{Rule: "the page holds a SAML response outside every form", From: p.Origin}}
	}
	field := holder.Field("SAMLResponse")
	if field.Type != "hidden" && field.Type != "text" {
		return Stop{&SafetyError{Rule: "the page holds the SAML response in a " + field.Type + " element", From: p.Origin, To: holder.Target}}
	}
	if holder.Action == nil || holder.Method != "POST" || holder.Overridden() {
		return Stop{&SafetyError{Rule: "the SAML response would not be posted", From: p.Origin, To: holder.Target}}
	}
	return Done{Encoded: secret.New(field.Value), Form: holder}
}

// ReadRefresh knows a page that leads on by itself (meta refresh) and asks nothing.
func ReadRefresh(p *Page) Step {
	if p.Refresh == nil || p.AsksSomething() {
		return nil
	}
	return Open{URL: p.Refresh.URL}
}

// ReadSelfPosting knows a page whose only form has nothing to type and is posted by a script, or by the button that
// stands in <noscript> for a browser without scripts. A page that offers something to click is none: its script waits
// for the click, as that of AD FS's choice of methods does.
func ReadSelfPosting(p *Page) Step {
	if len(p.Forms) != 1 || p.AsksSomething() || p.Has("[onclick]") || p.Status >= 400 {
		return nil
	}
	f := p.Forms[0]
	hidden := false
	for _, field := range f.Fields {
		hidden = hidden || field.Type == "hidden"
	}
	if !hidden || f.Method != "POST" || !p.PostsItself() {
		return nil
	}
	return Submit{Form: f}
}

// ReadProgram knows a page that is a program and nothing else: no form, hardly a word, and scripts that draw the rest.
// Entra ID, Okta and Google show such pages. It is asked last.
func ReadProgram(p *Page) Step {
	if len(p.Forms) > 0 || p.Status >= 400 || !p.Has("script[src], script:not(:empty)") {
		return nil
	}
	if p.Has("noscript") || programmed(p.Origin.Host()) {
		return Stop{p.NeedsBrowser("it is a program that runs in the page")}
	}
	return nil
}

// programmed reports whether a host shows nothing but programs.
func programmed(host string) bool {
	for _, name := range []string{"login.microsoftonline.com", "login.microsoftonline.us", "login.partner.microsoftonline.cn", "okta.com", "oktapreview.com", "accounts.google.com", "duosecurity.com"} {
		if host == name || strings.HasSuffix(host, "."+name) {
			return true
		}
	}
	return false
}

// AsksSomething reports whether a form of the page has a field that a person types into, or one for a password.
func (p *Page) AsksSomething() bool {
	for _, f := range p.Forms {
		if len(f.Typed()) > 0 || len(f.Passwords()) > 0 {
			return true
		}
	}
	return false
}

// PostsItself reports whether a script sends a form of the page, or a button in <noscript> stands there for it.
func (p *Page) PostsItself() bool {
	found := p.Has("noscript input[type=submit], noscript button") || scripted(p.Doc.Find("body[onload]").AttrOr("onload", ""))
	p.Doc.Find("script").EachWithBreak(func(_ int, s *goquery.Selection) bool {
		found = found || scripted(s.Text())
		return !found
	})
	return found
}

// Quoted is the first text in quotes of a script that has 1 to longest characters: what SelectOption('NAME') chooses. ""
// if there is none.
func Quoted(script string, longest int) string {
	for at := strings.IndexAny(script, `'"`); at >= 0; {
		rest := script[at+1:]
		end := strings.IndexAny(rest, `'"`)
		if end < 0 {
			return ""
		}
		if n := utf8.RuneCountInString(rest[:end]); n >= 1 && n <= longest {
			return rest[:end]
		}
		at += 1 + end
	}
	return ""
}

func scripted(script string) bool {
	return strings.Contains(script, ".submit(") || strings.Contains(script, ".submit (")
}
