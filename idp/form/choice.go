package form

import (
	"fmt"
	"slices"
	"strings"

	"github.com/PuerkitoBio/goquery"

	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/saml/foreign"
)

// readConsent knows a page that asks whether what it lists may be handed over, or terms are agreed to. That is for a
// person to say: it is asked once with the page's words, and never taken for granted.
func readConsent(p *idp.Page) idp.Step {
	if !p.Has(consents) || asks(p) {
		return nil
	}
	form, ways := buttons(p)
	if len(ways) < 2 {
		return nil
	}
	return idp.Choose{Form: form, Topic: idp.Consent, Options: ways, Says: words(p)}
}

// readChoice knows a page that offers several ways on and has nothing to type: buttons, forms of one button each, a
// list of radio buttons, a drop-down list.
func (r reader) readChoice(p *idp.Page) idp.Step {
	if asks(p) || p.Status >= 400 {
		return nil
	}
	form, ways := buttons(p)
	ways = slices.DeleteFunc(ways, leads)
	if len(ways) < 2 {
		form, ways = twins(p)
	}
	if len(ways) < 2 {
		var lists []idp.Choose
		for _, f := range forms(p) {
			found := r.lists(p, f, idp.Organisation)
			if len(found) > 0 {
				form = f
			}
			lists = append(lists, found...)
		}
		if len(lists) != 1 {
			return nil // of two lists it is not known which matters
		}
		ways = lists[0].Options
		for i := range ways {
			ways[i].Set = append(ways[i].Set, button(form)...)
		}
	}
	if len(ways) < 2 {
		return nil
	}
	topic := idp.Organisation
	if r.typed() {
		topic = idp.Method
	}
	return r.wished(idp.Choose{Form: form, Topic: topic, Options: ways, Refused: r.refused(p)})
}

// wished narrows a choice of organisations to the one that the settings name.
func (r reader) wished(step idp.Choose) idp.Step {
	if at := idp.Named(step.Offered(), r.realm); at >= 0 && step.Topic == idp.Organisation {
		step.Options = step.Options[at : at+1]
	}
	return step
}

// buttons are the ways of a page whose buttons tell by their names or values what was pressed, be it in one form or in
// a form of its own each.
func buttons(p *idp.Page) (*idp.Form, []idp.Way) {
	var form *idp.Form
	var ways []idp.Way
	for _, f := range forms(p) {
		if f.Overridden() || leaving().MatchString(f.ID+" "+f.Name) || len(f.Typed()) > 0 {
			continue
		}
		for _, field := range f.Fields {
			if !field.Submits || !field.Visible {
				continue
			}
			way := idp.Way{Option: idp.Option{ID: field.Name, Label: field.Label}, Form: f}
			if field.Name != "" {
				way.Set = []idp.Pair{{Name: field.Name, Value: field.Value}}
			}
			ways, form = append(ways, way), f
		}
	}
	return form, named(ways)
}

// leads reports whether a button leads away from the login.
func leads(w idp.Way) bool {
	return leaving().MatchString(w.ID + " " + w.Label.Raw())
}

// named gives each way an identifier of its own: the button's name, else its value, else its place.
func named(ways []idp.Way) []idp.Way {
	for _, id := range []func(int, idp.Way) string{
		func(_ int, w idp.Way) string { return w.ID },
		func(_ int, w idp.Way) string { return value(w) },
		func(_ int, w idp.Way) string { return w.Label.Raw() },
		func(i int, _ idp.Way) string { return fmt.Sprint(i + 1) },
	} {
		var ids []string
		for i, w := range ways {
			if text := strings.ToLower(id(i, w)); text != "" && !slices.Contains(ids, text) {
				ids = append(ids, text)
			}
		}
		if len(ids) == len(ways) {
			for i := range ways {
				ways[i].ID = id(i, ways[i])
			}
			return ways
		}
	}
	return ways
}

func value(w idp.Way) string {
	if len(w.Set) == 0 {
		return ""
	}
	return w.Set[0].Value
}

// twins are the ways of a page with a form for each that differ in one hidden value only and have no button: a script
// sends the one whose row is clicked (Keycloak's second theme). The words of the row stand beside the form.
func twins(p *idp.Page) (*idp.Form, []idp.Way) {
	var ways []idp.Way
	var first *idp.Form
	for _, f := range forms(p) {
		if len(f.Fields) != 1 || f.Fields[0].Type != "hidden" || leaving().MatchString(f.ID+" "+f.Name) {
			continue
		}
		if first == nil {
			first = f
		}
		if f.Fields[0].Name != first.Fields[0].Name || f.Target != first.Target {
			return nil, nil
		}
		row := element(p, f).Parent()
		label := foreign.Line(row.Find("h1, h2, h3, h4, [class*=heading], strong").First().Text())
		if label == "" {
			label = foreign.Line(row.Text())
		}
		ways = append(ways, idp.Way{Option: idp.Option{ID: f.Fields[0].Value, Label: label}, Form: f})
	}
	return first, ways
}

// lists are the radio buttons and drop-down lists of a form from which one has to be picked.
func (r reader) lists(p *idp.Page, f *idp.Form, topic idp.Topic) []idp.Choose {
	var names []string
	groups := map[string][]idp.Way{}
	add := func(name, id string, label foreign.Text) {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
		groups[name] = append(groups[name], idp.Way{Option: idp.Option{ID: id, Label: label}, Set: []idp.Pair{{Name: name, Value: id}}})
	}
	for _, field := range f.Fields {
		switch {
		case field.Name == "" || furniture()[strings.ToLower(field.Name)]:
		case field.Type == "radio":
			add(field.Name, field.Value, field.Label)
		case field.Type == "select" && field.Visible:
			element(p, f).Find("select").FilterFunction(func(_ int, s *goquery.Selection) bool { return s.AttrOr("name", "") == field.Name }).
				Find("option").Each(func(_ int, s *goquery.Selection) {
				if id := s.AttrOr("value", foreign.Line(s.Text()).Raw()); id != "" {
					add(field.Name, id, foreign.Line(s.Text()))
				}
			})
		}
	}
	if f.Field("selectedCredentialId") != nil {
		p.Doc.Find(devices).Each(func(_ int, s *goquery.Selection) {
			if m := deviceValue().FindStringSubmatch(strings.TrimSpace(s.AttrOr("onclick", ""))); m != nil {
				add("selectedCredentialId", m[1], foreign.Line(s.Text()))
			}
		})
	}
	var out []idp.Choose
	for _, name := range names {
		if len(groups[name]) > 1 {
			out = append(out, r.wished(idp.Choose{Topic: topic, Options: groups[name]}).(idp.Choose))
		}
	}
	return out
}

// readNotice knows a page that is only to be read: one form with one button that goes on and nothing to type, to choose
// or to agree to. A button that leads away from the login is not pressed.
func readNotice(p *idp.Page) idp.Step {
	all := forms(p)
	if len(all) != 1 || asks(p) || p.Status >= 400 || p.Has(consents) || p.Has("[onclick]:not(button):not(input)") {
		return nil
	}
	f := all[0]
	var press []idp.Field
	for _, field := range f.Fields {
		switch {
		case field.Submits && field.Visible:
			if !leaving().MatchString(strings.Join([]string{field.ID, field.Name, field.Label.Raw()}, " ")) {
				press = append(press, field)
			}
		case field.Visible && field.Name != "" && field.Type != "checkbox" && field.Type != "button":
			return nil
		}
	}
	if len(press) != 1 || f.Overridden() {
		return nil
	}
	if f.Action == nil || leaving().MatchString(f.ID+" "+f.Name+" "+f.Action.Path) {
		return nil
	}
	step := idp.Submit{Form: f, Says: words(p)}
	if press[0].Name != "" {
		step.Also = []idp.Pair{{Name: press[0].Name, Value: press[0].Value}}
	}
	return step
}
