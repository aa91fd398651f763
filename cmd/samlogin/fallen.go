package main

import (
	"fmt"
	"os"
	"path"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// fall is a panic that was caught: where it began, and nothing of what was in memory.
type fall struct{ at string }

// fallen says where the panic began that r was recovered from, for a call from the deferred function: the nearest line
// of samlogin's own, as "sts/search.go:88", which is all that a report needs.
func fallen(r any) fall {
	if f, ok := r.(fall); ok { // of a crew
		return f
	}
	var callers [64]uintptr
	frames := runtime.CallersFrames(callers[:runtime.Callers(0, callers[:])])
	begun := false
	for more := true; more; {
		var frame runtime.Frame
		frame, more = frames.Next()
		begun = begun || frame.Function == "runtime.gopanic"
		if !begun || strings.HasPrefix(frame.Function, "runtime.") {
			continue
		}
		name, ours := strings.CutPrefix(frame.Function, "github.com/samlogin/samlogin/")
		if !ours {
			if name, ours = strings.CutPrefix(name, "main."); ours {
				name = "cmd/samlogin." + name
			}
		}
		if ours {
			folder, _, _ := strings.Cut(name, ".")
			return fall{fmt.Sprintf("%s/%s:%d", folder, path.Base(frame.File), frame.Line)}
		}
	}
	return fall{"an unknown place"}
}

// fellAt ends a run that fell: the terminal as it was, and two lines that say where. What fell may have held a lock that
// closing waits for: nobody is kept by that.
func (a *app) fellAt(f fall) (exit int) {
	closed := make(chan struct{})
	go func() {
		a.close()
		close(closed)
	}()
	stuck := false
	select {
	case <-closed:
	case <-time.After(stopPatience):
		stuck = true
	}
	fmt.Fprintf(a.errOut, "samlogin: error: a fault of samlogin's own, at %s of version %s\n", f.at, version())
	fmt.Fprintln(a.errOut, "samlogin: hint: report these two lines; what was written before is whole, and the command can be given again")
	if stuck {
		os.Exit(exitFault)
	}
	return exitFault
}

// crew is work that is done side by side. A panic in one of them would end the program with what was in memory on the
// screen: Wait raises it again where run takes care of it.
type crew struct {
	group sync.WaitGroup
	fell  atomic.Pointer[fall]
}

// Go begins a piece of work.
func (c *crew) Go(work func()) {
	c.group.Go(func() {
		defer func() {
			if r := recover(); r != nil {
				f := fallen(r)
				c.fell.Store(&f)
			}
		}()
		work()
	})
}

// Wait waits for all of it.
func (c *crew) Wait() {
	c.group.Wait()
	if f := c.fell.Load(); f != nil {
		panic(*f)
	}
}
