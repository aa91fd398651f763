package demo

import "strings"

// demoCode is the one-time code of everybody who has one.
const demoCode = "123456"

// peopleWithAdapters is one person for each thing that can happen in an adapter's second step.
func peopleWithAdapters(roles []string) []Person {
	table := [...]struct{ name, story, second string }{
		{"erik", "Entra MFA: a notification, approved after three requests", "entra-push"},
		{"nina", "Entra MFA: the number 42 to type on the phone", "entra-number"},
		{"denis", "Entra MFA: a notification that is denied", "entra-denied"},
		{"wanda", "Entra MFA: a notification that nobody answers", "entra-silent"},
		{"phil", "Entra MFA: a phone call", "entra-phone"},
		{"cody", "Entra MFA: the code 123456", "entra-code"},
		{"mara", "Entra MFA: choose notification, call or code", "entra-choice"},
		{"blake", "Azure MFA Server: the answer comes when it is approved", "azure-server"},
		{"reva", "Azure MFA Server: a page to post again, approved after three requests", "azure-server-repost"},
		{"dino", "Azure MFA Server: denied", "azure-server-denied"},
		{"otis", "Azure MFA Server: choose call or app", "azure-server-choice"},
		{"rita", "RSA SecurID: the passcode 123456", "rsa"},
		{"nick", "RSA SecurID: 123456, then the next code, 234567", "rsa-next"},
		{"nils", "RSA SecurID: 123456, then the same and the next code, 234567, on one page", "rsa-both"},
		{"newt", "RSA SecurID: 123456, then a new PIN of your own, then that PIN followed by 123456", "rsa-new-pin"},
		{"rolf", "RSA SecurID, risk-based: a page for the script, then 123456", "rsa-risk"},
		{"vera", "Symantec VIP: the code 123456", "vip"},
		{"vince", "Symantec VIP: a notification that nobody answers, then the code 123456", "vip-push-code"},
		{"vito", "Symantec VIP: a notification, approved after three requests", "vip-push"},
		{"sam", "SafeNet: the code 123456", "safenet"},
		{"derek", "Defender: the code 123456", "defender"},
		{"silas", "Silverfort: the answer comes when it is approved", "silverfort"},
		{"simon", "Silverfort: not authorized", "silverfort-denied"},
		{"sigrid", "Silverfort: the request expired", "silverfort-expired"},
		{"oscar", "Okta: a widget, which needs a browser", "okta"},
		{"neil", "adfsmfa: the code 123456", "neos"},
		{"noel", "adfsmfa: the code 123456 and the PIN 2468", "neos-pin"},
		{"nate", "adfsmfa: a page while the code is sent, then 123456", "neos-sent"},
		{"nadia", "adfsmfa: the answer comes when the call is taken", "neos-call"},
		{"nelly", "adfsmfa: choose how to get the code, then 123456", "neos-choose"},
		{"norbert", "adfsmfa: not enabled for this account", "neos-locked"},
		{"piet", "privacyIDEA: the code 123456", "privacyidea"},
		{"pia", "privacyIDEA: a notification, approved after three requests; or the code 123456", "privacyidea-push"},
		{"pina", "PingID: the code 123456", "pingid-code"},
		{"pip", "PingID: a notification with the number 37, approved after three requests", "pingid-push"},
		{"dana", "Duo, traditional: a frame set up by a script", "duo"},
		{"doris", "Duo, traditional: a frame set up from hidden fields", "duo-inputs"},
		{"ursula", "Duo Universal Prompt, which needs a browser", "duo-universal"},
		{"carla", "a certificate, or the code 123456", "code certificate"},
		{"gus", "an adapter of the site's own: the code 123456 in OathCode, and no named button", "own-oath"},
		{"otto", "an adapter of the site's own: the code 123456 in otpCode", "own-otp"},
		{"vicky", "an adapter of the site's own: the code 123456 in VerificationCode", "own-verification"},
		{"scott", "an adapter of the site's own: the code 123456 in security_code", "own-security-code"},
		{"tessa", "an adapter of the site's own: the PIN 2468 and the code 123456 on one page", "own-two"},
		{"omar", "three methods to choose from: Entra MFA with a notification, RSA SecurID and a code, both 123456", "entra-push rsa code"},
	}
	var out []Person
	for _, row := range table {
		out = append(out, person(row.name, row.story, Person{Roles: roles, Code: demoCode, Second: strings.Fields(row.second)}))
	}
	return out
}
