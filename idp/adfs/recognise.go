package adfs

import (
	"regexp"
	"strings"
	"sync"

	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/saml/foreign"
)

// Recognisers are the pages of AD FS in the order in which they are asked: what ends a login first, then what stops
// it, then what asks something. They go by ids and names, never by the words of a page, which are translated and
// which every site may change.
func Recognisers() []idp.Recogniser {
	return marked([]idp.Recogniser{
		{Name: "SAML response", Read: idp.ReadResponse},
		{Name: "AD FS error page", Read: readError},
		{Name: "Windows sign-in", Read: readWindows},
		{Name: "AD FS change-password page", Read: readUpdatePassword},
		{Name: "AD FS one-time code", Read: readCode},
		{Name: "AD FS sign-in page", Read: readSignIn},
		{Name: "page that posts itself", Read: idp.ReadSelfPosting},
		{Name: "page that leads on", Read: idp.ReadRefresh},
	})
}

// errorText is where AD FS, and the adapters that follow its sample, say what was wrong with an answer.
const errorText = "#errorText"

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
	}
	if kind := refusal(step.Refused); kind != idp.WrongPassword {
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

// readCode knows a second step that asks for one thing to type: AD FS puts AuthMethod and Context round what the
// adapter draws. Which adapter it is does not matter as long as there is just one field.
func readCode(p *idp.Page) idp.Step {
	var form *idp.Form
	for _, f := range p.Forms {
		if f.Field("Context") == nil || f.Field("AuthMethod") == nil || len(f.Typed()) == 0 {
			continue
		}
		if form != nil {
			return nil // which of two is meant is not guessed
		}
		form = f
	}
	if form == nil || len(form.Typed()) != 1 {
		return nil
	}
	field := form.Typed()[0]
	step := idp.Challenge{Form: form, Blanks: []idp.Blank{{Field: field.Name, Kind: idp.Code, Label: field.Label}}, Refused: p.TextOf(errorText)}
	if button := onlyNamedButton(form); button != nil {
		step.Also = append(step.Also, idp.Pair{Name: button.Name, Value: button.Value})
	}
	return step
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

// readWindows knows the answer of an AD FS that wants the browser to sign in with the Windows account.
func readWindows(p *idp.Page) idp.Step {
	if p.Status != 401 {
		return nil
	}
	for _, scheme := range p.Asks {
		if strings.EqualFold(scheme, "Negotiate") || strings.EqualFold(scheme, "NTLM") {
			return idp.Stop{Err: &idp.RefusedError{Reason: idp.WindowsSignIn, Origin: p.Origin}}
		}
	}
	return nil
}

// readUpdatePassword knows the page to change a password. It is never filled in here: a person does that in a browser.
func readUpdatePassword(p *idp.Page) idp.Step {
	passwords := 0
	for _, f := range p.Forms {
		passwords = max(passwords, len(f.Passwords()))
	}
	if !strings.Contains(strings.ToLower(p.URL.Path), "/updatepassword") && passwords < 3 {
		return nil
	}
	page := *p.URL
	page.RawQuery, page.Fragment, page.RawFragment = "", "", ""
	said := p.TextOf(errorText)
	if said == "" {
		said = p.TextOf("#openingMessage, #loginMessage, #introduction")
	}
	return idp.Stop{Err: &idp.RefusedError{Reason: idp.PasswordExpired, Origin: p.Origin, Said: said, Address: page.String()}}
}

func updatePasswordLink(p *idp.Page) string {
	if strings.Contains(strings.ToLower(p.Doc.Find("a[href*=updatepassword]").AttrOr("href", "")), "updatepassword") {
		return p.Origin.String() + "/adfs/portal/updatepassword/"
	}
	return ""
}

var (
	msis     = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\bMSIS\d{4}\b`) })
	activity = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?i)\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b`)
	})
)

// readError knows AD FS's error page by its area, or by an error code in the text of a page that asks for nothing.
// The status is of no use: it is mostly 200.
func readError(p *idp.Page) idp.Step {
	// The details are folded away until somebody clicks, so hidden text counts, too.
	text := p.WholeTextOf("#errorArea").Raw() + " " + p.Text().Raw()
	code := msis().FindString(text)
	if !p.Has("#errorArea") && (code == "" || asks(p)) {
		if p.Status == 503 && strings.Contains(strings.ToLower(p.URL.Path), "idpinitiatedsignon") {
			// A Web Application Proxy answers so when the page is switched off behind it.
			return idp.Stop{Err: &idp.RefusedError{Reason: idp.IdPInitiatedOff, Origin: p.Origin, Said: p.Title}}
		}
		return nil
	}
	refused := &idp.RefusedError{Reason: reasonOf(code, p), Origin: p.Origin, Code: code, Said: p.TextOf("#errorMessage")}
	if refused.Said == "" {
		refused.Said = p.TextOf("#openingMessage")
	}
	refused.Activity = activity().FindString(text) // its label is translated; no other id stands on this page
	return idp.Stop{Err: refused}
}

func asks(p *idp.Page) bool {
	for _, f := range p.Forms {
		if len(f.Typed()) > 0 || len(f.Passwords()) > 0 {
			return true
		}
	}
	return false
}

// reasonOf reads the error codes of AD FS's event log that its page may show (Microsoft's AD FS troubleshooting pages
// and public bug reports). On the IdP-initiated page both MSIS7012 and MSIS7065 mean that it is switched off, since
// the path itself is right.
func reasonOf(code string, p *idp.Page) idp.Reason {
	initiated := strings.Contains(strings.ToLower(p.URL.Path), "idpinitiatedsignon")
	switch code {
	case "MSIS7007":
		return idp.UnknownRelyingParty
	case "MSIS7042":
		return idp.TooManyLogins
	case "MSIS5007":
		return idp.NotPermitted
	case "MSIS7012", "MSIS7065":
		if initiated {
			return idp.IdPInitiatedOff
		}
	}
	return idp.OtherRefusal
}
