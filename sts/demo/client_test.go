package demo_test

import (
	"errors"
	"testing"
	"time"

	"github.com/samlogin/samlogin/saml/secret"
	"github.com/samlogin/samlogin/sts"
)

// The product's client against this STS: a day of a person with an MFA device.
func TestClientAndDoubleFitTogether(t *testing.T) {
	s := company(t)
	// The client signs by the machine's clock, so the tests' morning is hours or years away from it: the first
	// signature is refused, the second is by this STS's clock.
	c := sts.New(s.Server.Client(), sts.Endpoint{URL: s.URL, Region: "eu-west-1", Partition: "aws"}, func() time.Time { return s.now })
	user := sts.Credentials{AccessKeyID: "AKIAIOSFODNN7EXAMPLE", SecretAccessKey: secret.New("janes")}
	with := func(role string, at time.Time) sts.Switch {
		return sts.Switch{RoleARN: role, Serial: phone, Code: secret.New(shows(at))}
	}
	got, err := c.Assume(t.Context(), user, with(guarded, s.now), sts.Wish{Max: true})
	if err != nil || got.Granted != 12*time.Hour || got.AssumedRoleARN != "arn:aws:sts::222222222222:assumed-role/Guarded/jane" {
		t.Fatalf("%+v, %v", got, err)
	}
	wish := sts.Wish{Max: true}
	var spent *sts.SpentError
	if _, err = c.Assume(t.Context(), user, with(open, s.now.Add(30*time.Second)), wish); !errors.As(err, &spent) {
		t.Fatal(err)
	}
	s.now = s.now.Add(time.Minute)
	wish.Refused = spent.Refused
	if got, err = c.Assume(t.Context(), user, with(open, s.now), wish); err != nil || got.Granted != time.Hour || got.LimitedBy != sts.LimitRole {
		t.Fatalf("%+v, %v", got, err)
	}
	s.now = s.now.Add(time.Minute)
	day, err := c.SessionToken(t.Context(), user, phone, secret.New(shows(s.now)), 36*time.Hour)
	if err != nil || day.Granted != 36*time.Hour {
		t.Fatalf("%+v, %v", day, err)
	}
	s.now = s.now.Add(35 * time.Hour)
	first, err := c.Assume(t.Context(), day.Credentials, sts.Switch{RoleARN: guarded}, sts.Wish{Max: true})
	if err != nil || first.Granted != time.Hour || first.LimitedBy != sts.LimitChaining || first.Calls != 1 {
		t.Fatalf("%+v, %v", first, err)
	}
	who, err := c.CallerIdentity(t.Context(), day.Credentials)
	if err != nil || who.ARN != jane {
		t.Fatalf("%+v, %v", who, err)
	}
	s.now = s.now.Add(2 * time.Hour)
	var refusal *sts.Error
	if _, err = c.Assume(t.Context(), day.Credentials, sts.Switch{RoleARN: guarded}, sts.Wish{}); !errors.As(err, &refusal) || refusal.Reason != sts.ReasonKeysExpired {
		t.Fatal(err)
	}
	if _, err = c.SessionToken(t.Context(), user, phone, secret.New("000000"), 0); !errors.As(err, &refusal) || refusal.Reason != sts.ReasonCodeRefused {
		t.Fatal(err)
	}
	if _, err = c.Assume(t.Context(), user, sts.Switch{RoleARN: open, Serial: "arn:aws:iam::111111111111:mfa/joe", Code: secret.New("123456")}, sts.Wish{}); !errors.As(err, &refusal) || refusal.Reason != sts.ReasonDevice {
		t.Fatal(err)
	}
}
