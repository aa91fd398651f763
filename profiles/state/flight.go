package state

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"time"

	"github.com/samlogin/samlogin/saml/secret"
)

// Flight is something that one process at a time is to fetch for all: an IdP may stop a client that logs in too often,
// and a wrong password sent by thirty processes locks an account.
//
// Its identity is what has to be shared, not what for. With that of an IdP and a user, processes for twelve profiles
// make one login: the leader puts the session, the others find it and each take their own role with it. Flights may
// be nested, always in the same order (a role around an IdP).
type Flight struct {
	Kind     string
	Identity string

	// Look reports whether what is wanted is there. It is called again and again, so it should be no more than a Get.
	Look func() bool
	// Lead fetches it and puts it where Look looks.
	Lead func(context.Context) error

	// Share says which failures of Lead are also those of the ones who wait, and in which words. What they would try
	// differently is not to be shared. nil: none is, and the next one leads. Neither is a failure because the
	// leader's own context has ended.
	Share func(error) (f Failure, share bool)
	// Heed is for how long a shared failure also counts for who comes after it, 20 seconds at most. 0: only for those
	// who were waiting. A program that is called again and again should heed, a person who types again should not.
	Heed time.Duration
	// Patience is for how long another process is waited for. 0: as long as the context lives.
	Patience time.Duration
	// Waiting is called once when another process has been waited for for half a second. It may be nil.
	Waiting func()
}

// Failure is what a leader tells the ones who wait. Neither may hold a secret.
type Failure struct {
	Class string `json:"class"` // for programs: what kind of failure it is, in the words of the one who shares it
	Words string `json:"words"` // for people; cut after 2,000 bytes
}

// SharedError is the failure of another process that led.
type SharedError struct{ Failure Failure }

func (e *SharedError) Error() string { return e.Failure.Words }

// WaitError is what Fly returns when its context, or its patience, ends while another process leads. It unwraps to the
// context's cause, or to ErrPatience.
type WaitError struct {
	Waited time.Duration // pauses only
	Err    error
}

func (e *WaitError) Error() string {
	return fmt.Sprintf("waiting for another samlogin that is signing in: %v", e.Err)
}

func (e *WaitError) Unwrap() error { return e.Err }

// Hint is what to do about it.
func (*WaitError) Hint() string {
	return "answer what it asks, or end it if it is stopped; the next samlogin then takes over"
}

// ErrPatience is why a Flight waits no longer.
var ErrPatience = errors.New("it takes too long")

const (
	failureLife  = 20 * time.Second
	failureWords = 2000 // bytes

	firstPause   = 5 * time.Millisecond // between two tries; it grows to longestPause, and as much again at random
	longestPause = 50 * time.Millisecond
	flightNotice = 500 * time.Millisecond
)

// Fly returns nil once Look says yes: at once, or after this process or another one has led. When a leader ends in
// any way, the next one leads.
//
// The errors are those of Lead where this process led; *SharedError where another one failed; *WaitError. Where the
// folder or its file system is of no use, everyone leads.
func (f *Folder) Fly(ctx context.Context, fl Flight) error {
	if fl.Look() {
		return nil
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	k, err := f.ensureKey()
	if err != nil {
		return fl.Lead(ctx)
	}
	path := filepath.Join(f.dir, k.name("flight", Identity(fl.Kind, fl.Identity))+lockSuffix)
	before, failure := f.failure(k, fl)
	if age := f.now().Sub(before.made); failure != nil && age >= 0 && age < fl.Heed {
		return failure
	}
	waiting := fl.Waiting
	for waited, pause := time.Duration(0), firstPause; ; pause = min(2*pause, longestPause) {
		release, err := tryLock(path)
		if err == nil {
			defer release()
			if fl.Look() {
				return nil
			}
			if now, failure := f.failure(k, fl); failure != nil && now.id != before.id {
				return failure
			}
			return f.lead(ctx, fl)
		}
		if !errors.Is(err, errHeld) {
			return fl.Lead(ctx)
		}
		if waiting != nil && waited >= flightNotice {
			waiting()
			waiting = nil
		}
		if fl.Patience > 0 && waited >= fl.Patience {
			return &WaitError{Waited: waited, Err: ErrPatience}
		}
		this := pause + rand.N(pause)
		if err := pauseFor(ctx, this); err != nil {
			return &WaitError{Waited: waited, Err: err}
		}
		waited += this
		if fl.Look() {
			return nil
		}
		if now, failure := f.failure(k, fl); failure != nil && now.id != before.id {
			return failure
		}
	}
}

// lead leads while the lock is held. The outcome is written before the lock is given back, so that who gets it next
// finds it.
func (f *Folder) lead(ctx context.Context, fl Flight) error {
	err := fl.Lead(ctx)
	if err == nil {
		_ = f.Delete(failureKind, fl.failureIdentity())
		return nil
	}
	if fl.Share == nil || ctx.Err() != nil {
		return err
	}
	told, share := fl.Share(err)
	if !share {
		return err
	}
	if len(told.Words) > failureWords {
		told.Words = strings.ToValidUTF8(told.Words[:failureWords], "") + "…"
	}
	if text, errJSON := json.Marshal(told); errJSON == nil {
		// Where it cannot be kept, the next one leads: worse, but no reason for another error.
		_ = f.Put(Entry{Kind: failureKind, Identity: fl.failureIdentity(), Value: secret.New(string(text)), Expires: f.now().Add(failureLife)})
	}
	return err
}

const failureKind = "failure"

func (fl Flight) failureIdentity() string { return Identity(fl.Kind, fl.Identity) }

// failure is the failure that was last shared, if there is one of late.
func (f *Folder) failure(k keys, fl Flight) (header, error) {
	h, text, err := f.read(k, k.name(failureKind, fl.failureIdentity()))
	if err != nil {
		return header{}, nil
	}
	var told Failure
	if json.Unmarshal(text, &told) != nil {
		return header{}, nil
	}
	return h, &SharedError{told}
}

// pauseFor waits, or gives the cause of the context's end.
func pauseFor(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
