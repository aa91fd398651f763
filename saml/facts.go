package saml

import (
	"encoding/xml"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/samlogin/samlogin/saml/foreign"
)

const (
	statusSuccess = "urn:oasis:names:tc:SAML:2.0:status:Success"
	awsAttributes = "https://aws.amazon.com/SAML/Attributes/"
)

// facts takes from the document what stands in its exact place and refuses what stands in two.
type facts struct {
	response *Response
	seen     map[string]int // how often elements came that may come once

	status, subStatus string
	message           foreign.Text
	attribute         string // Name of the Attribute that is open, AWS's prefix taken off; "" for any other

	roles        map[Role]bool
	skipped      int
	firstSkipped error
}

// place spells the path of an element from the root by local names; "" if any part of it is in a namespace that is not
// SAML's own.
func place(path []element) string {
	var b strings.Builder
	for i, e := range path {
		if e.namespace != nsProtocol && e.namespace != nsAssertion {
			return ""
		}
		if protocol[e.local] != (e.namespace == nsProtocol) {
			return ""
		}
		if i > 0 {
			b.WriteByte('/')
		}
		b.WriteString(e.local)
	}
	return b.String()
}

// protocol are the elements read that belong to the protocol namespace; the others belong to the assertion namespace.
var protocol = map[string]bool{"Response": true, "Status": true, "StatusCode": true, "StatusMessage": true, "Extensions": true, "StatusDetail": true}

// once are the elements that may come once at most in the whole document, wherever they stand and whatever their
// namespace: a second one is how a forged assertion is smuggled past a signature (XML signature wrapping).
var once = map[string]bool{"Response": true, "Assertion": true, "EncryptedAssertion": true}

func (v *facts) begin(path []element, attributes map[xml.Name]string) (bool, error) {
	e := path[len(path)-1]
	if once[e.local] {
		if v.seen[e.local]++; v.seen[e.local] > 1 {
			return false, &FormatError{Rule: "it holds more than one " + e.local, Offset: -1}
		}
	}
	where := place(path)
	if len(path) == 1 && where != "Response" {
		return false, &FormatError{Rule: "its root is no SAML 2.0 Response", Offset: -1}
	}
	if (e.local == "Assertion" || e.local == "EncryptedAssertion") && where != "Response/"+e.local {
		return false, &FormatError{Rule: "an " + e.local + " stands where none belongs", Offset: -1}
	}
	attr := func(name string) string { return attributes[xml.Name{Local: name}] }
	switch where {
	case "Response":
		return false, v.destination(attr("Destination"))
	case "Response/Status/StatusCode":
		if v.status != "" {
			return false, &FormatError{Rule: "it has two status codes", Offset: -1}
		}
		v.status = attr("Value")
	case "Response/Status/StatusCode/StatusCode":
		v.subStatus = attr("Value")
	case "Response/Status/StatusMessage", "Response/Issuer", "Response/Assertion/Issuer", "Response/Assertion/Subject/NameID",
		"Response/Assertion/Conditions/AudienceRestriction/Audience":
		return true, nil
	case "Response/Assertion":
		return false, v.time(&v.response.IssueInstant, attr("IssueInstant"))
	case "Response/Assertion/Subject", "Response/Assertion/Conditions":
		if v.seen[where]++; v.seen[where] > 1 {
			return false, &FormatError{Rule: "its assertion has more than one " + e.local, Offset: -1}
		}
		if e.local == "Conditions" {
			if err := v.time(&v.response.NotBefore, attr("NotBefore")); err != nil {
				return false, err
			}
			return false, v.ends(attr("NotOnOrAfter"))
		}
	case "Response/Assertion/Subject/SubjectConfirmation/SubjectConfirmationData":
		if err := v.ends(attr("NotOnOrAfter")); err != nil {
			return false, err
		}
		return false, v.destination(attr("Recipient"))
	case "Response/Assertion/AuthnStatement":
		return false, v.time(&v.response.SessionNotOnOrAfter, attr("SessionNotOnOrAfter"))
	case "Response/Assertion/AttributeStatement/Attribute":
		v.attribute = ""
		if name, ok := strings.CutPrefix(attr("Name"), awsAttributes); ok {
			v.attribute = name
		}
	case "Response/Assertion/AttributeStatement/Attribute/AttributeValue":
		return v.attribute != "", nil
	}
	return false, nil
}

func (v *facts) end(path []element, text string) error {
	if !path[len(path)-1].value {
		return nil
	}
	switch place(path) {
	case "Response/Status/StatusMessage":
		v.message = foreign.Line(text)
	case "Response/Assertion/Issuer":
		v.response.Issuer = foreign.Line(text)
	case "Response/Assertion/Conditions/AudienceRestriction/Audience":
		v.response.Audiences = append(v.response.Audiences, strings.TrimSpace(text))
	case "Response/Assertion/AttributeStatement/Attribute/AttributeValue":
		v.awsValue(text)
	}
	return nil
}

func (v *facts) awsValue(text string) {
	switch v.attribute {
	case "Role":
		role, err := ParseRole(text)
		if err != nil {
			if v.skipped++; v.firstSkipped == nil {
				v.firstSkipped = err
			}
			return
		}
		v.roles[role] = true
	case "RoleSessionName":
		v.response.SessionName = foreign.Text(strings.TrimSpace(text))
	case "SessionDuration":
		v.sessionDuration(strings.TrimSpace(text))
	}
}

// sessionDuration takes the attribute within its limits; AWS would refuse a value beyond them at its own sign-in, but
// for keys it is a proposal only.
func (v *facts) sessionDuration(text string) {
	seconds, err := strconv.ParseInt(text, 10, 64)
	switch {
	case v.response.SessionDuration != 0:
		v.notice("SessionDuration comes twice in the assertion; the first counts")
	case err != nil:
		v.notice(fmt.Sprintf("SessionDuration in the assertion is no number of seconds (%q) and is ignored", foreign.Text(text)))
	case seconds < int64(minSession.Seconds()):
		v.response.SessionDuration = minSession
		v.notice(fmt.Sprintf("SessionDuration in the assertion is %d seconds; 900 is the least", seconds))
	case seconds > int64(maxSession.Seconds()):
		v.response.SessionDuration = maxSession
		v.notice(fmt.Sprintf("SessionDuration in the assertion is %d seconds; 43200 is the most", seconds))
	default:
		v.response.SessionDuration = time.Duration(seconds) * time.Second
	}
}

func (v *facts) notice(line string) { v.response.Notices = append(v.response.Notices, line) }

// destination takes a Destination or Recipient: both, where they are there, name an AWS sign-in address of the same
// partition.
func (v *facts) destination(address string) error {
	if address == "" {
		return nil
	}
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil {
		return &FormatError{Rule: "its destination cannot be read", Offset: -1}
	}
	partition, ok := SignInAddress(u)
	if !ok {
		return &FormatError{Rule: fmt.Sprintf("it is made for %s, which is not AWS", foreign.Text(foreign.Cut(u.Hostname(), 80))), Offset: -1}
	}
	if v.response.Partition != "" && v.response.Partition != partition {
		return &FormatError{Rule: "it is made for two partitions of AWS", Offset: -1}
	}
	if v.response.Destination == "" {
		v.response.Destination, v.response.Partition = u.String(), partition
	}
	return nil
}

func (v *facts) ends(value string) error {
	var t time.Time
	if err := v.time(&t, value); err != nil {
		return err
	}
	if !t.IsZero() && (v.response.NotOnOrAfter.IsZero() || t.Before(v.response.NotOnOrAfter)) {
		v.response.NotOnOrAfter = t
	}
	return nil
}

// time reads an xs:dateTime, which SAML wants in UTC (OASIS SAML core 2.0, 1.3.3). Where several statements give one,
// the earliest counts.
func (v *facts) time(to *time.Time, value string) error {
	if value == "" {
		return nil
	}
	t, err := time.Parse(time.RFC3339Nano, value)
	if err != nil {
		t, err = time.Parse("2006-01-02T15:04:05.999999999", value)
	}
	if err != nil {
		return &FormatError{Rule: "a time in it cannot be read", Offset: -1}
	}
	if to.IsZero() || t.Before(*to) {
		*to = t.UTC()
	}
	return nil
}
