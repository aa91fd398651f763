//go:build unix

package keychain

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

// openOwn opens a file without following a link that somebody put in its place meanwhile.
func openOwn(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
}

// exposed says why a file is not its owner's alone, "" if it is.
func exposed(info fs.FileInfo) string {
	if info.Mode().Perm()&0o077 != 0 {
		return "other users can read it"
	}
	if s, ok := info.Sys().(*syscall.Stat_t); ok && int(s.Uid) != os.Geteuid() {
		return "another user owns it"
	}
	return ""
}

// syncFolder makes a rename last. Some file systems cannot.
func syncFolder(folder string) error {
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
