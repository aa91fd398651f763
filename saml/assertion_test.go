package saml_test

import (
	"strings"
	"testing"
	"time"
)

const (
	destination = `Destination="https://signin.aws.amazon.com/saml"`
	recipient   = `Recipient="https://signin.aws.amazon.com/saml"`
)

// security case 40
func TestDestinationMustBeAWS(t *testing.T) {
	addressed := func(to, at string) string { return with(t, with(t, good, " "+destination, to), " "+recipient, at) }
	dest := func(u string) string { return ` Destination="` + u + `"` }
	rec := func(u string) string { return ` Recipient="` + u + `"` }
	const aws, regional, gov, china = "https://signin.aws.amazon.com/saml", "https://eu-west-1.signin.aws.amazon.com/saml",
		"https://us-gov-west-1.signin.amazonaws-us-gov.com/saml", "https://signin.amazonaws.cn:443/saml"
	for _, c := range []struct{ to, at, destination, partition string }{
		{dest(aws), rec(aws), aws, "aws"},
		{dest(aws), "", aws, "aws"},
		{"", rec(aws), aws, "aws"},
		{"", "", "", ""},
		{dest(regional), rec(aws), regional, "aws"},
		{dest(gov), rec(gov), gov, "aws-us-gov"},
		{dest(china), rec(china), china, "aws-cn"},
		{"", rec("https://eusc-de-east-1.signin.amazonaws-eusc.eu/saml"), "https://eusc-de-east-1.signin.amazonaws-eusc.eu/saml", "aws-eusc"},
	} {
		r := mustParse(t, addressed(c.to, c.at))
		if r.Destination != c.destination || r.Partition != c.partition {
			t.Errorf("%s%s: %q of %q", c.to, c.at, r.Destination, r.Partition)
		}
	}
	for _, c := range []struct{ to, at, words string }{
		{dest("https://sso.example.com/acs"), rec(aws), `addressed to "sso.example.com", which is not AWS`},
		{dest(aws), rec("https://sso.example.com/acs"), `addressed to "sso.example.com"`},
		{dest("https://signin.aws.amazon.com.evil.test/saml"), "", "signin.aws.amazon.com.evil.test"},
		{dest("http://signin.aws.amazon.com/saml"), "", "not AWS"},
		{dest(aws), rec(gov), "two of AWS's partitions, aws and aws-us-gov"},
		{dest(""), "", "not AWS"},
		{dest("%zz"), "", "not an address"},
		{dest("https://xn--\u202eevil/"), "", `addressed to "xn--\u202eevil"`},
		{dest("https://signin.aws.amaz\u043en.com/saml"), "", `addressed to "signin.aws.amaz\u043en.com"`},
		{dest("https://signin.aws.amazon.com." + strings.Repeat("a", 200) + ".evil.test/saml"), "", `.evil.test"`},
	} {
		r, err := parse(addressed(c.to, c.at))
		refused(t, r, err, c.words)
	}
	second := with(t, good, "</Subject>", `<SubjectConfirmation/><SubjectConfirmation><SubjectConfirmationData Recipient="https://evil.test/saml"/></SubjectConfirmation></Subject>`)
	r, err := parse(second)
	refused(t, r, err, "evil.test")
	r, err = parse(with(t, recorded(t, "encrypted.xml"), "https://signin.aws.amazon.com/saml/acs/SAMLSPEXAMPLE1234567", "https://evil.test/saml"))
	refused(t, r, err, "evil.test")
}

// security case 44
func TestSessionDurationIsBounded(t *testing.T) {
	for _, c := range []struct {
		value   string
		seconds int
		notice  string
	}{
		{"28800", 28800, ""}, {"900", 900, ""}, {"43200", 43200, ""}, {" \n3600 ", 3600, ""}, {"003600", 3600, ""},
		{"899", 900, "900 are counted"}, {"0", 900, "900 are counted"}, {"-1", 900, "900 are counted"}, {"-43200", 900, "900 are counted"},
		{"000", 900, "900 are counted"}, {"-99999999999999999999", 900, "900 are counted"},
		{"43201", 43200, "43200 are counted"}, {"1000000000000", 43200, "43200 are counted"}, {"18446744073709555216", 43200, "43200 are counted"}, {strings.Repeat("9", 400), 43200, "43200 are counted"},
		{"", 0, "not a number"}, {"-", 0, "not a number"}, {"--900", 0, "not a number"}, {"1e3", 0, "not a number"}, {"+3600", 0, "not a number"},
		{"3600.0", 0, "not a number"}, {"PT1H", 0, "not a number"}, {"0x1000", 0, "not a number"}, {"\u0663600", 0, "not a number"}, {"3\u202e600", 0, "3<U+202E>600"},
		{"3600</AttributeValue><AttributeValue>7200", 0, "given 2 times"},
	} {
		r := mustParse(t, with(t, good, "28800", c.value))
		notices := strings.Join(r.Notices, "|")
		if r.SessionDuration != time.Duration(c.seconds)*time.Second || (c.notice == "") != (notices == "") || !strings.Contains(notices, c.notice) {
			t.Errorf("SessionDuration %q: %v with %q, want %d s with %q", c.value, r.SessionDuration, notices, c.seconds, c.notice)
		}
	}
	absent := mustParse(t, with(t, good, "<AttributeValue>28800</AttributeValue>", ""))
	if absent.SessionDuration != 0 || len(absent.Notices) != 0 {
		t.Errorf("no value: %v with %q", absent.SessionDuration, absent.Notices)
	}
}

func TestSessionNameIsNotChosenFromTwo(t *testing.T) {
	r := mustParse(t, with(t, good, "jane@example.com", "jane</AttributeValue><AttributeValue>root"))
	if r.SessionName != "" || len(r.Notices) != 1 || !strings.Contains(r.Notices[0], "RoleSessionName is given 2 times") {
		t.Errorf("SessionName = %q, Notices = %q", r.SessionName, r.Notices)
	}
}

func TestNoticesAreFew(t *testing.T) {
	r := mustParse(t, with(t, good, "</Assertion>", strings.Repeat(`<AuthnStatement SessionNotOnOrAfter="x"/>`, 1000)+"</Assertion>"))
	if len(r.Notices) != 21 || !strings.Contains(r.Notices[20], "more of the response") {
		t.Errorf("%d notices, the last is %q", len(r.Notices), r.Notices[len(r.Notices)-1])
	}
}

func TestTimes(t *testing.T) {
	at := func(clock string) time.Time {
		when, err := time.Parse(time.RFC3339, "2026-11-21T"+clock+"Z")
		if err != nil {
			t.Fatal(err)
		}
		return when
	}
	r := mustParse(t, good)
	if !r.NotOnOrAfter.Equal(at("08:05:00")) || !r.SessionNotOnOrAfter.Equal(at("18:00:00")) || !r.IssueInstant.Equal(at("08:00:00")) {
		t.Errorf("times of the sample: %v, %v, %v", r.NotOnOrAfter, r.SessionNotOnOrAfter, r.IssueInstant)
	}
	r = mustParse(t, with(t, good, `NotOnOrAfter="2026-11-21T09:00:00Z"`, `NotOnOrAfter="2026-11-21T08:01:00Z"`))
	if !r.NotOnOrAfter.Equal(at("08:01:00")) {
		t.Errorf("the conditions end first: NotOnOrAfter = %v", r.NotOnOrAfter)
	}
	r = mustParse(t, with(t, good, "</Assertion>", `<AuthnStatement SessionNotOnOrAfter="2026-11-21T12:00:00+02:00"/><AuthnStatement/></Assertion>`))
	if !r.SessionNotOnOrAfter.Equal(at("10:00:00")) || r.SessionNotOnOrAfter.Location() != time.UTC {
		t.Errorf("the earlier of two sessions, in UTC: %v", r.SessionNotOnOrAfter)
	}
	r = mustParse(t, with(t, good, `NotBefore="2026-11-21T08:00:00Z"`, `NotBefore="2026-11-21T08:00:00.5"`))
	if !r.NotBefore.Equal(at("08:00:00.5")) || len(r.Notices) != 0 {
		t.Errorf("a time without a zone is UTC: %v, %q", r.NotBefore, r.Notices)
	}
	r = mustParse(t, with(t, good, "<SubjectConfirmationData ", `<SubjectConfirmationData NotBefore="2026-11-21T08:00:30Z" `))
	if !r.NotBefore.Equal(at("08:00:30")) {
		t.Errorf("the later of two beginnings: %v", r.NotBefore)
	}
	for _, odd := range []string{"", "tomorrow", "2026-11-21", "2026-13-21T08:00:00Z", "1795593600", "\u202e"} {
		r := mustParse(t, with(t, good, `NotBefore="2026-11-21T08:00:00Z"`, `NotBefore="`+odd+`"`))
		if !r.NotBefore.IsZero() || len(r.Notices) != 1 || !strings.HasPrefix(r.Notices[0], "NotBefore of Conditions is not a time") || strings.Contains(r.Notices[0], "\u202e") {
			t.Errorf("NotBefore %q: %v, %q", odd, r.NotBefore, r.Notices)
		}
	}
}
