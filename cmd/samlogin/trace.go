package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/saml/foreign"
)

// traceFile holds the steps of a login, one JSON object a line. What gets in is decided by the type idp.Event, which
// has no place for a secret; nothing is filtered out afterwards.
type traceFile struct {
	mu   sync.Mutex
	file *os.File
	now  func() time.Time
}

type traceLine struct {
	Time string `json:"time"`
	idp.Event
}

// openTrace opens the trace that was asked for, once.
func (a *app) openTrace() (err error) {
	if a.global.trace != "" && a.trace == nil {
		a.trace, err = openTrace(a.global.trace, a.now())
	}
	return err
}

// openTrace creates the file, which must not exist: a trace never replaces anything.
func openTrace(path string, began time.Time) (*traceFile, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil, &usageError{What: "the trace file " + path + " is there already", Hint: "name a new file; a trace replaces nothing"}
	}
	if err != nil {
		return nil, &usageError{What: fmt.Sprintf("the trace file cannot be created: %v", err)}
	}
	t := &traceFile{file: f, now: time.Now}
	fmt.Fprintf(f, `{"samlogin":%q,"system":"%s/%s","began":%q,"holds":"methods, addresses without query, statuses, names of fields; no values"}`+"\n",
		version(), runtime.GOOS, runtime.GOARCH, began.UTC().Format(time.RFC3339))
	return t, nil
}

func (t *traceFile) add(e idp.Event) {
	t.mu.Lock()
	defer t.mu.Unlock()
	e.Title = foreign.Text(e.Title.String()) // a trace is read on terminals, too
	line, err := json.Marshal(traceLine{Time: t.now().UTC().Format("15:04:05.000"), Event: e})
	if err == nil {
		_, _ = t.file.Write(append(line, '\n'))
	}
}

func (t *traceFile) close() { _ = t.file.Close() }

// observe is told of each step on the way, and shows it where it was asked for.
func (a *app) observe(e idp.Event) {
	if a.trace != nil {
		a.trace.add(e)
	}
	if a.global.verbose {
		a.notice(describe(e))
	}
}

func describe(e idp.Event) string {
	if e.Method == "" {
		line := fmt.Sprintf("  page %q", e.Title)
		if e.Page != "" {
			line += ", known as " + e.Page
		} else {
			line += ", not known"
		}
		if len(e.Forms) > 0 {
			line += "; forms " + strings.Join(e.Forms, ", ")
		}
		return line
	}
	line := fmt.Sprintf("%s %s", e.Method, e.Address)
	if len(e.Sent) > 0 {
		line += " with " + strings.Join(e.Sent, ", ")
	}
	if e.Status != 0 {
		line += fmt.Sprintf(" → %d", e.Status)
	}
	if e.To != "" {
		line += " to " + e.To
	}
	return line
}
