package idp

import (
	"fmt"

	"github.com/samlogin/samlogin/saml/foreign"
)

// WindowsReason says why a sign-in without a form failed.
type WindowsReason int

// Why a sign-in without a form fails.
const (
	SchemeMissing  WindowsReason = iota // the server does not offer what the methods speak
	NoTicket                            // this computer has no ticket, keytab or account that could be used
	NoKDC                               // no Kerberos server answered
	UnknownService                      // the Kerberos server knows no service under the IdP's name (KDC_ERR_S_PRINCIPAL_UNKNOWN)
	ClockSkew                           // the clocks are too far apart for Kerberos
	TicketRefused                       // the Kerberos server said no
	KerberosConfig                      // krb5.conf, or what it names, cannot be used
	TokenRefused                        // the IdP did not accept what was proved
	BadChallenge                        // what the IdP or this computer said in the exchange cannot be used
	ConnectionLost                      // the connection was not kept between two messages
)

// WindowsError reports a sign-in without a form (RFC 4559) that failed. It holds no secret and no ticket.
type WindowsError struct {
	Reason WindowsReason
	Method string       // "a Kerberos ticket", "" where none was tried
	Origin Origin       // of the IdP
	User   string       // "" where that is not known
	Detail foreign.Text // the words of the Kerberos server or of the system, "" none
}

func (e *WindowsError) Error() string {
	host := e.Origin.Host()
	what := map[WindowsReason]string{
		SchemeMissing:  host + " offers no way of Windows sign-in that is wanted here",
		NoTicket:       host + " cannot be signed in to with " + e.Method,
		NoKDC:          "no Kerberos server answered, so there is no ticket for " + host,
		UnknownService: "the Kerberos server knows no service HTTP/" + host,
		ClockSkew:      "this computer's clock and that of the Kerberos server are too far apart",
		TicketRefused:  "the Kerberos server gave no ticket for " + host,
		KerberosConfig: "the Kerberos settings of this computer cannot be used",
		TokenRefused:   host + " did not accept the sign-in with " + e.Method,
		BadChallenge:   "the sign-in with " + e.Method + " at " + host + " broke off",
		ConnectionLost: "the sign-in with " + e.Method + " at " + host + " broke off",
	}[e.Reason]
	if e.Detail != "" {
		what += fmt.Sprintf(": %s", foreign.Text(foreign.Cut(e.Detail.String(), 200)))
	}
	return what
}

// Is reports ErrAbsent for a ticket that is not there, so that the next method is tried.
func (e *WindowsError) Is(target error) bool { return target == ErrAbsent && e.Reason == NoTicket }

// Hint is the advice that goes with the error.
func (e *WindowsError) Hint() string {
	switch e.Reason {
	case SchemeMissing:
		return `windows in the IdP's settings can be "kerberos" or "ntlm"; "off" is the form with a password`
	case NoTicket:
		return "get one with kinit; samlogin reads caches in files (export KRB5CCNAME=FILE:/tmp/krb5cc before kinit) and the keytab that KRB5_CLIENT_KTNAME names; on Windows, log on with an account of the domain"
	case NoKDC:
		return "see whether the VPN is up, and whether krb5.conf (KRB5_CONFIG) or DNS names the servers of the realm"
	case UnknownService:
		return "--url must have the name under which AD FS is registered (setspn -L of its service account lists HTTP/ and HOST/ names), not an alias"
	case ClockSkew:
		return "set this computer's clock: Kerberos allows five minutes"
	case TicketRefused:
		return "kinit says the same, and more: try it"
	case KerberosConfig:
		return "KRB5_CONFIG names another krb5.conf, KRB5CCNAME another ticket cache"
	case TokenRefused:
		return "the server may require Extended Protection (channel binding), which this sign-in does not have; or the service's name is registered for another account (setspn -X), the clocks differ, or a proxy reads along"
	case ConnectionLost:
		return "a proxy between this computer and the IdP does not keep connections, which NTLM needs: put the IdP into NO_PROXY, or use Kerberos"
	}
	return ""
}
