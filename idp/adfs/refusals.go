package adfs

import (
	"regexp"
	"strings"
	"sync"

	"github.com/samlogin/samlogin/idp"
)

// This file knows the pages with which AD FS turns somebody away.

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
	if !p.Has("#errorArea") && (code == "" || p.AsksSomething()) {
		if p.Status == 503 && strings.Contains(strings.ToLower(p.URL.Path), "idpinitiatedsignon") {
			// A Web Application Proxy answers so when the page is switched off behind it.
			return idp.Stop{Err: &idp.RefusedError{Reason: idp.IdPInitiatedOff, Origin: p.Origin, Said: p.Title}}
		}
		return readOldError(p)
	}
	refused := &idp.RefusedError{Reason: reasonOf(code, p), Origin: p.Origin, Code: code, Said: p.TextOf("#errorMessage")}
	if refused.Said == "" {
		refused.Said = p.TextOf("#openingMessage")
	}
	refused.Activity = activity().FindString(text) // its label is translated; no other id stands on this page
	return idp.Stop{Err: refused}
}

// readOldError knows the error page of AD FS 2.0, which has neither area nor code: "There was a problem accessing the
// site. Try to browse to the site again.", and a reference number (Microsoft KB2713898). Where it is translated, the
// number alone on a page of Web Forms tells it.
func readOldError(p *idp.Page) idp.Step {
	text := p.Text()
	number := activity().FindString(text.Raw())
	if number == "" || p.AsksSomething() || p.PostsItself() || p.Has("select, [onclick]") {
		return nil
	}
	if !p.Has("form#aspnetForm") && !strings.Contains(strings.ToLower(text.Raw()), "reference number") {
		return nil
	}
	return idp.Stop{Err: &idp.RefusedError{Reason: idp.OtherRefusal, Origin: p.Origin, Said: text, Activity: number}}
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
