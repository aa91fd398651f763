package sts

import (
	"testing"
	"time"
)

// A hint never changes what is found, and never costs more than five calls; where it is right it costs two.
func TestAHintFindsTheSame(t *testing.T) {
	f := newFake(t)
	c := f.client()
	calls := 0
	for quarter := 4; quarter <= 48; quarter++ {
		f.roleMax = time.Duration(quarter) * 15 * time.Minute
		for _, w := range []Wish{{Max: true}, {Duration: 2 * hour}, {Duration: 8 * hour}, {Duration: 12 * hour}, {Duration: 90 * time.Minute}} {
			for h := 1; h <= 12; h++ {
				w.Hint = time.Duration(h) * hour
				s, err := c.AssumeWithSAML(t.Context(), secretAssertion(), admin(), time.Time{}, w)
				if err != nil {
					t.Fatalf("role %v, %+v: %v", f.roleMax, w, err)
				}
				checkSearch(t, f.roleMax, w, s)
				if s.Calls > 5 {
					t.Errorf("role %v, %+v: %d calls", f.roleMax, w, s.Calls)
				}
				if right := f.roleMax.Truncate(hour) == w.Hint && h <= 8 && w.Duration != 90*time.Minute && w.Hint < s.Asked; right && s.Calls > 2 {
					t.Errorf("role %v, %+v: %d calls with a hint that is right", f.roleMax, w, s.Calls)
				}
				calls += s.Calls
			}
		}
	}
	t.Logf("%d calls", calls)
}

// What is known of the role itself counts more than what others allow, and an exact wish is asked as it stands.
func TestAHintGivesWayToKnowledge(t *testing.T) {
	f := newFake(t)
	f.roleMax = 4 * hour
	s, err := f.assume(t, Wish{Max: true, Guess: 4 * hour, Hint: hour})
	if err != nil || s.Calls != 1 || s.Granted != 4*hour {
		t.Errorf("%+v, %v", s, err)
	}
	f.roleMax = 12 * hour
	if s, err = f.assume(t, Wish{Duration: 12 * hour, Exact: true, Hint: hour}); err != nil || s.Calls != 1 {
		t.Errorf("%+v, %v", s, err)
	}
}

// The IdP's session is the nearer limit: more hours are not asked for.
func TestAHintEndsAtTheIdPsSession(t *testing.T) {
	f := newFake(t)
	f.ends = f.now.Add(90 * time.Minute)
	s, err := f.assume(t, Wish{Max: true, Hint: 2 * hour})
	if err != nil || s.Calls != 1 || s.LimitedBy != LimitIdPSession || s.Asked != 12*hour {
		t.Errorf("%+v, %v", s, err)
	}
}
