package form

import (
	"strings"

	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/saml/foreign"
)

// readSignIn knows a page that asks for a password, with the user name or after it. The status of the answer does not
// matter: Keycloak and Shibboleth show the form again with 400 or 401.
func (r reader) readSignIn(p *idp.Page) idp.Step {
	form, unsafe := passwordForm(p)
	if unsafe != nil {
		return idp.Stop{Err: unsafe}
	}
	if form == nil {
		return nil
	}
	password := passwords(form)[0]
	step := idp.SignIn{Form: form, Password: password.Name, Refused: r.refused(p), Also: button(form), Picks: r.lists(p, form, idp.Organisation)}
	for _, field := range form.Typed() {
		switch {
		case field.Name == password.Name:
		case step.User == "" && isUserName(field):
			step.User = field.Name
		case isCode(field):
			step.Blanks = append(step.Blanks, blank(field))
		case field.Value != "" || furniture()[strings.ToLower(field.Name)]: // filled in by the page
		default:
			return r.onlyOneText(p, step)
		}
	}
	if reason := r.reason(step.Refused); reason != idp.WrongPassword {
		return stop(p, &idp.RefusedError{Reason: reason, Said: step.Refused})
	}
	return step
}

// onlyOneText takes the only text field beside the password for the user name, whatever it is called. With more of them
// the page is not understood: a password that is sent with a field left empty would be refused, and count.
func (r reader) onlyOneText(p *idp.Page, step idp.SignIn) idp.Step {
	if len(step.Form.Typed()) != 2 || step.User != "" {
		return nil
	}
	for _, field := range step.Form.Typed() {
		if field.Type != "password" {
			step.User = field.Name
		}
	}
	if reason := r.reason(step.Refused); reason != idp.WrongPassword {
		return stop(p, &idp.RefusedError{Reason: reason, Said: step.Refused})
	}
	return step
}

// passwords are the fields for passwords. One for a one-time code may be of the same type; it does not count.
func passwords(f *idp.Form) []idp.Field {
	var out []idp.Field
	for _, field := range f.Passwords() {
		if !isCode(field) {
			out = append(out, field)
		}
	}
	return out
}

// passwordForm finds the one form that takes the password. With more than one that a person sees, or with two fields
// for passwords in it, the page is ambiguous, and a secret is not sent on a guess.
func passwordForm(p *idp.Page) (*idp.Form, error) {
	var found []*idp.Form
	for _, f := range p.Forms {
		if f.Visible && len(passwords(f)) > 0 {
			found = append(found, f)
		}
	}
	switch {
	case len(found) > 1:
		return nil, &idp.SafetyError{Rule: "the page has more than one form that asks for a password", From: p.Origin}
	case len(found) == 1 && len(passwords(found[0])) > 1:
		return nil, &idp.SafetyError{Rule: "the page asks for more than one password", From: p.Origin}
	case len(found) == 1 && passwords(found[0])[0].Visible:
		return found[0], nil
	}
	return nil, nil
}

// readUserName knows a page that asks for the user name first and for the password on the next one.
func (r reader) readUserName(p *idp.Page) idp.Step {
	var step *idp.SignIn
	for _, f := range forms(p) {
		typed := f.Typed()
		// A form with a password field that is not seen shows it by a script: without it, the name alone would count as
		// a wrong password.
		if len(typed) != 1 || !isUserName(typed[0]) || len(f.Passwords()) > 0 {
			continue
		}
		if step != nil {
			return nil // which of two is meant is not guessed
		}
		step = &idp.SignIn{Form: f, User: typed[0].Name, Refused: r.refused(p), Also: button(f), Picks: r.lists(p, f, idp.Organisation)}
	}
	if step == nil {
		return nil
	}
	return *step
}

// readCode knows a second step that asks for one thing to type: a field that expects a one-time code, or is called like
// one, or the only one there is after the password was sent.
func (r reader) readCode(p *idp.Page) idp.Step {
	var form *idp.Form
	var field idp.Field
	for _, f := range forms(p) {
		var asked []idp.Field
		for _, t := range f.Typed() {
			if isCode(t) || (r.typed() && t.Value == "" && !isUserName(t)) {
				asked = append(asked, t)
			}
		}
		switch {
		case len(asked) == 0:
		case len(asked) > 1 || form != nil:
			return nil // which of two is meant is not guessed
		default:
			form, field = f, asked[0]
		}
	}
	if form == nil {
		return nil
	}
	return idp.Challenge{
		Form: form, Blanks: []idp.Blank{blank(field)}, Picks: r.lists(p, form, idp.Device),
		Also: button(form), Refused: r.refused(p),
	}
}

func blank(f idp.Field) idp.Blank {
	kind := idp.Code
	if strings.EqualFold(f.Name, "pin") {
		kind = idp.PIN
	}
	return idp.Blank{Field: f.Name, Kind: kind, Label: f.Label}
}

func isUserName(f idp.Field) bool {
	return f.Type != "password" && !expects(f, "one-time-code") && (expects(f, "username") || userNames().MatchString(f.Name))
}

func isCode(f idp.Field) bool {
	return expects(f, "one-time-code") || (!expects(f, "username") && !expects(f, "current-password") && codeNames().MatchString(f.Name))
}

// refused is what a page says of the answer before. Before anything was typed it is a notice, and no refusal.
func (r reader) refused(p *idp.Page) foreign.Text {
	if !r.typed() && !p.Has("form [aria-invalid=true]") {
		return ""
	}
	return first(p, refusals)
}

// reason reads the words of a refusal, as far as they are in English and say one thing. It decides on the advice, and
// that a person is not asked again in vain.
func (r reader) reason(said foreign.Text) idp.Reason {
	text := strings.ToLower(said.Raw())
	has := func(words ...string) bool {
		for _, word := range words {
			if strings.Contains(text, word) {
				return true
			}
		}
		return false
	}
	switch {
	case !r.typed(), has("incorrect", "invalid", "wrong", "not recognized", " or "): // "wrong, or locked" says nothing for certain
		return idp.WrongPassword
	case has("locked"):
		return idp.Locked
	case has("disabled", "deactivated"):
		return idp.Disabled
	case has("password has expired", "password expired", "must change your password", "password must be changed"):
		return idp.PasswordExpired
	}
	return idp.WrongPassword
}
