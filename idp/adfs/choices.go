package adfs

import (
	"strings"

	"github.com/PuerkitoBio/goquery"

	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/saml/foreign"
)

// longestName is how long, in characters, what a script chooses by may be: realms are addresses.
const longestName = 500

// label is what a person reads on an element.
func label(s *goquery.Selection) foreign.Text {
	for _, text := range []string{s.Text(), s.AttrOr("aria-label", ""), s.AttrOr("title", ""), s.Find("img").AttrOr("alt", "")} {
		if line := foreign.Line(text); line != "" {
			return line
		}
	}
	return ""
}

// readRealms knows home realm discovery: whose account it is. The field for the answer has no name until a script gives
// it one (HomeRealmSelection). AD FS 2.0 has a list instead.
func (w Wishes) readRealms(p *idp.Page) idp.Step {
	step := idp.Choose{Topic: idp.Organisation, Refused: p.TextOf(errorText)}
	for _, f := range p.Forms {
		if f.ID == "hrd" {
			step.Form = f
		}
	}
	if step.Form != nil {
		p.Doc.Find(`[onclick*="HRD.selection("]`).Each(func(_ int, s *goquery.Selection) {
			if id := idp.Quoted(s.AttrOr("onclick", ""), longestName); id != "" {
				step.Options = append(step.Options, idp.Way{Option: idp.Option{ID: id, Label: label(s)}, Set: []idp.Pair{{Name: "HomeRealmSelection", Value: id}}})
			}
		})
	} else {
		step.Form, step.Options = listed(p, "PassiveIdentityProvidersDropDownList", "PassiveSignInButton")
	}
	if len(step.Options) == 0 {
		return byEmail(step.Form)
	}
	return wished(step, w.Realm)
}

// byEmail knows home realm discovery that lists no organisation: it tells them by the end of an e-mail address, which
// is the user name of everybody who gets there.
func byEmail(hrd *idp.Form) idp.Step {
	if hrd == nil || hrd.Field("Email") == nil || hrd.Field("Email").Type == "password" {
		return nil
	}
	step := idp.SignIn{Form: hrd, User: "Email"}
	if button := hrd.Field("HomeRealmByEmail"); button != nil { // AD FS goes by it
		step.Also = []idp.Pair{{Name: button.Name, Value: button.Value}}
	}
	return step
}

// readApplications knows the page that lists the relying parties. Their values are this farm's own; only the labels mean
// something to a person.
func (w Wishes) readApplications(p *idp.Page) idp.Step {
	step := idp.Choose{Topic: idp.Application, Refused: p.TextOf(errorText)}
	for _, button := range []string{"SignInSubmit", "SignInGo", "SignInButton", "GoButton"} {
		if step.Form, step.Options = listed(p, "RelyingParty", button); len(step.Options) > 0 {
			break
		}
		if step.Form, step.Options = listed(p, "RelyingPartyDropDownList", button); len(step.Options) > 0 {
			break
		}
	}
	if len(step.Options) == 0 {
		return nil
	}
	if step.Form.Field("SignInOtherSite") != nil { // the radio button beside the list
		for i := range step.Options {
			step.Options[i].Set = append(step.Options[i].Set, idp.Pair{Name: "SignInOtherSite", Value: step.Form.Value("SignInOtherSite")})
		}
	}
	return wished(step, w.Application)
}

// listed reads a drop-down list, by the end of its name (AD FS 2.0 puts its own before), and the button that goes with it.
func listed(p *idp.Page, list, button string) (*idp.Form, []idp.Way) {
	for _, f := range p.Forms {
		for _, field := range f.Fields {
			if field.Type != "select" || !endsWith(field.Name, list) {
				continue
			}
			var press []idp.Pair
			for _, b := range f.Fields {
				if b.Type == "submit" && endsWith(b.Name, button) {
					press = []idp.Pair{{Name: b.Name, Value: b.Value}}
				}
			}
			if press == nil {
				continue
			}
			var ways []idp.Way
			p.Doc.Find("select").FilterFunction(func(_ int, s *goquery.Selection) bool { return s.AttrOr("name", "") == field.Name }).Find("option").Each(func(_ int, s *goquery.Selection) {
				id := s.AttrOr("value", foreign.Line(s.Text()).Raw())
				if id != "" {
					ways = append(ways, idp.Way{Option: idp.Option{ID: id, Label: foreign.Line(s.Text())}, Set: append([]idp.Pair{{Name: field.Name, Value: id}}, press...)})
				}
			})
			return f, ways
		}
	}
	return nil, nil
}

func endsWith(name, end string) bool { return name == end || strings.HasSuffix(name, "$"+end) }

// wished narrows a choice to what the person wants, where the page has it.
func wished(step idp.Choose, wish string) idp.Step {
	if at := idp.Named(step.Offered(), wish); at >= 0 && step.Refused == "" {
		step.Options = step.Options[at : at+1]
	}
	return step
}
