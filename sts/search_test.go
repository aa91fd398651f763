package sts

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"
)

// Every role's maximum against every wish: at most five calls, the answer is right, and it was really granted.
// security case 44, as the duration account has it: no single retry at one hour, but a search.
func TestSearchFindsTheLongestWholeHour(t *testing.T) {
	wishes := []Wish{{Max: true}, {Duration: 15 * time.Minute}, {Duration: 90 * time.Minute}, {Duration: 11*hour + 59*time.Minute}}
	for h := range 12 {
		wishes = append(wishes, Wish{Duration: time.Duration(h+1) * hour})
	}
	f := newFake(t)
	c := f.client()
	worst := 0
	for quarter := 4; quarter <= 48; quarter++ {
		f.roleMax = time.Duration(quarter) * 15 * time.Minute
		for _, w := range wishes {
			for _, guess := range []time.Duration{0, hour, 5 * hour, 12 * hour} {
				w.Guess = guess
				before := f.calls()
				s, err := c.AssumeWithSAML(t.Context(), secretAssertion(), admin(), time.Time{}, w)
				calls := f.calls() - before
				if err != nil {
					t.Fatalf("role %v, %+v: %v", f.roleMax, w, err)
				}
				checkSearch(t, f.roleMax, w, s)
				if s.Calls != calls || calls > 5 {
					t.Errorf("role %v, %+v: %d calls, said %d", f.roleMax, w, calls, s.Calls)
				}
				if guess == 0 && (s.LimitedBy == LimitRequested) != (calls == 1) {
					t.Errorf("role %v, %+v: %d calls for %+v", f.roleMax, w, calls, s)
				}
				worst = max(worst, calls)
			}
		}
	}
	t.Logf("%d calls, at most %d for one session", f.calls(), worst)
}

func checkSearch(t *testing.T, roleMax time.Duration, w Wish, s Session) {
	t.Helper()
	wanted := w.Duration
	if w.Max {
		wanted = 12 * hour
	}
	granted, limit := wanted, LimitRequested
	if wanted > roleMax {
		granted, limit = roleMax.Truncate(hour), LimitRole
	}
	if w.Guess > 0 && w.Guess < wanted && w.Guess <= roleMax {
		granted, limit = w.Guess, LimitRole // what was remembered is taken without probing above it
	}
	if s.Asked != wanted || s.Granted != granted || s.LimitedBy != limit {
		t.Errorf("role %v, %+v: asked %v, got %v by %s; want %v by %s", roleMax, w, s.Asked, s.Granted, s.LimitedBy, granted, limit)
	}
	if limit == LimitRole && s.RoleMax != granted {
		t.Errorf("role %v, %+v: learned %v", roleMax, w, s.RoleMax)
	}
	if limit == LimitRequested && wanted < 12*hour && s.RoleMax != 0 {
		t.Errorf("role %v, %+v: says that it learned %v", roleMax, w, s.RoleMax)
	}
}

func TestExactTakesNothingLess(t *testing.T) {
	f := newFake(t)
	f.roleMax = 5 * hour
	s, err := f.assume(t, Wish{Duration: 8 * hour, Exact: true, Guess: 2 * hour})
	var exact *ExactDurationError
	if !errors.As(err, &exact) || exact.Asked != 8*hour || exact.Possible != 5*hour || exact.LimitedBy != LimitRole || s != (Session{}) {
		t.Fatalf("%+v, %v", s, err)
	}
	if want := "8h was asked for exactly, arn:aws:iam::111111111111:role/team/Admin allows 5h: the role's MaxSessionDuration is less"; err.Error() != want {
		t.Errorf("got %q", err)
	}
	if f.forms[0].Get("DurationSeconds") != "28800" {
		t.Error("an exact wish was not asked for first")
	}

	f.roleMax, f.ends = 12*hour, f.now.Add(2*hour)
	_, err = f.assume(t, Wish{Duration: 8 * hour, Exact: true})
	if !errors.As(err, &exact) || exact.Possible != 2*hour || exact.LimitedBy != LimitIdPSession {
		t.Fatal(err)
	}
	noCanary(t, err)
	f.ends = time.Time{}
	if s, err := f.assume(t, Wish{Duration: 8 * hour, Exact: true}); err != nil || s.Granted != 8*hour {
		t.Errorf("%+v, %v", s, err)
	}
}

// When the IdP's session is shorter than what the role allows, more probing would change nothing.
func TestSearchStopsAtTheIdPSession(t *testing.T) {
	f := newFake(t)
	f.roleMax, f.ends = 8*hour, f.now.Add(2*hour)
	s, err := f.assume(t, Wish{Max: true})
	if err != nil || s.Calls != 2 || s.Granted != 2*hour || s.LimitedBy != LimitIdPSession || s.RoleMax != 0 {
		t.Fatalf("%+v, %v", s, err)
	}
}

func TestKeysInHandOutliveAFailingSearch(t *testing.T) {
	f := newFake(t)
	f.roleMax = 7 * hour
	f.answer = func(w http.ResponseWriter, r *http.Request) bool {
		if r.PostForm.Get("DurationSeconds") == "32400" {
			refuse(w, 400, "ExpiredTokenException", "Token must be redeemed within 5 minutes of issuance")
			return true
		}
		return false
	}
	s, err := f.assume(t, Wish{Max: true})
	if err != nil || s.Granted != 6*hour || s.LimitedBy != LimitRole || s.RoleMax != 0 || s.Calls != 3 {
		t.Fatalf("%+v, %v", s, err)
	}
	// Nothing in hand: the failure is told.
	f.roleMax = 2 * hour
	f.answer = func(w http.ResponseWriter, r *http.Request) bool {
		if r.PostForm.Get("DurationSeconds") == "10800" {
			refuse(w, 400, "ExpiredTokenException", "Token must be redeemed within 5 minutes of issuance")
			return true
		}
		return false
	}
	var refusal *Error
	if _, err = f.assume(t, Wish{Max: true}); !errors.As(err, &refusal) || refusal.Reason != ReasonAssertionExpired {
		t.Fatal(err)
	}
}

func TestStoppingEndsTheSearch(t *testing.T) {
	f := newFake(t)
	f.roleMax = 7 * hour
	cause := errors.New("interrupted")
	ctx, cancel := context.WithCancelCause(t.Context())
	f.answer = func(_ http.ResponseWriter, r *http.Request) bool {
		if r.PostForm.Get("DurationSeconds") == "32400" {
			cancel(cause)
			<-r.Context().Done()
		}
		return false
	}
	s, err := f.client().AssumeWithSAML(ctx, secretAssertion(), admin(), time.Time{}, Wish{Max: true})
	if err != cause || s != (Session{}) {
		t.Fatalf("%+v, %v", s, err)
	}
}

// A refusal of one hour or less cannot be the role's maximum: IAM allows no lower one.
func TestOneHourRefusedIsAnError(t *testing.T) {
	f := newFake(t)
	f.roleMax = 0
	for _, d := range []time.Duration{15 * time.Minute, hour} {
		before := f.calls()
		var refusal *Error
		if _, err := f.assume(t, Wish{Duration: d}); !errors.As(err, &refusal) || f.calls() != before+1 {
			t.Errorf("%v: %v after %d calls", d, err, f.calls()-before)
		}
	}
}
