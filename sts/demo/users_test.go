package demo_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awssts "github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"
)

// A code is good for its step and the ones beside it, once, on whichever call.
func TestCodesAreTakenOnce(t *testing.T) {
	s := company(t)
	other := func(in *awssts.AssumeRoleInput) { in.SerialNumber = aws.String("arn:aws:iam::111111111111:mfa/joe") }
	for _, c := range []struct {
		name   string
		by     types.Credentials
		change func(*awssts.AssumeRoleInput)
		words  string // "" taken
	}{
		{"first", janes(), code(morning), ""},
		{"again", janes(), code(morning), notTaken},
		{"step before", janes(), code(morning.Add(-30 * time.Second)), ""},
		{"step after", janes(), code(morning.Add(30 * time.Second)), ""},
		{"two steps before", janes(), code(morning.Add(-60 * time.Second)), notTaken},
		{"two steps after", janes(), code(morning.Add(60 * time.Second)), notTaken},
		{"wrong", janes(), func(in *awssts.AssumeRoleInput) {
			in.SerialNumber, in.TokenCode = aws.String(phone), aws.String("000000")
		}, notTaken},
		{"no code", janes(), func(in *awssts.AssumeRoleInput) { in.SerialNumber = aws.String(phone) }, notBoth},
		{"no device", janes(), func(in *awssts.AssumeRoleInput) { in.TokenCode = aws.String("123456") }, notBoth},
		{"device that is not", janes(), lasting(3600, code(morning), other), notHers},
		{"somebody else's device", bots(), code(morning), notHers},
		{"a role has no device", s.keys(t), code(morning), notHers},
	} {
		_, err := s.take(t, c.by, open, c.change)
		refusal := ""
		if c.words != "" {
			refusal = "AccessDenied"
		}
		t.Run(c.name, func(t *testing.T) { says(t, err, refusal, c.words) })
	}
	s.now, s.signing = morning.Add(10*time.Minute), morning.Add(10*time.Minute)
	_, err := s.take(t, janes(), guarded, lasting(43200, code(s.now)))
	says(t, err, "", "")
	_, err = s.token(t, janes(), &awssts.GetSessionTokenInput{SerialNumber: aws.String(phone), TokenCode: aws.String(shows(s.now))})
	says(t, err, "AccessDenied", notTaken)
	// Spent on a call that was refused for its duration.
	later := s.now.Add(30 * time.Second)
	_, err = s.take(t, janes(), open, lasting(43200, code(later)))
	says(t, err, "ValidationError", tooLong)
	_, err = s.take(t, janes(), open, code(later))
	says(t, err, "AccessDenied", notTaken)
}

func TestSessionTokensAreForUsersOnly(t *testing.T) {
	s := company(t)
	in := func(seconds int32, more ...string) *awssts.GetSessionTokenInput {
		i := &awssts.GetSessionTokenInput{}
		if seconds != 0 {
			i.DurationSeconds = aws.Int32(seconds)
		}
		if more != nil {
			i.SerialNumber, i.TokenCode = aws.String(phone), aws.String(more[0])
		}
		return i
	}
	root := static("AKIAROOT000000EXAMPL", "roots")
	plain, err := s.token(t, janes(), in(900))
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		by          types.Credentials
		in          *awssts.GetSessionTokenInput
		ends        time.Duration
		code, words string
	}{
		"nothing said":     {bots(), in(0), 12 * time.Hour, "", ""},
		"36 hours":         {bots(), in(129_600), 36 * time.Hour, "", ""},
		"a second more":    {bots(), in(129_601), 0, "ValidationError", "Value '129601' at 'durationSeconds' failed to satisfy constraint: Member must have value less than or equal to 129600"},
		"too short":        {bots(), in(899), 0, "ValidationError", "greater than or equal to 900"},
		"an owner":         {root, in(0), time.Hour, "", ""},
		"an owner's half":  {root, in(1800), 30 * time.Minute, "", ""},
		"of a session":     {*plain.Credentials, in(0), 0, "AccessDenied", "Cannot call GetSessionToken with session credentials"},
		"of a role":        {s.keys(t), in(0), 0, "AccessDenied", "Cannot call GetSessionToken with session credentials"},
		"a wrong code":     {janes(), in(0, "000000"), 0, "AccessDenied", notTaken},
		"device of others": {bots(), in(0, shows(morning)), 0, "AccessDenied", notHers},
	} {
		t.Run(name, func(t *testing.T) {
			out, err := s.token(t, c.by, c.in)
			says(t, err, c.code, c.words)
			if err == nil && !out.Credentials.Expiration.Equal(morning.Add(c.ends)) {
				t.Errorf("ends at %v", out.Credentials.Expiration)
			}
		})
	}
	who, err := s.sdk("eu-west-1", provide(*plain.Credentials)).GetCallerIdentity(t.Context(), &awssts.GetCallerIdentityInput{})
	if err != nil || *who.Arn != jane {
		t.Errorf("%+v, %v", who, err)
	}
	// Without a code it opens nothing that wants MFA; with one it does, and what is taken with it does not.
	_, err = s.take(t, *plain.Credentials, guarded, nil)
	says(t, err, "AccessDenied", refusedTo)
	withCode, err := s.token(t, janes(), in(0, shows(morning)))
	if err != nil {
		t.Fatal(err)
	}
	s.must(t, *withCode.Credentials, guarded, nil)
	_, err = s.take(t, s.must(t, *withCode.Credentials, open, nil), guarded, nil)
	says(t, err, "AccessDenied", refusedTo)
	_, err = s.take(t, *plain.Credentials, guarded, code(morning.Add(30*time.Second))) // the device goes with her own keys
	says(t, err, "AccessDenied", notHers)
}
