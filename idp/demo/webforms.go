package demo

import (
	"crypto/hmac"
	"strings"
)

// This file is AD FS 2.0 (Windows Server 2008 R2), whose pages are ASP.NET Web Forms: what the page sent has to come
// back, and what was done is told by the name of the button.

const (
	webForms  = "ctl00$ContentPlaceHolder1$"
	viewState = "/wEPDwUKMTY2NTYyMDA0Ng9kFgJmD2QWAgIDD2QWAgIBD2QWAmYPZBYCAgEPZBYCAgMPDxYCHgdWaXNpYmxlaGRkZA=="

	saysIncorrect20 = "The user name or password is incorrect."
)

// webFormsPage is the page for user name and password.
func (x *exchange) webFormsPage(refused string) {
	if refused == saysIncorrect {
		refused = saysIncorrect20
	}
	self := x.withRequestID()
	x.page("signin-20.html", map[string]string{"Refused": refused, "ViewState": viewState, "Relative": self[strings.LastIndex(strings.SplitN(self, "?", 2)[0], "/")+1:]})
}

// webFormsPassword takes the answer to it.
func (x *exchange) webFormsPassword() {
	if x.value(webForms+"SubmitButton") != "Sign In" || !hmac.Equal([]byte(x.value("__VIEWSTATE")), []byte(viewState)) || x.value("__EVENTVALIDATION") == "" {
		x.signInPage("")
		return
	}
	x.password(x.value(webForms+"UsernameTextBox"), x.value(webForms+"PasswordTextBox"))
}
