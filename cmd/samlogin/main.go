// Command samlogin logs in to a SAML identity provider such as AD FS, lets the person pick an AWS role, and writes
// the temporary keys to an AWS profile.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"sync"
	"syscall"

	"github.com/samlogin/samlogin/saml/foreign"
)

func main() {
	os.Exit(run(context.Background(), newApp(), os.Args[1:]))
}

// errInterrupted is why a run's context ends when the person, or the system, wants it to stop.
var errInterrupted = errors.New("interrupted")

// run carries out one command line and gives its exit code. It is all of the program, so that tests can run it.
func run(ctx context.Context, a *app, args []string) (exit int) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	signals := make(chan os.Signal, 1)
	a.watch = sync.OnceFunc(func() {
		signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
		go func() {
			if _, ok := <-signals; ok {
				cancel(errInterrupted)
			}
		}()
	})
	defer close(signals)
	defer signal.Stop(signals)
	defer a.close()
	// A panic must not print what was in memory at the time, and must leave the terminal as it was.
	defer func() {
		if r := recover(); r != nil {
			a.close()
			fmt.Fprintln(a.errOut, "samlogin: error: a fault of samlogin's own (panic)")
			fmt.Fprintln(a.errOut, "samlogin: hint: run it again with --verbose and report what it printed")
			exit = exitFault
		}
	}()
	root := newRootCmd(a)
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitDone
	}
	if errors.Is(context.Cause(ctx), errInterrupted) {
		err = errInterrupted
	}
	if !a.started && explain(err).Exit == exitFault { // cobra's own errors about words have no type
		err = &usageError{What: foreign.Text(err.Error()).String(), Hint: "see samlogin --help"}
	}
	return a.report(err)
}
