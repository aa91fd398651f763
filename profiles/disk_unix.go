//go:build !windows

package profiles

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

// openFlags: a symbolic link put at the path is not followed, and a named pipe does not make the open wait.
const openFlags = syscall.O_NOFOLLOW | syscall.O_NONBLOCK | syscall.O_CLOEXEC

func describe(info fs.FileInfo) meta {
	m := meta{Mode: info.Mode(), Size: info.Size(), Modified: info.ModTime(), Links: 1}
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		m.Mine = int(s.Uid) == os.Geteuid()
		m.Root = s.Uid == 0
		m.Links = uint64(s.Nlink)
	}
	return m
}

// links is what describe found.
func links(_ *os.File, found uint64) uint64 { return found }

func (system) Open(path string) (file, error) {
	return opened(os.OpenFile(path, os.O_RDONLY|openFlags, 0))
}

func (system) Remove(path string) error { return os.Remove(path) }

func (system) Create(path string) (file, error) {
	return opened(os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL|openFlags, 0o600))
}

func (system) Rename(from, to string) error { return os.Rename(from, to) }

// SyncFolder is fsync(2) on the folder. File systems that cannot do it say EINVAL or ENOTSUP; there is nothing more
// to be had from them.
func (system) SyncFolder(folder string) error {
	f, err := os.Open(folder)
	if err != nil {
		return err
	}
	err = f.Sync()
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.ENOTSUP) {
		err = nil
	}
	return errors.Join(err, f.Close())
}

// noLocks recognises a file system without locks: some NFS and FUSE mounts.
func noLocks(err error) bool {
	for _, e := range []error{syscall.ENOLCK, syscall.ENOSYS, syscall.ENOTSUP, syscall.EOPNOTSUPP} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

// cannotReplace recognises a file that is a mount of its own, as containers have it: it can be written, not replaced.
func cannotReplace(err error) bool {
	return errors.Is(err, syscall.EBUSY) || errors.Is(err, syscall.EXDEV)
}

// circle recognises symbolic links that lead back to themselves.
func circle(err error) bool { return errors.Is(err, syscall.ELOOP) }
