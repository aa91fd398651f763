package state

import "fmt"

// FileError is a file or folder of the state that cannot be written or removed. It never stops a login: what was to
// be kept is fetched again next time.
type FileError struct {
	Path string
	Step string // "write it", ...
	Err  error
}

func (e *FileError) Error() string {
	return fmt.Sprintf("a session cannot be kept: %s: cannot %s: %v", e.Path, e.Step, e.Err)
}

func (e *FileError) Unwrap() error { return e.Err }

// UnsafeError is a folder that others than this user can enter or have put there: nothing is read from it, and nothing
// written to it.
type UnsafeError struct {
	Path string
	Why  string
	Do   string // a command or a sentence, "" if there is nothing to advise
}

func (e *UnsafeError) Error() string {
	return fmt.Sprintf("a session is not kept: the folder %s is not safe: %s", e.Path, e.Why)
}

// Hint is what to do about it.
func (e *UnsafeError) Hint() string { return e.Do }
