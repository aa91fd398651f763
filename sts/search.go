package sts

import (
	"context"
	"errors"
	"time"
)

// search finds the longest session that a role gives, up to a wish.
type search struct {
	ask   func(time.Duration) (Session, error) // one call; the error is what the caller of the package sees
	calls int
}

// run asks for what is wished for (or for the Guess, where an earlier search found that to be all), and, when the
// role's maximum is lower, searches the whole hours below. Worst case: one call and four more.
//
// A Guess that is granted is taken: the point of remembering it is the one call. An Exact wish is asked for as it
// stands, since the role may have been given more time meanwhile.
func (s *search) run(ctx context.Context, w Wish) (Session, error) {
	wanted, err := w.duration()
	if err != nil {
		return Session{}, err
	}
	if h, ok := hinted(w, wanted); ok {
		return s.around(ctx, h, wanted)
	}
	first := w.first(wanted)
	session, err := s.call(first)
	roleLimits := first < wanted
	switch {
	case err == nil && (roleLimits || first == MaxDuration):
		session.RoleMax = first
	case overMaximum(err) && first > MinRoleMax:
		session, err = s.below(ctx, first)
		roleLimits = true
	}
	if err != nil {
		return Session{}, err
	}
	return account(session, wanted, roleLimits), nil
}

// account says what was wished for, and why it is not more.
func account(session Session, wanted time.Duration, roleLimits bool) Session {
	session.Asked = wanted
	if session.LimitedBy == "" {
		session.LimitedBy = LimitRequested
		if roleLimits {
			session.LimitedBy = LimitRole
		}
	}
	return session
}

// farthestHint is the longest hint that is followed: from a longer one a search could take more than five calls.
const farthestHint = 8 * time.Hour

// hinted reports whether to begin with what most other roles allow, and how many hours that is. It is only worth it
// where it is less than what is wished for, and where nothing is known of the role itself.
func hinted(w Wish, wanted time.Duration) (hours int, ok bool) {
	ok = w.Guess == 0 && !w.Exact && w.Hint >= MinRoleMax && w.Hint <= farthestHint && wanted%time.Hour == 0 && w.Hint+time.Hour <= wanted
	return int(w.Hint / time.Hour), ok
}

// around looks for a role's maximum at a number of hours: two calls where it is that, one to be refused and one to be
// granted. Five at most where it is not.
func (s *search) around(ctx context.Context, hours int, wanted time.Duration) (Session, error) {
	session, err := s.call(time.Duration(hours+1) * time.Hour)
	most := int(wanted / time.Hour)
	switch {
	case err == nil && session.LimitedBy == LimitIdPSession:
		return account(session, wanted, false), nil
	case err == nil:
		session, err = s.between(ctx, hours+1, most, session)
	case overMaximum(err):
		session, err = s.call(time.Duration(hours) * time.Hour)
		switch {
		case err == nil && session.LimitedBy == "":
			session.RoleMax = time.Duration(hours) * time.Hour
		case overMaximum(err) && hours > 1:
			session, err = s.between(ctx, 1, hours-1, Session{})
		}
	}
	if err != nil {
		return Session{}, err
	}
	reached := session.RoleMax == wanted
	if reached && wanted < MaxDuration {
		session.RoleMax = 0 // it was granted, and may allow more
	}
	return account(session, wanted, !reached), nil
}

// duration is what is wished for, at most MaxDuration. The error is a *DurationError.
func (w Wish) duration() (time.Duration, error) {
	switch {
	case w.Max:
		return MaxDuration, nil
	case w.Duration == 0:
		return MinRoleMax, nil
	}
	return w.Duration, checkBetween(w.Duration, MaxDuration)
}

// first is what to ask for first: the Guess, where there is one and it is less.
func (w Wish) first(wanted time.Duration) time.Duration {
	if !w.Exact && w.Guess >= MinRoleMax && w.Guess < wanted {
		return w.Guess.Truncate(time.Second)
	}
	return wanted
}

// chained asks for what AWS gives to temporary keys, whatever the role allows: no role allows less than an hour.
func (s *search) chained(wanted time.Duration) (Session, error) {
	session, err := s.call(min(wanted, ChainedMax))
	if err != nil {
		return Session{}, err
	}
	session.Asked = wanted
	session.LimitedBy = LimitRequested
	if wanted > ChainedMax {
		session.LimitedBy = LimitChaining
	}
	return session, nil
}

// once makes one call, as there is a code for one. refused is what was asked for where that was too much.
//
// Below a duration that is known to be refused the next call has to succeed, since it costs a person a code: an hour
// is what every role allows.
func (s *search) once(w Wish, wanted time.Duration) (session Session, refused time.Duration, err error) {
	first := w.first(wanted)
	if w.Refused > MinRoleMax && first >= w.Refused && !w.Exact {
		first = MinRoleMax
	}
	session, err = s.call(first)
	if err != nil {
		if first > MinRoleMax && (overMaximum(err) || refusedFor(err, ReasonChaining)) {
			refused = first
		}
		return Session{}, refused, err
	}
	session.Asked = wanted
	if session.LimitedBy == "" {
		session.LimitedBy = LimitRequested
		if first < wanted {
			session.LimitedBy = LimitRole
		}
	}
	known := w.Refused == 0 || w.Refused-first <= time.Hour // nothing is left between the two that could be tried
	if first == MaxDuration || (first < wanted && known) {
		session.RoleMax = first
	}
	return session, 0, nil
}

// below searches the whole hours under a refused duration. One hour needs no proof, every role allows it; it is
// called only where it is the answer, as the answer has to be a session that was granted.
//
// A session that the IdP's own session already shortens ends the search: more hours would not make it longer.
func (s *search) below(ctx context.Context, refused time.Duration) (Session, error) {
	return s.between(ctx, 1, int((refused-1)/time.Hour), Session{})
}

// between searches the hours from low, which the role allows, to high. best is a session of low hours, or empty.
func (s *search) between(ctx context.Context, low, high int, best Session) (Session, error) {
	have := best.AccessKeyID != ""
	for low < high {
		middle := (low + high + 1) / 2
		session, err := s.call(time.Duration(middle) * time.Hour)
		switch {
		case err == nil && session.LimitedBy == LimitIdPSession:
			return session, nil
		case err == nil:
			low, best, have = middle, session, true
		case overMaximum(err):
			high = middle - 1
		case have && !errors.Is(ctx.Err(), context.Canceled):
			// Keys in hand are worth more than a longer session that cannot be had now; only a person who
			// stops the run wants neither. RoleMax stays unknown.
			return best, nil
		default:
			return Session{}, err
		}
	}
	if !have {
		session, err := s.call(time.Duration(low) * time.Hour)
		if err != nil {
			return Session{}, err
		}
		best = session
	}
	best.RoleMax = time.Duration(low) * time.Hour
	return best, nil
}

func (s *search) call(d time.Duration) (Session, error) {
	s.calls++
	return s.ask(d)
}

// overMaximum reports whether STS refused a duration because of the role's MaxSessionDuration.
func overMaximum(err error) bool { return refusedFor(err, ReasonOverMaximum) }

func refusedFor(err error, why Reason) bool {
	var refusal *Error
	return errors.As(err, &refusal) && refusal.Reason == why
}
