package main

import "fmt"

// The errors that are the commands' own. What is made of each, for people and scripts, stands in explain.

// usageError reports wrong words on the command line, in a variable or in the settings.
type usageError struct{ What, Hint string }

func (e *usageError) Error() string { return e.What }

// needError reports an answer that is needed and cannot be asked for.
type needError struct{ What, Hint string }

func (e *needError) Error() string { return e.What }

// roleError reports that the roles offered do not fit what was asked for.
type roleError struct {
	What, Hint string
	Candidates []string
}

func (e *roleError) Error() string {
	s := e.What
	for _, c := range e.Candidates {
		s += "\n    " + c
	}
	return s
}

// someFailedError reports that some of several roles failed; each has been told of already.
type someFailedError struct{ Failed, All int }

func (e *someFailedError) Error() string {
	return fmt.Sprintf("%d of %d roles failed; the others are written", e.Failed, e.All)
}

// allFailedError reports that all of several roles failed for one cause.
type allFailedError struct {
	All   int
	Words string // of the cause, without the name of a role
	err   error  // of the first
}

func (e *allFailedError) Error() string {
	return fmt.Sprintf("none of %d roles could be taken: %s", e.All, e.Words)
}
func (e *allFailedError) Unwrap() error { return e.err }

// outputError reports that what was asked for could not be printed: a full disk, a closed pipe.
type outputError struct{ err error }

func (e *outputError) Error() string { return e.err.Error() }
func (e *outputError) Unwrap() error { return e.err }
