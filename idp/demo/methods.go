package demo

import (
	"maps"
	"net"
)

// approvedAfter is how many requests it takes until somebody has tapped a notification or taken a call.
const approvedAfter = 3

// methods are all second steps that a person can have. Those of one adapter share its AuthMethod and differ in what
// happens; nobody has two of them.
func methods(d duo) map[string]*method {
	all := map[string]*method{
		// A certificate is asked for by TLS, on another host or port, and no page comes before it.
		"certificate": {name: "CertificateAuthentication", label: "Sign in using an X.509 certificate"},
	}
	for _, family := range []map[string]*method{oneField(), approvals(), entra(), azureServer(), securID(), adfsmfa(), privacyIDEA(), d.methods(), okta()} {
		maps.Copy(all, family)
	}
	return all
}

// certificateAddress is where AD FS sends who wants to sign in with a certificate: another port on Windows Server 2012
// R2, another host name later ("AD FS support for alternate hostname binding for certificate authentication", Microsoft
// Learn).
func (x *exchange) certificateAddress() string {
	host, port, err := net.SplitHostPort(x.r.Host)
	if err != nil {
		host, port = x.r.Host, "443"
	}
	at := net.JoinHostPort("certauth."+host, port)
	if x.config.Skin == Skin2012R2 {
		at = net.JoinHostPort(host, "49443")
	}
	if x.config.CertificateHost != "" {
		at = x.config.CertificateHost
	}
	return "https://" + at + x.withRequestID()
}

// okta is Okta's adapter. What it shows is drawn by a script of Okta's, which talks to Okta: there is nothing to fill in
// without a browser, and nothing that could be sent from here is taken.
func okta() map[string]*method {
	return map[string]*method{"okta": {name: "OktaMfaAdfs", label: "Okta MFA", screens: []screen{
		{name: "okta", asks: "widget", next: always(move{says: "The response of Okta could not be verified."})},
	}}}
}
