package demo

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

// The bounds of AssumeRoleWithSAML's parameters, in characters and seconds (AWS STS API Reference).
const (
	minARN, maxARN             = 20, 2048
	minAssertion, maxAssertion = 4, 100_000
	minSeconds, maxSeconds     = 900, 43_200
	defaultSeconds             = 3_600
	maxPolicy                  = 2_048
	maxPolicyARNs              = 10
)

// roleShape and providerShape take an ARN apart: partition, account, and name with its path.
var (
	roleShape = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^arn:(aws[a-z-]*):iam::(\d{12}):role/((?:[\x21-\x7e]+/)?[\w+=,.@-]{1,64})$`)
	})
	providerShape = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^arn:(aws[a-z-]*):iam::(\d{12}):saml-provider/([\w.-]{1,128})$`)
	})
)

type assumeResponse struct {
	XMLName xml.Name     `xml:"https://sts.amazonaws.com/doc/2011-06-15/ AssumeRoleWithSAMLResponse"`
	Result  assumeResult `xml:"AssumeRoleWithSAMLResult"`
	Meta    metadata     `xml:"ResponseMetadata"`
}

type metadata struct {
	RequestID string `xml:"RequestId"`
}

type assumeResult struct {
	Audience         string
	AssumedRoleUser  struct{ AssumedRoleId, Arn string }
	Credentials      keys
	Issuer           string
	NameQualifier    string
	PackedPolicySize int    `xml:",omitempty"` // percent
	SourceIdentity   string `xml:",omitempty"`
	Subject          string
	SubjectType      string
}

// assumeRoleWithSAML checks in the order in which STS does as far as that is known: the call's own shape, the response,
// the pair of role and provider, the duration.
func (q *query) assumeRoleWithSAML() (any, *Refusal) {
	if q.call.Signed {
		// STS looks at a signature wherever there is one, so that a broken profile could break the login that mends it.
		return nil, &Refusal{403, "InvalidClientTokenId", "The security token included in the request is invalid."}
	}
	seconds, refusal := q.parameters()
	if refusal != nil {
		return nil, refusal
	}
	role, provider := q.call.Role, q.call.Principal
	r, p := roleShape().FindStringSubmatch(role), providerShape().FindStringSubmatch(provider)
	switch {
	case r == nil:
		return nil, invalid(role + " is invalid")
	case p == nil:
		return nil, invalid(provider + " is invalid")
	case q.config.Partition != "" && p[1] != q.config.Partition, q.config.Providers != nil && !slices.Contains(q.config.Providers, provider):
		return nil, invalidToken("Specified provider doesn't exist")
	}
	c, refusal := q.claimsOf(q.form["SAMLAssertion"])
	if refusal != nil {
		return nil, refusal
	}
	switch {
	case r[1] != p[1], r[2] != p[2], !c.offers(role, provider), strings.HasPrefix(roleName(r), "AWSReservedSSO_"),
		q.config.Roles != nil && !slices.Contains(q.config.Roles, role):
		return nil, denied()
	case seconds > q.maximum(role):
		return nil, invalid("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
	}
	packed, refusal := q.packed()
	if refusal != nil {
		return nil, refusal
	}
	expires := q.now.Add(time.Duration(seconds) * time.Second).Truncate(time.Second)
	if !c.ends.IsZero() && c.ends.Before(expires) {
		expires = c.ends.UTC().Truncate(time.Second) // less than asked, and not a word about it
	}
	issued := ofRole(r, c.session)
	issued.source = c.source
	s := q.issue(issued, expires)
	answer := assumeResponse{Meta: metadata{q.id}, Result: assumeResult{
		Audience: c.recipient, Credentials: s.keys, Issuer: c.issuer, NameQualifier: nameQualifier(c.issuer, p[2], p[3]),
		PackedPolicySize: packed, SourceIdentity: c.source, Subject: c.subject, SubjectType: c.subjectType,
	}}
	answer.Result.AssumedRoleUser.AssumedRoleId, answer.Result.AssumedRoleUser.Arn = s.userID, s.arn
	return answer, nil
}

// parameters checks all of them against the service's model, and gives the duration in seconds.
func (q *query) parameters() (seconds int, refusal *Refusal) {
	if refusal = q.check(
		parameter{name: "RoleArn", member: "roleArn", least: minARN, most: maxARN, required: true},
		parameter{name: "PrincipalArn", member: "principalArn", least: minARN, most: maxARN, required: true},
		parameter{name: "SAMLAssertion", member: "sAMLAssertion", least: minAssertion, most: maxAssertion, required: true, hidden: true},
	); refusal != nil {
		return 0, refusal
	}
	if seconds, refusal = q.duration(defaultSeconds, maxSeconds); refusal != nil {
		return 0, refusal
	}
	return seconds, q.policies()
}

// parameter is what the service's model says of one.
type parameter struct {
	name, member     string // as it is sent, and as refusals call it
	least, most      int    // characters
	pattern          string // as in "[\d]*": of digits, or of letters, digits and more; "" any characters
	required, hidden bool   // hidden: refusals do not quote it
}

// check holds texts against the service's model.
func (q *query) check(parameters ...parameter) *Refusal {
	for _, p := range parameters {
		value, given := q.form[p.name]
		shown := value
		if p.hidden || len(value) > 200 {
			shown = ""
		}
		switch n := utf8.RuneCountInString(value); {
		case !given && p.required:
			return constraint(p.member, "", "must not be null")
		case !given:
		case n < p.least:
			return constraint(p.member, shown, fmt.Sprintf("must have length greater than or equal to %d", p.least))
		case n > p.most:
			return constraint(p.member, shown, fmt.Sprintf("must have length less than or equal to %d", p.most))
		case p.pattern != "" && !matches(p.pattern, value):
			return constraint(p.member, shown, "must satisfy regular expression pattern: "+p.pattern)
		}
	}
	return nil
}

// matches knows the two forms of pattern that the model has.
func matches(pattern, value string) bool {
	const digits = "0123456789"
	set := strings.TrimSuffix(strings.TrimPrefix(pattern, "["), "]*")
	set = strings.NewReplacer(`\w`, "_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"+digits, `\d`, digits).Replace(set)
	return strings.Trim(value, set) == ""
}

func (q *query) duration(usual, most int) (int, *Refusal) {
	value, given := q.form["DurationSeconds"]
	if !given {
		return usual, nil
	}
	n, err := strconv.Atoi(value)
	switch {
	case err != nil:
		return 0, &Refusal{400, "MalformedInput", "DurationSeconds is not a number"}
	case n < minSeconds:
		return 0, constraint("durationSeconds", value, fmt.Sprintf("must have value greater than or equal to %d", minSeconds))
	case n > most:
		return 0, constraint("durationSeconds", value, fmt.Sprintf("must have value less than or equal to %d", most))
	}
	return n, nil
}

// policies checks the session policy and the list of policy ARNs, whose names in a query are
// PolicyArns.member.1.arn and so on.
func (q *query) policies() *Refusal {
	policy, given := q.form["Policy"]
	switch n := utf8.RuneCountInString(policy); {
	case given && n < 1:
		return constraint("policy", "", "must have length greater than or equal to 1")
	case n > maxPolicy:
		return constraint("policy", "", fmt.Sprintf("must have length less than or equal to %d", maxPolicy))
	case given && !isPolicy(policy):
		return &Refusal{400, "MalformedPolicyDocument", "This policy contains invalid Json"}
	}
	arns := 0
	for name, value := range q.form {
		if !strings.HasPrefix(name, "PolicyArns.member.") {
			continue
		}
		if arns++; len(value) < minARN {
			return constraint("policyArns", value, fmt.Sprintf("must have length greater than or equal to %d", minARN))
		}
	}
	if arns > maxPolicyARNs {
		return invalid("The number of policy ARNs in the request exceeds the limit of 10")
	}
	return nil
}

// isPolicy reports whether a text is a JSON object with a Statement, which is as far as a double reads it.
func isPolicy(text string) bool {
	var document struct{ Statement json.RawMessage }
	return json.Unmarshal([]byte(text), &document) == nil && len(document.Statement) > 0
}

func (q *query) policySize() (characters int) {
	for name, value := range q.form {
		if name == "Policy" || strings.HasPrefix(name, "PolicyArns.member.") {
			characters += len(value)
		}
	}
	return characters
}

// packed is how much of the space for session policies is taken, in percent.
func (q *query) packed() (int, *Refusal) {
	packed := 0
	if n := q.policySize(); n > 0 {
		packed = max(1, n*100/maxPolicy)
	}
	if packed > 100 {
		return 0, &Refusal{400, "PackedPolicyTooLarge", fmt.Sprintf("Packed size of session policies is %d%% over the allotted size limit", packed-100)}
	}
	return packed, nil
}

// maximum is the role's MaxSessionDuration in seconds.
func (q *query) maximum(role string) int {
	d, set := q.config.MaxSession[role]
	if !set {
		d = q.config.DefaultMax
	}
	return int(d / time.Second)
}
