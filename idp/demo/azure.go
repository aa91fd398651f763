package demo

import "slices"

// entra is the adapter for Microsoft Entra multifactor authentication, once Azure MFA ("Configure Azure MFA as
// authentication provider with AD FS", Microsoft Learn). Its first page only posts itself; what is asked comes then. The
// fields, ids and the two paragraphs are those that public clients read; the words of a refusal vary.
func entra() map[string]*method {
	const (
		notification = "PhoneAppNotification" // methods as Entra ID names them
		call         = "TwoWayVoiceMobile"
		fromApp      = "PhoneAppOTP"
		approval     = "approval"
		failed       = "We did not receive the expected response. Please try again."
	)
	text := func(s string) map[string]string { return map[string]string{"Instructions": s} }
	wait := func(name, says string, next func(reply) move) screen {
		return screen{name: name, page: "entra-wait", asks: approval, texts: text(says), needs: []string{"__EVENTTARGET"}, next: next}
	}
	const onApp = "We've sent a notification to your mobile device. Please respond to continue."
	const onPhone = "We're calling your phone. Please answer it to continue."
	done := move{done: true}
	code := screen{name: "entra-code", texts: text("Enter the verification code from your mobile app."), needs: []string{"SignIn"},
		next: takes("VerificationCode", "The verification code is incorrect. Please try again.")}
	number := screen{name: "entra-number", asks: approval, needs: []string{"__EVENTTARGET"}, next: after(approvedAfter, done),
		texts: map[string]string{"Instructions": "Open your Authenticator app, and enter the number shown to sign in.", "Number": "42"}}
	choice := screen{name: "entra-choice", asks: "choice", needs: []string{"__EVENTTARGET"}, next: func(r reply) move {
		to := map[string]string{notification: "entra-push", call: "entra-phone", fromApp: "entra-code"}
		return move{to: to[r.value("__EVENTTARGET")]}
	}}
	begin := func(rest ...screen) *method {
		start := screen{name: "entra-start", asks: "start", next: always(move{to: rest[0].name})}
		again := screen{name: "entra-failed", asks: approval, next: always(move{to: "entra-start"})}
		return &method{name: "AzureMfaAuthentication", label: "Azure Multi-Factor Authentication", screens: slices.Concat([]screen{start}, rest, []screen{again})}
	}
	return map[string]*method{
		"entra-push":   begin(wait("entra-push", onApp, after(approvedAfter, done))),
		"entra-number": begin(number),
		"entra-denied": begin(wait("entra-push", onApp, after(approvedAfter, move{to: "entra-failed", says: failed}))),
		"entra-silent": begin(wait("entra-push", onApp, always(move{}))),
		"entra-phone":  begin(wait("entra-phone", onPhone, after(approvedAfter, done))),
		"entra-code":   begin(code),
		"entra-choice": begin(choice, wait("entra-push", onApp, after(approvedAfter, done)), wait("entra-phone", onPhone, after(approvedAfter, done)), code),
	}
}

// azureServer is the adapter of Azure Multi-Factor Authentication Server, which ran on a site's own machines until
// September 2024. Newer builds keep the answer back until the call was taken, others show a page to be posted again; it
// was registered under either of two names.
func azureServer() map[string]*method {
	const (
		name, older = "AzureMfaServerAuthentication", "WindowsAzureMultiFactorAuthentication"
		label       = "Azure Multi-Factor Authentication Server"
		approval    = "approval"
	)
	wait := func(holds bool, next func(reply) move) screen {
		return screen{name: "azure-server-wait", asks: approval, holds: holds, needs: []string{"__EVENTTARGET"}, next: next,
			texts: map[string]string{"Instructions": "We've sent a notification to your mobile device. Please continue by responding to the notification."}}
	}
	denied := screen{name: "azure-server-denied", asks: approval, next: always(move{to: "azure-server-wait"})}
	choice := screen{name: "azure-server-choice", asks: "choice", needs: []string{"__EVENTTARGET"}, next: func(r reply) move {
		if slices.Contains([]string{"PhoneCall", "MobileApp"}, r.value("__EVENTTARGET")) {
			return move{to: "azure-server-wait"}
		}
		return move{}
	}}
	done := always(move{done: true})
	return map[string]*method{
		"azure-server":        {name: name, label: label, screens: []screen{wait(true, done)}},
		"azure-server-repost": {name: older, label: label, screens: []screen{wait(false, after(approvedAfter, move{done: true}))}},
		"azure-server-denied": {name: name, label: label, screens: []screen{
			wait(true, always(move{to: "azure-server-denied", says: "Authentication denied. Please try again."})), denied,
		}},
		"azure-server-choice": {name: name, label: label, screens: []screen{choice, wait(true, done)}},
	}
}
