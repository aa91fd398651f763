package profiles

import (
	"context"
	"errors"
	"io/fs"
	"math/rand/v2"
	"time"
)

// The lock of a file is a lock on another file beside it, .credentials.samlogin.lock: the file itself is replaced by
// every save, and a lock on it would stay with the old one. Of two locks, that of the config file comes first.
const lockSuffix = ".lock"

const (
	defaultLockWait = 10 * time.Second
	lockPause       = 10 * time.Millisecond  // between two tries, and as much again at random
	lockPatience    = 500 * time.Millisecond // before it is said that a save waits
)

// lock waits for the lock of a target, LockWait at most. Where the file system has no locks it says so and goes on:
// the comparison before the rename is then all that protects from others. Errors: *LockError, *UnsafeError,
// *FileError, and the cause of a context that ended.
func (s *saving) lock(ctx context.Context, t target) (release func(), err error) {
	path := t.beside(lockSuffix)
	wait := s.LockWait
	if wait <= 0 {
		wait = defaultLockWait
	}
	limit, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	for began := time.Now(); ; {
		if err := safeLock(s.disk, path); err != nil {
			return nil, err
		}
		unlock, err := s.disk.Lock(path)
		switch {
		case err == nil:
			return func() { _ = unlock() }, nil // the system gives it back with the process in any case
		case noLocks(err):
			s.say(shownPath(t.path()) + ": this file system has no locks; run one samlogin at a time")
			return func() {}, nil
		case !errors.Is(err, errHeld):
			return nil, &FileError{Path: t.path(), Step: "lock it by " + shownPath(path), Err: err}
		case time.Since(began) >= lockPatience:
			s.say(shownPath(t.path()) + ": waiting for another samlogin to finish writing")
		}
		if err := pauseFor(limit, lockPause+rand.N(lockPause)); err != nil {
			if ctx.Err() == nil {
				err = &LockError{Path: t.path(), Waited: wait}
			}
			return nil, err
		}
	}
}

// safeLock refuses a lock file that is not one: others could hold it for ever, or make it lead elsewhere. It is never
// deleted.
func safeLock(d disk, path string) error {
	m, err := d.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return &FileError{Path: path, Step: "look at the lock file", Err: err}
	case m.Mode&fs.ModeSymlink != 0:
		return &UnsafeError{Path: path, Why: "the lock file is a symbolic link", Do: "see who made it, then remove it"}
	case !m.Mode.IsRegular():
		return &FileError{Path: path, Step: "use the lock file", Err: errNotAFile}
	case !m.Mine:
		return &UnsafeError{Path: path, Why: "the lock file belongs to another user", Do: "see who made it, then remove it"}
	}
	return nil
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
