// Package fault holds the errors that are the commands' own: words that are wrong, answers that are missing, roles that
// do not fit. What is made of each, for people and scripts, is said in one place, which is not here.
package fault

import "fmt"

// UsageError reports wrong words on the command line, in a variable or in the settings.
type UsageError struct{ What, Hint string }

func (e *UsageError) Error() string { return e.What }

// NeedError reports an answer that is needed and cannot be asked for.
type NeedError struct{ What, Hint string }

func (e *NeedError) Error() string { return e.What }

// RoleError reports that the roles offered do not fit what was asked for.
type RoleError struct {
	What, Hint string
	Candidates []string
}

func (e *RoleError) Error() string {
	s := e.What
	for _, c := range e.Candidates {
		s += "\n    " + c
	}
	return s
}

// SomeFailedError reports that some of several roles failed; each has been told of already.
type SomeFailedError struct{ Failed, All int }

func (e *SomeFailedError) Error() string {
	return fmt.Sprintf("%d of %d roles failed; the others are written", e.Failed, e.All)
}

// AllFailedError reports that all of several roles failed for one cause.
type AllFailedError struct {
	All   int
	Words string // of the cause, without the name of a role
	Err   error  // of the first
}

func (e *AllFailedError) Error() string {
	return fmt.Sprintf("none of %d roles could be taken: %s", e.All, e.Words)
}
func (e *AllFailedError) Unwrap() error { return e.Err }

// OutputError reports that what was asked for could not be printed: a full disk, a closed pipe.
type OutputError struct{ Err error }

func (e *OutputError) Error() string { return e.Err.Error() }
func (e *OutputError) Unwrap() error { return e.Err }
