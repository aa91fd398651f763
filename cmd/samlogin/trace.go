package main

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/samlogin/samlogin/cmd/samlogin/fault"
	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/idp/trace"
)

// traceFile is the record of a run that --trace asks for. What gets in is decided by the types of package trace, which
// have no place for a secret; nothing is filtered out afterwards.
type traceFile struct {
	file *os.File
	*trace.Writer
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
		return nil, &fault.UsageError{What: "the trace file " + path + " is there already", Hint: "name a new file; a trace replaces nothing"}
	}
	if err != nil {
		return nil, &fault.UsageError{What: fmt.Sprintf("the trace file cannot be created: %v", err)}
	}
	h := trace.Header{Samlogin: version(), System: runtime.GOOS + "/" + runtime.GOARCH, Began: began.UTC().Format(time.RFC3339)}
	return &traceFile{f, trace.NewWriter(f, h)}, nil
}

func (t *traceFile) close() error {
	err := t.Writer.Close()
	if closing := t.file.Close(); err == nil {
		err = closing
	}
	return err
}

// traceEnd notes how the run ended. What an error says may name people and accounts, so only the words about a network
// are kept.
func (a *app) traceEnd(f failure) {
	if a.trace == nil {
		return
	}
	end := trace.End{Exit: f.Exit, Code: f.Code, Step: f.Step}
	if f.Exit == exitNetwork {
		end.Said = (&trace.Cleaner{}).Words(f.Message)
	}
	a.trace.End(end)
	if err := a.trace.close(); err != nil {
		a.notice("the trace is not whole: " + cause(err))
	}
	a.trace = nil
}

// observer is told of each step of a login, and shows it where it was asked for; nil where it was not.
func (a *app) observer(in *signIn) func(idp.Event) {
	if a.observed != nil {
		return a.observed
	}
	if a.trace == nil && !a.global.verbose {
		return nil
	}
	if a.trace != nil {
		a.trace.Add(trace.Entry{Login: &trace.Login{Kind: in.kind, Start: in.choices.Start}})
	}
	return func(e idp.Event) {
		if a.trace != nil {
			a.trace.Add(trace.Entry{Hop: e.Hop, Page: e.Page})
		}
		if a.global.verbose {
			a.notice(describe(e))
		}
	}
}

func describe(e idp.Event) string {
	if p := e.Page; p != nil {
		line := fmt.Sprintf("  page %q", p.Title.String())
		switch {
		case p.Known != "":
			line += ", known as " + p.Known
		case p.Near != "":
			line += ", not known; nearest to " + p.Near
		default:
			line += ", not known"
		}
		if len(p.Forms) > 0 {
			line += "; forms " + joined(p.Forms)
		}
		return line
	}
	address, _, _ := strings.Cut(e.Hop.Address.String(), "?")
	line := e.Hop.Method + " " + address
	var sent []string
	for _, f := range e.Hop.Sent {
		sent = append(sent, f.Name.String())
	}
	if len(sent) > 0 {
		line += " with " + strings.Join(sent, ", ")
	}
	if e.Hop.Status != 0 {
		line += fmt.Sprintf(" → %d", e.Hop.Status)
	}
	if to, _, _ := strings.Cut(e.Hop.To.String(), "?"); to != "" {
		line += " to " + to
	}
	return line
}

func joined(all []trace.Clean) string {
	texts := make([]string, len(all))
	for i, c := range all {
		texts[i] = c.String()
	}
	return strings.Join(texts, ", ")
}

// asked is the transport of calls to AWS: it puts them into the trace and compares clocks. It looks at no body.
type asked struct {
	app    *app
	action string
	next   http.RoundTripper
	dated  func(time.Time) // told the Date of each answer
}

func (t *asked) RoundTrip(req *http.Request) (*http.Response, error) {
	began := t.app.now()
	answer, err := t.next.RoundTrip(req)
	call := trace.Call{
		Time: began.UTC().Format("2006-01-02T15:04:05.000Z07:00"), Method: req.Method, Host: (&trace.Cleaner{}).Name(req.URL.Host), Action: t.action,
		Milliseconds: t.app.now().Sub(began).Milliseconds(), Failed: err != nil,
	}
	if err == nil {
		call.Status = answer.StatusCode
		if date, err := http.ParseTime(answer.Header.Get("Date")); err == nil {
			call.Date = date.UTC().Format(time.RFC3339)
			t.dated(date)
		}
	}
	if t.app.trace != nil {
		t.app.trace.Add(trace.Entry{Call: &call})
	}
	return answer, err
}
