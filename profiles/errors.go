package profiles

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/samlogin/samlogin/saml/foreign"
)

// NameError says that a profile name cannot be written. Nothing was changed.
type NameError struct {
	Name     string
	Position int // of the character that is not possible, counted from 1; 0 if it is not about a character
	Why      string
}

func (e *NameError) Error() string {
	s := fmt.Sprintf("profile name %q %s", foreign.Text(e.Name), e.Why)
	if e.Position > 0 {
		s += fmt.Sprintf(" (character %d)", e.Position)
	}
	return s
}

// Hint says what to do.
func (e *NameError) Hint() string {
	return "a profile name is 1 to 128 of A-Z a-z 0-9 . _ @ + : / - (default is one, DEFAULT is not)"
}

// ValueError says that a value cannot be written: it would change the meaning of the lines around it, or not every
// AWS client would read it back. The value is never shown, but for the words of a credential_process, which are no
// secret. Nothing was changed.
type ValueError struct {
	Profile  string
	Key      string
	Position int // of the character that is not possible, counted from 1; 0 if it is not about a character
	Why      string
}

func (e *ValueError) Error() string {
	s := fmt.Sprintf("profile %s: the value of %s %s", foreign.Text(e.Profile), e.Key, e.Why)
	if e.Position > 0 {
		s += fmt.Sprintf(" (character %d)", e.Position)
	}
	return s
}

// FileError says that a file could not be found, read, locked or written. The file is as it was, unless the text
// says otherwise.
type FileError struct {
	Path string
	Step string // what was being done: "read", "write the temporary file", ...
	Err  error
}

func (e *FileError) Error() string {
	if e.Path == "" {
		return fmt.Sprintf("cannot %s: %v", e.Step, cause(e.Err))
	}
	return fmt.Sprintf("%s: cannot %s: %v", shownPath(e.Path), e.Step, cause(e.Err))
}

func (e *FileError) Unwrap() error { return e.Err }

// Hint says what to do, where that is known.
func (e *FileError) Hint() string {
	switch {
	case errors.Is(e.Err, errPassing):
		return "another program has the file open (a virus scanner, an editor); close it and try again"
	case errors.Is(e.Err, fs.ErrPermission):
		return "see who owns the file and its folder; HOME, " + credentialsVariable + " and " + configVariable + " say where the files are"
	case errors.Is(e.Err, fs.ErrNotExist):
		return "make the folder, or correct HOME, " + credentialsVariable + " or " + configVariable
	case errors.Is(e.Err, errKeepsChanging):
		return "another program writes this file all the time; try again when it is done"
	}
	return ""
}

// cause leaves out the operation and the path that the standard library puts before a cause: FileError has said both,
// and the path may be that of a temporary file.
func cause(err error) error {
	var path *fs.PathError
	var link *os.LinkError
	switch {
	case errors.As(err, &path):
		return path.Err
	case errors.As(err, &link):
		return link.Err
	}
	return err
}

// NotOursError says that a profile holds something that samlogin did not write and may not replace with the consent
// given. Nothing was changed.
type NotOursError struct {
	Profile  string
	Path     string
	Line     int // counted from 1
	What     string
	Standing Standing
}

func (e *NotOursError) Error() string {
	return fmt.Sprintf("profile %s is not samlogin's to change: it has %s (%s, line %d)", foreign.Text(e.Profile), e.What, shownPath(e.Path), e.Line)
}

// Hint says what to do.
func (e *NotOursError) Hint() string {
	switch e.Standing {
	case SwitchesRole:
		return "a profile with role_arn is never changed; write to another name with --profile"
	case LongTermKeys:
		return "--profile NAME writes elsewhere; --overwrite replaces it, after a yes on the terminal: long-term keys in the credentials file are then gone"
	}
	return "--profile NAME writes elsewhere; --overwrite replaces it"
}

// UnsafeError says that a file, its folder or its lock is such that somebody else could read or change what would be
// written, or that replacing it would break something. Nothing was changed.
type UnsafeError struct {
	Path string
	Why  string
	Do   string // what to do, may be empty
}

func (e *UnsafeError) Error() string { return shownPath(e.Path) + " is not safe to write: " + e.Why }

// Hint says what to do, where that is known.
func (e *UnsafeError) Hint() string { return e.Do }

// BrokenFileError says that the lines of the profile are such that AWS clients read them differently, so that there
// is no right way to edit them. Nothing was changed.
type BrokenFileError struct {
	Path string
	Line int // counted from 1
	Why  string
}

func (e *BrokenFileError) Error() string {
	return fmt.Sprintf("%s, line %d: %s", shownPath(e.Path), e.Line, e.Why)
}

// Hint says what to do.
func (e *BrokenFileError) Hint() string {
	return "correct the file with an editor; nothing was changed, because AWS clients read these lines differently"
}

// LockError says that another process held the lock of a file for the whole time that a save may wait.
type LockError struct {
	Path   string // the file to be written
	Waited time.Duration
}

func (e *LockError) Error() string {
	return fmt.Sprintf("%s: another samlogin held its lock for %v", shownPath(e.Path), e.Waited)
}

// Hint says what to do.
func (e *LockError) Hint() string {
	return "look for a stopped or waiting samlogin process; the lock goes away with it"
}

// Unwrap makes a LockError recognisable as a time limit.
func (e *LockError) Unwrap() error { return context.DeadlineExceeded }

var (
	errKeepsChanging = errors.New("another program keeps changing the file")
	errNotAFile      = errors.New("it is not a regular file")
	errTooLarge      = errors.New("it is larger than 16 MiB")
	errNotText       = errors.New("it has a NUL byte, so it is not text in UTF-8 (a file saved as UTF-16 looks so)")
)

func shownPath(path string) string { return foreign.Text(path).String() }
