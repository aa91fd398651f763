package form

import (
	"regexp"
	"sync"

	"github.com/samlogin/samlogin/idp"
)

// This file is data: what tells the products' pages apart. Selectors are CSS; the facts are those of the products' own
// page templates and documentation. A new product, or a new page of one, is a line here and a page in testdata.

// refusals is where a page that asks again says what was wrong with the answer before, the nearest to the field first.
const refusals = "#input-error, #input-error-username, #input-error-password, #input-error-otp, #input-error-otp-code, #input-error-recoveryCodeInput, #input-error-totp, " + // Keycloak, beside the field
	".pf-m-danger .kc-feedback-text, .alert-error .kc-feedback-text, .alert-error, " + // Keycloak, above the form
	".message-box.error, .erroricon ~ p, " + // SimpleSAMLphp 2 and 1
	".form-error, .output--error, " + // Shibboleth
	"#loginErrorsPanel, #msg.errors, .banner-danger, " + // CAS
	".ping-error, .ping-messages .error, " + // PingFederate
	".message-negative, " + // LemonLDAP::NG
	"#errorText, .alert-danger, .error-message, .errors, [role=alert]" // what many others use

// An ending is a page, or a sentence on it, that ends a login.
type ending struct {
	mark   string // CSS selector; "" any page
	path   string // a part of the page's path; "" any
	reason idp.Reason
	words  string // CSS selectors of what it says, the best first; "": its words are put in by a script
	code   string // the product's own name for it
	id     string // CSS selector of the id under which the administrator finds the event
	asks   bool   // it ends the login even on a page that asks for something
}

// endings are looked at before a page is asked what it wants.
func endings() []ending {
	return []ending{
		// Keycloak
		{mark: "#kc-passwd-update-form", reason: idp.PasswordExpired, words: ".kc-feedback-text, #kc-page-title", asks: true},
		{mark: "#kc-totp-settings-form, #kc-recovery-codes-settings-form, form#register, #kc-update-profile-form, #kc-idp-review-profile-form, #kc-update-email-form, #kc-verify-email-form",
			reason: idp.ActionNeeded, words: "#kc-page-title, h1", asks: true},
		{mark: "#kc-error-message", reason: idp.OtherRefusal, words: "#kc-error-message .instruction"},
		{mark: "#kc-info-message", reason: idp.OtherRefusal, words: "#kc-info-message .instruction"},
		// SimpleSAMLphp and its modules
		{path: "/expirycheck/expired", reason: idp.Disabled, words: "#content p"},
		{path: "/consent/noconsent", reason: idp.NotPermitted, words: "#content p"},
		{path: "/authorize/authorize_403", reason: idp.NotPermitted, words: "#content p"},
		{path: "/authorize/error/forbidden", reason: idp.NotPermitted, words: "#content p"},
		{mark: "#trackid, .trackidtext", reason: idp.OtherRefusal, words: "#content h2, h2, h1", id: "#trackid", asks: true},
		// LemonLDAP::NG puts its texts in by a script; the page holds their numbers
		{mark: `[trmsg="21"]`, reason: idp.Locked, code: "message 21", asks: true},
		{mark: `[trmsg="22"], [trmsg="25"]`, reason: idp.PasswordExpired, code: "message 22", asks: true},
		{mark: `[trmsg="96"]`, reason: idp.CodeRefused, code: "message 96"},
		// CAS
		{mark: "#passwordManagementForm, #passwordChangeForm", reason: idp.PasswordExpired, words: "#pwdmain h3, #content h2, h2, h3", asks: true},
	}
}

// A wall is a page that wants what a program without scripts and devices cannot give.
type wall struct {
	mark, why string
	key       bool // it is the security key, besides which there may be another way
}

func onlyBrowsers() []wall {
	return []wall{
		{mark: "form#webauth input[name=clientDataJSON], form[name=webauthnform], #webauthnLoginForm", why: "it wants a security key or passkey (WebAuthn)", key: true},
		{mark: "#duo_iframe, iframe[src*='duosecurity.com']", why: "it shows Duo's prompt in a frame"},
		{mark: ".g-recaptcha, .h-captcha, .cf-turnstile, input[type=text][name*=captcha i]", why: "it wants a captcha solved"},
	}
}

// consents are marks of pages that ask whether to hand over what they list, or to agree to terms.
const consents = "#consent_yes, #consent_no, " + // SimpleSAMLphp
	"#kc-oauth, #kc-terms-text, #kc-accept, " + // Keycloak
	"[name=_shib_idp_consentIds], [name=_shib_idp_consentOptions], [name=_shib_idp_terms_of_use], " + // Shibboleth
	"#acceptableUsagePolicy, #aupForm, [name=consentOptions], #attributeConsentForm" // CAS

// goOn is the link of a page that has no form and leads on by a script.
const goOn = "a#loginContinueLink, " + // Keycloak: a step was answered too late, or twice
	"noscript a[href]" // LemonLDAP::NG and others

// leading are the scripts of products whose pages lead on by an address that they write down: by the beginning of the
// page's path. Everybody else's scripts are left alone.
var leading = sync.OnceValue(func() []struct {
	path    string
	address *regexp.Regexp
} {
	return []struct {
		path    string
		address *regexp.Regexp
	}{ // NetIQ Access Manager
		{"/nidp/", regexp.MustCompile(`\bgetToContent\(\s*['"]([^'"]{1,1000})['"]`)},
		{"/nidp/", regexp.MustCompile(`\b(?:window|top|document)\.location(?:\.href)?\s*=\s*['"]([^'"]{1,1000})['"]`)},
	}
})

// furniture is the names of fields that stand on every page and mean nothing for the login.
func furniture() map[string]bool {
	return map[string]bool{"language": true, "lang": true, "locale": true, "ui_locales": true, "kc_locale": true, "skin": true, "q": true, "search": true}
}

// devices are elements that a script makes a list of devices of, with the value it would set: Keycloak's second theme.
const devices = "[id^=kc-otp-credential-][onclick]"

var deviceValue = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^toggleOTP\(\s*\d+\s*,\s*'([^']{1,200})'\s*\)$`) })

// scripted is what the script of a button fills in before it sends the form, by the field's name.
func scripted() map[string]string {
	return map[string]string{"pf.ok": "clicked"} // PingFederate
}

// userNames are what the field for the user name is called where the page does not say so by autocomplete.
var userNames = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)^(j_)?(pf\.)?(user|username|user_name|user\.name|userid|user_id|login|loginid|login_id|loginname|email|mail|netid|uid|account|identifier|ecom_user_id|upn|subject|principal)$`)
})

// codeNames are what the field for a one-time code is called where the page does not say so by autocomplete.
var codeNames = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)^(code|token|pin|tan|mtan|ecom_token|j_tokennumber|mfatoken|challengequestionanswer|recoverycodeinput)$|otp|passcode|one[-_.]?time|(verification|security|auth|authentication|access|sms|mfa|2fa|tfa|twofactor|second|ext2f)[-_.]?(code|token)`)
})

// trackID is what an id looks like by which an administrator finds an event.
var trackID = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[0-9A-Za-z-]{4,64}$`) })

// leaving are words in the names of buttons and forms that lead away from the login: not to be pressed unasked.
var leaving = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)log-?out|log-?off|sign-?out|sign-?off|cancel|decline|reject|delete|remove|reset|register|forgot|restart|try-?another`)
})
