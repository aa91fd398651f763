package demo

// adfsmfa is the open-source adapter of that name by neos-sdi, whose pages are written by its AdapterPresentation
// classes: a form for the code, one that posts itself while a code is sent or a call is made, one to choose a method, and
// one that refuses.
func adfsmfa() map[string]*method {
	const noCode = "3" // what its link "I do not have the code" puts into a hidden field
	code := func(page string, right func(reply) bool) screen {
		return screen{name: page, needs: []string{"totp", "selected"}, next: func(r reply) move {
			switch {
			case r.value("selected") == noCode:
				return move{to: "neos-choose"}
			case !r.has("continueButton"):
				return move{}
			case right(r):
				return move{done: true}
			}
			return move{wrong: true, says: "Invalid code. Please try again."}
		}}
	}
	plain := code("neos-code", func(r reply) bool { return r.right("totp") })
	withPIN := code("neos-pin", func(r reply) bool { return r.value("pincode") == demoPIN && r.right("totp") })
	wait := func(asks, says string, next move) screen {
		return screen{name: "neos-wait", asks: asks, holds: true, needs: []string{"lnk"}, texts: map[string]string{"Instructions": says}, next: func(r reply) move {
			if r.value("lnk") == noCode {
				return move{to: "neos-choose"}
			}
			return next
		}}
	}
	sent := wait("sending of a code", "A code is being sent to you.", move{to: "neos-code"})
	choose := screen{name: "neos-choose", asks: "choice", needs: []string{"selectedradio", "selected"}, next: func(r reply) move {
		switch {
		case r.value("selected") != "0":
			return move{ends: "The sign-in was cancelled."}
		case r.value("selectedradio") == "0":
			return move{to: "neos-code"}
		case r.value("selectedradio") == "1", r.value("selectedradio") == "2":
			return move{to: "neos-wait"}
		}
		return move{}
	}}
	locked := screen{name: "neos-locked", asks: "refusal", next: always(move{ends: "Authentication attempt failed. Contact your administrator for more information."}),
		texts: map[string]string{"Instructions": "Your account is not enabled for multi-factor authentication. Contact your administrator."}}
	of := func(screens ...screen) *method {
		return &method{name: "MultiFactorAuthenticationProvider", label: "Multi-Factor Authentication Extension", screens: screens}
	}
	return map[string]*method{
		"neos":        of(plain, choose, sent),
		"neos-pin":    of(withPIN),
		"neos-sent":   of(sent, plain, choose),
		"neos-call":   of(wait("approval", "Answer the notification on your phone.", move{done: true}), choose, plain),
		"neos-choose": of(choose, plain, sent),
		"neos-locked": of(locked),
	}
}
