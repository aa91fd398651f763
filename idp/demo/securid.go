package demo

import "strings"

// demoPIN goes before or beside a code where an adapter wants both; demoNext is the code after the one that everybody has.
const (
	demoPIN  = "2468"
	demoNext = "234567"
)

// securID is the agent of RSA SecurID for AD FS. Passcode and NextCode are the names that public clients post; those of the
// page for a new PIN vary between versions, and the ones here are a likely choice.
func securID() map[string]*method {
	const (
		name, label, title = "SecurIDAuthentication", "RSA SecurID", "RSA SecurID Authentication"
		denied             = "Access denied. Enter your passcode again."
	)
	passcode := func(name, says string, next func(reply) move) screen {
		return screen{name: name, page: "rsa-passcode", texts: map[string]string{"Instructions": says}, needs: []string{"Passcode"}, next: next}
	}
	first := func(next func(reply) move) screen {
		return passcode("rsa-passcode", "Enter your RSA SecurID passcode.", next)
	}
	then := func(to string) func(reply) move {
		return func(r reply) move {
			if r.right("Passcode") {
				return move{to: to}
			}
			return move{wrong: true, says: denied}
		}
	}
	nextCode := screen{name: "rsa-next", asks: "next code", needs: []string{"NextCode"}, next: func(r reply) move {
		if r.value("NextCode") == demoNext {
			return move{done: true}
		}
		return move{to: "rsa-passcode", wrong: true, says: denied}
	}}
	both := screen{name: "rsa-next-both", asks: "next code", needs: []string{"ChallengeQuestionAnswer", "NextCode"}, next: func(r reply) move {
		if r.right("ChallengeQuestionAnswer") && r.value("NextCode") == demoNext {
			return move{done: true}
		}
		return move{wrong: true, says: denied}
	}}
	newPIN := screen{name: "rsa-pin", asks: "new PIN", needs: []string{"NewPin", "ConfirmPin"}, next: func(r reply) move {
		pin := r.value("NewPin")
		switch {
		case pin != r.value("ConfirmPin"):
			return move{says: "The PINs do not match."}
		case len(pin) < 4 || len(pin) > 8 || strings.Trim(pin, "0123456789") != "":
			return move{says: "The PIN must have 4 to 8 digits."}
		}
		r.session.pin = pin
		return move{to: "rsa-passcode-again"}
	}}
	withPIN := passcode("rsa-passcode-again", "The PIN was accepted. Enter the new PIN followed by the tokencode.", func(r reply) move {
		if code, whole := strings.CutPrefix(r.value("Passcode"), r.session.pin); whole && r.fits(r.session.person, code) {
			return move{done: true}
		}
		return move{wrong: true, says: denied}
	})
	// The risk-based successor collects what a script knows of the browser first, and takes nothing as an answer, too.
	start := screen{name: "rsa-start", asks: "start", needs: []string{"latitude", "longitude", "geoLocationCollTimestamp", "rsa_risk_fp"}, next: func(r reply) move {
		if r.value("InitStatus") == "true" {
			return move{to: "rsa-passcode"}
		}
		return move{}
	}}
	return map[string]*method{
		"rsa":         {name: name, label: label, title: title, screens: []screen{first(takes("Passcode", denied))}},
		"rsa-next":    {name: name, label: label, title: title, screens: []screen{first(then("rsa-next")), nextCode}},
		"rsa-both":    {name: name, label: label, title: title, screens: []screen{first(then("rsa-next-both")), both}},
		"rsa-new-pin": {name: name, label: label, title: title, screens: []screen{first(then("rsa-pin")), newPIN, withPIN}},
		"rsa-risk":    {name: "SecurIDv2Authentication", label: label, title: title, screens: []screen{start, first(takes("Passcode", denied))}},
	}
}
