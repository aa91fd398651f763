package main

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/samlogin/samlogin/cmd/samlogin/fault"
	"github.com/samlogin/samlogin/saml/secret"
	"github.com/samlogin/samlogin/sts"
)

// A command that runs for eight hours asks every minute, and its role lasts one hour: it always has keys that are good,
// renewed about every 45 minutes. Then the session ends: the last keys are served to their last minute, with one notice,
// and no login is tried more than once a minute.
func TestAnEightHourCommandOutlivesAnHourOfKeys(t *testing.T) {
	now := time.Date(2026, 3, 4, 9, 0, 0, 0, time.UTC)
	var said strings.Builder
	a := &app{now: func() time.Time { return now }, errOut: &said}
	taken, alive := 0, true
	r := &renewing{app: a, start: func(f func()) { f() }, take: func(ctx context.Context) (heldKeys, error) {
		taken++
		if _, bounded := ctx.Deadline(); !bounded {
			t.Error("a renewal has no end")
		}
		if !alive {
			return heldKeys{}, &fault.NeedError{What: "the password is needed", Hint: "x"}
		}
		return heldKeys{Session: sts.Session{Credentials: sts.Credentials{AccessKeyID: "ASIA", Expiration: now.Add(time.Hour)}}, life: time.Hour}, nil
	}}
	ended, stop := context.WithCancel(t.Context())
	stop() // the client gave up: the renewal goes on for the next one
	for range 8 * 60 {
		k, err := r.get(ended)
		if err != nil || k.Expiration.Sub(now) <= lastMargin {
			t.Fatalf("at %s: keys until %s, %v", now, k.Expiration, err)
		}
		now = now.Add(time.Minute)
	}
	if taken < 10 || taken > 12 {
		t.Errorf("the role was taken %d times in eight hours", taken)
	}
	alive, taken = false, 0
	end := r.held.Expiration
	for ; now.Before(end.Add(-lastMargin)); now = now.Add(10 * time.Second) {
		if _, err := r.get(t.Context()); err != nil {
			t.Fatalf("%s before their end: %v", end.Sub(now), err)
		}
	}
	if taken > 15 || strings.Count(said.String(), "could not be renewed") != 1 {
		t.Errorf("%d logins were tried; said:\n%s", taken, said.String())
	}
	now = end
	if _, err := r.get(t.Context()); err == nil || errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "the password is needed") {
		t.Errorf("ended keys: %v", err)
	}
}

// security case 88
func TestWhenKeysAreRenewed(t *testing.T) {
	for left, want := range map[time.Duration]string{
		20 * time.Minute: "kept", 14 * time.Minute: "fresh", 6 * time.Minute: "fresh", 299 * time.Second: "fresh", 0: "fresh", -time.Second: "fresh",
	} {
		for _, alive := range []bool{true, false} {
			r := newRig(t, 0, 0)
			r.args = nil
			at := time.Now()
			r.app.stateless, r.app.watch, r.app.now = false, func() {}, func() time.Time { return at }
			delete(r.env, "SAMLOGIN_IDP")
			r.settingsFor(t, "[idp.corp]\nkind = \"adfs\"\nurl = \""+r.env["SAMLOGIN_URL"]+"\"\nusername = 'CORP\\jane'\nsession = \"off\"\n[profile.p]\nidp = \"corp\"\nrole = \"111111111111/Admin\"\n")
			first, err := r.app.keysOf(t.Context(), &loginFlags{caBundle: r.env["SAMLOGIN_CA_BUNDLE"]}, "p")
			if err != nil {
				t.Fatal(err)
			}
			at = first.Expiration.Add(-left)
			r.app.given, r.app.global.noInput = nil, true
			if !alive { // nobody has the password any more
				r.app.password, r.app.jars = secret.Text{}, nil
			}
			r.errOut.Reset()
			again, err := r.app.keysOf(t.Context(), &loginFlags{caBundle: r.env["SAMLOGIN_CA_BUNDLE"]}, "p")
			got := "failed"
			if err == nil && again.AccessKeyID == first.AccessKeyID {
				got = "kept"
			} else if err == nil {
				got = "fresh"
			}
			expect := want
			if !alive && want == "fresh" {
				expect = "kept"
				if left <= lastMargin {
					expect = "failed"
				}
			}
			if got != expect {
				t.Errorf("%s left, renewal possible %t: %s, want %s (%v)\n%s", left, alive, got, expect, err, r.errOut.String())
			}
			if said := strings.Contains(r.errOut.String(), "could not be renewed"); said != (!alive && left > lastMargin && left < askingMargin) {
				t.Errorf("%s left, renewal possible %t: said %t", left, alive, said)
			}
		}
	}
}
