package demo

import (
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"
	"github.com/russellhaering/goxmldsig/etreeutils"
)

const (
	awsAttributes = "https://aws.amazon.com/SAML/Attributes/"
	maxAssertion  = 100000 // characters (AWS API reference, AssumeRoleWithSAML)
	maxPolicy     = 2048
	maxPolicyARNs = 10
)

var sessionName = regexp.MustCompile(`^[\w+=,.@-]{2,64}$`)

// assertion is what STS reads of a response.
type assertion struct {
	Status struct {
		Code struct {
			Value string `xml:",attr"`
		} `xml:"StatusCode"`
	} `xml:"Status"`
	Assertion struct {
		IssueInstant time.Time `xml:",attr"`
		Issuer       string
		NameID       struct {
			Format string `xml:",attr"`
			Value  string `xml:",chardata"`
		} `xml:"Subject>NameID"`
		Confirmation struct {
			NotOnOrAfter time.Time `xml:",attr"`
			Recipient    string    `xml:",attr"`
		} `xml:"Subject>SubjectConfirmation>SubjectConfirmationData"`
		Conditions struct {
			NotBefore    time.Time `xml:",attr"`
			NotOnOrAfter time.Time `xml:",attr"`
			Audiences    []string  `xml:"AudienceRestriction>Audience"`
		}
		Statement struct {
			SessionNotOnOrAfter *time.Time `xml:",attr"`
		} `xml:"AuthnStatement"`
		Attributes []struct {
			Name   string   `xml:",attr"`
			Values []string `xml:"AttributeValue"`
		} `xml:"AttributeStatement>Attribute"`
	}
}

func (a *assertion) values(name string) []string {
	var out []string
	for _, attribute := range a.Assertion.Attributes {
		if attribute.Name == awsAttributes+name {
			for _, v := range attribute.Values {
				out = append(out, strings.TrimSpace(v))
			}
		}
	}
	return out
}

func (s *STS) assumeWithSAML(r *http.Request, form url.Values) (string, *refusal) {
	if r.Header.Get("Authorization") != "" {
		return "", refuse(403, "AccessDenied", "AssumeRoleWithSAML is called without a signature in this STS")
	}
	if s.throttled() {
		return "", refuse(400, "Throttling", "Rate exceeded")
	}
	role, principal, text := form.Get("RoleArn"), form.Get("PrincipalArn"), form.Get("SAMLAssertion")
	if no := checkSizes(role, principal, text, form); no != nil {
		return "", no
	}
	duration := time.Hour
	if d := form.Get("DurationSeconds"); d != "" {
		n, err := strconv.Atoi(d)
		if err != nil || n < 900 || n > 43200 {
			return "", refuse(400, "ValidationError", "1 validation error detected: Value '%s' at 'durationSeconds' failed to satisfy constraint: Member must have value between 900 and 43200", d)
		}
		duration = time.Duration(n) * time.Second
	}
	a, no := s.verify(text)
	if no != nil {
		return "", no
	}
	partition, account, resource, ok := arnParts(role)
	_, providerAccount, provider, ok2 := arnParts(principal)
	if !ok || !ok2 || account != providerAccount || !offers(a, role, principal) {
		return "", refuse(403, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithSAML")
	}
	names := a.values("RoleSessionName")
	if len(names) != 1 {
		return "", refuse(400, "InvalidIdentityToken", "RoleSessionName is required in AuthnResponse")
	}
	if !sessionName.MatchString(names[0]) {
		return "", refuse(400, "InvalidIdentityToken", `RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}`)
	}
	limit := s.config.DefaultMax
	if m, known := s.config.MaxSession[role]; known {
		limit = m
	}
	if duration > limit {
		return "", refuse(400, "ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
	}
	ends := s.config.Now().Add(duration)
	if idpEnd := a.Assertion.Statement.SessionNotOnOrAfter; idpEnd != nil && idpEnd.Before(ends) {
		ends = *idpEnd
	}
	name := lastSegment(resource)
	id := "AROA" + letters(17) + ":" + names[0]
	arn := fmt.Sprintf("arn:%s:sts::%s:assumed-role/%s/%s", partition, account, name, names[0])
	key, k := s.handOut(arn, account, id, ends)
	return fmt.Sprintf(`<AssumedRoleUser><AssumedRoleId>%s</AssumedRoleId><Arn>%s</Arn></AssumedRoleUser>`+
		`<Credentials><AccessKeyId>%s</AccessKeyId><SecretAccessKey>%s</SecretAccessKey><SessionToken>%s</SessionToken><Expiration>%s</Expiration></Credentials>`+
		`<Subject>%s</Subject><SubjectType>%s</SubjectType><Issuer>%s</Issuer><Audience>%s</Audience><NameQualifier>%s</NameQualifier><PackedPolicySize>6</PackedPolicySize>`,
		escaped(id), escaped(arn), key, escaped(k.secret), escaped(k.token), k.ends.UTC().Format(time.RFC3339),
		escaped(a.Assertion.NameID.Value), escaped(a.Assertion.NameID.Format[strings.LastIndexByte(a.Assertion.NameID.Format, ':')+1:]), escaped(a.Assertion.Issuer),
		escaped(a.Assertion.Confirmation.Recipient), escaped(base64.StdEncoding.EncodeToString([]byte(lastSegment(provider))))), nil
}

func checkSizes(role, principal, text string, form url.Values) *refusal {
	constraint := func(value, name, rule string) *refusal {
		return refuse(400, "ValidationError", "1 validation error detected: Value '%s' at '%s' failed to satisfy constraint: %s", value, name, rule)
	}
	switch {
	case len(role) < 20 || len(role) > 2048:
		return constraint(role, "roleArn", "Member must have length between 20 and 2048")
	case len(principal) < 20 || len(principal) > 2048:
		return constraint(principal, "principalArn", "Member must have length between 20 and 2048")
	case len(text) < 4 || len(text) > maxAssertion:
		return constraint("***", "sAMLAssertion", "Member must have length less than or equal to 100000")
	case len(form.Get("Policy")) > maxPolicy:
		return refuse(400, "PackedPolicyTooLarge", "Packed policy consumes 117%% of allotted space, please use smaller policy.")
	case form.Has("Policy") && !strings.HasPrefix(strings.TrimSpace(form.Get("Policy")), "{"):
		return refuse(400, "MalformedPolicyDocument", "Syntax errors in policy.")
	case form.Has("PolicyArns.member." + strconv.Itoa(maxPolicyARNs+1) + ".arn"):
		return constraint("", "policyArns", "Member must have length less than or equal to 10")
	}
	return nil
}

// offers reports whether the assertion has the role together with the provider, in either order.
func offers(a *assertion, role, principal string) bool {
	for _, v := range a.values("Role") {
		first, second, _ := strings.Cut(v, ",")
		first, second = strings.TrimSpace(first), strings.TrimSpace(second)
		if (first == role && second == principal) || (first == principal && second == role) {
			return true
		}
	}
	return false
}

// verify checks the signature of the assertion, and reads only what was signed.
func (s *STS) verify(text string) (*assertion, *refusal) {
	bad := func(message string) (*assertion, *refusal) {
		return nil, refuse(400, "InvalidIdentityToken", "%s", message)
	}
	document, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return bad("Could not decode SAML response")
	}
	var a assertion
	if err := xml.Unmarshal(document, &a); err != nil {
		return bad("Could not parse SAML response")
	}
	if !strings.HasSuffix(a.Status.Code.Value, ":Success") {
		return nil, refuse(403, "IDPRejectedClaim", "The identity provider rejected the claim")
	}
	tree := etree.NewDocument()
	if err := tree.ReadFromBytes(document); err != nil || tree.Root() == nil {
		return bad("Could not parse SAML response")
	}
	signed := tree.FindElement("/Response/Assertion")
	if signed == nil {
		return bad("Response holds no assertion")
	}
	// The assertion was signed by itself, before it was put into the response: it is checked with its own namespaces.
	namespaces, err := etreeutils.NSBuildParentContext(signed)
	if err == nil {
		signed, err = etreeutils.NSDetatch(namespaces, signed)
	}
	if err != nil {
		return bad("Could not parse SAML response")
	}
	context := dsig.NewDefaultValidationContext(&dsig.MemoryX509CertificateStore{Roots: s.config.Trust})
	context.Clock = dsig.NewFakeClockAt(s.config.Now())
	if _, err := context.Validate(signed); err != nil {
		return bad("Response signature invalid")
	}
	now := s.config.Now()
	switch c := a.Assertion.Conditions; {
	case !slices.ContainsFunc(c.Audiences, func(x string) bool { return slices.Contains(s.config.Audiences, x) }):
		return nil, refuse(403, "IDPRejectedClaim", "Invalid audience")
	case now.Sub(a.Assertion.IssueInstant) > 5*time.Minute, now.After(a.Assertion.Confirmation.NotOnOrAfter), now.After(c.NotOnOrAfter):
		return nil, refuse(400, "ExpiredTokenException", "Token must be redeemed within 5 minutes of issuance")
	case now.Add(5 * time.Minute).Before(c.NotBefore):
		return bad("Assertion is not yet valid")
	}
	return &a, nil
}
