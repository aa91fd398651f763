//go:build unix

package system

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

// OwnedByMe reports whether a file is of the user that this process runs as.
func OwnedByMe(info fs.FileInfo) bool {
	s, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(s.Uid) == os.Geteuid()
}

// Narrow takes from a file or folder the rights that are not in a mode. It has to be the one that was looked at: while a
// person thinks about the question, somebody who can write to the folder around it could put a link to another file of
// the person's in its place.
func Narrow(path string, looked fs.FileInfo, mode fs.FileMode) error {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0) // a pipe put there would wait for a writer
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if !os.SameFile(info, looked) {
		return &fs.PathError{Op: "chmod", Path: path, Err: errors.New("it is another file than the one that was looked at")}
	}
	return f.Chmod(info.Mode().Perm() & mode)
}

// ReadableByOthers reports whether anybody but the owner may read a file.
func ReadableByOthers(info fs.FileInfo) bool { return info.Mode().Perm()&0o077 != 0 }

// WritableByAll reports whether every user may write to a file.
func WritableByAll(info fs.FileInfo) bool { return info.Mode().Perm()&0o002 != 0 }

// ShortPath is the path: no second name without blanks is kept here.
func ShortPath(path string) string { return path }
