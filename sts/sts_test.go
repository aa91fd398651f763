package sts

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/samlogin/samlogin/saml/secret"
)

const hour = time.Hour

func TestSessionAsAsked(t *testing.T) {
	f := newFake(t)
	s, err := f.assume(t, Wish{Duration: 12 * hour, Policy: `{"a":1}`, PolicyARNs: []string{"arn:aws:iam::aws:policy/ReadOnlyAccess"}})
	if err != nil {
		t.Fatal(err)
	}
	want := Session{
		Credentials:    Credentials{AccessKeyID: "ASIAIOSFODNN7EXAMPLE", Expiration: f.now.Add(12 * hour)},
		AssumedRoleARN: "arn:aws:sts::111111111111:assumed-role/Admin/jane",
		Asked:          12 * hour, Granted: 12 * hour, LimitedBy: LimitRequested, RoleMax: 12 * hour, Calls: 1,
	}
	if s.SecretAccessKey.Reveal() != canaryKey || s.SessionToken.Reveal() != canaryToken {
		t.Error("the keys are not the ones STS gave")
	}
	noCanary(t, s, &s, s.Credentials)
	s.SecretAccessKey, s.SessionToken = secret.Text{}, secret.Text{}
	if s != want {
		t.Errorf("got  %+v\nwant %+v", s, want)
	}
	form := f.forms[0]
	for name, value := range map[string]string{
		"Action": "AssumeRoleWithSAML", "Version": "2011-06-15", "RoleArn": admin().ARN, "PrincipalArn": admin().PrincipalARN,
		"SAMLAssertion": canaryAssertion, "DurationSeconds": "43200", "Policy": `{"a":1}`,
		"PolicyArns.member.1.arn": "arn:aws:iam::aws:policy/ReadOnlyAccess",
	} {
		if form.Get(name) != value {
			t.Errorf("%s is %q, want %q", name, form.Get(name), value)
		}
	}
}

// The environment has a broken profile, a proxy-like endpoint and an execution environment: nothing of it counts.
func TestUnsignedAndDeafToTheEnvironment(t *testing.T) {
	for name, value := range map[string]string{
		"AWS_PROFILE": "absent", "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "wrong", "AWS_CONFIG_FILE": "/absent",
		"AWS_ENDPOINT_URL": "https://evil.test", "AWS_ENDPOINT_URL_STS": "https://evil.test", "AWS_EXECUTION_ENV": "CANARY-env",
		"AWS_LAMBDA_FUNCTION_NAME": "f", "_X_AMZN_TRACE_ID": "CANARY-trace", "AWS_MAX_ATTEMPTS": "9", "AWS_STS_REGIONAL_ENDPOINTS": "legacy",
	} {
		t.Setenv(name, value)
	}
	f := newFake(t)
	if _, err := f.assume(t, Wish{}); err != nil {
		t.Fatal(err)
	}
	head := f.heads[0]
	if head.Get("Authorization") != "" {
		t.Error("the call is signed")
	}
	noCanary(t, head)
	if got := f.forms[0].Get("DurationSeconds"); got != "3600" {
		t.Errorf("an unsaid duration went out as %q", got)
	}
}

// security case 46: the assertion reaches STS as it came, line ends and all.
func TestAssertionIsSentByteForByte(t *testing.T) {
	for _, a := range []string{"PHNhbWw+Pz8/Pj4=", "PHNh\nbWw+\nPz8/\n", "PHNh\r\nbWw+\r\n", "a+b/c==  ", "%2B&x=1;", strings.Repeat("A/+=", 25_000)} {
		f := newFake(t)
		if _, err := f.client().AssumeWithSAML(t.Context(), secret.New(a), admin(), time.Time{}, Wish{}); err != nil {
			t.Fatal(err)
		}
		if got := f.forms[0].Get("SAMLAssertion"); got != a {
			t.Errorf("sent %d bytes, STS got %d, first %.20q", len(a), len(got), got)
		}
	}
}

func TestTooLongAssertionIsNotSent(t *testing.T) {
	f := newFake(t)
	_, err := f.client().AssumeWithSAML(t.Context(), secret.New(strings.Repeat("A", MaxAssertion+1)), admin(), time.Time{}, Wish{})
	var large *TooLargeError
	if !errors.As(err, &large) || large.Size != MaxAssertion+1 || f.calls() != 0 {
		t.Fatalf("got %v after %d calls", err, f.calls())
	}
	if !strings.Contains(err.Error(), "100001") || !strings.Contains(large.Hint(), "fewer AWS roles") {
		t.Errorf("message %q, hint %q", err, large.Hint())
	}
}

func TestGrantedGoesByTheClockOfSTS(t *testing.T) {
	for _, offset := range []time.Duration{-9 * hour, -7 * time.Minute, 0, 3 * time.Second, 26 * hour} {
		f := newFake(t)
		c := clientOf(f.URL, f.Server.Client(), f.now.Add(-offset))
		s, err := c.AssumeWithSAML(t.Context(), secret.New("PHNhbWw+"), admin(), time.Time{}, Wish{Duration: 2 * hour})
		if err != nil || s.Granted != 2*hour || s.LimitedBy != LimitRequested || s.ClockOffset != offset {
			t.Errorf("offset %v: %+v, %v", offset, s, err)
		}
	}
}

func TestEndOfTheIdPSessionIsNoticed(t *testing.T) {
	for _, c := range []struct {
		short   time.Duration // by how much the IdP's session ends before the duration does
		limit   Limit
		granted time.Duration
	}{
		{29 * time.Second, LimitRequested, 4 * hour}, {30 * time.Second, LimitRequested, 4 * hour},
		{31 * time.Second, LimitIdPSession, 4*hour - 31*time.Second}, {2 * hour, LimitIdPSession, 2 * hour},
	} {
		f := newFake(t)
		f.ends = f.now.Add(4*hour - c.short)
		s, err := f.assume(t, Wish{Duration: 4 * hour})
		if err != nil || s.LimitedBy != c.limit || s.Granted != c.granted || s.Asked != 4*hour || s.Calls != 1 {
			t.Errorf("%v short: %+v, %v", c.short, s, err)
		}
	}
}

// Without a Date header only an expiry that is the IdP's very end of session names it; a wrong clock here is no proof.
func TestWithoutDateTheIdPIsNamedOnlyOnProof(t *testing.T) {
	for _, c := range []struct {
		expiry, ends time.Duration
		limit        Limit
	}{{hour, hour, LimitIdPSession}, {hour, 0, LimitRequested}, {hour, 2 * hour, LimitRequested}} {
		f := newFake(t)
		f.answer = func(w http.ResponseWriter, _ *http.Request) bool {
			w.Header()["Date"] = nil
			grant(w, f.now.Add(c.expiry))
			return true
		}
		if c.ends != 0 {
			f.ends = f.now.Add(c.ends)
		}
		s, err := f.assume(t, Wish{Duration: 4 * hour})
		if err != nil || s.LimitedBy != c.limit || s.ClockOffset != 0 {
			t.Errorf("%+v: %+v, %v", c, s, err)
		}
	}
}

func TestIncompleteAnswerIsNotTaken(t *testing.T) {
	good := func() string {
		var b strings.Builder
		grant(recorder{&b}, time.Date(2026, 3, 4, 9, 0, 0, 0, time.UTC))
		return b.String()
	}()
	for name, body := range map[string]string{
		"empty": "", "html": "<html><body>Sign in to the hotel</body></html>", "text": "ok", "cut": good[:len(good)/2],
		"no id":         strings.Replace(good, "ASIAIOSFODNN7EXAMPLE", "", 1),
		"newline in id": strings.Replace(good, "ASIAIOSFODNN7EXAMPLE", "ASIA&#10;[evil]", 1),
		"blank in key":  strings.Replace(good, canaryKey, "CANARYkey CANARY", 1),
		"no token":      strings.Replace(good, canaryToken, "", 1),
		"no expiry":     strings.Replace(good, "<Expiration>2026-03-04T09:00:00Z</Expiration>", "", 1),
		"odd expiry":    strings.Replace(good, "2026-03-04T09:00:00Z", "tomorrow", 1),
		"odd arn":       strings.Replace(good, "arn:aws:sts::111111111111:assumed-role/Admin/jane", "&#27;[2J", 1),
	} {
		f := newFake(t)
		f.answer = func(w http.ResponseWriter, _ *http.Request) bool { fmt.Fprint(w, body); return true }
		s, err := f.assume(t, Wish{})
		var broken *NetworkError
		if !errors.As(err, &broken) || broken.Phase != PhaseAnswer || s != (Session{}) {
			t.Errorf("%s: %+v, %v", name, s, err)
		}
		noCanary(t, err, s)
	}
}

// recorder lets grant write into a string.
type recorder struct{ *strings.Builder }

func (recorder) Header() http.Header { return http.Header{} }
func (recorder) WriteHeader(int)     {}

func TestCallerIdentity(t *testing.T) {
	f := newFake(t)
	keys := Credentials{AccessKeyID: "ASIAIOSFODNN7EXAMPLE", SecretAccessKey: secret.New(canaryKey), SessionToken: secret.New(canaryToken)}
	who, err := f.client().CallerIdentity(t.Context(), keys)
	if err != nil || who.Account != "111111111111" || who.ARN != "arn:aws:sts::111111111111:assumed-role/Admin/jane" || who.UserID != "AROAX:jane" {
		t.Fatalf("%+v, %v", who, err)
	}
	head := f.heads[0]
	if !strings.HasPrefix(head.Get("Authorization"), "AWS4-HMAC-SHA256 Credential=ASIAIOSFODNN7EXAMPLE/") || head.Get("X-Amz-Security-Token") != canaryToken {
		t.Errorf("not signed with the keys: %v", head)
	}
	f.answer = func(w http.ResponseWriter, _ *http.Request) bool {
		refuse(w, 403, "ExpiredToken", "The security token "+canaryToken+" included in the request is expired")
		return true
	}
	_, err = f.client().CallerIdentity(t.Context(), keys)
	var refusal *Error
	if !errors.As(err, &refusal) || refusal.Reason != ReasonKeysExpired || refusal.Op != "GetCallerIdentity" {
		t.Fatalf("%v", err)
	}
	noCanary(t, err, refusal)
}
