package saml

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/samlogin/samlogin/saml/foreign"
)

// The attributes that AWS reads (IAM User Guide, "Configure SAML assertions for the authentication response"). Letter
// case counts.
const (
	attrRole            = "https://aws.amazon.com/SAML/Attributes/Role"
	attrRoleSessionName = "https://aws.amazon.com/SAML/Attributes/RoleSessionName"
	attrSessionDuration = "https://aws.amazon.com/SAML/Attributes/SessionDuration"
)

// readRoot takes what the response itself says.
func (r *Response) readRoot(root *element) error {
	if err := r.readIssuer(root); err != nil {
		return err
	}
	r.IssueInstant = r.time(root, "IssueInstant")
	if to, ok := root.attr("Destination"); ok {
		return r.readDestination(root, to)
	}
	return nil
}

func (r *Response) readAssertion(assertion *element) error {
	if err := r.readIssuer(assertion); err != nil {
		return err
	}
	if t := r.time(assertion, "IssueInstant"); !t.IsZero() {
		r.IssueInstant = t
	}
	for _, read := range []func(*element) error{r.readSubject, r.readConditions, r.readAttributes} {
		if err := read(assertion); err != nil {
			return err
		}
	}
	for _, s := range assertion.all(nsAssertion, "AuthnStatement") {
		r.SessionNotOnOrAfter = earlier(r.SessionNotOnOrAfter, r.time(s, "SessionNotOnOrAfter"))
	}
	return nil
}

func (r *Response) readIssuer(e *element) error {
	issuer, err := e.one(nsAssertion, "Issuer")
	if issuer == nil || err != nil {
		return err
	}
	text, err := issuer.value()
	r.Issuer = foreign.Text(text)
	return err
}

func (r *Response) readSubject(assertion *element) error {
	subject, err := assertion.one(nsAssertion, "Subject")
	if subject == nil || err != nil {
		return err
	}
	// The name is AWS's to read, not ours. But one that readers see differently is refused like every other value.
	name, err := subject.one(nsAssertion, "NameID")
	if err != nil {
		return err
	}
	if name != nil {
		if _, err := name.value(); err != nil {
			return err
		}
	}
	for _, c := range subject.all(nsAssertion, "SubjectConfirmation") {
		data, err := c.one(nsAssertion, "SubjectConfirmationData")
		if err != nil {
			return err
		}
		if data == nil {
			continue
		}
		r.readValidity(data)
		if to, ok := data.attr("Recipient"); ok {
			if err := r.readDestination(data, to); err != nil {
				return err
			}
		}
	}
	return nil
}

// readDestination wants every address that the IdP names to be AWS's, and all of one partition: a response for
// somebody else is not ours to carry, and the partition decides which STS it goes to.
func (r *Response) readDestination(e *element, to string) error {
	u, err := url.Parse(to)
	if err != nil {
		return e.refuse("it is addressed to something that is not an address")
	}
	partition, ok := SignInAddress(u)
	switch {
	case !ok:
		return e.refuse("it is addressed to " + ascii(u.Host) + ", which is not AWS's sign-in for SAML")
	case r.Partition != "" && r.Partition != partition:
		return e.refuse("it is addressed to two of AWS's partitions, " + r.Partition + " and " + partition)
	case r.Destination == "":
		r.Destination, r.Partition = to, partition
	}
	return nil
}

// ascii shows a host so that one that only looks like AWS's looks different, and whole, as its end says whose it is.
func ascii(host string) string { return foreign.Cut(strconv.QuoteToASCII(host), foreign.Limit) }

func (r *Response) readConditions(assertion *element) error {
	conditions, err := assertion.one(nsAssertion, "Conditions")
	if conditions == nil || err != nil {
		return err
	}
	r.readValidity(conditions)
	for _, restriction := range conditions.all(nsAssertion, "AudienceRestriction") {
		for _, audience := range restriction.all(nsAssertion, "Audience") {
			text, err := audience.value()
			if err != nil {
				return err
			}
			r.Audiences = append(r.Audiences, text)
		}
	}
	return nil
}

func (r *Response) readValidity(e *element) {
	if t := r.time(e, "NotBefore"); t.After(r.NotBefore) {
		r.NotBefore = t
	}
	r.NotOnOrAfter = earlier(r.NotOnOrAfter, r.time(e, "NotOnOrAfter"))
}

// earlier is the first of two times, of which each may be absent.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// time reads a time of a response (SAML 2.0 core, section 1.3.3: xs:dateTime in UTC; some IdPs leave the "Z" out).
// One that cannot be read counts as absent, with a notice: AWS judges it.
func (r *Response) time(e *element, name string) time.Time {
	text, ok := e.attr(name)
	if !ok {
		return time.Time{}
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05"} {
		if t, err := time.Parse(layout, trimSpace(text)); err == nil {
			return t.UTC()
		}
	}
	r.note("%s of %s is not a time (%s): it is not counted", name, shown(e.name.Local), foreign.Text(shown(text)))
	return time.Time{}
}

// maxNotices keeps a hostile response from filling the screen.
const maxNotices = 20

func (r *Response) note(format string, a ...any) {
	switch n := len(r.Notices); {
	case n < maxNotices:
		r.Notices = append(r.Notices, fmt.Sprintf(format, a...))
	case n == maxNotices:
		r.Notices = append(r.Notices, "more of the response was left out in the same way")
	}
}

func (r *Response) readAttributes(assertion *element) error {
	values := map[string][]string{attrRole: nil, attrRoleSessionName: nil, attrSessionDuration: nil}
	for _, statement := range assertion.all(nsAssertion, "AttributeStatement") {
		for _, attribute := range statement.all(nsAssertion, "Attribute") {
			name, _ := attribute.attr("Name")
			if _, wanted := values[name]; !wanted {
				continue
			}
			for _, v := range attribute.all(nsAssertion, "AttributeValue") {
				text, err := v.value()
				if err != nil {
					return err
				}
				values[name] = append(values[name], text)
			}
		}
	}
	r.readRoles(values[attrRole])
	switch names := values[attrRoleSessionName]; len(names) {
	case 0:
	case 1:
		r.SessionName = foreign.Text(names[0])
	default:
		r.note("RoleSessionName is given %d times: AWS may refuse it", len(names))
	}
	r.readDuration(values[attrSessionDuration])
	return nil
}

// readRoles takes the values that are roles. The others are counted by what is wrong with them and never mended.
func (r *Response) readRoles(values []string) {
	roles := make([]Role, 0, len(values))
	skipped := map[string]int{}
	var first []*RoleError // the first of each reason, as they came
	for _, v := range values {
		role, err := ParseRole(v)
		var wrong *RoleError
		if !errors.As(err, &wrong) {
			roles = append(roles, role)
			continue
		}
		if skipped[wrong.Reason]++; skipped[wrong.Reason] == 1 {
			first = append(first, wrong)
		}
	}
	r.Roles = sortRoles(roles)
	for _, e := range first {
		if n := skipped[e.Reason]; n > 1 {
			r.note("%d roles were skipped: %s; the first is %q", n, e.Reason, e.Value)
		} else {
			r.note("1 role was skipped: %s: %q", e.Reason, e.Value)
		}
	}
}

// AWS's bounds of SessionDuration, in seconds.
const minDuration, maxDuration = 900, 43_200

// readDuration takes the attribute SessionDuration: a whole number of seconds, put within AWS's bounds.
func (r *Response) readDuration(values []string) {
	if len(values) > 1 {
		r.note("SessionDuration is given %d times: it is not counted", len(values))
	}
	if len(values) != 1 {
		return
	}
	text := values[0]
	number := strings.TrimPrefix(text, "-")
	if number == "" || !only(number, digits) {
		r.note("SessionDuration %q is not a number of seconds: it is not counted", foreign.Text(shown(text)))
		return
	}
	seconds := maxDuration + 1
	if number = strings.TrimLeft(number, "0"); len(number) <= 6 { // more digits are more than AWS's bounds, however many
		seconds = 0
		for _, d := range []byte(number) {
			seconds = 10*seconds + int(d-'0')
		}
	}
	if number != text && strings.HasPrefix(text, "-") {
		seconds = -seconds
	}
	bounded := min(max(seconds, minDuration), maxDuration)
	if bounded != seconds {
		r.note("SessionDuration %s is outside 900 to 43,200 seconds: %d are counted", foreign.Text(shown(text)), bounded)
	}
	r.SessionDuration = time.Duration(bounded) * time.Second
}
