// Package saml is not a SAML library: it reads one response for AWS.
//
// samlogin is a courier, and AWS STS is the judge. What is read here tells a person which roles there are to choose
// from and for how long; it grants nothing. So signatures are not checked, and our clock only warns. But a response
// that two readers could read differently, or that is not meant for AWS, is refused, and what goes on to STS is
// the base64 exactly as it came, never anything made from what was read.
//
// Parse reads a response, RequestURL starts a login that ends in one, ParseRole and SignInAddress know AWS's forms.
package saml

import (
	"fmt"
	"net/url"
	"slices"
	"time"

	"github.com/samlogin/samlogin/saml/foreign"
	"github.com/samlogin/samlogin/saml/secret"
)

// Audience is the name by which an IdP usually knows AWS (IAM User Guide, "Configure SAML assertions for the
// authentication response").
const Audience = "urn:amazon:webservices"

// Response is a response as the IdP sent it, with the facts in it that AWS and the person need.
type Response struct {
	Encoded secret.Text  // base64, byte for byte as given: this is what STS gets
	Issuer  foreign.Text // of the assertion, else of the response; "" if absent

	Roles           []Role        // what may be chosen, without doubles, ordered by account and name
	SessionName     foreign.Text  // RoleSessionName, "" if absent or given twice
	SessionDuration time.Duration // SessionDuration, within 900 to 43,200 s; 0 if absent or unreadable

	Destination string   // AWS's sign-in address that the IdP names, "" if absent
	Partition   string   // of Destination: "aws", "aws-cn", …; "" if absent
	Audiences   []string // as they came: show them as foreign.Text

	// Times, zero where absent. NotBefore is the latest and NotOnOrAfter the earliest of those that the conditions and
	// the subject's confirmation name; SessionNotOnOrAfter is when the IdP's session ends, which STS goes no further than.
	IssueInstant, NotBefore, NotOnOrAfter, SessionNotOnOrAfter time.Time

	Encrypted bool     // the assertion cannot be read here: no roles, no times but IssueInstant
	Notices   []string // what was left out or changed in reading, one clean line each
}

// Parse reads a response strictly, once. The errors are *FormatError (damaged or ambiguous, or not meant for AWS:
// refused for safety) and *StatusError (the IdP issued no assertion). An assertion without a role is no error here.
func Parse(encoded secret.Text) (*Response, error) {
	source, err := decode(encoded.Reveal())
	if err != nil {
		return nil, err
	}
	root, err := readDocument(source)
	if err != nil {
		return nil, err
	}
	assertion, encrypted, err := findAssertion(root)
	if err != nil {
		return nil, err
	}
	if err := checkStatus(root); err != nil {
		return nil, err
	}
	if assertion == nil && !encrypted {
		return nil, root.refuse("it holds no assertion")
	}
	r := &Response{Encoded: encoded, Encrypted: encrypted}
	if err := r.readRoot(root); err != nil {
		return nil, err
	}
	if assertion != nil {
		if err := r.readAssertion(assertion); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// findAssertion wants one assertion in the whole document, at the one place where it belongs. Every known way of
// wrapping a signed assertion in a forged response needs a second one somewhere.
func findAssertion(root *element) (assertion *element, encrypted bool, err error) {
	if !root.is(nsProtocol, "Response") {
		return nil, false, root.refuse("it is not a SAML 2.0 response")
	}
	var plain, sealed []*element
	root.each(func(e *element) {
		switch {
		case e.is(nsAssertion, "Assertion"):
			plain = append(plain, e)
		case e.is(nsAssertion, "EncryptedAssertion"):
			sealed = append(sealed, e)
		case e.is(nsProtocol, "Response") && e != root && err == nil:
			err = e.refuse("it holds a second response")
		}
	})
	found := slices.Concat(plain, sealed)
	switch {
	case err != nil:
		return nil, false, err
	case len(found) == 0:
		return nil, false, nil
	case len(found) > 1:
		return nil, false, found[1].refuse("it holds more than one assertion")
	case !slices.Contains(root.children, found[0]):
		return nil, false, found[0].refuse("its assertion does not stand directly in the response")
	case len(sealed) == 1:
		return nil, true, nil
	}
	return plain[0], false, nil
}

// checkStatus gives a *StatusError for every status but Success. Where there is no status at all, the assertion speaks.
func checkStatus(root *element) error {
	status, err := root.one(nsProtocol, "Status")
	if status == nil || err != nil {
		return err
	}
	first, err := status.one(nsProtocol, "StatusCode")
	if err != nil {
		return err
	}
	if first == nil {
		return status.refuse("the status has no code")
	}
	code, _ := first.attr("Value")
	if code == statusPrefix+"Success" {
		return nil
	}
	e := &StatusError{Code: foreign.Text(code)}
	second, err := first.one(nsProtocol, "StatusCode")
	if err != nil {
		return err
	}
	if second != nil {
		code, _ := second.attr("Value")
		e.SubCode = foreign.Text(code)
	}
	message, err := status.one(nsProtocol, "StatusMessage")
	if err != nil {
		return err
	}
	if message != nil {
		text, err := message.value()
		if err != nil {
			return err
		}
		e.Message = foreign.Line(text)
	}
	return e
}

// Skew is how far this computer's clock and the IdP's may be apart before Concerns speaks.
const Skew = 60 * time.Second

// Concerns are warnings by our clock and by the audience that was asked for ("" for none): AWS decides by its own,
// so the response may be sent all the same. Each is one clean line.
func (r *Response) Concerns(now time.Time, audience string) []string {
	var lines []string
	now = now.Round(0).UTC()
	clock := now.Format(time.RFC3339)
	if end := r.NotOnOrAfter; !end.IsZero() && !now.Add(-Skew).Before(end) {
		lines = append(lines, fmt.Sprintf("the assertion ended at %s, and this computer's clock says %s, %s later: it has expired or the clock is wrong",
			end.Format(time.RFC3339), clock, now.Sub(end).Truncate(time.Second)))
	}
	if begin := r.NotBefore; !begin.IsZero() && now.Add(Skew).Before(begin) {
		lines = append(lines, fmt.Sprintf("the assertion begins at %s, and this computer's clock says %s, %s earlier: one of the two clocks is wrong",
			begin.Format(time.RFC3339), clock, begin.Sub(now).Truncate(time.Second)))
	}
	if audience != "" && len(r.Audiences) > 0 && !slices.ContainsFunc(r.Audiences, func(a string) bool { return a == audience || isSignIn(a) }) {
		lines = append(lines, fmt.Sprintf("the assertion is for the audience %q, not %q: AWS may refuse it",
			foreign.Text(r.Audiences[0]), foreign.Text(audience)))
	}
	return lines
}

// isSignIn knows the other audience that AWS takes: its own sign-in address.
func isSignIn(audience string) bool {
	u, err := url.Parse(audience)
	if err != nil {
		return false
	}
	_, ok := SignInAddress(u)
	return ok
}
