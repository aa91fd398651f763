package demo

// demoCode is the one-time code of everybody who has one.
const demoCode = "123456"

// peopleWithAdapters is one person for each thing that can happen in an adapter's second step.
func peopleWithAdapters(roles []string) []Person {
	var out []Person
	add := func(name, story string, second ...string) {
		out = append(out, person(name, story, Person{Roles: roles, Code: demoCode, Second: second}))
	}
	add("erik", "Entra MFA: a notification, approved after three requests", "entra-push")
	add("nina", "Entra MFA: the number 42 to type on the phone", "entra-number")
	add("denis", "Entra MFA: a notification that is denied", "entra-denied")
	add("wanda", "Entra MFA: a notification that nobody answers", "entra-silent")
	add("phil", "Entra MFA: a phone call", "entra-phone")
	add("cody", "Entra MFA: the code 123456", "entra-code")
	add("mara", "Entra MFA: choose notification, call or code", "entra-choice")
	add("blake", "Azure MFA Server: the answer comes when it is approved", "azure-server")
	add("reva", "Azure MFA Server: a page to post again, approved after three requests", "azure-server-repost")
	add("dino", "Azure MFA Server: denied", "azure-server-denied")
	add("otis", "Azure MFA Server: choose call or app", "azure-server-choice")
	add("rita", "RSA SecurID: the passcode 123456", "rsa")
	add("nick", "RSA SecurID: 123456, then the next code, 234567", "rsa-next")
	add("nils", "RSA SecurID: 123456, then the same and the next code, 234567, on one page", "rsa-both")
	add("newt", "RSA SecurID: 123456, then a new PIN of your own, then that PIN followed by 123456", "rsa-new-pin")
	add("rolf", "RSA SecurID, risk-based: a page for the script, then 123456", "rsa-risk")
	add("vera", "Symantec VIP: the code 123456", "vip")
	add("vince", "Symantec VIP: a notification that nobody answers, then the code 123456", "vip-push-code")
	add("vito", "Symantec VIP: a notification, approved after three requests", "vip-push")
	add("sam", "SafeNet: the code 123456", "safenet")
	add("derek", "Defender: the code 123456", "defender")
	add("silas", "Silverfort: the answer comes when it is approved", "silverfort")
	add("simon", "Silverfort: not authorized", "silverfort-denied")
	add("sigrid", "Silverfort: the request expired", "silverfort-expired")
	add("oscar", "Okta: a widget, which needs a browser", "okta")
	add("neil", "adfsmfa: the code 123456", "neos")
	add("noel", "adfsmfa: the code 123456 and the PIN 2468", "neos-pin")
	add("nate", "adfsmfa: a page while the code is sent, then 123456", "neos-sent")
	add("nadia", "adfsmfa: the answer comes when the call is taken", "neos-call")
	add("nelly", "adfsmfa: choose how to get the code, then 123456", "neos-choose")
	add("norbert", "adfsmfa: not enabled for this account", "neos-locked")
	add("piet", "privacyIDEA: the code 123456", "privacyidea")
	add("pia", "privacyIDEA: a notification, approved after three requests; or the code 123456", "privacyidea-push")
	add("pina", "PingID: the code 123456", "pingid-code")
	add("pip", "PingID: a notification with the number 37, approved after three requests", "pingid-push")
	add("dana", "Duo, traditional: a frame set up by a script", "duo")
	add("doris", "Duo, traditional: a frame set up from hidden fields", "duo-inputs")
	add("ursula", "Duo Universal Prompt, which needs a browser", "duo-universal")
	add("carla", "a certificate, or the code 123456", "code", "certificate")
	add("gus", "an adapter of the site's own: the code 123456 in OathCode, and no named button", "own-oath")
	add("otto", "an adapter of the site's own: the code 123456 in otpCode", "own-otp")
	add("vicky", "an adapter of the site's own: the code 123456 in VerificationCode", "own-verification")
	add("scott", "an adapter of the site's own: the code 123456 in security_code", "own-security-code")
	add("tessa", "an adapter of the site's own: the PIN 2468 and the code 123456 on one page", "own-two")
	add("omar", "three methods to choose from: Entra MFA with a notification, RSA SecurID and a code, both 123456", "entra-push", "rsa", "code")
	return out
}
