package saml_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/samlogin/samlogin/saml"
	"github.com/samlogin/samlogin/saml/secret"
)

// facts is what a person would want to know of a response, in one line a fact.
func facts(r *saml.Response) string {
	stamp := func(t time.Time) string {
		if t.IsZero() {
			return "-"
		}
		return t.Format("15:04:05.999")
	}
	var roles []string
	for _, x := range r.Roles {
		roles = append(roles, x.Partition()+" "+x.Account()[:1]+" "+x.Path())
	}
	return fmt.Sprintf("%s by %s | %v | %s to %s | %s %s..%s session %s | %q | %s", r.SessionName, r.Issuer, r.SessionDuration, r.Partition, r.Destination,
		stamp(r.IssueInstant), stamp(r.NotBefore), stamp(r.NotOnOrAfter), stamp(r.SessionNotOnOrAfter), r.Audiences, strings.Join(roles, ", "))
}

func TestRecordedResponses(t *testing.T) {
	const adfs = " by http://adfs.example.com/adfs/services/trust | "
	for name, want := range map[string]string{
		"adfs-2012r2.xml": "jane@example.com" + adfs + `0s | aws to https://signin.aws.amazon.com/saml | 08:00:00.123 08:00:00.107..08:05:00.123 session - | ["urn:amazon:webservices"] | aws 1 ADFS-Admin, aws 2 ADFS-Reader`,
		"adfs-2016.xml":   "jane@example.com" + adfs + `8h0m0s | aws to https://signin.aws.amazon.com/saml | 08:00:00.456 08:00:00.44..08:05:00.456 session 16:00:00.456 | ["urn:amazon:webservices"] | aws 1 team/Admin, aws 1 ReadOnly, aws 3 ReadOnly`,
		"adfs-2019.xml":   "jane@example.com" + adfs + `0s | aws-cn to https://cn-north-1.signin.amazonaws.cn/saml | 08:00:00.789 08:00:00.773..08:05:00.789 session - | ["urn:amazon:webservices:cn-north-1"] | aws-cn 4 Admin`,
		"simplesamlphp.xml": "jane by https://idp.example.com/saml2/idp/metadata.php | " +
			`12h0m0s | aws to https://signin.aws.amazon.com/saml | 08:00:00 07:59:30..08:05:00 session 16:00:00 | ["urn:amazon:webservices"] | aws 1 Developer`,
		"shibboleth.xml": "jane by https://idp.example.com/idp/shibboleth | " +
			`0s | aws-us-gov to https://signin.amazonaws-us-gov.com/saml | 08:00:00.321 08:00:00.321..08:05:00.321 session 09:00:00.321 | ["urn:amazon:webservices:govcloud"] | aws-us-gov 5 Auditor, aws-us-gov 5 PowerUser`,
		"encrypted.xml": adfs + `0s | aws to https://signin.aws.amazon.com/saml/acs/SAMLSPEXAMPLE1234567 | 08:00:00.9 -..- session - | [] | `,
	} {
		document := recorded(t, name)
		r := mustParse(t, document)
		if got := facts(r); got != want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, want)
		}
		if r.Encrypted != (name == "encrypted.xml") || len(r.Notices) != 0 {
			t.Errorf("%s: Encrypted = %v, Notices = %q", name, r.Encrypted, r.Notices)
		}
		if r.Encoded.Reveal() != encode(document).Reveal() {
			t.Errorf("%s: Encoded is not what was given", name)
		}
		if strings.Contains(fmt.Sprintf("%+v %#v", r, r), encode(document).Reveal()[:40]) {
			t.Errorf("%s: the assertion shows when the response is printed", name)
		}
	}
}

func TestStatusOtherThanSuccess(t *testing.T) {
	base := recorded(t, "status-only.xml")
	said := with(t, base, "</samlp:Status>", "<samlp:StatusMessage> You\u202e may\n not\x20</samlp:StatusMessage></samlp:Status>")
	for _, c := range []struct{ document, message, hint string }{
		{base, "the identity provider issued no assertion: status Requester / InvalidNameIDPolicy", "--start idp"},
		{said, `the identity provider issued no assertion: status Requester / InvalidNameIDPolicy: "You<U+202E> may not"`, "--start idp"},
		{strings.Replace(base, "status:InvalidNameIDPolicy", "status:AuthnFailed", 1), "the identity provider issued no assertion: status Requester / AuthnFailed", "password"},
		{strings.Replace(base, "urn:oasis:names:tc:SAML:2.0:status:InvalidNameIDPolicy", "urn:example:\x26#9;own", 1), "the identity provider issued no assertion: status Requester / urn:example:<U+0009>own", "event log"},
		{strings.Replace(good, "status:Success", "status:Responder", 1), "the identity provider issued no assertion: status Responder", "event log"},
		{strings.Replace(good, `Value="urn:oasis:names:tc:SAML:2.0:status:Success"`, "", 1), "the identity provider issued no assertion: status ", "event log"},
	} {
		r, err := parse(c.document)
		var e *saml.StatusError
		if !errors.As(err, &e) || r != nil {
			t.Errorf("Parse = %v, %v; want a StatusError", r, err)
			continue
		}
		if e.Error() != c.message || !strings.Contains(e.Hint(), c.hint) {
			t.Errorf("%q (hint %q), want %q (%q)", e, e.Hint(), c.message, c.hint)
		}
	}
	for code, hint := range map[string]string{"RequestDenied": "does not let you", "NoAuthnContext": "another way of signing in", "NoPassive": "log in again"} {
		_, err := parse(strings.Replace(base, "status:InvalidNameIDPolicy", "status:"+code, 1))
		var e *saml.StatusError
		if !errors.As(err, &e) || !strings.Contains(e.Hint(), hint) {
			t.Errorf("%s: %v, want the hint %q", code, err, hint)
		}
	}
	if r := mustParse(t, with(t, good, `<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>`, "")); len(r.Roles) != 1 {
		t.Errorf("without a status: %v", r.Roles) // the assertion speaks
	}
	r, err := parse(with(t, good, goodAssertion, ""))
	if e := refused(t, r, err, "no assertion"); !strings.Contains(e.Hint(), "log in again") {
		t.Errorf("Hint = %q", e.Hint())
	}
	r, err = parse(with(t, good, `<samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/>`, ""))
	refused(t, r, err, "the status has no code")
}

// security case 39
func TestExpiryIsAWarningExactToTheSecond(t *testing.T) {
	begin := time.Date(2026, 11, 21, 8, 0, 0, 0, time.UTC)
	end := begin.Add(5 * time.Minute)
	r := mustParse(t, good)
	for _, c := range []struct {
		now   time.Time
		words string
	}{
		{begin.Add(-61 * time.Second), "begins at 2026-11-21T08:00:00Z, and this computer's clock says 2026-11-21T07:58:59Z, 1m1s earlier"},
		{begin.Add(-60 * time.Second), ""},
		{begin.Add(-59 * time.Second), ""},
		{begin.Add(59 * time.Second), ""},
		{begin.Add(61 * time.Second), ""},
		{end.Add(-61 * time.Second), ""},
		{end.Add(-59 * time.Second), ""},
		{end, ""},
		{end.Add(59 * time.Second), ""},
		{end.Add(60*time.Second - 1), ""},
		{end.Add(60 * time.Second), "1m0s later"},
		{end.Add(61 * time.Second).In(time.FixedZone("", 3600)), "ended at 2026-11-21T08:05:00Z, and this computer's clock says 2026-11-21T08:06:01Z, 1m1s later"},
	} {
		got := r.Concerns(c.now, "")
		if c.words == "" && len(got) != 0 || c.words != "" && (len(got) != 1 || !strings.Contains(got[0], c.words)) {
			t.Errorf("at %s: %q, want %q", c.now, got, c.words)
		}
	}
	absent := &saml.Response{}
	if got := absent.Concerns(begin, saml.Audience); len(got) != 0 {
		t.Errorf("a response without times and audience: %q", got)
	}
}

// security case 41
func TestAnotherAudienceIsAWarning(t *testing.T) {
	now := time.Date(2026, 11, 21, 8, 1, 0, 0, time.UTC)
	audience := func(texts ...string) string {
		return with(t, good, "<Audience>urn:amazon:webservices</Audience>", "<Audience>"+strings.Join(texts, "</Audience><Audience>")+"</Audience>")
	}
	for _, c := range []struct {
		document, asked string
		warns           bool
	}{
		{good, saml.Audience, false},
		{good, "", false},
		{good, "urn:amazon:webservices:govcloud", true},
		{good, "URN:amazon:webservices", true},
		{audience("urn:other"), saml.Audience, true},
		{audience("urn:other", "urn:amazon:webservices"), saml.Audience, false},
		{audience("urn:other", "urn:another"), saml.Audience, true},
		{audience(" \n urn:amazon:webservices \n"), saml.Audience, false},
		{audience("https://signin.aws.amazon.com/saml"), saml.Audience, false},
		{audience("https://signin.aws.amazon.com.evil.test/saml"), saml.Audience, true},
		{with(t, good, "<Audience>urn:amazon:webservices</Audience>", ""), saml.Audience, false},
		{audience("\u202eevil"), saml.Audience, true},
	} {
		got := mustParse(t, c.document).Concerns(now, c.asked)
		if (len(got) == 1) != c.warns || len(got) > 1 {
			t.Errorf("asked for %q: %q, want a warning: %v", c.asked, got, c.warns)
		}
		if strings.Contains(strings.Join(got, ""), "\u202e") {
			t.Errorf("the warning acts on a terminal: %q", got)
		}
	}
}

// security case 46
func TestEncodedGoesOnByteForByte(t *testing.T) {
	r := rand.New(rand.NewPCG(46, 1))
	parts := []string{"<!-- x -->", "\n", "\t", "<x/>", `<y a='"'>&#x41;&amp;</y>`, `<e:z xmlns:e="urn:z"/>`, "<![CDATA[<]]>", "é"}
	accepted := 0
	for range 5000 {
		inside := ""
		for range r.IntN(6) {
			inside += parts[r.IntN(len(parts))]
		}
		encoded := []byte(encode(with(t, good, "<Subject>", inside+"<Subject>")).Reveal())
		for range r.IntN(4) {
			encoded = slices.Insert(encoded, r.IntN(len(encoded)+1), []byte("\r\n")...)
		}
		given := string(encoded)
		got, err := saml.Parse(secret.New(given))
		if err != nil {
			t.Fatalf("%q: %v", inside, err)
		}
		accepted++
		if got.Encoded.Reveal() != given {
			t.Fatalf("%q: Encoded changed", inside)
		}
		if len(got.Roles) != 1 || got.Roles[0].ARN != readerARN {
			t.Fatalf("%q: Roles = %v", inside, got.Roles)
		}
	}
	if accepted != 5000 {
		t.Errorf("%d documents of 5,000 were accepted", accepted)
	}
}
