package demo

import "crypto/hmac"

const (
	codeMethod  = "DemoOneTimeCode" // as an administrator would have registered it
	maxCodes    = 3
	contextSize = 9000 // bytes, 12,000 characters: what AD FS sends is 2 to 20 KB
)

// codePage asks for the one-time code. Its Context is new each time, and only the newest is taken.
func (x *exchange) codePage(who signedIn, refused string) {
	context := random(contextSize)
	if !x.update(who.id, func(s *signedIn) { s.context = context }) {
		x.signInPage("")
		return
	}
	x.page("code.html", map[string]string{
		"Refused": refused, "Method": codeMethod, "Context": context, "Name": who.person.Name, "UPN": who.person.UPN,
	})
	if refused == "" {
		x.did("page for the one-time code")
	}
}

func (x *exchange) secondStep() {
	who, ok := x.session()
	if !ok {
		x.signInPage("")
		return
	}
	if x.value("AuthMethod") != codeMethod {
		x.fail("", "The selected authentication method is not available for '"+who.person.UPN+"'. Choose another authentication method or contact your system administrator for details.")
		return
	}
	current, right, codes := false, false, 0
	x.update(who.id, func(s *signedIn) {
		current = s.context != "" && hmac.Equal([]byte(s.context), []byte(x.value("Context")))
		s.context = ""
		if !current {
			return
		}
		if right = x.value("ChallengeQuestionAnswer") == s.person.Code; right {
			s.second = true
		} else {
			s.codes++
		}
		codes = s.codes
	})
	switch {
	case !current:
		x.did("page for the one-time code had expired")
		x.codePage(who, "The page had expired. Try again.")
	case right:
		x.renew(who.id)
		x.redirect(x.r.URL.RequestURI())
		x.did("one-time code accepted")
	case codes >= maxCodes:
		x.forget(who.id)
		x.did("one-time code refused")
		x.fail("", "Authentication attempt failed. The code was wrong three times.")
	default:
		x.did("one-time code refused")
		x.codePage(who, "The code is not right. Try again.")
	}
}
