// Package program runs a program of the person's that hands out a secret: a password manager, a credential helper, a
// generator of one-time codes.
//
// House rules: no shell; the secret goes in only by standard input and comes out only by standard output; what the
// program writes to standard error may hold a secret as well, so it is kept apart and no error quotes it. A program
// that does not end is ended, with everything it started.
package program

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/samlogin/samlogin/saml/foreign"
	"github.com/samlogin/samlogin/saml/secret"
)

const (
	largest   = 64 << 10               // bytes of output, where a Call has no limit of its own
	patience  = 30 * time.Second       // where a Call has no limit of its own
	lastWords = 500 * time.Millisecond // for output after the end: something it started may hold the pipe open for ever
)

// Call is one program to be run.
type Call struct {
	Argv     []string      // program, looked up on PATH but never in the working directory, and arguments
	Stdin    secret.Text   // what it reads; empty: nothing
	Env      []string      // its environment; nil: that of this process
	Dir      string        // its working directory; "": that of this process
	Limit    time.Duration // 0: 30 s
	Most     int           // bytes of standard output; 0: 64 KiB
	Terminal *os.File      // the controlling terminal, which it may use to ask its own questions; nil: it gets none
}

// Answer is what a program said.
type Answer struct {
	Output secret.Text // all of standard output
	Stderr secret.Text // the first 64 KiB of standard error
	Code   int         // exit code
}

// Line is the first line of the output, without its line end. That is the secret, by the custom of such programs.
func (a Answer) Line() secret.Text {
	line, _, _ := strings.Cut(a.Output.Reveal(), "\n")
	return secret.New(strings.TrimSuffix(line, "\r"))
}

// Problem says why a program gave no answer.
type Problem int

// The problems.
const (
	NotFound    Problem = iota // no such program on PATH
	NotRun                     // found, and could not be started
	TooSlow                    // ended after its time
	TooMuch                    // printed more than it may
	Failed                     // ended with a code that is not 0, or by a signal
	Interrupted                // ended by ctrl-C at its own question
)

// Error reports a program that gave no answer. It names the program and never its arguments or output.
type Error struct {
	Program string
	Problem Problem
	Code    int           // of Failed; -1 after a signal
	Limit   time.Duration // of TooSlow
	Most    int           // bytes, of TooMuch
	Err     error         // of NotFound and NotRun
}

func (e *Error) Error() string {
	name := foreign.Text(e.Program)
	switch e.Problem {
	case NotFound:
		return fmt.Sprintf("there is no program %s on PATH", name)
	case NotRun:
		return fmt.Sprintf("%s cannot be run: %v", name, cause(e.Err))
	case TooSlow:
		return fmt.Sprintf("%s did not end within %v", name, e.Limit)
	case TooMuch:
		return fmt.Sprintf("%s printed more than %d KiB", name, e.Most>>10)
	}
	if e.Problem == Interrupted {
		return fmt.Sprintf("%s was interrupted", name)
	}
	if e.Code < 0 {
		return fmt.Sprintf("%s was ended by a signal", name)
	}
	return fmt.Sprintf("%s ended with exit code %d", name, e.Code)
}

func (e *Error) Unwrap() error { return e.Err }

// cause leaves out the path that exec and os put before a cause.
func cause(err error) error {
	var path *fs.PathError
	var run *exec.Error
	switch {
	case errors.As(err, &path):
		return path.Err
	case errors.As(err, &run):
		return run.Err
	}
	return err
}

// Run runs a program to its end. The error is an *Error, or the cause of a context that ended; after Failed the Answer
// is there as well, for protocols that say why on standard output.
func Run(ctx context.Context, c Call) (Answer, error) {
	if len(c.Argv) == 0 || c.Argv[0] == "" {
		return Answer{}, &Error{Problem: NotFound}
	}
	name := filepath.Base(c.Argv[0])
	limit := c.Limit
	if limit == 0 {
		limit = patience
	}
	within, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	cmd := exec.CommandContext(within, c.Argv[0], c.Argv[1:]...)
	if cmd.Err != nil { // also a program in the working directory, which exec refuses
		return Answer{}, &Error{Program: name, Problem: NotFound, Err: cmd.Err}
	}
	var out, errOut limited
	cmd.Stdin = strings.NewReader(c.Stdin.Reveal())
	cmd.Stdout, cmd.Stderr = &out, &errOut
	out.full, out.most = cancel, cmp.Or(c.Most, largest)
	errOut.silent, errOut.most = true, largest
	cmd.Env = c.Env
	cmd.WaitDelay = lastWords
	cmd.Dir = c.Dir
	group := newGroup(cmd, c.Terminal)
	err := cmd.Start()
	if err == nil {
		group.started(cmd)
		err = cmd.Wait()
		group.ended()
	}
	answer := Answer{Output: secret.New(out.text.String()), Stderr: secret.New(errOut.text.String())}
	var exited *exec.ExitError
	switch {
	case err == nil || errors.Is(err, exec.ErrWaitDelay) && cmd.ProcessState.Success():
		return answer, nil
	case ctx.Err() != nil:
		return Answer{}, context.Cause(ctx)
	case out.over:
		return Answer{}, &Error{Program: name, Problem: TooMuch, Most: out.most}
	case within.Err() != nil:
		return Answer{}, &Error{Program: name, Problem: TooSlow, Limit: limit}
	case errors.As(err, &exited) && group.interrupted(exited.ProcessState):
		return Answer{}, &Error{Program: name, Problem: Interrupted}
	case errors.As(err, &exited):
		answer.Code = exited.ExitCode()
		return answer, &Error{Program: name, Problem: Failed, Code: exited.ExitCode()}
	case errors.Is(err, fs.ErrNotExist):
		return Answer{}, &Error{Program: name, Problem: NotFound, Err: err}
	}
	return Answer{}, &Error{Program: name, Problem: NotRun, Err: err}
}

// limited keeps the beginning of what is written to it.
type limited struct {
	text   bytes.Buffer
	most   int // bytes
	over   bool
	full   func() // told once there is more
	silent bool   // what is more is dropped, and nobody told
}

func (l *limited) Write(p []byte) (int, error) {
	room := l.most - l.text.Len()
	l.text.Write(p[:min(len(p), room)])
	if len(p) > room && !l.silent {
		if !l.over {
			l.over = true
			l.full()
		}
		return 0, errors.New("too much output")
	}
	return len(p), nil
}

// Words splits a command line into program and arguments, for places that hold only one text: blanks separate, single
// and double quotes hold together, and nothing else means anything. ok is false where a quote is not closed.
func Words(line string) (argv []string, ok bool) {
	var word strings.Builder
	quote, open := rune(0), false
	for _, r := range line {
		switch {
		case quote != 0 && r == quote:
			quote = 0
		case quote != 0:
			word.WriteRune(r)
		case r == '\'' || r == '"':
			quote, open = r, true
		case r == ' ' || r == '\t' || r == '\n' || r == '\r':
			if open {
				argv, open = append(argv, word.String()), false
				word.Reset()
			}
		default:
			word.WriteRune(r)
			open = true
		}
	}
	if open {
		argv = append(argv, word.String())
	}
	return argv, quote == 0
}
