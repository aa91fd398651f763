//go:build unix

package main

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

// narrow takes from a file or folder the rights that are not in a mode. It has to be the one that was looked at: while a
// person thinks about the question, somebody who can write to the folder around it could put a link to another file of
// the person's in its place.
func narrow(path string, looked fs.FileInfo, mode fs.FileMode) error {
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
