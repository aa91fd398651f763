package demo

import (
	"encoding/json"
	"maps"
)

// privacyIDEA is the open-source adapter of that name. One page serves every mode; a script shows and hides parts of it,
// and puts what it found out into formResult, as JSON.
func privacyIDEA() map[string]*method {
	mode := func(name, says, push string, next func(reply) move) screen {
		return screen{name: name, page: "privacyidea", asks: map[string]string{"push": "approval"}[name],
			texts: map[string]string{"Instructions": says, "Mode": name, "Push": push},
			needs: []string{"otp", "formResult", "mode", "authCounter", "pushAvailable", "otpAvailable", "message"},
			next: func(r reply) move {
				result, good := formResult(r.value("formResult"))
				switch {
				case !good || r.value("mode") != name:
					return move{says: "The form was not filled in as expected."}
				case push == "1" && set(result["modeChanged"]):
					to, _ := result["newMode"].(string)
					return move{to: to}
				}
				return next(r)
			}}
	}
	otp := takes("otp", "wrong otp value")
	const name, label = "privacyIDEA-ADFSProvider", "privacyIDEA"
	return map[string]*method{
		"privacyidea": {name: name, label: label, screens: []screen{mode("otp", "Please enter your one-time password.", "0", otp)}},
		"privacyidea-push": {name: name, label: label, screens: []screen{
			mode("push", "Please confirm the authentication on your mobile device!", "1", after(approvedAfter, move{done: true})),
			mode("otp", "Please enter your one-time password.", "1", otp),
		}},
	}
}

// formResult reads what the page's script sends: all of its keys, and no others.
func formResult(text string) (map[string]any, bool) {
	var got map[string]any
	if json.Unmarshal([]byte(text), &got) != nil {
		return nil, false
	}
	want := map[string]bool{}
	for _, key := range []string{
		"passkeyLoginRequested", "enrollmentCancelled", "modeChanged", "newMode", "webAuthnSignResponse", "passkeySignResponse", "passkeyRegistrationResponse", "origin",
	} {
		want[key] = true
	}
	same := maps.EqualFunc(got, want, func(any, bool) bool { return true })
	return got, same
}

// set reports whether a flag of the script is up: it is text in one version, a boolean in another.
func set(flag any) bool { return flag == "1" || flag == "true" || flag == true }
