package idp

import (
	"cmp"
	"fmt"
	"net/url"
	"strings"

	"github.com/PuerkitoBio/goquery"
	"golang.org/x/net/html"

	"github.com/samlogin/samlogin/saml/foreign"
)

// A Form is one form of a page, with what a browser would send if it were submitted untouched.
type Form struct {
	ID, Name string
	Method   string   // "GET" (HTML's default) or "POST"
	Action   *url.URL // where it goes; nil if the address cannot be resolved
	Target   Origin   // of Action; zero if it has none (javascript:, data:, no host, ...)
	Fields   []Field
	Visible  bool // neither the form nor anything round it says that it is hidden
}

// A Field is one control of a form.
type Field struct {
	ID, Name string
	Type     string       // of the input in lower case; "select", "textarea" and "button" for those elements
	Value    string       // "" where the page gives none
	Label    foreign.Text // the words on or beside it: label, a button's text, placeholder, aria-label or title
	Visible  bool         // a person would see it
	Sent     bool         // a browser sends it without anybody touching it
	Submits  bool         // a click on it sends the form
	Expects  []string     // the words of autocomplete in lower case: "username", "one-time-code"
	action   string       // formaction of a button
	method   string       // formmethod of a button
}

// Typed reports whether a person types into the field.
func (f Field) Typed() bool {
	switch f.Type {
	case "text", "email", "tel", "number", "password", "search", "url", "textarea":
		return true
	}
	return false
}

// Pair is one name and value of a form as it is sent.
type Pair struct{ Name, Value string }

func (f *Form) String() string {
	names := f.names()
	for i, name := range names {
		names[i] = foreign.Cut(foreign.Clean(name), 60)
	}
	return fmt.Sprintf("%s(%s)", foreign.Cut(foreign.Clean(f.called()), 60), strings.Join(names, ", "))
}

// called is what the form is called in texts.
func (f *Form) called() string { return cmp.Or(f.ID, f.Name, "form") }

// names are the names of the first fields.
func (f *Form) names() []string {
	var names []string
	for _, field := range f.Fields {
		if field.Name != "" && len(names) < 20 {
			names = append(names, field.Name)
		}
	}
	return names
}

// Field finds a field by its name; nil if the form has none.
func (f *Form) Field(name string) *Field {
	for i := range f.Fields {
		if f.Fields[i].Name == name {
			return &f.Fields[i]
		}
	}
	return nil
}

// Value is the value the page gave a field; "" if it has none.
func (f *Form) Value(name string) string {
	if field := f.Field(name); field != nil {
		return field.Value
	}
	return ""
}

// Typed lists the fields of one or more types that a person types into and can see.
func (f *Form) Typed() []Field {
	var out []Field
	for _, field := range f.Fields {
		if field.Typed() && field.Visible && field.Name != "" {
			out = append(out, field)
		}
	}
	return out
}

// Passwords lists the named fields of type password, seen or not.
func (f *Form) Passwords() []Field {
	var out []Field
	for _, field := range f.Fields {
		if field.Type == "password" && field.Name != "" {
			out = append(out, field)
		}
	}
	return out
}

// Filled is what the form sends with some of its fields filled in: what a browser would send untouched, in the page's
// order, with each name of set exactly once. AD FS refuses a request that has a name twice.
func (f *Form) Filled(set ...Pair) []Pair {
	given := map[string]string{}
	for _, p := range set {
		given[p.Name] = p.Value
	}
	var out []Pair
	done := map[string]bool{}
	for _, field := range f.Fields {
		value, ours := given[field.Name]
		switch {
		case ours && !done[field.Name]:
			out = append(out, Pair{field.Name, value})
			done[field.Name] = true
		case !ours && field.Sent:
			out = append(out, Pair{field.Name, field.Value})
		}
	}
	for _, p := range set {
		if !done[p.Name] {
			out = append(out, p)
			done[p.Name] = true
		}
	}
	return out
}

// readForms fills p.Forms and p.Orphans. A control belongs to the form its form attribute names, else to the nearest
// form element round it, else to none.
func (p *Page) readForms(base *url.URL) error {
	forms := p.Doc.Find("form")
	if forms.Length() > maxForms {
		return fmt.Errorf("%w: it has more than %d forms", errUnread, maxForms)
	}
	byNode, byID := map[*html.Node]*Form{}, map[string]*Form{}
	forms.Each(func(_ int, s *goquery.Selection) {
		f := &Form{ID: s.AttrOr("id", ""), Name: s.AttrOr("name", ""), Method: method(s.AttrOr("method", "")), Visible: visible(s.Nodes[0])}
		f.send(base, p.URL, s.AttrOr("action", ""))
		p.Forms = append(p.Forms, f)
		byNode[s.Nodes[0]] = f
		if _, taken := byID[f.ID]; !taken && f.ID != "" {
			byID[f.ID] = f
		}
	})
	labels := p.labels()
	controls := p.Doc.Find("input, select, textarea, button")
	if controls.Length() > maxFields {
		return fmt.Errorf("%w: it has more than %d fields", errUnread, maxFields)
	}
	controls.Each(func(_ int, s *goquery.Selection) {
		field := readField(s, labels)
		owner := byID[s.AttrOr("form", "")]
		for n := s.Nodes[0].Parent; n != nil && owner == nil; n = n.Parent {
			owner = byNode[n]
		}
		if owner == nil {
			p.Orphans = append(p.Orphans, field)
			return
		}
		owner.Fields = append(owner.Fields, field)
	})
	return nil
}

// send resolves where the form goes. A missing or empty action is the page's own address, query included (HTML
// standard, form submission).
func (f *Form) send(base, page *url.URL, action string) {
	if action == "" {
		f.Action = page
	} else if u, err := resolve(base, action); err == nil {
		f.Action = u
	}
	if f.Action != nil {
		f.Target, _ = OriginOf(f.Action)
	}
}

// Overridden reports whether a button of the form sends it elsewhere, or otherwise, than the form says: which of the
// two a browser would follow depends on what the person clicks, so such a form is not filled in with secrets.
func (f *Form) Overridden() bool {
	for _, field := range f.Fields {
		if field.action != "" || (field.method != "" && method(field.method) != f.Method) {
			return true
		}
	}
	return false
}

func method(s string) string {
	if strings.EqualFold(strings.TrimSpace(s), "post") {
		return "POST"
	}
	return "GET"
}

func (p *Page) labels() map[string]foreign.Text {
	out := map[string]foreign.Text{}
	p.Doc.Find("label[for]").Each(func(_ int, s *goquery.Selection) {
		if id := s.AttrOr("for", ""); out[id] == "" {
			out[id] = foreign.Line(s.Text())
		}
	})
	return out
}

func readField(s *goquery.Selection, labels map[string]foreign.Text) Field {
	n := s.Nodes[0]
	f := Field{ID: attr(n, "id"), Name: attr(n, "name"), Type: n.Data, Value: attr(n, "value"), Visible: visible(n), action: attr(n, "formaction"), method: attr(n, "formmethod")}
	f.Expects = strings.Fields(strings.ToLower(attr(n, "autocomplete")))
	_, disabled := s.Attr("disabled")
	disabled = disabled || s.ParentsFiltered("fieldset[disabled]").Length() > 0
	switch n.Data {
	case "input":
		f.Type = strings.ToLower(strings.TrimSpace(attr(n, "type")))
		f.Submits = f.Type == "submit" || f.Type == "image"
		switch f.Type {
		case "checkbox", "radio":
			_, f.Sent = s.Attr("checked")
			if _, given := s.Attr("value"); !given {
				f.Value = "on"
			}
		case "submit", "image", "button", "reset", "file":
		case "hidden":
			f.Visible, f.Sent = false, true
		case "password", "email", "tel", "number", "search", "url":
			f.Sent = true
		default:
			f.Type, f.Sent = "text", true
		}
	case "button": // the default of its type is submit (HTML standard, the button element)
		kind := strings.ToLower(strings.TrimSpace(attr(n, "type")))
		f.Submits = kind != "button" && kind != "reset"
	case "textarea":
		f.Value, f.Sent = s.Text(), true
	case "select":
		option := s.Find("option[selected]").Last()
		if option.Length() == 0 {
			option = s.Find("option").First()
		}
		f.Value, f.Sent = option.AttrOr("value", strings.TrimSpace(option.Text())), option.Length() > 0
	}
	f.Sent = f.Sent && f.Name != "" && !disabled
	f.Visible, f.Submits = f.Visible && !disabled, f.Submits && !disabled
	for _, label := range []foreign.Text{labels[f.ID], ownWords(s), foreign.Line(attr(n, "placeholder")), foreign.Line(attr(n, "aria-label")), foreign.Line(attr(n, "title"))} {
		if f.Label == "" {
			f.Label = label
		}
	}
	return f
}

// ownWords is what stands on a button, or in the label element round a control.
func ownWords(s *goquery.Selection) foreign.Text {
	n := s.Nodes[0]
	switch kind := strings.ToLower(attr(n, "type")); {
	case n.Data == "button":
		return foreign.Line(textOf(s, undrawn))
	case n.Data == "input" && kind == "submit":
		return foreign.Line(attr(n, "value"))
	case n.Data == "input" && (kind == "radio" || kind == "checkbox"):
		return foreign.Line(textOf(s.Closest("label"), undrawn))
	}
	return ""
}

func visible(n *html.Node) bool {
	for ; n != nil; n = n.Parent {
		if n.Type == html.ElementNode && hiddenByMarkup(n) {
			return false
		}
	}
	return true
}
