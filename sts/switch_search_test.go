package sts

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"
)

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
	if _, err = f.client().Assume(t.Context(), longTerm(), withCode("123456"), Wish{Duration: 12 * hour}); !errors.As(err, &spent) || spent.LimitedBy != LimitChaining || !strings.Contains(err.Error(), "an hour at most") {
		t.Errorf("%v", err)
	}
	before := f.calls()
	var exact *ExactDurationError
	if _, err = f.client().Assume(t.Context(), longTerm(), Switch{RoleARN: deploy}, Wish{Duration: 12 * hour, Exact: true}); !errors.As(err, &exact) || exact.LimitedBy != LimitChaining || f.calls() != before+1 {
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
	var exact *ExactDurationError
	if s, err = f.client().Assume(t.Context(), longTerm(), Switch{RoleARN: deploy}, Wish{Duration: 8 * hour, Exact: true}); !errors.As(err, &exact) || exact.Possible != 7*hour || s != (Session{}) {
		t.Errorf("%+v, %v", s, err)
	}
	f.ends = f.now.Add(2 * hour) // AWS shortens no such session; what is not AWS may
	if s, err = f.client().Assume(t.Context(), longTerm(), Switch{RoleARN: deploy}, Wish{Duration: 4 * hour}); err != nil || s.Granted != 2*hour || s.LimitedBy != LimitRole {
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
	if !errors.As(err, &exact) || exact.Possible != 0 || exact.LimitedBy != LimitRole || !strings.Contains(err.Error(), "allows less") || !strings.Contains(exact.Hint(), "shorter") || f.calls() != 1 {
		t.Errorf("%v", err)
	}
	if _, err = f.client().Assume(t.Context(), longTerm(), withCode("000002"), Wish{Duration: 2 * hour, Exact: true, Refused: 2 * hour}); !errors.As(err, &exact) || f.forms[1].Get("DurationSeconds") != "7200" {
		t.Errorf("less was asked for than exactly: %v", err)
	}
	f.roleMax = 0 // no role refuses an hour: another code would not help
	var refusal *Error
	if _, err = f.client().Assume(t.Context(), longTerm(), withCode("000003"), Wish{}); !errors.As(err, &refusal) || refusal.Reason != ReasonOverMaximum {
		t.Errorf("%v", err)
	}
}
