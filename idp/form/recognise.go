package form

import (
	"strings"

	"github.com/PuerkitoBio/goquery"

	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/saml/foreign"
)

// Recognisers are the pages in the order in which they are asked: what ends a login first, then what stops it, then what
// asks something, then what only leads on. realm is the organisation to choose, "" none; typed reports whether a
// password or code was sent already.
func Recognisers(realm string, typed func() bool) []idp.Recogniser {
	r := reader{realm: realm, typed: typed}
	return []idp.Recogniser{
		{Name: "SAML response", Read: idp.ReadResponse},
		{Name: "page that ends the login", Read: r.readEnding},
		{Name: "page to change a password", Read: readChange},
		{Name: "page that needs a browser", Read: readBrowser},
		{Name: "sign-in page", Read: r.readSignIn},
		{Name: "one-time code", Read: r.readCode},
		{Name: "page for the user name", Read: r.readUserName},
		{Name: "consent", Read: readConsent},
		{Name: "choice", Read: r.readChoice},
		{Name: "page that posts itself", Read: idp.ReadSelfPosting},
		{Name: "notice", Read: readNotice},
		{Name: "link that leads on", Read: readLink},
		{Name: "script that leads on", Read: readLeading},
		{Name: "page that leads on", Read: idp.ReadRefresh},
		{Name: "refusal", Read: readForbidden},
		{Name: "page that is a program", Read: idp.ReadProgram},
	}
}

// reader knows what a page alone does not tell.
type reader struct {
	realm string
	typed func() bool
}

// readEnding knows the pages of the table of endings.
func (r reader) readEnding(p *idp.Page) idp.Step {
	path := strings.ToLower(p.URL.Path)
	asked := asks(p)
	for _, e := range endings() {
		if (e.mark == "" || p.Has(e.mark)) && strings.Contains(path, e.path) && (e.asks || !asked) {
			return stop(p, &idp.RefusedError{Reason: e.reason, Said: first(p, e.words), Code: e.code, Activity: trackID().FindString(p.TextOf(e.id).Raw())})
		}
	}
	return nil
}

func stop(p *idp.Page, e *idp.RefusedError) idp.Step {
	e.Origin = p.Origin
	return idp.Stop{Err: e}
}

// asks reports whether the page wants anything typed, in a form that counts.
func asks(p *idp.Page) bool {
	for _, f := range forms(p) {
		if len(f.Typed()) > 0 {
			return true
		}
	}
	return false
}

// forms are those of a page that a person sees and that belong to the login: no search, no list of languages.
func forms(p *idp.Page) []*idp.Form {
	var out []*idp.Form
	for _, f := range p.Forms {
		if f.Visible && !onlyFurniture(f) {
			out = append(out, f)
		}
	}
	return out
}

func onlyFurniture(f *idp.Form) bool {
	found := false
	for _, field := range f.Fields {
		switch {
		case furniture()[strings.ToLower(field.Name)]:
			found = true
		case field.Typed() || field.Type == "select" || field.Type == "radio":
			return false
		}
	}
	return found
}

// readChange knows a page on which a new password is typed twice. It is never filled in here: a person does that in a
// browser.
func readChange(p *idp.Page) idp.Step {
	for _, f := range forms(p) {
		fresh := 0
		for _, field := range f.Passwords() {
			name := strings.ToLower(field.Name)
			if expects(field, "new-password") || strings.Contains(name, "new") || strings.Contains(name, "confirm") {
				fresh++
			}
		}
		if fresh > 0 && len(f.Passwords()) > 1 {
			return stop(p, &idp.RefusedError{Reason: idp.PasswordExpired, Said: first(p, refusals+", h1, h2, legend, title")})
		}
	}
	return nil
}

// readBrowser knows pages that want a security key, a frame or a captcha. Where the page offers another way besides the
// security key, that is taken.
func readBrowser(p *idp.Page) idp.Step {
	for _, b := range onlyBrowsers() {
		if !p.Has(b.mark) {
			continue
		}
		if b.key {
			if asks(p) {
				continue // Keycloak offers passkeys on its sign-in page, too
			}
			for _, f := range p.Forms {
				if f.Field("tryAnotherWay") != nil {
					return idp.Submit{Form: f}
				}
			}
		}
		return idp.Stop{Err: p.NeedsBrowser(b.why)}
	}
	return nil
}

// readLink knows a page without a form whose only way on is a link that is there for browsers without scripts. It is
// followed within the IdP only, as every page that leads on.
func readLink(p *idp.Page) idp.Step {
	links := p.Doc.Find(goOn)
	if links.Length() != 1 || len(forms(p)) > 0 {
		return nil
	}
	to, err := p.URL.Parse(strings.TrimSpace(links.AttrOr("href", "")))
	if err != nil {
		return nil
	}
	return idp.Open{URL: to}
}

// readLeading knows a page without a form of a product whose pages are put one behind the other by scripts. It is
// followed within the IdP only, as every page that leads on.
func readLeading(p *idp.Page) idp.Step {
	if len(forms(p)) > 0 || p.Status >= 400 {
		return nil
	}
	for _, l := range leading() {
		if !strings.HasPrefix(strings.ToLower(p.URL.Path), l.path) {
			continue
		}
		for _, s := range p.Doc.Find("script").EachIter() {
			m := l.address.FindStringSubmatch(s.Text())
			if m == nil {
				continue
			}
			if to, err := p.URL.Parse(strings.ReplaceAll(strings.TrimSpace(m[1]), `\/`, "/")); err == nil {
				return idp.Open{URL: to}
			}
		}
	}
	return nil
}

// readForbidden knows a page that says no by its status and asks for nothing. A missing page or a server that is ill
// is none of these.
func readForbidden(p *idp.Page) idp.Step {
	if p.Status != 403 || asks(p) {
		return nil
	}
	return stop(p, &idp.RefusedError{Reason: idp.OtherRefusal, Said: words(p)})
}

// words are what a person would read on a page first. They are cut where they are shown, not here: half a password
// that a page echoes would not be found any more by what keeps passwords out of messages.
func words(p *idp.Page) foreign.Text {
	if text := first(p, "#content, main, [role=main]"); text != "" {
		return text
	}
	return p.Text()
}

// first is the text of the first selector of a list that has any. The order is the list's, not the page's.
func first(p *idp.Page, selectors string) foreign.Text {
	for _, selector := range strings.Split(selectors, ", ") {
		if text := p.TextOf(selector); selector != "" && text != "" {
			return text
		}
	}
	return ""
}

// button is what a browser sends for the button that return presses: the first that sends the form (HTML standard,
// implicit submission), if it has a name.
func button(f *idp.Form) []idp.Pair {
	var set []idp.Pair
	for _, field := range f.Fields {
		if field.Submits {
			if field.Name != "" && field.Type != "image" {
				set = append(set, idp.Pair{Name: field.Name, Value: field.Value})
			}
			break
		}
	}
	for _, field := range f.Fields {
		if value, ok := scripted()[field.Name]; ok && field.Type == "hidden" {
			set = append(set, idp.Pair{Name: field.Name, Value: value})
		}
	}
	return set
}

func expects(f idp.Field, what string) bool {
	for _, word := range f.Expects {
		if word == what {
			return true
		}
	}
	return false
}

// element is the element of a form of the page.
func element(p *idp.Page, f *idp.Form) *goquery.Selection {
	for i, other := range p.Forms {
		if other == f {
			return p.Doc.Find("form").Eq(i)
		}
	}
	return p.Doc.Selection.Slice(0, 0)
}
