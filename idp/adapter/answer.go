package adapter

import (
	"slices"
	"strings"

	"github.com/PuerkitoBio/goquery"
	"golang.org/x/net/html"

	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/saml/foreign"
)

// longestName is how long, in characters, what a script chooses by may be.
const longestName = 200

// errorText is where AD FS, and the adapters that follow its sample, say what was wrong; others put it into something of
// the class "error".
const errorText = "#errorText, .error"

// Denial ends a login whose second step asked for no code and ended in a no, in the page's words.
func Denial(p *idp.Page, said foreign.Text) idp.Stop {
	return idp.Stop{Err: &idp.RefusedError{
		Reason: idp.CodeRefused, Origin: p.Origin, Said: said,
		Advice: "run it again, and confirm it on your device; --mfa names another method where the IdP offers one",
	}}
}

// Read says which step answers a page, or nil if it is none of the adapter's.
func (a Adapter) Read(p *idp.Page) idp.Step {
	if !a.method(p) {
		return nil
	}
	for _, page := range a.Pages {
		if page.fits(p) {
			if step := page.answer(p); step != nil {
				return step
			}
		}
	}
	return nil
}

// method reports whether the page bears one of the adapter's names.
func (a Adapter) method(p *idp.Page) bool {
	if len(a.Methods) == 0 {
		return true
	}
	for _, f := range p.Forms {
		if f.ID == "options" { // what the page offers besides
			continue
		}
		for _, name := range []string{"AuthMethod", "authMethod", "adfs_auth_method"} {
			field := f.Field(name)
			if field != nil && field.Type == "hidden" && slices.ContainsFunc(a.Methods, func(m string) bool { return strings.EqualFold(m, field.Value) }) {
				return true
			}
		}
	}
	return false
}

func (g Page) fits(p *idp.Page) bool {
	for _, s := range g.Has {
		if !p.Has(s) {
			return false
		}
	}
	for _, s := range g.Lacks {
		if p.Has(s) {
			return false
		}
	}
	if len(g.Says) == 0 {
		return true
	}
	text := strings.ToLower(p.Text().Raw())
	return slices.ContainsFunc(g.Says, func(words string) bool { return strings.Contains(text, strings.ToLower(words)) })
}

func (g Page) answer(p *idp.Page) idp.Step {
	said := g.said(p)
	switch g.Do {
	case doStop:
		if said == "" {
			said = g.told(p)
		}
		if said == "" {
			said = foreign.Text(g.Blame)
		}
		return Denial(p, said)
	case doBrowser:
		return idp.Stop{Err: p.NeedsBrowser(g.Blame)}
	}
	form := g.form(p)
	if form == nil {
		return nil
	}
	switch g.Do {
	case doCode:
		field := g.Field
		if field == "" {
			if typed := form.Typed(); len(typed) == 1 {
				field = typed[0].Name
			}
		}
		if field == "" || form.Field(field) == nil {
			return nil
		}
		return idp.Challenge{Form: form, Blanks: []idp.Blank{{Field: field, Kind: idp.Code, Label: wordsFor(form, field)}}, Also: g.pressed(form), Says: g.says(p), Refused: said, More: g.Next}
	case doAsk:
		step := idp.Challenge{Form: form, Also: g.pressed(form), Says: g.says(p), Refused: said, More: g.Next}
		for _, ask := range g.Asks {
			if form.Field(ask.Field) == nil {
				return nil
			}
			label := foreign.Text(ask.Label)
			if label == "" {
				label = wordsFor(form, ask.Field)
			}
			step.Blanks = append(step.Blanks, idp.Blank{Field: ask.Field, Kind: ask.Kind, Label: label, Same: ask.Same})
		}
		return step
	case doWait:
		if said != "" { // it was denied, or has taken too long
			return Denial(p, said)
		}
		step := idp.Wait{Form: form, Also: g.also(form), Every: g.Every, Blocks: g.Blocks, Says: g.told(p)}
		if g.Number != "" {
			step.Number = p.TextOf(g.Number)
		}
		return step
	case doPost:
		if said != "" {
			return Denial(p, said)
		}
		return idp.Submit{Form: form, Also: g.also(form)}
	case doChoose:
		return g.choice(p, form, said)
	}
	return nil
}

func (g Page) choice(p *idp.Page, form *idp.Form, said foreign.Text) idp.Step {
	step := idp.Choose{Form: form, Topic: g.Topic, Refused: said}
	p.Doc.Find(g.Option).Each(func(_ int, s *goquery.Selection) {
		value := s.AttrOr(g.Value, "")
		if g.Value == "onclick" {
			if value == "" {
				value = s.AttrOr("href", "") // javascript:__doPostBack('…','')
			}
			value = idp.Quoted(value, longestName)
		}
		label := foreign.Line(s.Text())
		if label == "" {
			label = labelOf(form, s.AttrOr("id", ""))
		}
		if next := s.Nodes[0].NextSibling; label == "" && next != nil && next.Type == html.TextNode {
			label = foreign.Line(next.Data) // a radio button's words often just follow it
		}
		if value != "" {
			step.Options = append(step.Options, idp.Way{Option: idp.Option{ID: value, Label: label}, Set: append([]idp.Pair{{Name: g.Into, Value: value}}, g.also(form)...)})
		}
	})
	if len(step.Options) == 0 {
		return nil
	}
	return step
}

func labelOf(form *idp.Form, id string) foreign.Text {
	for _, f := range form.Fields {
		if id != "" && f.ID == id {
			return f.Label
		}
	}
	return ""
}

// form is the one that is sent: the one that the table names, else the one with the Context.
func (g Page) form(p *idp.Page) *idp.Form {
	for i, f := range p.Forms {
		switch {
		case g.Form != "":
			if p.Doc.Find("form").Eq(i).Is(g.Form) {
				return f
			}
		case f.Field("Context") != nil && f.ID != "options": // the list of other ways has it, too
			return f
		}
	}
	return nil
}

// pressed is also with the button that return presses after typing: the first that sends the form (HTML standard,
// implicit submission), where it has a name.
func (g Page) pressed(form *idp.Form) []idp.Pair {
	out := g.also(form)
	at := slices.IndexFunc(form.Fields, func(f idp.Field) bool { return f.Submits && f.Type != "image" })
	if at < 0 || form.Fields[at].Name == "" || slices.ContainsFunc(out, func(p idp.Pair) bool { return p.Name == form.Fields[at].Name }) {
		return out
	}
	return append(out, idp.Pair{Name: form.Fields[at].Name, Value: form.Fields[at].Value})
}

func (g Page) also(form *idp.Form) []idp.Pair {
	var out []idp.Pair
	for _, field := range form.Fields { // in the page's order, then by name: requests are the same each time
		if v, ok := g.Also[field.Name]; ok && !slices.ContainsFunc(out, func(p idp.Pair) bool { return p.Name == field.Name }) {
			out = append(out, idp.Pair{Name: field.Name, Value: v})
		}
	}
	var rest []string
	for name := range g.Also {
		if !slices.ContainsFunc(out, func(p idp.Pair) bool { return p.Name == name }) {
			rest = append(rest, name)
		}
	}
	slices.Sort(rest)
	for _, name := range rest {
		out = append(out, idp.Pair{Name: name, Value: g.Also[name]})
	}
	return out
}

func (g Page) said(p *idp.Page) foreign.Text {
	if g.Error != "" {
		return p.TextOf(g.Error)
	}
	return p.TextOf(errorText)
}

// told is what the page tells the person to do.
func (g Page) told(p *idp.Page) foreign.Text {
	if said := g.says(p); said != "" {
		return said
	}
	return Told(p)
}

// Told is what a second step tells the person to do, where it has no place of its own for that: in the elements of
// Microsoft's adapter and of its sample for others, else in the first paragraph of the form.
func Told(p *idp.Page) foreign.Text {
	if said := p.TextOf("#instructions, #pageIntroductionText"); said != "" {
		return said
	}
	return p.TextOf("form p:not(#validEntropyNumber):not(.numbermatching)")
}

// says is what the page tells the person beside its labels, where the table knows the place.
func (g Page) says(p *idp.Page) foreign.Text {
	if g.Text == "" {
		return ""
	}
	return p.TextOf(g.Text)
}

func wordsFor(form *idp.Form, field string) foreign.Text {
	if f := form.Field(field); f != nil && f.Label != "" {
		return f.Label
	}
	return ""
}
