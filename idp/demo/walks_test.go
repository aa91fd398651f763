package demo_test

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"github.com/PuerkitoBio/goquery"
)

// stop is one page of a walk through a second step, and the answer to it.
type stop struct {
	page string   // its file in testdata
	form string   // "": the one with the Context
	send []string // names and values beside what a browser sends of itself
	adds []string // fields that a script of the page would have filled in, though they stand in it
}

// walk is a person's way from the password to its end.
type walk struct {
	user, skin string
	stops      []stop
	ends       string // words of the error page; "": the response. "page …": a page that leads no further, by its file
}

const result = `{"passkeyLoginRequested":"","enrollmentCancelled":"","modeChanged":"","newMode":"","webAuthnSignResponse":"","passkeySignResponse":"","passkeyRegistrationResponse":"","origin":"https://adfs.example.com"}`

func code(page string, send ...string) stop { return stop{page: page, send: send} }

func choose(page, method string) stop {
	return stop{page: page, form: "#options", send: []string{"AuthMethod", method}}
}

// walks are all of them. A page that comes several times stands there as often.
func walks() []walk {
	wait := func(page string, times int) (out []stop) {
		for range times {
			out = append(out, stop{page: page})
		}
		return out
	}
	way := func(stops ...any) (out []stop) {
		for _, s := range stops {
			switch s := s.(type) {
			case stop:
				out = append(out, s)
			case []stop:
				out = append(out, s...)
			case string:
				out = append(out, stop{page: s})
			}
		}
		return out
	}
	event := func(page, target string) stop { return code(page, "__EVENTTARGET", target) }
	passcode := func(page, value string) stop { return code(page, "Passcode", value, "Submit", "Submit") }
	neos := code("neos-code", "totp", "123456", "continueButton", "Connect")
	form := func(page, otp string) stop {
		return code(page, "otp", otp, "formResult", result, "Submit", "Submit")
	}
	pushed := func(page string) stop { return code(page, "formResult", result) }
	return []walk{
		{user: "max", stops: way(code("code", "ChallengeQuestionAnswer", "123456", "Submit", "Submit"))},
		{user: "erik", stops: way("entra-start", wait("entra-push", 3))},
		{user: "nina", stops: way("entra-start", wait("entra-number", 3))},
		{user: "denis", stops: way("entra-start", wait("entra-push", 3), code("entra-denied", "TryAgain", "Try again")), ends: "page entra-start"},
		{user: "wanda", stops: way("entra-start", wait("entra-push", 10)), ends: "page entra-push"},
		{user: "phil", stops: way("entra-start", wait("entra-phone", 3))},
		{user: "cody", stops: way("entra-start", code("entra-code", "VerificationCode", "123456", "SignIn", "Sign in"))},
		{user: "mara", stops: way("entra-start", event("entra-choice", "PhoneAppNotification"), wait("entra-push", 3))},
		{user: "mara", stops: way("entra-start", event("entra-choice", "TwoWayVoiceMobile"), wait("entra-phone", 3))},
		{user: "mara", stops: way("entra-start", event("entra-choice", "Carrier pigeon"), event("entra-choice", "PhoneAppOTP"), code("entra-code", "VerificationCode", "123456", "SignIn", "Sign in"))},
		{user: "blake", stops: way("azure-server")},
		{user: "reva", stops: way(wait("azure-server-repost", 3))},
		{user: "dino", stops: way("azure-server", "azure-server-denied"), ends: "page azure-server"},
		{user: "otis", stops: way(event("azure-server-choice", "MobileApp"), "azure-server")},
		{user: "otis", stops: way(event("azure-server-choice", ""), event("azure-server-choice", "PhoneCall"), "azure-server")},
		{user: "rita", stops: way(passcode("rsa-passcode", "123456"))},
		{user: "nick", stops: way(passcode("rsa-passcode", "123456"), code("rsa-next", "NextCode", "234567", "Submit", "Submit"))},
		{user: "nick", stops: way(passcode("rsa-passcode", "123456"), code("rsa-next", "NextCode", "123456"), passcode("rsa-denied", "123456"), code("rsa-next", "NextCode", "234567"))},
		{user: "nils", stops: way(passcode("rsa-passcode", "123456"), code("rsa-next-both", "ChallengeQuestionAnswer", "123456", "NextCode", "234567", "Submit", "Submit"))},
		{user: "newt", stops: way(passcode("rsa-passcode", "123456"), code("rsa-pin", "NewPin", "1357", "ConfirmPin", "1358"), code("rsa-pin-differs", "NewPin", "13a7", "ConfirmPin", "13a7"),
			code("rsa-pin-refused", "NewPin", "1357", "ConfirmPin", "1357"), passcode("rsa-with-pin", "123456"), passcode("rsa-with-pin-denied", "1357123456"))},
		{user: "rolf", stops: way(code("rsa-start", "InitStatus", ""), code("rsa-start", "InitStatus", "true"), passcode("rsa-passcode-v2", "123456"))},
		{user: "vera", stops: way(code("vip-code", "SecurityCode", "123456", "Submit", "Continue"))},
		{user: "vince", stops: way(wait("vip-wait", 3), code("vip-security-code", "security_code", "123456"))},
		{user: "vito", stops: way(wait("vip-wait-upn", 3))},
		{user: "sam", stops: way(code("safenet", "SAFENET_PASSWORD", "123456"))},
		{user: "derek", stops: way(code("defender", "OathCode", "123456"))},
		{user: "silas", stops: way("silverfort")},
		{user: "simon", stops: way("silverfort", "silverfort-denied"), ends: "page silverfort"},
		{user: "sigrid", stops: way("silverfort", "silverfort-expired"), ends: "page silverfort"},
		{user: "oscar", stops: way(code("okta", "OktaResult", "SUCCESS")), ends: "page okta-refused"},
		{user: "neil", stops: way(neos)},
		{user: "neil", stops: way(code("neos-code", "selected", "3"), code("neos-choose", "selectedradio", "1", "sendCodeButton", "Send"), "neos-sent", neos)},
		{user: "noel", stops: way(code("neos-pin", "totp", "123456", "pincode", "2468", "continueButton", "Connect"))},
		{user: "nate", stops: way("neos-sent", neos)},
		{user: "nadia", stops: way("neos-call")},
		{user: "nadia", stops: way(code("neos-call", "lnk", "3"), code("neos-choose", "selectedradio", "0", "sendCodeButton", "Send"), neos)},
		{user: "nelly", stops: way(code("neos-choose", "selectedradio", "2", "sendCodeButton", "Send"), "neos-sent", neos)},
		{user: "nelly", stops: way(code("neos-choose", "selected", "1", "cancel", "Cancel")), ends: "cancelled"},
		{user: "norbert", stops: way("neos-locked"), ends: "Authentication attempt failed"},
		{user: "piet", stops: way(form("privacyidea", "123456"))},
		{user: "piet", stops: way(code("privacyidea", "otp", "123456", "Submit", "Submit"), form("privacyidea-unread", "123456"))},
		{user: "pia", stops: way(pushed("privacyidea-push"), pushed("privacyidea-push-2"), pushed("privacyidea-push-3"))},
		{user: "pia", stops: way(code("privacyidea-push", "formResult", strings.Replace(result, `"modeChanged":"","newMode":""`, `"modeChanged":"1","newMode":"otp"`, 1)), form("privacyidea-push-otp", "123456"))},
		{user: "pina", stops: way(code("pingid-code", "otp", "123456"))},
		{user: "pip", stops: way(wait("pingid-push", 3))},
		{user: "dana", stops: way(stop{page: "duo-frame", adds: []string{"sig_response", "AUTH|made up:APP|made up"}}), ends: "page duo-frame-refused"},
		{user: "doris", stops: way(stop{page: "duo-inputs", adds: []string{"sig_response", ""}}), ends: "page duo-inputs-refused"},
		{user: "ursula", stops: way(stop{page: "duo-universal", adds: []string{"duo_code", "made up", "state", "made up"}}), ends: "page duo-universal-refused"},
		{user: "carla", stops: way(choose("options-certificate", "DemoOneTimeCode"), code("code-or-certificate", "ChallengeQuestionAnswer", "123456"))},
		{user: "gus", stops: way(code("own-oath", "OathCode", "123456"))},
		{user: "otto", stops: way(code("own-otp", "otpCode", "123456"))},
		{user: "vicky", stops: way(code("own-verification", "VerificationCode", "123456", "Verify", "Verify code"))},
		{user: "scott", stops: way(code("own-security-code", "security_code", "123456", "Submit", "Submit"))},
		{user: "tessa", stops: way(code("own-two", "TokenPin", "2468", "TokenCode", "123456", "Submit", "Submit"))},
		{user: "omar", stops: way(choose("options", "SecurIDAuthentication"), choose("options-from-rsa", "AzureMfaAuthentication"), "options-entra-start", wait("options-entra-push", 3))},
		{user: "omar", skin: "2016", stops: way(choose("options-2016", "DemoOneTimeCode"), code("options-code-2016", "ChallengeQuestionAnswer", "123456"))},
	}
}

// form is the form of a page that an answer goes with.
func (a *answer) form(selector string) *goquery.Selection {
	if selector == "" {
		selector = "form:has(input[name=Context]), form:has(input[name=adfs_context])"
	}
	return a.page.Find(selector).First()
}

// fill is what a browser sends of a form: fields that are not buttons, boxes that are checked, and what a person or a
// script changed or pressed, each name once.
func fill(f *goquery.Selection, changed ...string) (pairs []string) {
	left := slices.Clone(changed)
	put := func(name, value string) {
		for i := 0; i < len(left); i += 2 {
			if left[i] == name {
				value = left[i+1]
				left = slices.Delete(left, i, i+2)
				break
			}
		}
		if !slices.Contains(names(pairs), name) {
			pairs = append(pairs, name, value)
		}
	}
	f.Find("input[name]").Each(func(_ int, s *goquery.Selection) {
		name := s.AttrOr("name", "")
		_, checked := s.Attr("checked")
		switch kind := s.AttrOr("type", "text"); {
		case kind == "submit" || kind == "button":
			if i := slices.Index(names(changed), name); i < 0 {
				return
			}
		case kind == "checkbox" && !checked, kind == "radio" && !checked && !slices.Contains(changed, s.AttrOr("value", "")):
			return
		}
		put(name, s.AttrOr("value", ""))
	})
	return append(pairs, left...)
}

func names(pairs []string) (out []string) {
	for i := 0; i < len(pairs); i += 2 {
		out = append(out, pairs[i])
	}
	return out
}

// answer sends a stop's form to where a browser would, and follows to the next page.
func (b *browser) answer(page *answer, s stop) *answer {
	b.t.Helper()
	f := page.form(s.form)
	if f.Length() != 1 {
		b.t.Fatalf("%s: there is no form %q on %s", s.page, s.form, page.body)
	}
	to := f.AttrOr("action", "")
	if s.form == "#options" {
		to = strings.Replace(to, ":443/", "/", 1)
	}
	if to == "" || strings.Contains(to, "duosecurity") {
		to = aws
	}
	pairs := append(fill(f, s.send...), s.adds...)
	for i, name := range pairs { // Duo's hosted prompt sends the frame back under other names
		pairs[i] = cmp.Or(map[string]string{"adfs_context": "context", "adfs_auth_method": "authMethod"}[name], name)
	}
	return b.follow(b.post(to, pairs...))
}

// says is what a page has in the places for errors.
func (a *answer) says() string {
	return strings.TrimSpace(a.page.Find("#errorText, .error label, p.error, div.error, #pageIntroductionText").Text())
}

// walked goes a walk's stops up to n, and gives the page that came then.
func (b *browser) walked(w walk, n int, see func(file string, a *answer)) *answer {
	b.t.Helper()
	page := b.signIn(aws, `CORP\`+w.user, password)
	for _, s := range w.stops[:n] {
		if page.kind() != "code page" && page.kind() != "choice page" || page.status != http.StatusOK {
			b.t.Fatalf("%s of %s is a %s: %s", s.page, w.user, page.kind(), page.error())
		}
		see(s.page, page)
		page = b.answer(page, s)
	}
	return page
}
