package settings

import (
	"fmt"
	"strings"

	"github.com/samlogin/samlogin/saml/foreign"
)

// Error reports settings that cannot be used, with the first place that is wrong.
type Error struct {
	Path         string
	Line, Column int    // from 1, the column in bytes; 0 where no place can be named
	Key          string // dotted, "" where it is not about a key
	Nearest      string // the known key that an unknown one is most like, "" none
	Reason       string
	Advice       string // what to do, "" if nothing is known
}

func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(foreign.Clean(e.Path))
	if e.Line > 0 {
		fmt.Fprintf(&b, ":%d:%d", e.Line, e.Column)
	}
	if e.Path != "" {
		b.WriteString(": ")
	}
	if e.Key != "" {
		fmt.Fprintf(&b, "%s: ", foreign.Text(e.Key))
	}
	b.WriteString(e.Reason)
	return b.String()
}

// Hint says what to do, "" if nothing is known.
func (e *Error) Hint() string {
	if e.Nearest != "" {
		return fmt.Sprintf("did you mean %s?", e.Nearest)
	}
	return e.Advice
}

// UnsafeError reports a settings file that somebody else can change. Nothing of it was read.
type UnsafeError struct {
	Path, Why, Advice string
}

func (e *UnsafeError) Error() string {
	return fmt.Sprintf("%s is not read: %s; settings name hosts that get passwords and commands that are run", foreign.Clean(e.Path), e.Why)
}

// Hint says how to make the file safe.
func (e *UnsafeError) Hint() string { return e.Advice }

// ReadError reports a settings file that is there and cannot be read.
type ReadError struct {
	Path string
	Err  error
}

func (e *ReadError) Error() string {
	return fmt.Sprintf("%s: %s", foreign.Clean(e.Path), foreign.Line(e.Err.Error()))
}

func (e *ReadError) Unwrap() error { return e.Err }
