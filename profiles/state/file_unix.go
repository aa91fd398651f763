//go:build !windows

package state

import (
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// openFlags: a symbolic link put at the path is not followed, and a named pipe does not make the open wait.
const openFlags = syscall.O_NOFOLLOW | syscall.O_NONBLOCK | syscall.O_CLOEXEC

func openOwn(path string) (*os.File, error) { return os.OpenFile(path, os.O_RDONLY|openFlags, 0) }

func createOwn(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL|openFlags, 0o600)
}

func makeOwnFolder(path string) error { return os.Mkdir(path, 0o700) }

// replace puts a file in the place of another one, in one step.
func replace(from, to string) error { return os.Rename(from, to) }

// exposed says why a file or folder is not this user's alone, "" if it is.
func exposed(info fs.FileInfo) string {
	if perm := info.Mode().Perm(); perm&0o077 != 0 {
		return fmt.Sprintf("it is not for its owner alone (mode %04o)", perm)
	}
	if s, ok := info.Sys().(*syscall.Stat_t); ok && int(s.Uid) != os.Geteuid() {
		return "another user owns it"
	}
	return ""
}
