package saml

import (
	"fmt"
	"strings"

	"github.com/samlogin/samlogin/saml/foreign"
)

// FormatError refuses a response for safety: it is damaged, not a SAML 2.0 response for AWS, or two readers could
// read it differently. Nothing of it may be sent on.
type FormatError struct {
	Rule     string // what is wrong: "a comment inside a value"
	Element  string // local name of the element it is about, cleaned; "" where there is none
	Encoded  bool   // Position counts characters of the base64, not bytes of the XML
	Position int    // from 0; -1 where there is none
}

func (e *FormatError) Error() string {
	var b strings.Builder
	b.WriteString("the SAML response was refused for safety: ")
	b.WriteString(e.Rule)
	if e.Element != "" {
		fmt.Fprintf(&b, " (in %s)", e.Element)
	}
	switch {
	case e.Position < 0:
	case e.Encoded:
		fmt.Fprintf(&b, ", at character %d of its base64", e.Position)
	default:
		fmt.Fprintf(&b, ", at byte %d of its XML", e.Position)
	}
	return b.String()
}

// Hint says what a person can do.
func (e *FormatError) Hint() string {
	return "log in again; if it is refused again, show this message to whoever runs the identity provider"
}

// StatusError says that the IdP answered, but with a status that is not Success: it issued no assertion.
type StatusError struct {
	Code    foreign.Text // "urn:oasis:names:tc:SAML:2.0:status:Responder"
	SubCode foreign.Text // the second, more exact one; "" if absent
	Message foreign.Text // the IdP's words; "" if absent
}

// statusPrefix begins every code that SAML itself defines (SAML 2.0 core, section 3.2.2.2).
const statusPrefix = "urn:oasis:names:tc:SAML:2.0:status:"

func (e *StatusError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "the identity provider issued no assertion: status %s", short(e.Code))
	if e.SubCode != "" {
		fmt.Fprintf(&b, " / %s", short(e.SubCode))
	}
	if e.Message != "" {
		fmt.Fprintf(&b, ": %q", e.Message)
	}
	return b.String()
}

// Hint says what the more exact code asks for, "" where there is nothing to add.
func (e *StatusError) Hint() string {
	switch short(e.SubCode) {
	case "AuthnFailed":
		return "the identity provider could not authenticate you: check user name and password"
	case "RequestDenied":
		return "the identity provider does not let you sign in to AWS: ask its administrator"
	case "NoAuthnContext":
		return "the identity provider wants another way of signing in than it offers here: ask its administrator"
	case "NoPassive":
		return "the identity provider must ask you something and was told not to: log in again"
	case "InvalidNameIDPolicy", "RequestUnsupported", "UnknownPrincipal", "UnsupportedBinding":
		return "the trust for AWS is not set up for this way of starting: try --start idp, or ask the identity provider's administrator"
	}
	return "ask the identity provider's administrator; its event log has the reason"
}

func short(code foreign.Text) foreign.Text {
	return foreign.Text(strings.TrimPrefix(code.Raw(), statusPrefix))
}
