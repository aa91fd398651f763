package demo

import "encoding/json"

// privacyIDEA is the open-source adapter of that name. One page serves every mode; a script shows and hides parts of it,
// and puts what it found out into formResult, as JSON.
func privacyIDEA() ([]method, []screen) {
	const (
		name, label, page = "privacyIDEA-ADFSProvider", "privacyIDEA", "privacyidea"
		needs             = "otp formResult mode authCounter pushAvailable otpAvailable message"
		enter, refused    = "Please enter your one-time password.", "wrong otp value"
	)
	return []method{
			{key: "privacyidea", name: name, label: label, screens: page},
			{key: "privacyidea-push", name: name, label: label, screens: "privacyidea-push privacyidea-otp"},
		}, []screen{
			{name: page, words: enter, mode: "otp", needs: needs, refused: refused, next: privacyIDEAMode},
			{name: "privacyidea-push", page: page, asks: approval, words: "Please confirm the authentication on your mobile device!", mode: "push", push: true,
				needs: needs, next: privacyIDEAMode},
			{name: "privacyidea-otp", page: page, words: enter, mode: "otp", push: true, needs: needs, refused: refused, next: privacyIDEAMode},
		}
}

func privacyIDEAMode(r reply) move {
	result, good := formResult(r.value("formResult"))
	switch {
	case !good || r.value("mode") != r.screen.mode:
		return move{says: "The form was not filled in as expected."}
	case r.screen.push && set(result["modeChanged"]):
		if result["newMode"] == "otp" {
			return move{to: "privacyidea-otp"}
		}
		return move{to: beginning}
	case r.screen.mode == "push":
		return move{done: r.session.posts >= approvedAfter}
	case r.right("otp"):
		return move{done: true}
	}
	return r.wrong()
}

// formResult reads what the page's script sends: all of its keys, and no others.
func formResult(text string) (got map[string]any, whole bool) {
	if json.Unmarshal([]byte(text), &got) != nil {
		return nil, false
	}
	keys := [...]string{
		"passkeyLoginRequested", "enrollmentCancelled", "modeChanged", "newMode", "webAuthnSignResponse", "passkeySignResponse", "passkeyRegistrationResponse", "origin",
	}
	for _, key := range keys {
		if _, there := got[key]; !there {
			return nil, false
		}
	}
	return got, len(got) == len(keys)
}

// set reports whether a flag of the script is up: it is text in one version, a boolean in another.
func set(flag any) bool { return flag == "1" || flag == "true" || flag == true }
