package sts

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// far is an STS without a network, so that its time can be the test's: each call takes 50 ms, and one too many is
// refused by a bucket that holds a second's worth.
type far struct {
	handler   http.Handler
	perSecond float64
	refusal   func(http.ResponseWriter)

	mu      sync.Mutex
	tokens  float64
	filled  time.Time
	refused int
}

func (f *far) RoundTrip(r *http.Request) (*http.Response, error) {
	select {
	case <-time.After(50 * time.Millisecond):
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	w := httptest.NewRecorder()
	if f.tooMany() {
		f.refusal(w)
	} else {
		f.handler.ServeHTTP(w, r)
	}
	return w.Result(), nil
}

func (f *far) tooMany() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	now := time.Now()
	if f.filled.IsZero() {
		f.tokens = f.perSecond
	} else {
		f.tokens = min(f.perSecond, f.tokens+f.perSecond*now.Sub(f.filled).Seconds())
	}
	f.filled = now
	if f.tokens < 1 {
		f.refused++
		return true
	}
	f.tokens--
	return false
}

func throttling(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/xml")
	refuse(w, http.StatusBadRequest, "Throttling", "Rate exceeded")
}

// sideBySide makes calls, a number at a time, and gives their errors and how long all of it took.
func sideBySide(ctx context.Context, transport http.RoundTripper, calls, atOnce int) (failed []error, took time.Duration) {
	e := Endpoint{URL: "https://sts.example", Region: "us-east-1", Partition: "aws"}
	client := New(&http.Client{Transport: transport}, e, nil).Paced(NewPace(nil))
	began := time.Now()
	slots := make(chan struct{}, atOnce)
	var mu sync.Mutex
	var all sync.WaitGroup
	for range calls {
		slots <- struct{}{}
		all.Go(func() {
			defer func() { <-slots }()
			if _, err := client.AssumeWithSAML(ctx, secretAssertion(), admin(), time.Time{}, Wish{}); err != nil {
				mu.Lock()
				defer mu.Unlock()
				failed = append(failed, err)
			}
		})
	}
	all.Wait()
	return failed, time.Since(began)
}

// Whatever rate STS allows, all of 300 calls are made, in little more than the time that it allows them in.
func TestNoneOfManyIsLostToThrottling(t *testing.T) {
	for _, perSecond := range []float64{2, 5, 20, 50, 200} {
		synctest.Test(t, func(t *testing.T) {
			f := &far{handler: &fakeSTS{roleMax: 12 * time.Hour, now: time.Now()}, perSecond: perSecond, refusal: throttling}
			failed, took := sideBySide(t.Context(), f, 300, 16)
			if len(failed) > 0 {
				t.Fatalf("%v a second: %d calls are lost: %v", perSecond, len(failed), failed[0])
			}
			least := time.Duration(float64(time.Second)*(300-perSecond)/perSecond) + 50*time.Millisecond
			if floor := 300 / 16 * 50 * time.Millisecond; least < floor {
				least = floor
			}
			t.Logf("%v a second: %v for 300 calls, %.2f of the least there is; %d refused", perSecond, took, float64(took)/float64(least), f.refused)
			if took > least*11/10 || f.refused > 150 {
				t.Errorf("%v a second: %v, which is %.2f of the least there is, with %d refused", perSecond, took, float64(took)/float64(least), f.refused)
			}
		})
	}
}

// What STS asks to wait is waited for, by all of them.
func TestRetryAfterIsWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		var early int
		f := &far{handler: &fakeSTS{roleMax: 12 * time.Hour, now: time.Now()}, perSecond: 4}
		f.refusal = func(w http.ResponseWriter) {
			w.Header().Set("Content-Type", "text/xml")
			w.Header().Set("Retry-After", "7")
			refuse(w, http.StatusServiceUnavailable, "ServiceUnavailable", "busy")
			if since := time.Since(began); since > 100*time.Millisecond && since < 7*time.Second {
				early++
			}
		}
		failed, took := sideBySide(t.Context(), f, 10, 8)
		if len(failed) > 0 || took < 7*time.Second || took > 20*time.Second || early > 0 {
			t.Errorf("%d lost, %v, %d asked before their time: %v", len(failed), took, early, failed)
		}
	})
}

// An STS that takes nothing is given up after some seconds, and says so for all.
func TestAnSTSThatOnlyRefusesIsGivenUp(t *testing.T) {
	for name, refusal := range map[string]func(http.ResponseWriter){
		"throttling": throttling,
		"busy": func(w http.ResponseWriter) {
			w.Header().Set("Content-Type", "text/xml")
			refuse(w, http.StatusServiceUnavailable, "ServiceUnavailable", "")
		},
		"for an hour": func(w http.ResponseWriter) {
			w.Header().Set("Content-Type", "text/xml")
			w.Header().Set("Retry-After", "3600")
			refuse(w, http.StatusServiceUnavailable, "ServiceUnavailable", "")
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			f := &far{refusal: refusal}
			failed, took := sideBySide(t.Context(), f, 16, 16)
			var refused *Error
			if len(failed) != 16 || took > time.Minute || !errors.As(failed[0], &refused) {
				t.Errorf("%s: %d failed after %v and %d calls: %v", name, len(failed), took, f.refused, failed[0])
			}
		})
	}
}

// A run that is stopped does not wait for its turn.
func TestStoppingDoesNotWaitForATurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &far{refusal: throttling}
		ctx, cancel := context.WithCancelCause(t.Context())
		stop := errors.New("stopped by the test")
		time.AfterFunc(2*time.Second, func() { cancel(stop) })
		failed, took := sideBySide(ctx, f, 8, 8)
		if took != 2*time.Second || len(failed) != 8 || !errors.Is(failed[0], stop) {
			t.Errorf("%d failed after %v: %v", len(failed), took, failed)
		}
	})
}

// What is no matter of numbers is said at once, and other faults of AWS's are tried again as without a pace.
func TestThePaceMindsItsOwnBusiness(t *testing.T) {
	for _, c := range []struct {
		name, code string
		status     int
		calls      int
	}{{"denied", "AccessDenied", 403, 1}, {"a fault", "InternalFailure", 500, 3}} {
		synctest.Test(t, func(t *testing.T) {
			f := &far{perSecond: 1000, handler: nil}
			calls := 0
			f.handler = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				calls++
				w.Header().Set("Content-Type", "text/xml")
				refuse(w, c.status, c.code, "")
			})
			failed, _ := sideBySide(t.Context(), f, 1, 1)
			if len(failed) != 1 || calls != c.calls || !strings.Contains(failed[0].Error(), c.code) {
				t.Errorf("%s: %d calls, %v", c.name, calls, failed)
			}
		})
	}
}
