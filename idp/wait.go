package idp

import (
	"cmp"
	"context"
	"net/http"
	"time"

	"github.com/samlogin/samlogin/saml/foreign"
)

// MFATime is how long a walk waits, in all, for something that happens elsewhere: as long as the notification on a
// phone is usually good for.
const MFATime = 180 * time.Second

const (
	askAgain = 2 * time.Second // where a page does not say how often
	maxWaits = 600             // times asked, whatever a clock says
)

// Waiting tells that the login stands still until somebody has done something elsewhere.
type Waiting struct {
	Origin Origin
	Says   foreign.Text // what the page tells the person to do
	Number foreign.Text // the number to pick or type on the phone, "" none
	Until  time.Time    // when the walk gives up; zero: the waiting is over
}

type untilKey struct{}

// WaitsUntil tells a transport that the answer to a request may take until then, since a person has to do something
// before: limits for an IdP that is slow are not meant for it.
func WaitsUntil(ctx context.Context) (time.Time, bool) {
	until, ok := ctx.Value(untilKey{}).(time.Time)
	return until, ok
}

// wait asks again, as long as there is time. The deadline belongs to the whole run of waits.
func (w *Walk) wait(ctx context.Context, p *Page, s Wait) (request, context.Context, error) {
	now := w.config.Now()
	if w.until.IsZero() {
		w.until = now.Add(MFATime)
	}
	w.waits++
	if !now.Before(w.until) || w.waits > maxWaits {
		return request{}, ctx, &RefusedError{Reason: MFATimedOut, Origin: p.Origin, User: w.user, Said: s.Says}
	}
	if w.config.Waiting != nil {
		w.config.Waiting(Waiting{Origin: p.Origin, Says: w.redact.foreign(s.Says), Number: w.redact.foreign(s.Number), Until: w.until})
	}
	if s.Blocks {
		ctx = context.WithValue(ctx, untilKey{}, w.until)
	}
	if w.config.Driver != nil { // the scripts of the page ask for themselves
		return awaits(p, cmp.Or(s.Every, askAgain)), ctx, nil
	}
	if !s.Blocks || w.waits > 1 { // one that should keep its answer back and does not is asked again like any other
		every := s.Every
		if every <= 0 {
			every = askAgain
		}
		if err := w.config.After(ctx, every); err != nil {
			return request{}, ctx, err
		}
	}
	if s.Form == nil {
		return request{method: http.MethodGet, url: p.URL, from: p, step: waitingStep}, ctx, nil
	}
	r, err := w.submit(ctx, p, Submit{Form: s.Form, Also: s.Also})
	r.step = waitingStep
	return r, ctx, err
}

const waitingStep = "waiting for the second step (MFA)"

// waited ends a run of waits, if one was under way.
func (w *Walk) waited() {
	if w.waits > 0 && w.config.Waiting != nil {
		w.config.Waiting(Waiting{})
	}
	w.until, w.waits = time.Time{}, 0
}
