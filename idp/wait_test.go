package idp_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/idp/idptest"
)

// waiting is a walk whose clock goes on by its pauses alone, at a site whose second page waits.
type waiting struct {
	walk   *idp.Walk
	pauses []time.Duration
	shown  []idp.Waiting
	until  []time.Time // what the transport was told
}

func newWaiting(t *testing.T, w *idptest.World, step idp.Wait) *waiting {
	t.Helper()
	c := config(t, w)
	x := &waiting{}
	now := time.Date(2026, 3, 4, 9, 0, 0, 0, time.UTC)
	c.Now = func() time.Time { return now }
	c.After = func(_ context.Context, d time.Duration) error {
		x.pauses = append(x.pauses, d)
		now = now.Add(d)
		return nil
	}
	c.Waiting = func(v idp.Waiting) { x.shown = append(x.shown, v) }
	inner := c.Transport
	c.Transport = roundTripper(func(r *http.Request) (*http.Response, error) {
		until, _ := idp.WaitsUntil(r.Context())
		x.until = append(x.until, until)
		return inner.RoundTrip(r)
	})
	known := c.Recognisers
	c.Recognisers = append([]idp.Recogniser{{Name: "waits", Read: func(p *idp.Page) idp.Step {
		if !p.Has("#wait") {
			return nil
		}
		s := step
		s.Form, s.Says = p.Forms[0], p.TextOf("#wait")
		return s
	}}}, known...)
	x.walk = idp.NewWalk(c)
	return x
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

const waitPage = `<p id="wait">Tap it</p><form method="post" action="/again"><input type="hidden" name="Context" value="c"></form>`

func TestAWaitIsAskedAgainUntilItIsOver(t *testing.T) {
	w := idptest.New(t)
	s := w.Site(host).On(start, idptest.HTML(waitPage)).On("POST /again", idptest.HTML(waitPage), idptest.HTML(waitPage), response(t))
	x := newWaiting(t, w, idp.Wait{Every: 3 * time.Second, Number: "42"})
	if _, err := x.walk.Run(t.Context(), at(t, "https://"+host+startURL), stored()); err != nil {
		t.Fatal(err)
	}
	if len(x.pauses) != 3 || x.pauses[0] != 3*time.Second || len(s.Posts()) != 3 || s.Posts()[0].Value("Context") != "c" {
		t.Errorf("pauses %v, %d posts", x.pauses, len(s.Posts()))
	}
	last := len(x.shown) - 1
	if last != 3 || x.shown[0].Says != "Tap it" || x.shown[0].Number != "42" || !x.shown[0].Until.Equal(x.shown[2].Until) || !x.shown[last].Until.IsZero() {
		t.Errorf("shown %+v", x.shown)
	}
}

func TestAWaitHasAnEnd(t *testing.T) {
	w := idptest.New(t)
	s := w.Site(host).On(start, idptest.HTML(waitPage)).On("POST /again", idptest.HTML(waitPage))
	x := newWaiting(t, w, idp.Wait{})
	_, err := x.walk.Run(t.Context(), at(t, "https://"+host+startURL), stored())
	var refused *idp.RefusedError
	if !errors.As(err, &refused) || refused.Reason != idp.MFATimedOut || refused.Said != "Tap it" {
		t.Errorf("it ended with %v", err)
	}
	if want := int(idp.MFATime / (2 * time.Second)); len(s.Posts()) != want {
		t.Errorf("asked again %d times, want %d", len(s.Posts()), want)
	}
}

// An IdP that keeps its answer back is given the time, and one that says it would and answers at once is not hammered.
//
// security case 17
func TestAnAnswerThatIsKeptBack(t *testing.T) {
	w := idptest.New(t)
	w.Site(host).On(start, idptest.HTML(waitPage)).On("POST /again", idptest.HTML(waitPage), idptest.HTML(waitPage), response(t))
	x := newWaiting(t, w, idp.Wait{Blocks: true, Every: time.Second})
	if _, err := x.walk.Run(t.Context(), at(t, "https://"+host+startURL), stored()); err != nil {
		t.Fatal(err)
	}
	if len(x.pauses) != 2 || len(x.until) != 4 || !x.until[0].IsZero() || x.until[1].IsZero() || !x.until[1].Equal(x.until[3]) {
		t.Errorf("pauses %v, transport told %v", x.pauses, x.until)
	}
}
