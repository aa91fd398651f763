package adfs

import (
	"strings"
	"time"

	"github.com/PuerkitoBio/goquery"

	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/idp/adapter"
	"github.com/samlogin/samlogin/saml/foreign"
)

// readAdapter asks the adapters that are known by their pages: the person's own first.
func (w Wishes) readAdapter(p *idp.Page) idp.Step {
	if !p.Has("form") {
		return nil
	}
	known, err := adapter.Known()
	if err != nil {
		return idp.Stop{Err: err}
	}
	for _, list := range [][]adapter.Adapter{w.Adapters, known} {
		for _, a := range list {
			if step := a.Read(p); step != nil {
				return step
			}
		}
	}
	return nil
}

// secondStep is the one form in which AD FS wants an adapter's answer: it puts AuthMethod and Context round what the
// adapter draws. nil if there is none, or more than one, of which none is guessed.
func secondStep(p *idp.Page) *idp.Form {
	var all, typed []*idp.Form
	for _, f := range p.Forms {
		if f.Field("Context") == nil || f.Field("AuthMethod") == nil || f.ID == "options" {
			continue
		}
		all = append(all, f)
		if len(f.Typed()) > 0 {
			typed = append(typed, f)
		}
	}
	switch {
	case len(typed) == 1:
		return typed[0]
	case len(all) == 1:
		return all[0]
	}
	return nil
}

// maxBlanks is how many things an adapter that nobody knows may ask for on one page.
const maxBlanks = 4

// readCode knows a second step that asks for something to type. Which adapter it is does not matter: a single field
// takes the one-time code, several are asked for by their labels.
func readCode(p *idp.Page) idp.Step {
	form := secondStep(p)
	if form == nil {
		return nil
	}
	typed := form.Typed()
	if len(typed) == 0 || len(typed) > maxBlanks {
		return nil
	}
	step := idp.Challenge{Form: form, Says: p.TextOf("#pageIntroductionText"), Refused: stepError(p)}
	for _, field := range typed {
		kind := kindOf(field)
		if len(typed) == 1 {
			kind = idp.Code
		} else if field.Label == "" {
			return nil // nobody could say what is wanted
		}
		step.Blanks = append(step.Blanks, idp.Blank{Field: field.Name, Kind: kind, Label: field.Label})
	}
	if button := onlyNamedButton(form); button != nil {
		step.Also = append(step.Also, idp.Pair{Name: button.Name, Value: button.Value})
	}
	return step
}

// stepError is what a second step says was wrong.
func stepError(p *idp.Page) foreign.Text {
	if said := p.TextOf(errorText); said != "" {
		return said
	}
	return p.TextOf(".error")
}

// kindOf tells what one of several fields is for. Nothing depends on it but who may answer: a code can come from a
// program, a PIN only from the person.
func kindOf(f idp.Field) idp.Kind {
	words := strings.ToLower(f.Name + " " + f.Label.Raw())
	switch {
	case strings.Contains(words, "pin"):
		return idp.PIN
	case strings.Contains(words, "code"), strings.Contains(words, "otp"), strings.Contains(words, "token"):
		return idp.Code
	}
	return idp.Answer
}

// turns are what a page shows while something happens elsewhere.
const turns = "[class*=spinner], [id*=spinner], [class*=Spinner], [id*=Spinner], progress"

// readWait knows a second step with nothing to type, that a script sends again and again until something has happened;
// where the script is not to be found, what turns on the page tells it.
func readWait(p *idp.Page) idp.Step {
	form := secondStep(p)
	if form == nil || len(form.Typed()) > 0 || (!p.PostsItself() && !p.Has(turns)) {
		return nil
	}
	if said := stepError(p); said != "" {
		return adapter.Denial(p, said)
	}
	return idp.Wait{Form: form, Every: 2 * time.Second, Says: adapter.Told(p)}
}

// offered lists the ways that #authOptions offers: elements whose script chooses a method by its name.
func offered(p *idp.Page) (ways []idp.Way, form *idp.Form) {
	for _, f := range p.Forms {
		if f.ID == "options" && f.Field("AuthMethod") != nil {
			form = f
		}
	}
	if form == nil {
		return nil, nil
	}
	p.Doc.Find(`[onclick*="SelectOption("], #authOptionLinks .actionLink[id]:not([onclick]), #authOptionLinks .optionButton[id]:not([onclick])`).Each(func(_ int, s *goquery.Selection) {
		id := idp.Quoted(s.AttrOr("onclick", ""), longestName)
		if id == "" {
			id = s.AttrOr("id", "")
		}
		if id != "" {
			ways = append(ways, idp.Way{Option: idp.Option{ID: id, Label: label(s)}, Set: []idp.Pair{{Name: "AuthMethod", Value: id}}})
		}
	})
	return ways, form
}

// readWish takes the way that the person wants where a page offers it beside another one. It is not insisted on after
// an error, which may be that very way's.
func (w Wishes) readWish(p *idp.Page) idp.Step {
	ways, form := offered(p)
	at := idp.Named(idp.Choose{Options: ways}.Offered(), w.Method)
	if w.Method == "" || at < 0 || p.TextOf(errorText) != "" {
		return nil
	}
	if now := secondStep(p); now != nil && now.Value("AuthMethod") == ways[at].ID {
		return nil
	}
	return idp.Choose{Form: form, Topic: idp.Method, User: userHolder(form), Options: ways[at : at+1]}
}

// readMethods knows the page of which nothing but a choice is wanted.
func readMethods(p *idp.Page) idp.Step {
	ways, form := offered(p)
	if len(ways) == 0 || underWay(p) {
		return nil
	}
	for _, f := range p.Forms {
		if len(f.Typed()) > 0 {
			return nil
		}
	}
	return idp.Choose{Form: form, Topic: idp.Method, User: userHolder(form), Options: ways, Refused: p.TextOf(errorText)}
}

// underWay reports whether the page waits for something that has been begun, and only offers other ways besides. The
// script of the offers sends a form, too, but not by itself.
func underWay(p *idp.Page) bool {
	form := secondStep(p)
	if form == nil || form.Value("AuthMethod") == "" || len(form.Typed()) > 0 {
		return false
	}
	found := p.Has(turns)
	for _, s := range p.Doc.Find("script").EachIter() {
		text := s.Text()
		found = found || (strings.Contains(text, ".submit(") && !strings.Contains(text, "SelectOption"))
	}
	return found
}

// userHolder is the field of the options form that carries the user name over to another way of signing in (2019 on).
func userHolder(f *idp.Form) string {
	if field := f.Field("UserName"); field != nil && field.Value == "" {
		return field.Name
	}
	return ""
}

// onlyNamedButton is the button a person would press, where its name is sent, too: adapters tell by it that the form
// was meant to be sent.
func onlyNamedButton(f *idp.Form) *idp.Field {
	var found *idp.Field
	for i, field := range f.Fields {
		if (field.Type == "submit" || field.Type == "button") && field.Name != "" {
			if found != nil {
				return nil
			}
			found = &f.Fields[i]
		}
	}
	return found
}
