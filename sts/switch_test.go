package sts

import (
	"errors"
	"io"
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

func TestIncompleteAnswerToASwitchIsNotTaken(t *testing.T) {
	var b strings.Builder
	grantAs(recorder{&b}, "AssumeRole", time.Date(2026, 3, 4, 9, 0, 0, 0, time.UTC))
	good := b.String()
	for name, body := range map[string]string{
		"html": "<html><body>Sign in to the hotel</body></html>", "cut": good[:len(good)/2],
		"no token": strings.Replace(good, canaryToken, "", 1), "newline in id": strings.Replace(good, "ASIAIOSFODNN7EXAMPLE", "ASIA&#10;[evil]", 1),
		"no role": strings.Replace(good, ":assumed-role/", ":user/", 1), "odd arn": strings.Replace(good, "arn:aws:sts::", "&#27;[2J", 1),
	} {
		f := newFake(t)
		f.answer = func(w http.ResponseWriter, _ *http.Request) bool { _, _ = io.WriteString(w, body); return true }
		var broken *NetworkError
		s, err := f.client().Assume(t.Context(), longTerm(), Switch{RoleARN: deploy}, Wish{})
		if !errors.As(err, &broken) || broken.Phase != PhaseAnswer || s != (Session{}) {
			t.Errorf("%s: %+v, %v", name, s, err)
		}
		noCanary(t, err, s)
		if s, err := f.client().SessionToken(t.Context(), longTerm(), "", secret.Text{}, 0); !errors.As(err, &broken) || s != (Session{}) {
			t.Errorf("%s: %+v, %v", name, s, err)
		}
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
		{Switch{RoleARN: deploy + "\n"}, ParameterRole, "ARN"}, {Switch{RoleARN: "arn:aws:iam::111111111111:role/"}, ParameterRole, "ARN"},
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
