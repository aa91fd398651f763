package demo

import (
	"net"
	"slices"
	"strings"
)

// approvedAfter is how many requests it takes until somebody has tapped a notification or taken a call.
const approvedAfter = 3

// adapters are all second steps that a person can have. Those of one adapter share its AuthMethod and differ in what
// happens; nobody has two of them.
type adapters struct {
	methods map[string]*method // by their keys
	screens map[string]*screen // by their names
}

func newAdapters() adapters {
	a := adapters{map[string]*method{}, map[string]*screen{}}
	for _, family := range []func() ([]method, []screen){oneField, approvals, entra, azureServer, securID, adfsmfa, privacyIDEA, duoSecurity, elsewhere} {
		methods, screens := family()
		for i := range methods {
			a.methods[methods[i].key] = &methods[i]
		}
		for i := range screens {
			a.screens[screens[i].name] = &screens[i]
		}
	}
	return a
}

// screen is one of a method's screens: the first, where it has none of that name.
func (a adapters) screen(m *method, name string) *screen {
	names := strings.Fields(m.screens)
	switch {
	case name == second:
		name = names[1]
	case !slices.Contains(names, name):
		name = names[0]
	}
	return a.screens[name]
}

// elsewhere are methods that cannot be gone through here. A certificate is asked for by TLS, on another host or port, and
// no page comes before it. Okta's page is drawn by a script of Okta's, which talks to Okta: nothing that could be sent
// without a browser is taken.
func elsewhere() ([]method, []screen) {
	return []method{
			{key: "certificate", name: "CertificateAuthentication", label: "Sign in using an X.509 certificate"},
			{key: "okta", name: "OktaMfaAdfs", label: "Okta MFA", screens: "okta"},
		}, []screen{
			{name: "okta", asks: "widget", then: move{says: "The response of Okta could not be verified."}},
		}
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
