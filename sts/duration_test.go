package sts

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/samlogin/samlogin/saml"
	"github.com/samlogin/samlogin/saml/secret"
)

func secretAssertion() secret.Text { return secret.New(canaryAssertion) }

func TestDurationsAreReadAsPeopleWriteThem(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"45m": 45 * time.Minute, "12h": 12 * hour, "1h30m": 90 * time.Minute, "43200": 12 * hour, "43200s": 12 * hour, "900": 15 * time.Minute,
		"15m": 15 * time.Minute, "1h0m1s": hour + time.Second, "720m": 12 * hour, "0h15m": 15 * time.Minute, "3601": hour + time.Second,
	} {
		if d, max, err := ParseDuration(text); d != want || max || err != nil {
			t.Errorf("%q: %v, %v, %v", text, d, max, err)
		}
	}
	if d, max, err := ParseDuration("max"); d != MaxDuration || !max || err != nil {
		t.Errorf("max: %v, %v, %v", d, max, err)
	}
}

// security case 44
func TestOtherDurationsAreRefused(t *testing.T) {
	for _, text := range []string{
		"", " ", "0", "899", "899s", "14m59s", "43201", "12h1s", "13h", "-1h", "+1h", "1.5h", "1e3", "1000000000000", "1m1h", "1h1h", "h", "1d", "MAX", "12H", " 1h", "1h ",
		"١h", "1h30", "0x10", "1ns", "\x1b[31m1h", strings.Repeat("9", 1000),
	} {
		d, _, err := ParseDuration(text)
		var bad *DurationError
		if !errors.As(err, &bad) || d != 0 {
			t.Errorf("%q: %v, %v", text, d, err)
			continue
		}
		if s := err.Error(); strings.ContainsAny(s, "\x1b\n") || len(s) > 1500 || !strings.Contains(bad.Hint(), "15m to 12h") {
			t.Errorf("%q: message %q", text, s)
		}
	}
	f := newFake(t)
	for _, d := range []time.Duration{1, -hour, 899 * time.Second, 12*hour + 1, hour + time.Millisecond} {
		var bad *DurationError
		if _, err := f.assume(t, Wish{Duration: d}); !errors.As(err, &bad) || f.calls() != 0 {
			t.Errorf("%v: %v", d, err)
		}
	}
}

func TestRaiseCommand(t *testing.T) {
	role := func(name string) saml.Role { return saml.Role{ARN: "arn:aws:iam::111111111111:role/" + name} }
	for _, c := range []struct {
		name string
		d    time.Duration
		want string
	}{
		{"team/Admin", 12 * hour, "aws iam update-role --role-name Admin --max-session-duration 43200"},
		{"a@b", 20 * hour, `aws iam update-role --role-name "a@b" --max-session-duration 43200`},
		{"Ops", time.Minute, "aws iam update-role --role-name Ops --max-session-duration 3600"},
	} {
		if got := RaiseCommand(role(c.name), c.d); got != c.want {
			t.Errorf("got %s", got)
		}
	}
}

func TestShort(t *testing.T) {
	for d, want := range map[time.Duration]string{12 * hour: "12h", 90 * time.Minute: "1h30m", 45 * time.Minute: "45m", 2*hour + 5*time.Second: "2h0m5s", 30 * time.Second: "30s"} {
		if got := short(d); got != want {
			t.Errorf("%v: %q", d, got)
		}
	}
}
