package sts

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/samlogin/samlogin/saml/secret"
)

const (
	device     = "arn:aws:iam::111111111111:mfa/jane"
	deploy     = "arn:aws:iam::222222222222:role/team/Deploy"
	externalID = "EXTERNAL-7"
)

func longTerm() Credentials {
	return Credentials{AccessKeyID: "AKIAIOSFODNN7EXAMPLE", SecretAccessKey: secret.New(canaryKey)}
}

func temporary() Credentials {
	return Credentials{AccessKeyID: "ASIAIOSFODNN7EXAMPLE", SecretAccessKey: secret.New(canaryKey), SessionToken: secret.New(canaryToken)}
}

func withCode(code string) Switch {
	return Switch{RoleARN: deploy, Serial: device, Code: secret.New(code)}
}

// Nothing but the keys given signs, and all of the switch goes out.
func TestAssumeIsSignedWithTheGivenKeys(t *testing.T) {
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIAENVIRONMENT00000")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "environment")
	t.Setenv("AWS_SESSION_TOKEN", "environment")
	t.Setenv("AWS_PROFILE", "nobody")
	f := newFake(t)
	s, err := f.client().Assume(t.Context(), longTerm(), Switch{
		RoleARN: deploy, SessionName: "jane@example.com", ExternalID: externalID, Serial: device, Code: secret.New("123456"),
	}, Wish{Duration: 2 * hour, Policy: `{"Statement":[]}`, PolicyARNs: []string{"arn:aws:iam::aws:policy/ReadOnlyAccess"}})
	if err != nil {
		t.Fatal(err)
	}
	form, head := f.forms[0], f.heads[0]
	for name, want := range map[string]string{
		"Action": "AssumeRole", "RoleArn": deploy, "RoleSessionName": "jane@example.com", "ExternalId": externalID, "SerialNumber": device, "TokenCode": "123456",
		"DurationSeconds": "7200", "Policy": `{"Statement":[]}`, "PolicyArns.member.1.arn": "arn:aws:iam::aws:policy/ReadOnlyAccess",
	} {
		if got := form.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if a := head.Get("Authorization"); !strings.HasPrefix(a, "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/") || head.Get("X-Amz-Security-Token") != "" {
		t.Errorf("signed by %q", a)
	}
	if s.AccessKeyID != "ASIAIOSFODNN7EXAMPLE" || s.Granted != 2*hour || s.Asked != 2*hour || s.LimitedBy != LimitRequested || s.Calls != 1 || s.AssumedRoleARN == "" {
		t.Errorf("got %+v", s)
	}
	noCanary(t, s)
}

// AWS gives a role that is taken with temporary keys an hour, whatever is asked for and whatever the role allows.
func TestChainedNeverAsksForMoreThanAnHour(t *testing.T) {
	for _, c := range []struct {
		wish  Wish
		asked string
		limit Limit
	}{
		{Wish{}, "3600", LimitRequested}, {Wish{Duration: 30 * time.Minute}, "1800", LimitRequested}, {Wish{Duration: hour, Exact: true}, "3600", LimitRequested},
		{Wish{Duration: 12 * hour}, "3600", LimitChaining}, {Wish{Max: true}, "3600", LimitChaining}, {Wish{Max: true, Guess: 8 * hour}, "3600", LimitChaining},
	} {
		f := newFake(t)
		s, err := f.client().Assume(t.Context(), temporary(), Switch{RoleARN: deploy}, c.wish)
		wanted, _ := c.wish.duration()
		if err != nil || s.LimitedBy != c.limit || s.Asked != wanted || s.Granted > hour || s.RoleMax != 0 || f.calls() != 1 {
			t.Errorf("%+v: %+v, %v, %d calls", c.wish, s, err, f.calls())
			continue
		}
		if f.forms[0].Get("DurationSeconds") != c.asked || f.heads[0].Get("X-Amz-Security-Token") != canaryToken {
			t.Errorf("%+v: asked for %s", c.wish, f.forms[0].Get("DurationSeconds"))
		}
	}
	f := newFake(t)
	_, err := f.client().Assume(t.Context(), temporary(), Switch{RoleARN: deploy}, Wish{Duration: 2 * hour, Exact: true})
	var exact *ExactDurationError
	if !errors.As(err, &exact) || exact.LimitedBy != LimitChaining || f.calls() != 0 || !strings.Contains(err.Error(), "temporary keys") || !strings.Contains(exact.Hint(), "1h") {
		t.Errorf("%v after %d calls", err, f.calls())
	}
}

// Keys that have no session token may still be temporary to what answers there; its words are understood.
func TestChainingRefusedIsUnderstood(t *testing.T) {
	f := newFake(t)
	f.answer = func(w http.ResponseWriter, r *http.Request) bool {
		if r.PostForm.Get("DurationSeconds") == "3600" {
			return false
		}
		refuse(w, 400, "ValidationError", "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.")
		return true
	}
	s, err := f.client().Assume(t.Context(), longTerm(), Switch{RoleARN: deploy}, Wish{Duration: 12 * hour})
	if err != nil || s.LimitedBy != LimitChaining || s.Granted != hour || s.Calls != 2 {
		t.Errorf("%+v, %v", s, err)
	}
	var spent *SpentError
	if _, err = f.client().Assume(t.Context(), longTerm(), withCode("123456"), Wish{Duration: 12 * hour}); !errors.As(err, &spent) || spent.LimitedBy != LimitChaining {
		t.Errorf("%v", err)
	}
}

func TestAssumeSearchesWithoutACode(t *testing.T) {
	f := newFake(t)
	f.roleMax = 7 * hour
	s, err := f.client().Assume(t.Context(), longTerm(), Switch{RoleARN: deploy}, Wish{Max: true})
	if err != nil || s.Granted != 7*hour || s.RoleMax != 7*hour || s.LimitedBy != LimitRole || s.Calls > 5 {
		t.Errorf("%+v, %v", s, err)
	}
}

// A code goes out once. Where the role allows less, the next call needs another one, and succeeds.
func TestSearchSpendsNoCodeTwice(t *testing.T) {
	for _, c := range []struct {
		roleMax, guess time.Duration
		codes          int
		granted, knows time.Duration
	}{
		{12 * hour, 0, 1, 12 * hour, 12 * hour}, {hour, 0, 2, hour, 0}, {8 * hour, 0, 2, hour, 0}, {8 * hour, 8 * hour, 1, 8 * hour, 8 * hour},
		{8 * hour, 9 * hour, 2, hour, 0}, {hour, 2 * hour, 2, hour, hour},
	} {
		f := newFake(t)
		f.roleMax = c.roleMax
		w := Wish{Max: true, Guess: c.guess}
		s, err := f.client().Assume(t.Context(), longTerm(), withCode("000001"), w)
		var spent *SpentError
		if errors.As(err, &spent) {
			if spent.Serial != device || spent.RoleARN != deploy || spent.LimitedBy != LimitRole || spent.Hint() == "" || strings.Contains(err.Error(), "000001") {
				t.Errorf("%+v: %#v", c, spent)
			}
			w.Refused = spent.Refused
			s, err = f.client().Assume(t.Context(), longTerm(), withCode("000002"), w)
		}
		if err != nil || f.calls() != c.codes || s.Granted != c.granted || s.RoleMax != c.knows || s.Asked != 12*hour || (c.granted < 12*hour) != (s.LimitedBy == LimitRole) {
			t.Errorf("%+v: %+v, %v, %d calls", c, s, err, f.calls())
		}
	}
	f := newFake(t)
	f.roleMax = hour
	_, err := f.client().Assume(t.Context(), longTerm(), withCode("000001"), Wish{Duration: 2 * hour, Exact: true})
	var exact *ExactDurationError
	if !errors.As(err, &exact) || exact.Possible != 0 || exact.LimitedBy != LimitRole || !strings.Contains(err.Error(), "allows less") || f.calls() != 1 {
		t.Errorf("%v", err)
	}
}

// Repeating a call with a code is safe only where AWS did not come to look at it.
func TestCodeIsNotRepeatedAfterAFaultOfAWS(t *testing.T) {
	for _, c := range []struct {
		status      int
		code        string
		calls, open int // with a code, and without
	}{
		{500, "InternalFailure", 1, 3}, {503, "ServiceUnavailable", 1, 3}, {400, "Throttling", 3, 3},
		{403, "AccessDeniedException", 1, 1}, // which the SDK thinks of a wrong clock's doing
	} {
		for name, call := range map[string]func(*fakeSTS, string) error{
			"AssumeRole": func(f *fakeSTS, code string) error {
				_, err := f.client().Assume(t.Context(), longTerm(), Switch{RoleARN: deploy, Serial: serialOf(code), Code: secret.New(code)}, Wish{})
				return err
			},
			"GetSessionToken": func(f *fakeSTS, code string) error {
				_, err := f.client().SessionToken(t.Context(), longTerm(), serialOf(code), secret.New(code), 0)
				return err
			},
		} {
			for _, code := range []string{"123456", ""} {
				f := newFake(t)
				f.answer = func(w http.ResponseWriter, _ *http.Request) bool { refuse(w, c.status, c.code, "busy"); return true }
				calls := c.calls
				if code == "" {
					calls = c.open
				}
				var refusal *Error
				if err := call(f, code); !errors.As(err, &refusal) || f.calls() != calls || refusal.Op != name {
					t.Errorf("%s, %s, code %q: %v after %d calls", name, c.code, code, err, f.calls())
				}
			}
		}
	}
}

func serialOf(code string) string {
	if code == "" {
		return ""
	}
	return device
}

func TestSessionToken(t *testing.T) {
	f := newFake(t)
	s, err := f.client().SessionToken(t.Context(), longTerm(), device, secret.New("123456"), 36*hour)
	if err != nil || s.Granted != 36*hour || s.Asked != 36*hour || s.LimitedBy != LimitRequested || s.AssumedRoleARN != "" || s.SessionToken.Empty() || !s.Chained() {
		t.Fatalf("%+v, %v", s, err)
	}
	if form := f.forms[0]; form.Get("Action") != "GetSessionToken" || form.Get("DurationSeconds") != "129600" || form.Get("SerialNumber") != device || form.Get("TokenCode") != "123456" {
		t.Errorf("sent %v", form)
	}
	noCanary(t, s)
	if s, err = f.client().SessionToken(t.Context(), longTerm(), "", secret.Text{}, 0); err != nil || s.Granted != 12*hour || len(f.forms[1]["SerialNumber"]) != 0 {
		t.Errorf("%+v, %v", s, err)
	}
	f.ends = f.now.Add(hour) // an account's owner
	if s, err = f.client().SessionToken(t.Context(), longTerm(), "", secret.Text{}, 2*hour); err != nil || s.Granted != hour || s.LimitedBy != LimitOwner {
		t.Errorf("%+v, %v", s, err)
	}
	calls := f.calls()
	for _, d := range []time.Duration{-1, 1, 899 * time.Second, 36*hour + time.Second, hour + time.Millisecond} {
		var bad *DurationError
		if _, err := f.client().SessionToken(t.Context(), longTerm(), "", secret.Text{}, d); !errors.As(err, &bad) || !strings.Contains(bad.Hint(), "36h") || f.calls() != calls {
			t.Errorf("%v: %v", d, err)
		}
	}
	for text, want := range map[string]time.Duration{"36h": 36 * hour, "129600": 36 * hour, "15m": 15 * time.Minute} {
		if d, err := ParseMFASession(text); d != want || err != nil {
			t.Errorf("%q: %v, %v", text, d, err)
		}
	}
	for _, text := range []string{"37h", "max", "", "14m"} {
		var bad *DurationError
		if _, err := ParseMFASession(text); !errors.As(err, &bad) || !strings.Contains(bad.Hint(), "36h") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// What cannot work spends no code and makes no call.
func TestNothingIsSentThatAWSWouldNotTake(t *testing.T) {
	code := secret.New("123456")
	for _, c := range []struct {
		s    Switch
		name string
		part string // of message or hint
	}{
		{Switch{RoleARN: "arn:aws:iam::111111111111:user/jane"}, ParameterRole, "arn:aws:iam::111111111111:role/Admin"},
		{Switch{RoleARN: "Admin"}, ParameterRole, "role/Admin"}, {Switch{}, ParameterRole, "not the ARN"}, {Switch{RoleARN: "arn:aws:iam::1:role/x"}, ParameterRole, "ARN"},
		{Switch{RoleARN: deploy + "\n"}, ParameterRole, "ARN"},
		{Switch{RoleARN: deploy, SessionName: "j"}, ParameterSession, "2 to 64"}, {Switch{RoleARN: deploy, SessionName: "a b"}, ParameterSession, "2 to 64"},
		{Switch{RoleARN: deploy, SessionName: strings.Repeat("a", 65)}, ParameterSession, "2 to 64"},
		{Switch{RoleARN: deploy, ExternalID: "x"}, ParameterExternalID, "1224"}, {Switch{RoleARN: deploy, ExternalID: "a b"}, ParameterExternalID, "1224"},
		{Switch{RoleARN: deploy, Code: code}, ParameterSerial, "mfa_serial"}, {Switch{RoleARN: deploy, Serial: device}, ParameterCode, "jane"},
		{Switch{RoleARN: deploy, Serial: "arn:aws:iam::111111111111:user/jane", Code: code}, ParameterSerial, "mfa/jane"},
		{Switch{RoleARN: deploy, Serial: "arn:aws:iam::111111111111:u2f/user/jane/key", Code: code}, ParameterSerial, "virtual device"},
		{Switch{RoleARN: deploy, Serial: "GAHT1234", Code: code}, ParameterSerial, "9 to 256"},
		{withCode("12345"), ParameterCode, "six digits"}, {withCode("1234567"), ParameterCode, "six digits"}, {withCode("12345٦"), ParameterCode, "six digits"},
	} {
		f := newFake(t)
		var bad *ParameterError
		_, err := f.client().Assume(t.Context(), longTerm(), c.s, Wish{})
		if !errors.As(err, &bad) || bad.Name != c.name || f.calls() != 0 || !strings.Contains(err.Error()+bad.Hint(), c.part) || strings.ContainsAny(err.Error(), "\n") {
			t.Errorf("%+v: %v (%d calls)", c.s, err, f.calls())
		}
		if !c.s.Code.Empty() && err != nil && strings.Contains(err.Error(), c.s.Code.Reveal()) {
			t.Errorf("the code shows in %q", err)
		}
	}
	f := newFake(t)
	var keys *TemporaryKeysError
	if _, err := f.client().Assume(t.Context(), temporary(), withCode("123456"), Wish{}); !errors.As(err, &keys) || !strings.Contains(err.Error(), device) || keys.Hint() == "" {
		t.Errorf("%v", err)
	}
	if _, err := f.client().SessionToken(t.Context(), temporary(), "", secret.Text{}, 0); !errors.As(err, &keys) || !strings.Contains(keys.Hint(), "AKIA") {
		t.Errorf("%v", err)
	}
	var bad *DurationError
	if _, err := f.client().Assume(t.Context(), longTerm(), Switch{RoleARN: deploy}, Wish{Duration: 13 * hour}); !errors.As(err, &bad) {
		t.Errorf("%v", err)
	}
	if f.calls() != 0 {
		t.Errorf("%d calls", f.calls())
	}
}

func TestSessionNameSaysWho(t *testing.T) {
	now := time.Unix(1_772_611_200, 0)
	for arn, want := range map[string]string{
		"": "samlogin-1772611200", "GAHT12345678": "samlogin-1772611200", "arn:aws:iam::111111111111:root": "samlogin-1772611200",
		device: "jane", "arn:aws:iam::111111111111:user/div/jane": "jane", "arn:aws:sts::111111111111:assumed-role/Admin/jane@corp.example.com": "jane@corp.example.com",
		"arn:aws:iam::111111111111:mfa/Jane's phone": "Jane-s-phone", "arn:aws:iam::111111111111:mfa/x": "samlogin-1772611200",
		"arn:aws:iam::111111111111:user/" + strings.Repeat("n", 70): strings.Repeat("n", 64),
	} {
		if got := SessionName(arn, now); got != want {
			t.Errorf("%q: %q, want %q", arn, got, want)
		}
	}
	f := newFake(t)
	if _, err := f.client().Assume(t.Context(), longTerm(), withCode("123456"), Wish{}); err != nil || f.forms[0].Get("RoleSessionName") != "jane" {
		t.Errorf("%v, %v", f.forms, err)
	}
}

// A clock that is wrong keeps nobody from signing: the call is made again by the clock of STS.
func TestWrongClockIsCorrected(t *testing.T) {
	f := newFake(t)
	var dates []string
	f.answer = func(w http.ResponseWriter, r *http.Request) bool {
		dates = append(dates, r.Header.Get("X-Amz-Date")) // one call at a time
		if strings.HasPrefix(r.Header.Get("X-Amz-Date"), f.now.Format("20060102T15")) {
			return false
		}
		refuse(w, 403, "SignatureDoesNotMatch", "Signature expired: "+r.Header.Get("X-Amz-Date")+" is now earlier than 20260304T074500Z")
		return true
	}
	s, err := f.client().Assume(t.Context(), longTerm(), withCode("123456"), Wish{})
	if err != nil || f.calls() != 2 || s.Granted != hour {
		t.Fatalf("%+v, %v; signed at %v", s, err, dates)
	}
}
