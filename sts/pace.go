package sts

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awssts "github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
)

// Pace keeps many calls side by side at the rate at which STS takes them. It begins without any limit. When STS says
// that it is asked too often (Throttling, or 503), the rate falls below what was answered in the last second and climbs
// from there, slowly and then faster, until it happens again; the call that was refused is made again, and counts as one that never
// was. A Retry-After is waited for. Where nothing at all is answered for some seconds, it gives up.
//
// A Pace is for the calls of one run to one endpoint; any number of goroutines may share it.
type Pace struct {
	now  func() time.Time
	head chan struct{} // held by the one call whose turn is next

	mu       sync.Mutex
	answered []time.Time // calls that were taken, of the last second
	began    time.Time   // when the first call did
	lastGood time.Time   // when a call was last taken, or the first one began
	mark     float64     // calls a second that were taken when STS last refused one; 0: it never did
	cut      time.Time   // when the rate last fell
	next     time.Time   // before which no call begins
	held     time.Time   // the end of the last Retry-After
}

const (
	easeTo      = 0.7                    // of what was taken, at once after a refusal
	climb       = 0.25                   // of what was taken, in the first second from then on, and again for each second squared
	shortest    = 500 * time.Millisecond // over which what was taken is counted: a run that has just begun had no second yet
	slowest     = 0.5                    // calls a second
	catchUp     = 100 * time.Millisecond // of turns that came late may be made up for
	longestHold = time.Minute            // of a Retry-After; a longer one is for a person to decide
	endurance   = 10 * time.Second       // without any call taken
)

// NewPace makes a Pace. A nil now is time.Now.
func NewPace(now func() time.Time) *Pace {
	if now == nil {
		now = time.Now
	}
	return &Pace{now: now, head: make(chan struct{}, 1)}
}

// Paced is the same client with its calls at a pace that others share.
func (c *Client) Paced(p *Pace) *Client {
	paced := *c
	paced.pace = p
	return &paced
}

// do makes a call when it is its turn, and again for as long as STS refuses it for its number alone.
func (p *Pace) do(ctx context.Context, call func() error) error {
	if p == nil {
		return call()
	}
	for {
		began, err := p.turn(ctx)
		if err != nil {
			return err
		}
		err = call()
		busy, after := tooOften(err)
		if !busy {
			p.taken(err)
			return err
		}
		if ctx.Err() != nil || p.refused(began, after) {
			return err
		}
	}
}

// turn waits until a call may begin, and says when that was. Its error is the context's cause.
func (p *Pace) turn(ctx context.Context) (time.Time, error) {
	select {
	case p.head <- struct{}{}:
		defer func() { <-p.head }()
	case <-ctx.Done():
		return time.Time{}, context.Cause(ctx)
	}
	for {
		wait := p.claim()
		if wait <= 0 {
			return p.now(), nil
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return time.Time{}, context.Cause(ctx)
		}
	}
}

// claim takes the turn if it has come, else it says how long to wait before looking again: the rate may have changed.
func (p *Pace) claim() (wait time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	if p.began.IsZero() {
		p.began, p.lastGood = now, now
	}
	if p.held.After(now) {
		return p.held.Sub(now)
	}
	if p.mark == 0 {
		return 0
	}
	if p.next.After(now) {
		return p.next.Sub(now)
	}
	if late := now.Add(-catchUp); p.next.Before(late) {
		p.next = late
	}
	since := now.Sub(p.cut).Seconds()
	rate := max(p.mark*(easeTo+climb*(since+since*since)), slowest)
	p.next = p.next.Add(time.Duration(float64(time.Second) / rate))
	return 0
}

// taken notes a call that STS dealt with, whatever it said.
func (p *Pace) taken(err error) {
	var refusal *Error
	if err != nil && !errors.As(err, &refusal) {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lastGood = p.now()
	p.answered = append(p.lately(), p.lastGood)
}

// lately are the calls taken in the last second.
func (p *Pace) lately() []time.Time {
	since := p.now().Add(-time.Second)
	for len(p.answered) > 0 && p.answered[0].Before(since) {
		p.answered = p.answered[1:]
	}
	return p.answered
}

// refused notes a call that was one too many, and says whether to give up.
func (p *Pace) refused(began time.Time, after time.Duration) (giveUp bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	if after > longestHold {
		return true
	}
	if end := now.Add(after); after > 0 && end.After(p.held) {
		p.held, p.lastGood = end, end // what was asked for is no silence
	}
	if began.After(p.cut) { // one that began before says nothing about the rate since
		was := p.mark
		counted := min(max(now.Sub(p.began), shortest), time.Second)
		if p.mark = float64(len(p.lately())) / counted.Seconds(); p.mark == 0 {
			p.mark = max(was/2, slowest)
		}
		p.cut = now
		p.next = now.Add(time.Duration(float64(time.Second) / (p.mark * easeTo)))
	}
	return now.Sub(p.lastGood) > endurance
}

// tooOften reports whether STS refused a call because there are too many, and what it asks to wait.
func tooOften(err error) (busy bool, after time.Duration) {
	var refusal *Error
	if !errors.As(err, &refusal) {
		return false, 0
	}
	busy = refusal.Reason == ReasonThrottled || refusal.Reason == ReasonUnavailable && refusal.Status == http.StatusServiceUnavailable
	return busy, refusal.RetryAfter
}

// leaveToPace keeps the SDK from repeating what the Pace repeats: it would do so at once, and three times only.
func leaveToPace(o *awssts.Options) {
	next := o.Retryer
	o.Retryer = paced{next}
}

type paced struct{ aws.Retryer }

func (r paced) IsErrorRetryable(err error) bool {
	var refusal smithy.APIError
	if errors.As(err, &refusal) && refusal.ErrorCode() != "" && refusal.ErrorCode() != unknownCode {
		status := retry.RetryableHTTPStatusCode{Codes: map[int]struct{}{http.StatusServiceUnavailable: {}}}
		if (retry.RetryableErrorCode{Codes: retry.DefaultThrottleErrorCodes}).IsErrorRetryable(err) == aws.TrueTernary || status.IsErrorRetryable(err) == aws.TrueTernary {
			return false
		}
	}
	return r.Retryer.IsErrorRetryable(err)
}
