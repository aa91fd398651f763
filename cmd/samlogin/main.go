// Command samlogin logs in to a SAML identity provider such as AD FS, lets the person pick an AWS role, and writes
// the temporary keys to an AWS profile.
package main

import (
	"context"
	"errors"
	"io"
	"log"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"github.com/samlogin/samlogin/cmd/samlogin/fault"
	"github.com/samlogin/samlogin/cmd/samlogin/system"
	"github.com/samlogin/samlogin/cmd/samlogin/terminal"
	"github.com/samlogin/samlogin/saml/foreign"
)

func main() {
	// Libraries tell what a server did wrong by the log of the standard library, with what it said: net/http so quotes
	// what comes after an answer's end, where a page may show a password again. samlogin itself never logs there.
	log.SetOutput(io.Discard)
	debug.SetTraceback("none") // what a panic that nobody catches may print; GOTRACEBACK asks for more
	unguard := system.GuardMemory()
	a := newApp()
	a.unguard = unguard
	os.Exit(run(context.Background(), a, os.Args[1:]))
}

// stopPatience is how long a run may take to end once it was told to. A second signal ends it at once.
const stopPatience = 5 * time.Second

// noticingWriter remembers that something could not be written.
type noticingWriter struct {
	io.Writer
	failed error
}

func (w *noticingWriter) Write(p []byte) (int, error) {
	n, err := w.Writer.Write(p)
	if w.failed == nil {
		w.failed = err
	}
	return n, err
}

// run carries out one command line and gives its exit code. It is all of the program, so that tests can run it.
func run(ctx context.Context, a *app, args []string) (exit int) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	signals := make(chan os.Signal, 1)
	a.watch = sync.OnceFunc(func() {
		for _, s := range system.StopSignals() {
			if !signal.Ignored(s) { // as nohup and a shell's background jobs want it
				signal.Notify(signals, s)
			}
		}
		go func() {
			if _, ok := <-signals; !ok {
				return
			}
			cancel(terminal.ErrInterrupted)
			// Something that cannot be told to stop, such as a file system that hangs, must not keep the person.
			select {
			case _, ok := <-signals:
				if !ok {
					return
				}
			case <-time.After(stopPatience):
			}
			a.close()
			os.Exit(exitInterrupted)
		}()
	})
	a.leaveSignals = func() {
		a.watch() // or a later call would begin to
		signal.Stop(signals)
	}
	defer close(signals)
	defer signal.Stop(signals)
	defer a.close()
	// A panic must not print what was in memory at the time, and must leave the terminal as it was.
	defer func() {
		if r := recover(); r != nil {
			exit = a.fellAt(fallen(r))
		}
	}()
	out := &noticingWriter{Writer: a.out}
	a.out = out
	root := newRootCmd(a, args)
	a.outputEarly(args)
	root.SetArgs(args)
	asked, err := root.ExecuteContextC(ctx)
	if out.failed != nil && (err == nil || errors.Is(err, out.failed)) { // the work is done, and nobody was told
		err = &fault.OutputError{Err: out.failed}
	}
	if err == nil {
		a.traceEnd(failure{Code: "done"})
		return exitDone
	}
	var exited *exitedError
	if errors.As(err, &exited) {
		return exited.Code
	}
	if errors.Is(context.Cause(ctx), terminal.ErrInterrupted) {
		err = terminal.ErrInterrupted
	}
	// cobra's own errors about words have no type, and those about flags that exclude each other come late.
	if explain(err).Code == "fault" && (!a.started || strings.HasPrefix(err.Error(), "if any flags in the group")) {
		err = &fault.UsageError{What: foreign.Text(err.Error()).String(), Hint: "see samlogin --help"}
	}
	if asked.Annotations[readByPrograms] != "" { // also where the words were wrong, and the command never began
		a.printed = true
	}
	return a.report(err)
}

// readByPrograms marks commands whose stdout a program or a shell takes for what it asked for: an error never goes there.
const readByPrograms = "samlogin_read_by_programs"
