package demo

import "strings"

// demoPIN goes beside a code where an adapter wants both; demoNext is the code after the one that everybody has.
const (
	demoPIN  = "2468"
	demoNext = "234567"
)

// securID is the agent of RSA SecurID for AD FS. Passcode, NextCode and ChallengeQuestionAnswer are the names that public
// clients post; those of the page for a new PIN vary between versions, and the ones here are a likely choice. The
// risk-based successor collects what a script knows of the browser first, and takes nothing as an answer, too.
func securID() ([]method, []screen) {
	const (
		name, label, title = "SecurIDAuthentication", "RSA SecurID", "RSA SecurID Authentication"
		page, field        = "rsa-passcode", "Passcode"
		enter              = "Enter your RSA SecurID passcode."
		denied             = "Access denied. Enter your passcode again."
	)
	return []method{
			{key: "rsa", name: name, label: label, title: title, screens: page},
			{key: "rsa-next", name: name, label: label, title: title, screens: "rsa-before-next rsa-next"},
			{key: "rsa-both", name: name, label: label, title: title, screens: "rsa-before-both rsa-next-both"},
			{key: "rsa-new-pin", name: name, label: label, title: title, screens: "rsa-before-pin rsa-pin rsa-with-pin"},
			{key: "rsa-risk", name: "SecurIDv2Authentication", label: label, title: title, screens: "rsa-start rsa-passcode"},
		}, []screen{
			{name: page, words: enter, needs: field, take: field, refused: denied},
			{name: "rsa-before-next", page: page, words: enter, needs: field, take: field, refused: denied, then: move{to: "rsa-next"}},
			{name: "rsa-next", asks: "next code", needs: "NextCode", refused: denied, next: rsaNext},
			{name: "rsa-before-both", page: page, words: enter, needs: field, take: field, refused: denied, then: move{to: "rsa-next-both"}},
			{name: "rsa-next-both", asks: "next code", needs: "ChallengeQuestionAnswer NextCode", refused: denied, next: rsaBoth},
			{name: "rsa-before-pin", page: page, words: enter, needs: field, take: field, refused: denied, then: move{to: "rsa-pin"}},
			{name: "rsa-pin", asks: "new PIN", needs: "NewPin ConfirmPin", next: rsaNewPIN},
			{name: "rsa-with-pin", page: page, needs: field, refused: denied, next: rsaWithPIN,
				words: "The PIN was accepted. Enter the new PIN followed by the tokencode."},
			{name: "rsa-start", asks: "start", needs: "latitude longitude geoLocationCollTimestamp rsa_risk_fp", next: rsaStart},
		}
}

func rsaNext(r reply) move {
	if r.value("NextCode") == demoNext {
		return move{done: true}
	}
	again := r.wrong()
	again.to = beginning
	return again
}

func rsaBoth(r reply) move {
	if r.right("ChallengeQuestionAnswer") && r.value("NextCode") == demoNext {
		return move{done: true}
	}
	return r.wrong()
}

func rsaNewPIN(r reply) move {
	pin := r.value("NewPin")
	switch {
	case pin != r.value("ConfirmPin"):
		return move{says: "The PINs do not match."}
	case len(pin) < 4 || len(pin) > 8 || strings.Trim(pin, "0123456789") != "":
		return move{says: "The PIN must have 4 to 8 digits."}
	}
	r.session.pin = pin
	return move{to: "rsa-with-pin"}
}

func rsaWithPIN(r reply) move {
	if code, whole := strings.CutPrefix(r.value("Passcode"), r.session.pin); whole && r.fits(r.session.person, code) {
		return move{done: true}
	}
	return r.wrong()
}

func rsaStart(r reply) move {
	if r.value("InitStatus") == "true" {
		return move{to: second}
	}
	return move{}
}
