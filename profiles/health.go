package profiles

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/gofrs/flock"
)

// Locks says what became of a try of a file's lock.
type Locks int

// What a try of a lock can bring.
const (
	LocksUnknown Locks = iota // there is nothing yet that could be locked
	LocksWork
	LockHeld // another samlogin has it at this moment
	NoLocks  // the file system has none: some NFS and FUSE mounts
)

// Health is what a look at one of the files found. A look changes nothing.
type Health struct {
	Path   string // as it is configured
	Target string // where the file really is, behind symbolic links; "" where that cannot be said
	Exists bool
	Mode   fs.FileMode // where it exists
	Mine   bool        // owned by the user that this process runs as
	Locks  Locks
	// Refused is why a save would not write the file: *UnsafeError, *FileError. nil: it would.
	Refused error
	// Leftovers are temporary files of samlogin processes that were killed more than an hour ago.
	Leftovers []string
	// Copies hold what the file was before a write in place that did not end.
	Copies []string

	at target
}

// Look looks at one of the files, at its lock and at what else of samlogin's lies beside it.
func Look(path string, now time.Time) Health {
	h := Health{Path: path}
	t, err := find(system{}, path, follow)
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			h.Refused = err
		}
		return h
	}
	h.at, h.Target, h.Exists, h.Mode, h.Mine = t, t.path(), t.exists, t.meta.Mode, t.meta.Mine
	if _, err := find(watching{system{}}, path, replace); err != nil && !errors.Is(err, errWouldMake) {
		h.Refused = err
	}
	h.Locks, err = tryLock(t)
	if h.Refused == nil {
		h.Refused = err
	}
	s := (&Writer{}).saving()
	names, _ := s.disk.List(t.folder)
	for _, name := range names {
		if s.leftover(t, name, now) {
			h.Leftovers = append(h.Leftovers, filepath.Join(t.folder, name))
		}
		if strings.HasPrefix(name, "."+t.base+".samlogin-") && strings.HasSuffix(name, backupSuffix) {
			h.Copies = append(h.Copies, filepath.Join(t.folder, name))
		}
	}
	return h
}

// tryLock takes the lock of a file for a moment, where there is one. Where there is none yet it is not made: then a
// shared lock on the file itself, which is in nobody's way, shows whether the file system has locks.
func tryLock(t target) (Locks, error) {
	path := t.beside(lockSuffix)
	if err := safeLock(system{}, path); err != nil {
		return LocksUnknown, err
	}
	if _, err := (system{}).Lstat(path); err != nil {
		return hasLocks(t), nil
	}
	unlock, err := system{}.Lock(path)
	switch {
	case err == nil:
		return LocksWork, unlock()
	case noLocks(err):
		return NoLocks, nil
	case errors.Is(err, errHeld):
		return LockHeld, nil
	}
	return LocksUnknown, nil
}

func hasLocks(t target) Locks {
	if runtime.GOOS == "windows" || !t.exists || !t.meta.Mode.IsRegular() { // on Windows it would be in others' way
		return LocksUnknown
	}
	lock := flock.New(t.path(), flock.SetFlag(os.O_RDONLY|openFlags))
	held, err := lock.TryRLock()
	switch {
	case held:
		_ = lock.Close()
		return LocksWork
	case noLocks(err):
		return NoLocks
	}
	return LocksUnknown
}

// Narrow takes the file from other users: its mode becomes one for its owner alone. Errors are *FileError and
// *UnsafeError.
func (h Health) Narrow() error {
	fail := func(err error) error { return &FileError{Path: h.Target, Step: "change its mode", Err: err} }
	f, err := system{}.Open(h.Target)
	if err != nil {
		return fail(err)
	}
	defer func() { _ = f.Close() }()
	m, err := f.Stat()
	switch {
	case err != nil:
		return fail(err)
	case !m.Mode.IsRegular():
		return fail(errNotAFile)
	case !m.Mine:
		return &UnsafeError{Path: h.Target, Why: "another user owns it"}
	}
	mode := m.Mode.Perm() & 0o600
	if mode == 0 {
		mode = 0o600
	}
	if err := f.Chmod(mode); err != nil {
		return fail(err)
	}
	return nil
}

// Sweep removes the Leftovers.
func (h Health) Sweep(now time.Time) { (&Writer{}).saving().sweep(h.at, now) }
