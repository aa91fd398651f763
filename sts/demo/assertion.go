package demo

import (
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/beevik/etree"
)

// attributes is the prefix of the attributes that AWS reads, case and all ("Configure SAML assertions for the
// authentication response", IAM User Guide).
const attributes = "https://aws.amazon.com/SAML/Attributes/"

// redeemable is how long after its issue an assertion is taken.
const redeemable = 5 * time.Minute

// skew is how far the identity provider's clock may be ahead.
const skew = 5 * time.Minute

// sessionName is what RoleSessionName and SourceIdentity may be.
var sessionName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[\w+=,.@-]{2,64}$`) })

// signIn is any of the addresses where AWS takes responses: with a region before it or not, in every public partition.
var signIn = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^https://([a-z0-9-]+\.)?signin\.(aws\.amazon\.com|amazonaws\.cn|amazonaws-us-gov\.com|amazonaws-eusc\.eu)(:443)?/saml(/acs/[A-Za-z0-9-]+)?$`)
})

// claims are the facts of a verified assertion.
type claims struct {
	issuer, subject, subjectType string
	recipient                    string
	roles                        []string // the values of Role, with white space taken out
	session, source              string   // RoleSessionName, SourceIdentity
	ends                         time.Time
}

// claimsOf verifies a response and reads it: signature first, so that nothing is said about what nobody vouches for.
func (q *query) claimsOf(encoded string) (*claims, *Refusal) {
	response, assertion, refusal := document(encoded)
	if refusal != nil {
		return nil, refusal
	}
	if code := child(child(response, "Status"), "StatusCode"); code == nil || code.SelectAttrValue("Value", "") != success {
		return nil, rejectedClaim("The identity provider reported that the authentication failed.")
	}
	if assertion == nil {
		return nil, invalidToken("Invalid SAMLResponse: it must hold exactly one assertion")
	}
	assertion, err := verified(response, assertion, q.config.Trust, q.now)
	if err != nil || assertion == nil {
		return nil, invalidToken("Response signature invalid")
	}
	c := &claims{issuer: text(child(assertion, "Issuer"))}
	if q.config.Issuers != nil && !slices.Contains(q.config.Issuers, c.issuer) {
		return nil, invalidToken("Issuer not present in specified provider")
	}
	for _, read := range []func(*etree.Element, *claims) *Refusal{q.times, q.audience, q.subject, q.attributes} {
		if refusal := read(assertion, c); refusal != nil {
			return nil, refusal
		}
	}
	return c, nil
}

// times holds issue and conditions against the clock, and takes note of when the provider's own session ends.
func (q *query) times(assertion *etree.Element, c *claims) *Refusal {
	issued, ok1 := moment(assertion, "IssueInstant")
	from, ok2 := moment(child(assertion, "Conditions"), "NotBefore")
	until, ok3 := moment(child(assertion, "Conditions"), "NotOnOrAfter")
	ends, ok4 := moment(child(assertion, "AuthnStatement"), "SessionNotOnOrAfter")
	switch {
	case !ok1 || !ok2 || !ok3 || !ok4 || issued.IsZero():
		return invalidToken("Invalid SAMLResponse: a time is not readable")
	case child(assertion, "AuthnStatement") == nil:
		return invalidToken("Invalid SAMLResponse: it has no AuthnStatement")
	case issued.After(q.now.Add(skew)) || from.After(q.now.Add(skew)):
		return invalidToken("Invalid SAMLResponse: it is not valid yet")
	case q.now.Sub(issued) >= redeemable, !until.IsZero() && !q.now.Before(until), !ends.IsZero() && !q.now.Before(ends):
		return expiredAssertion()
	}
	c.ends = ends
	return nil
}

func (q *query) audience(assertion *etree.Element, _ *claims) *Refusal {
	restrictions := children(child(assertion, "Conditions"), "AudienceRestriction")
	if len(restrictions) == 0 {
		return rejectedClaim("The assertion is not for AWS: it has no AudienceRestriction.")
	}
	for _, r := range restrictions { // each has to be met, by any of its audiences (saml-core-2.0-os, section 2.5.1.4)
		if !slices.ContainsFunc(children(r, "Audience"), func(a *etree.Element) bool { return slices.Contains(q.config.Audiences, text(a)) }) {
			return rejectedClaim("The assertion is not for AWS: its audience is another.")
		}
	}
	return nil
}

// subject reads who it is about, and where the one bearer confirmation lets it be used.
func (q *query) subject(assertion *etree.Element, c *claims) *Refusal {
	subject := child(assertion, "Subject")
	confirmations := children(subject, "SubjectConfirmation")
	if len(confirmations) != 1 || confirmations[0].SelectAttrValue("Method", "") != bearer {
		return invalidToken("Invalid SAMLResponse: it must have one SubjectConfirmation, for the bearer")
	}
	data := child(confirmations[0], "SubjectConfirmationData")
	until, ok := moment(data, "NotOnOrAfter")
	if data == nil || !ok || until.IsZero() {
		return invalidToken("Invalid SAMLResponse: SubjectConfirmationData has no NotOnOrAfter")
	}
	if !q.now.Before(until) {
		return expiredAssertion()
	}
	if c.recipient = data.SelectAttrValue("Recipient", ""); !signIn().MatchString(c.recipient) {
		return invalidToken("Invalid SAMLResponse: its Recipient is not AWS")
	}
	name := child(subject, "NameID")
	if c.subject = text(name); c.subject == "" {
		return denied() // trust policies condition on the subject; STS says no more than this
	}
	c.subjectType = strings.TrimPrefix(name.SelectAttrValue("Format", "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"),
		"urn:oasis:names:tc:SAML:2.0:nameid-format:")
	return nil
}

func (q *query) attributes(assertion *etree.Element, c *claims) *Refusal {
	values := func(name string) (all []string) {
		for _, statement := range children(assertion, "AttributeStatement") {
			for _, a := range children(statement, "Attribute") {
				if a.SelectAttrValue("Name", "") == attributes+name {
					for _, v := range children(a, "AttributeValue") {
						all = append(all, text(v))
					}
				}
			}
		}
		return all
	}
	for _, v := range values("Role") {
		c.roles = append(c.roles, strings.Join(strings.Fields(v), ""))
	}
	session, source := values("RoleSessionName"), values("SourceIdentity")
	switch {
	case len(session) != 1:
		return invalidToken("RoleSessionName is required in AuthnResponse")
	case !sessionName().MatchString(session[0]):
		return invalidToken("RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}")
	case len(source) == 1 && (!sessionName().MatchString(source[0]) || strings.HasPrefix(source[0], "aws:")):
		return invalidToken("Source Identity must match [a-zA-Z_0-9+=,.@-]{2,64} and not begin with \"aws:\"")
	}
	c.session = session[0]
	if len(source) == 1 {
		c.source = source[0]
	}
	return nil
}

// offers reports whether the assertion lists a role with this provider, in either order.
func (c *claims) offers(role, provider string) bool {
	return slices.Contains(c.roles, role+","+provider) || slices.Contains(c.roles, provider+","+role)
}
