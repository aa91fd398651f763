package demo

// adfsmfa is the open-source adapter of that name by neos-sdi, whose pages are written by its AdapterPresentation
// classes: a form for the code, one that posts itself while a code is sent or a call is made, one to choose a method, and
// one that refuses.
func adfsmfa() ([]method, []screen) {
	const name, label, refused = "MultiFactorAuthenticationProvider", "Multi-Factor Authentication Extension", "Invalid code. Please try again."
	return []method{
			{key: "neos", name: name, label: label, screens: "neos-code neos-choose neos-sent"},
			{key: "neos-pin", name: name, label: label, screens: "neos-pin"},
			{key: "neos-sent", name: name, label: label, screens: "neos-sent neos-code neos-choose"},
			{key: "neos-call", name: name, label: label, screens: "neos-call neos-choose neos-code"},
			{key: "neos-choose", name: name, label: label, screens: "neos-choose neos-code neos-sent"},
			{key: "neos-locked", name: name, label: label, screens: "neos-locked"},
		}, []screen{
			{name: "neos-code", needs: "totp selected", refused: refused, next: neosCode},
			{name: "neos-pin", needs: "totp pincode selected", refused: refused, next: neosCode},
			{name: "neos-sent", page: "neos-wait", asks: "sending of a code", words: "A code is being sent to you.", needs: "lnk", holds: true,
				next: neosWait, then: move{to: "neos-code"}},
			{name: "neos-call", page: "neos-wait", asks: approval, words: "Answer the notification on your phone.", needs: "lnk", holds: true,
				next: neosWait, then: move{done: true}},
			{name: "neos-choose", asks: "choice", needs: "selectedradio selected", next: neosChoose},
			{name: "neos-locked", asks: "refusal", words: "Your account is not enabled for multi-factor authentication. Contact your administrator.",
				then: move{ends: "Authentication attempt failed. Contact your administrator for more information."}},
		}
}

// noCode is what the link "I do not have the code" puts into a hidden field.
const noCode = "3"

func neosCode(r reply) move {
	switch {
	case r.value("selected") == noCode:
		return move{to: "neos-choose"}
	case !r.has("continueButton"):
		return move{}
	case r.right("totp") && (r.screen.name != "neos-pin" || r.value("pincode") == demoPIN):
		return move{done: true}
	}
	return r.wrong()
}

func neosWait(r reply) move {
	if r.value("lnk") == noCode {
		return move{to: "neos-choose"}
	}
	return r.screen.then
}

func neosChoose(r reply) move {
	if r.value("selected") != "0" {
		return move{ends: "The sign-in was cancelled."}
	}
	switch r.value("selectedradio") {
	case "0":
		return move{to: "neos-code"}
	case "1", "2":
		return move{to: "neos-sent"}
	}
	return move{}
}
