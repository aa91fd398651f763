package demo

// What Microsoft's adapters say while they wait.
const (
	saysOnApp    = "We've sent a notification to your mobile device. Please respond to continue."
	saysOnPhone  = "We're calling your phone. Please answer it to continue."
	saysNumber   = "Open your Authenticator app, and enter the number shown to sign in."
	saysServer   = "We've sent a notification to your mobile device. Please continue by responding to the notification."
	saysNoAnswer = "We did not receive the expected response. Please try again."
)

// entra is the adapter for Microsoft Entra multifactor authentication, once Azure MFA ("Configure Azure MFA as
// authentication provider with AD FS", Microsoft Learn). Its first page only posts itself; what is asked comes then. The
// fields, ids and the two paragraphs are those that public clients read; the words of a refusal vary.
func entra() ([]method, []screen) {
	const name, label, event = "AzureMfaAuthentication", "Azure Multi-Factor Authentication", "__EVENTTARGET"
	return []method{
			{key: "entra-push", name: name, label: label, screens: "entra-start entra-push"},
			{key: "entra-number", name: name, label: label, screens: "entra-start entra-number"},
			{key: "entra-denied", name: name, label: label, screens: "entra-start entra-to-deny entra-failed"},
			{key: "entra-silent", name: name, label: label, screens: "entra-start entra-silent"},
			{key: "entra-phone", name: name, label: label, screens: "entra-start entra-phone"},
			{key: "entra-code", name: name, label: label, screens: "entra-start entra-code"},
			{key: "entra-choice", name: name, label: label, screens: "entra-start entra-choice entra-push entra-phone entra-code"},
		}, []screen{
			{name: "entra-start", asks: "start", then: move{to: second}},
			{name: "entra-push", page: "entra-wait", asks: approval, words: saysOnApp, needs: event, posts: approvedAfter, then: move{done: true}},
			{name: "entra-to-deny", page: "entra-wait", asks: approval, words: saysOnApp, needs: event, posts: approvedAfter, then: move{to: "entra-failed", says: saysNoAnswer}},
			{name: "entra-failed", asks: approval, then: move{to: beginning}},
			{name: "entra-silent", page: "entra-wait", asks: approval, words: saysOnApp, needs: event},
			{name: "entra-phone", page: "entra-wait", asks: approval, words: saysOnPhone, needs: event, posts: approvedAfter, then: move{done: true}},
			{name: "entra-number", asks: approval, words: saysNumber, number: "42", needs: event, posts: approvedAfter, then: move{done: true}},
			{name: "entra-code", words: "Enter the verification code from your mobile app.", needs: "SignIn", take: "VerificationCode",
				refused: "The verification code is incorrect. Please try again."},
			{name: "entra-choice", asks: "choice", needs: event, next: entraChoice},
		}
}

// entraChoice takes a method by the name that Entra ID has for it.
func entraChoice(r reply) move {
	switch r.value("__EVENTTARGET") {
	case "PhoneAppNotification":
		return move{to: "entra-push"}
	case "TwoWayVoiceMobile":
		return move{to: "entra-phone"}
	case "PhoneAppOTP":
		return move{to: "entra-code"}
	}
	return move{}
}

// azureServer is the adapter of Azure Multi-Factor Authentication Server, which ran on a site's own machines until
// September 2024. Newer builds keep the answer back until the call was taken, others show a page to be posted again; it
// was registered under either of two names.
func azureServer() ([]method, []screen) {
	const (
		name, older = "AzureMfaServerAuthentication", "WindowsAzureMultiFactorAuthentication"
		label       = "Azure Multi-Factor Authentication Server"
		page, event = "azure-server-wait", "__EVENTTARGET"
	)
	return []method{
			{key: "azure-server", name: name, label: label, screens: page},
			{key: "azure-server-repost", name: older, label: label, screens: "azure-server-repost"},
			{key: "azure-server-denied", name: name, label: label, screens: "azure-server-to-deny azure-server-denied"},
			{key: "azure-server-choice", name: name, label: label, screens: "azure-server-choice azure-server-wait"},
		}, []screen{
			{name: page, asks: approval, words: saysServer, needs: event, holds: true, then: move{done: true}},
			{name: "azure-server-repost", page: page, asks: approval, words: saysServer, needs: event, posts: approvedAfter, then: move{done: true}},
			{name: "azure-server-to-deny", page: page, asks: approval, words: saysServer, needs: event, holds: true,
				then: move{to: "azure-server-denied", says: "Authentication denied. Please try again."}},
			{name: "azure-server-denied", asks: approval, then: move{to: beginning}},
			{name: "azure-server-choice", asks: "choice", needs: event, next: azureServerChoice},
		}
}

func azureServerChoice(r reply) move {
	if to := r.value("__EVENTTARGET"); to != "PhoneCall" && to != "MobileApp" {
		return move{}
	}
	return move{to: "azure-server-wait"}
}
