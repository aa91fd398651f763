package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/saml/foreign"
)

// hintOf is the advice that the packages below give with their errors.
func hintOf(err error) string {
	var h interface{ Hint() string }
	if errors.As(err, &h) {
		return h.Hint()
	}
	return ""
}

// needsBrowserHint is for a page that is a program of its own.
const needsBrowserHint = "sign in with a browser: --idp browser --url with the address at which a login for AWS begins (samlogin help browser); or ask the administrator for another method"

func needHint(q idp.Question) string {
	switch q.Kind {
	case idp.Choice:
		return choiceHint(q)
	case idp.PIN, idp.NewPIN, idp.Answer:
		return "only a person can answer that: run samlogin in a terminal without --no-input"
	case idp.Username:
		return "give it with --username, SAMLOGIN_USERNAME or username in the settings"
	case idp.Password:
		return "give it with SAMLOGIN_PASSWORD, SAMLOGIN_PASSWORD_FILE, --password-command or --password-stdin, remember it with samlogin secret set, or run samlogin in a terminal without --no-input"
	}
	return "give it with --mfa-code, SAMLOGIN_MFA_CODE or --mfa-command, remember the seed with samlogin secret set --totp, or run samlogin in a terminal without --no-input"
}

// choiceHint lists what could have been chosen, and by which words.
func choiceHint(q idp.Question) string {
	if q.Topic == idp.Consent {
		return "that is for a person to say: run samlogin in a terminal without --no-input, or let the IdP remember the answer given in a browser"
	}
	var names []string
	for _, o := range q.Options {
		name := foreign.Text(o.ID).String()
		if o.Label != "" && o.Label.Raw() != o.ID {
			name += " (" + o.Label.String() + ")"
		}
		names = append(names, name)
	}
	by := map[idp.Topic]string{idp.Organisation: "realm in the settings", idp.Application: "--relying-party with the label"}[q.Topic]
	if by == "" {
		by = "--mfa, or mfa in the settings"
	}
	return "name one with " + by + ": " + strings.Join(names, ", ")
}

func refusedCode(r idp.Reason) string {
	switch r {
	case idp.WrongPassword:
		return "wrong_password"
	case idp.Locked:
		return "account_locked"
	case idp.Disabled:
		return "account_disabled"
	case idp.ActionNeeded:
		return "action_needed"
	case idp.PasswordExpired:
		return "password_expired"
	case idp.CodeRefused:
		return "mfa_refused"
	case idp.MFATimedOut:
		return "mfa_timed_out"
	case idp.NotPermitted:
		return "not_permitted"
	case idp.UnknownRelyingParty:
		return "unknown_relying_party"
	case idp.IdPInitiatedOff:
		return "idp_initiated_off"
	case idp.TooManyLogins:
		return "too_many_logins"
	case idp.WindowsSignIn:
		return "windows_sign_in"
	case idp.WindowsPassword:
		return "wrong_password"
	case idp.CertificateUnread:
		return "certificate_unread"
	}
	return "idp_error"
}

func refusedHint(e *idp.RefusedError) string {
	if e.Advice != "" {
		return e.Advice
	}
	switch e.Reason {
	case idp.WrongPassword:
		hint := "AD FS says the same of a locked, disabled or expired account; try the password once in a browser before you go on, as more tries can lock it"
		if e.User != "" && !domainNamed(e.User) {
			hint = `AD FS wants the user name with its domain: CORP\jane or jane@corp.example.com; ` + hint
		}
		return hint
	case idp.Locked:
		return "wait (half an hour is usual) or ask your administrator to unlock it; trying again makes the lock last longer"
	case idp.Disabled:
		return "your administrator can enable it"
	case idp.PasswordExpired:
		if e.Address != "" {
			return "change it in a browser: " + foreign.Text(e.Address).String()
		}
		return "change it in a browser or at a Windows sign-in, then run this again"
	case idp.CodeRefused:
		return "wait for the next code and run this again; see also that the clock of the device is right"
	case idp.MFATimedOut:
		return "run it again with the phone at hand; --mfa names another method where the IdP offers one"
	case idp.NotPermitted:
		return "ask the administrator of AD FS for access to the relying party of AWS; the activity id finds the event"
	case idp.UnknownRelyingParty:
		return "--relying-party must be the identifier as AD FS has it (urn:amazon:webservices is AWS's own); upper and lower case count"
	case idp.IdPInitiatedOff:
		return "log in SP-initiated with --start sp, or ask the administrator for Set-AdfsProperties -EnableIdpInitiatedSignonPage $true"
	case idp.TooManyLogins:
		return "wait 20 seconds, then run it again"
	case idp.WindowsSignIn:
		return `windows = "kerberos" or "ntlm" in the IdP's settings signs in that way; or the administrator of AD FS can let samlogin's User-Agent have the form (WIASupportedUserAgents, WindowsIntegratedFallbackEnabled)`
	case idp.WindowsPassword:
		return "try the password once in a browser before you go on, as more tries can lock the account; if it is right, the server may not allow this way, or require Extended Protection (channel binding), which samlogin does not have"
	case idp.CertificateUnread:
		return "the administrator of AD FS has to set up the certificate authorities of its server (NTAuth, Trusted Root and Intermediate stores)"
	}
	if e.Activity != "" {
		return "the administrator of the IdP finds the cause by the activity id"
	}
	return ""
}

func domainNamed(user string) bool {
	for _, r := range user {
		if r == '@' || r == '\\' {
			return true
		}
	}
	return false
}

func safetyHint(e *idp.SafetyError) string {
	if e.To != (idp.Origin{}) && e.To != e.From && e.To.Secure() {
		return fmt.Sprintf("if %s belongs to your company's sign-in, put origins = [%q] into the IdP's settings", e.To, e.To.String())
	}
	if e.To == (idp.Origin{}) && e.From != (idp.Origin{}) {
		return "tell the administrator of the IdP, and run it again with --trace FILE to see where it comes from"
	}
	return ""
}

// windowsFailed is the code and the exit of a sign-in without a form that failed.
func windowsFailed(e *idp.WindowsError) (code string, exit int) {
	switch e.Reason {
	case idp.NoTicket:
		return "no_ticket", exitNeedsAnswer
	case idp.NoKDC:
		return "kdc_unreachable", exitNetwork
	case idp.ConnectionLost:
		return "connection_lost", exitNetwork
	case idp.KerberosConfig:
		return "kerberos_config", exitUsage
	case idp.UnknownService:
		return "unknown_service", exitRefused
	case idp.ClockSkew:
		return "clock_skew", exitRefused
	case idp.TicketRefused:
		return "ticket_refused", exitRefused
	}
	return "windows_sign_in", exitRefused
}
