// Package saml is not a SAML library: it reads one response for AWS, as strictly as can be, and writes one request.
//
// samlogin is a courier and AWS STS is the judge. Signatures are not looked at here: STS checks them, and a second,
// weaker opinion would only be in the way. What is checked is structure, so that what is shown to a person (the roles)
// is what STS will see, and destination, so that a response goes nowhere but to AWS. The base64 is handed on as it came.
package saml

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/samlogin/samlogin/saml/foreign"
	"github.com/samlogin/samlogin/saml/secret"
)

// Limits of the SessionDuration attribute ("Configure SAML assertions for the authentication response", IAM User Guide).
const (
	minSession = 900 * time.Second
	maxSession = 43200 * time.Second
)

// Response is a response as the IdP sent it, with the facts that AWS and the person need.
type Response struct {
	Encoded         secret.Text // base64, byte for byte as it came
	Issuer          foreign.Text
	Roles           []Role // without duplicates, by account and path
	SessionName     foreign.Text
	SessionDuration time.Duration // the SessionDuration attribute within 900 to 43,200 s; 0 if there is none
	Destination     string        // the AWS sign-in address it is made for, "" if it names none
	Partition       string        // of Destination, "" if it names none
	Audiences       []string

	IssueInstant        time.Time // zero, like the others, if absent
	NotBefore           time.Time
	NotOnOrAfter        time.Time // the earliest that the assertion names
	SessionNotOnOrAfter time.Time // the end of the IdP's session, past which AWS gives no keys

	Encrypted bool     // the assertion is encrypted for AWS: nothing in it could be read
	Notices   []string // what was left out or changed, one line each
}

// Parse reads a response from its base64. Errors are *FormatError (refused: broken, ambiguous, or not for AWS) and
// *StatusError (the IdP said no). A response without roles is none of them.
func Parse(encoded secret.Text) (*Response, error) {
	document, err := decode(encoded)
	if err != nil {
		return nil, err
	}
	v := &facts{response: &Response{Encoded: encoded}, seen: map[string]int{}, roles: map[Role]bool{}}
	if err := read(document, v); err != nil {
		return nil, err
	}
	return v.finish()
}

// Concerns are warnings by the clock of this computer, with 60 s to spare, and about who the response is meant for.
// They stop nothing: the clock that counts is that of AWS.
func (r *Response) Concerns(now time.Time, audience string) []string {
	const skew = 60 * time.Second
	var out []string
	at := func(t time.Time) string { return t.UTC().Format("15:04:05") }
	if !r.NotOnOrAfter.IsZero() && !now.Before(r.NotOnOrAfter.Add(skew)) {
		out = append(out, fmt.Sprintf("by this computer's clock (%s UTC) the assertion ended at %s UTC, %s ago; if AWS refuses it, one of the clocks is wrong", at(now), at(r.NotOnOrAfter), now.Sub(r.NotOnOrAfter).Round(time.Second)))
	}
	if !r.NotBefore.IsZero() && now.Before(r.NotBefore.Add(-skew)) {
		out = append(out, fmt.Sprintf("by this computer's clock (%s UTC) the assertion begins at %s UTC, in %s; if AWS refuses it, one of the clocks is wrong", at(now), at(r.NotBefore), r.NotBefore.Sub(now).Round(time.Second)))
	}
	if audience != "" && len(r.Audiences) > 0 && !slices.Contains(r.Audiences, audience) {
		out = append(out, fmt.Sprintf("the assertion is made for %s and not for %s", foreign.Text(strings.Join(r.Audiences, ", ")), foreign.Text(audience)))
	}
	return out
}

// finish checks what can only be seen at the end.
func (v *facts) finish() (*Response, error) {
	r := v.response
	if v.status == "" {
		return nil, &FormatError{Rule: "it has no status", Offset: -1}
	}
	if v.seen["Assertion"]+v.seen["EncryptedAssertion"] > 1 {
		return nil, &FormatError{Rule: "it holds more than one assertion", Offset: -1}
	}
	if v.status != statusSuccess {
		return nil, &StatusError{Code: lastPart(v.status), SubCode: lastPart(v.subStatus), Message: v.message}
	}
	if v.seen["Assertion"]+v.seen["EncryptedAssertion"] == 0 {
		return nil, &FormatError{Rule: "it holds no assertion", Offset: -1}
	}
	r.Encrypted = v.seen["EncryptedAssertion"] > 0
	for role := range v.roles {
		r.Roles = append(r.Roles, role)
	}
	slices.SortFunc(r.Roles, func(a, b Role) int {
		return cmp.Or(cmp.Compare(a.Account(), b.Account()), cmp.Compare(a.Path(), b.Path()), cmp.Compare(a.ARN, b.ARN), cmp.Compare(a.PrincipalARN, b.PrincipalARN))
	})
	if v.skipped > 0 {
		r.Notices = append(r.Notices, fmt.Sprintf("%d of the roles in the assertion cannot be used and are left out; the first: %v", v.skipped, v.firstSkipped))
	}
	return r, nil
}

func lastPart(urn string) string { return urn[strings.LastIndexByte(urn, ':')+1:] }
