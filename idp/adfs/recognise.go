package adfs

import (
	"strings"

	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/idp/adapter"
	"github.com/samlogin/samlogin/idp/duo"
	"github.com/samlogin/samlogin/saml/foreign"
)

// Wishes are what a person wants where pages offer several ways.
type Wishes struct {
	Method      string            // a way to sign in, or a second factor, by its name or label; "" none
	Realm       string            // whose account it is, by its identifier or label; "" none
	Application string            // the relying party by its label, on the page that lists them; "" none
	Adapters    []adapter.Adapter // asked before those that samlogin knows
}

// Recognisers are the pages of AD FS in the order in which they are asked: what ends a login first, then what stops
// it, then what asks something. They go by ids and names, never by the words of a page, which are translated and
// which every site may change.
func Recognisers(w Wishes) []idp.Recogniser {
	return marked([]idp.Recogniser{
		{Name: "SAML response", Read: idp.ReadResponse},
		{Name: "AD FS error page", Read: readError},
		{Name: "Windows sign-in", Read: idp.ReadNegotiate},
		{Name: "AD FS certificate sign-in", Read: readCertificate},
		{Name: "AD FS change-password page", Read: readUpdatePassword},
		{Name: "AD FS choice of organisation", Read: w.readRealms},
		{Name: "AD FS offer of another way to sign in", Read: w.readWish},
		{Name: "MFA adapter", Read: w.readAdapter},
		{Name: "Duo's traditional prompt", Read: duo.Reader(w.Method)},
		{Name: "AD FS one-time code", Read: readCode},
		{Name: "AD FS sign-in page", Read: readSignIn},
		{Name: "AD FS choice of method", Read: readMethods},
		{Name: "AD FS choice of application", Read: w.readApplications},
		{Name: "AD FS second step that waits", Read: readWait},
		{Name: "page that posts itself", Read: idp.ReadSelfPosting},
		{Name: "page that leads on", Read: idp.ReadRefresh},
		{Name: "page that is a program", Read: idp.ReadProgram},
	})
}

// errorText is where AD FS, and the adapters that follow its sample, say what was wrong with an answer; the second is
// that of AD FS 2.0.
const errorText = "#errorText, #ctl00_ContentPlaceHolder1_ErrorTextLabel"

// readSignIn knows the page for user name and password. From Windows Server 2019 on it may be "paginated": scripts show
// it in two parts, but it is one document, in which the password and AuthMethod can stand outside form#loginForm.
func readSignIn(p *idp.Page) idp.Step {
	if p.Has("input[name=Context]") {
		return nil // a second step: it may reuse the id loginForm
	}
	form, password, refused := passwordForm(p)
	if refused != nil {
		return idp.Stop{Err: refused}
	}
	if form == nil {
		return nil
	}
	step := idp.SignIn{Form: form, Password: password.Name, Refused: p.TextOf(errorText)}
	user := userField(form, p)
	if user == "" {
		return nil
	}
	step.User = user
	if form.ID == "loginForm" && form.Value("AuthMethod") == "" {
		step.Also = append(step.Also, idp.Pair{Name: "AuthMethod", Value: "FormsAuthentication"})
	} else if button := onlyNamedButton(form); button != nil && form.ID != "loginForm" { // AD FS 2.0 goes by what was clicked
		step.Also = append(step.Also, idp.Pair{Name: button.Name, Value: button.Value})
	}
	kind := refusal(step.Refused)
	if step.Refused != "" && p.Has("#error a[href*=updatepassword], #errorText a[href*=updatepassword]") {
		kind = idp.PasswordExpired // in whatever language it says so
	}
	if kind != idp.WrongPassword {
		return idp.Stop{Err: &idp.RefusedError{Reason: kind, Origin: p.Origin, Said: step.Refused, Address: updatePasswordLink(p)}}
	}
	return step
}

// passwordForm finds the one form that takes the password. Of several only one may be visible; with more than one left
// the page is ambiguous, and a secret is not sent on a guess.
func passwordForm(p *idp.Page) (*idp.Form, idp.Field, error) {
	var all, seen []*idp.Form
	for _, f := range p.Forms {
		if len(f.Passwords()) > 0 {
			all = append(all, f)
			if f.Visible {
				seen = append(seen, f)
			}
		}
	}
	if len(all) > 1 {
		all = seen
	}
	ambiguous := func(rule string) (*idp.Form, idp.Field, error) {
		return nil, idp.Field{}, &idp.SafetyError{Rule: rule, From: p.Origin}
	}
	switch {
	case len(all) > 1:
		return ambiguous("the page has more than one form that asks for a password")
	case len(all) == 1 && len(all[0].Passwords()) > 1:
		return ambiguous("the page asks for more than one password")
	case len(all) == 1:
		return all[0], all[0].Passwords()[0], nil
	}
	return paginatedForm(p)
}

// paginatedForm is form#loginForm of a page whose password field stands outside every form element.
func paginatedForm(p *idp.Page) (*idp.Form, idp.Field, error) {
	var password *idp.Field
	for i, f := range p.Orphans {
		if f.Type != "password" || f.Name == "" {
			continue
		}
		if password != nil {
			return nil, idp.Field{}, &idp.SafetyError{Rule: "the page asks for more than one password", From: p.Origin}
		}
		password = &p.Orphans[i]
	}
	for _, f := range p.Forms {
		if f.ID == "loginForm" && password != nil {
			return f, *password, nil
		}
	}
	return nil, idp.Field{}, nil
}

// userField names the field for the user name: AD FS's own name for it, else the only text field there is. It is never
// a password field, whatever its name says.
func userField(f *idp.Form, p *idp.Page) string {
	for _, field := range append(append([]idp.Field{}, f.Fields...), p.Orphans...) {
		if field.Name == "UserName" && field.Type != "password" {
			return field.Name
		}
	}
	found := ""
	for _, field := range f.Fields {
		if !field.Typed() || field.Type == "password" || field.Name == "" {
			continue
		}
		if found != "" {
			return ""
		}
		found = field.Name
	}
	return found
}

// refusal reads what an error text of the sign-in page means beyond a wrong password. AD FS itself gives one text for
// all cases on purpose; sites that changed it say more, most in English. Nothing but the advice depends on it, and
// that a person is not asked again in vain.
func refusal(said foreign.Text) idp.Reason {
	text := strings.ToLower(said.Raw())
	switch {
	case strings.Contains(text, "incorrect"), strings.Contains(text, "invalid"):
		return idp.WrongPassword // "incorrect, or your account is locked" says nothing for certain
	case strings.Contains(text, "locked"):
		return idp.Locked
	case strings.Contains(text, "disabled"):
		return idp.Disabled
	case strings.Contains(text, "expired"), strings.Contains(text, "must change"), strings.Contains(text, "must be changed"):
		return idp.PasswordExpired
	}
	return idp.WrongPassword
}
