package profiles

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

// disk is every operation on the file system that a save makes. It is an interface so that tests can make each of
// them fail, and can stop a save between any two of them. system is the real one.
type disk interface {
	// Lstat describes what is at a path, without following a symbolic link there.
	Lstat(path string) (meta, error)
	// Readlink is where a symbolic link points, as written in it.
	Readlink(path string) (string, error)
	// Follow is the path of a folder with every symbolic link in it resolved.
	Follow(folder string) (string, error)
	// Mkdir makes a folder that only its owner can enter.
	Mkdir(folder string) error
	// Open opens for reading. It neither follows a link nor waits (as for the other end of a named pipe).
	Open(path string) (file, error)
	// Create makes a new file, with mode 0600 from the first moment, for writing. It fails with fs.ErrExist where
	// there is anything at the path, a symbolic link included.
	Create(path string) (file, error)
	// Rewrite opens a file that is there for writing in place.
	Rewrite(path string) (file, error)
	// Rename puts a file in the place of another one, in one step.
	Rename(from, to string) error
	// SyncFolder makes what was renamed in a folder last through a power cut.
	SyncFolder(folder string) error
	Remove(path string) error
	// List gives the names in a folder.
	List(folder string) ([]string, error)
	// Lock takes the lock of a lock file, which it makes if need be, without waiting: errHeld if another has it.
	Lock(path string) (release func() error, err error)
}

// file is an open file.
type file interface {
	io.ReadWriteCloser
	Stat() (meta, error)
	Chmod(fs.FileMode) error
	Truncate(size int64) error
	Sync() error
}

// meta is what a save needs to know of a file.
type meta struct {
	Mode     fs.FileMode // on Windows the permission bits are those of a private file
	Size     int64       // bytes
	Modified time.Time
	Mine     bool   // owned by the user that this process runs as
	Root     bool   // owned by root, who can change everything anyway
	Links    uint64 // names of the file (hard links)
}

// Conditions that a disk tells apart by errors.Is.
var (
	// errHeld: another process has the lock.
	errHeld = errors.New("the lock is held by another process")
	// errPassing: the call may succeed a moment later. On Windows, an antivirus program, an indexer or an AWS client
	// can have a file open in a way that shuts others out.
	errPassing = errors.New("another program has the file open")
)

// system is the disk of this computer. What differs between systems is in disk_unix.go and disk_windows.go.
type system struct{}

func (system) Lstat(path string) (meta, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return meta{}, err
	}
	return describe(info), nil
}

func (system) Readlink(path string) (string, error) { return os.Readlink(path) }

func (system) Follow(folder string) (string, error) {
	if _, err := os.Stat(folder); err != nil {
		return "", err // says "too many levels" as a system error, which EvalSymlinks does not
	}
	return filepath.EvalSymlinks(folder)
}

func (system) Mkdir(folder string) error { return os.Mkdir(folder, 0o700) }

func (system) List(folder string) ([]string, error) {
	f, err := os.Open(folder)
	if err != nil {
		return nil, err
	}
	names, err := f.Readdirnames(-1)
	return names, errors.Join(err, f.Close())
}

func (system) Rewrite(path string) (file, error) {
	return opened(os.OpenFile(path, os.O_WRONLY|openFlags, 0))
}

// Lock is flock(2), on Windows LockFileEx: the system gives the lock back when the process ends, however it ends. The
// lock file stays: were it removed, two processes could hold locks of two files of that name.
func (system) Lock(path string) (func() error, error) {
	lock := flock.New(path, flock.SetFlag(os.O_CREATE|os.O_RDONLY|openFlags), flock.SetPermissions(0o600))
	switch held, err := lock.TryLock(); {
	case err != nil:
		return nil, err
	case !held:
		return nil, errHeld
	}
	mine, err := lock.Stat()
	there, errThere := os.Lstat(path)
	if err != nil || errThere != nil || !os.SameFile(mine, there) {
		_ = lock.Unlock() // somebody removed or replaced the lock file; what is locked is no longer the lock
		return nil, errHeld
	}
	return lock.Unlock, nil
}

// openFile is an *os.File that describes itself as a meta.
type openFile struct{ *os.File }

func opened(f *os.File, err error) (file, error) {
	if err != nil {
		return nil, err
	}
	return openFile{f}, nil
}

func (f openFile) Stat() (meta, error) {
	info, err := f.File.Stat()
	if err != nil {
		return meta{}, err
	}
	m := describe(info)
	m.Links = links(f.File, m.Links)
	return m, nil
}
