package state

import (
	"errors"
	"os"
	"strings"

	"github.com/gofrs/flock"
)

const lockSuffix = ".lock"

func isLock(name string) bool {
	name, ok := strings.CutSuffix(name, lockSuffix)
	return ok && isName(name)
}

// errHeld: somebody else has the lock.
var errHeld = errors.New("the lock is held")

// tryLock takes a lock without waiting: flock(2), on Windows LockFileEx. The system gives it back when the process
// ends, however it ends. It also keeps goroutines of one process apart.
func tryLock(path string) (release func(), err error) {
	lock := flock.New(path, flock.SetFlag(os.O_CREATE|os.O_RDONLY|openFlags), flock.SetPermissions(0o600))
	switch held, err := lock.TryLock(); {
	case err != nil:
		return nil, err
	case !held:
		return nil, errHeld
	}
	release = func() { _ = lock.Unlock() } // its file stays
	mine, err := lock.Stat()
	there, errThere := os.Lstat(path)
	if err != nil || errThere != nil || !os.SameFile(mine, there) {
		release() // a sweep has removed the file: what is locked is no longer the lock
		return nil, errHeld
	}
	return release, nil
}

// dropLock removes a lock file that nobody holds. Only who holds the lock may do so: see tryLock, which looks whether
// what it has got is still the lock. Where open files cannot be removed (Windows) it stays.
func dropLock(path string) {
	release, err := tryLock(path)
	if err != nil {
		return
	}
	_ = os.Remove(path)
	release()
}
