package trace

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
)

// Format is the number of the form of a record that this package writes.
const Format = 1

// A Recording is all of a record.
type Recording struct {
	Header  Header  `json:"trace"`
	Entries []Entry `json:"entries"`
	End     *End    `json:"end,omitempty"` // nil: the record breaks off
	Removed Removed `json:"removed"`       // what was left out, by kind
}

// Header says what made a record, and when.
type Header struct {
	Format   int    `json:"format"`
	Samlogin string `json:"samlogin"` // version
	System   string `json:"system"`   // "linux/amd64"
	Began    string `json:"began"`    // RFC 3339, UTC
	Holds    string `json:"holds"`    // for whoever opens the file
}

// An Entry is one line of a record: one of its fields is set.
type Entry struct {
	Login *Login `json:"login,omitempty"`
	Hop   *Hop   `json:"hop,omitempty"`
	Page  *Page  `json:"page,omitempty"`
	Call  *Call  `json:"call,omitempty"`
}

// A Login begins at an IdP.
type Login struct {
	Kind  string `json:"kind"`            // "adfs"
	Start string `json:"start,omitempty"` // from whose side, "" as it comes
}

// A Hop is one request to the IdP and its answer.
type Hop struct {
	Time         string  `json:"time"` // RFC 3339 with milliseconds, UTC, by this computer's clock
	Method       string  `json:"method"`
	Address      Clean   `json:"address"`
	Request      Clean   `json:"request,omitzero"` // the IdP's client-request-id, by which its administrator finds the request
	Sent         []Field `json:"sent,omitempty"`
	Status       int     `json:"status,omitempty"`
	To           Clean   `json:"to,omitzero"`       // where a redirect leads
	Type         Clean   `json:"type,omitzero"`     // Content-Type
	Asks         []Clean `json:"asks,omitempty"`    // schemes of WWW-Authenticate
	Cookies      []Clean `json:"cookies,omitempty"` // names of the cookies set
	Date         string  `json:"date,omitempty"`    // the server's clock, RFC 3339
	Server       Clean   `json:"server,omitzero"`
	Headers      []Clean `json:"headers,omitempty"` // names of all headers of the answer
	Milliseconds int64   `json:"ms"`                // until the header of the answer
	Failed       bool    `json:"failed,omitempty"`  // no whole answer came
}

// A Field is one field of a form that was sent. Of what a person typed not even the length is recorded.
type Field struct {
	Name   Clean `json:"name"`
	Length int   `json:"length,omitempty"` // of a value that the page had given, in characters
	Value  Clean `json:"value,omitzero"`   // of a word of the protocol
	Filled bool  `json:"filled,omitempty"` // the value is not the page's: somebody typed it, or it was chosen
}

// A Page is one page as it was read.
type Page struct {
	Address Clean   `json:"address"`
	Status  int     `json:"status"`
	Bytes   int     `json:"bytes,omitempty"` // after decompression
	Title   Clean   `json:"title,omitzero"`
	Text    Clean   `json:"text,omitzero"`   // what a person would read on it, its beginning
	Said    Clean   `json:"said,omitzero"`   // what it says of the answer given before
	Forms   []Clean `json:"forms,omitempty"` // their names and the names of their fields
	Known   string  `json:"known,omitempty"` // which recogniser knew it, "" none
	Step    string  `json:"step,omitempty"`  // what it was answered with: "sign in", "stop"
	Why     Clean   `json:"why,omitzero"`    // the login stopped there
	Near    string  `json:"near,omitempty"`  // which recogniser came nearest, and what was missing
	HTML    Clean   `json:"html,omitzero"`   // cleaned; "" where it could not be kept
	Removed Removed `json:"removed,omitempty"`
}

// A Call is one request to STS and its answer.
type Call struct {
	Time         string `json:"time"`
	Method       string `json:"method"`
	Host         Clean  `json:"host"`
	Action       string `json:"action"`
	Status       int    `json:"status,omitempty"`
	Date         string `json:"date,omitempty"`
	Milliseconds int64  `json:"ms"`
	Failed       bool   `json:"failed,omitempty"`
}

// End says how a run ended.
type End struct {
	Exit int    `json:"exit"`
	Code string `json:"code"` // "done", "unknown_page"
	Step string `json:"step,omitempty"`
	Said Clean  `json:"said,omitzero"` // the error, where it is about the network
}

type line struct {
	Header *Header `json:"trace,omitempty"`
	Entry
	End     *End    `json:"end,omitempty"`
	Removed Removed `json:"removed,omitempty"`
}

// A Writer writes a record as it comes into being: one JSON object a line, so that a run that breaks off leaves what
// there was. It is safe for use by many goroutines.
type Writer struct {
	mu      sync.Mutex
	to      io.Writer
	removed Removed
	err     error
}

// NewWriter begins a record.
func NewWriter(to io.Writer, h Header) *Writer {
	h.Format = Format
	h.Holds = "addresses, names, structure of pages and their words; no values, nothing that was typed; the last line counts what was left out"
	w := &Writer{to: to, removed: Removed{}}
	w.write(line{Header: &h})
	return w
}

// Add writes an entry.
func (w *Writer) Add(e Entry) {
	if e.Page != nil {
		w.mu.Lock()
		for what, n := range e.Page.Removed {
			w.removed[what] += n
		}
		w.mu.Unlock()
	}
	w.write(line{Entry: e})
}

// End writes how the run ended.
func (w *Writer) End(e End) { w.write(line{End: &e}) }

// Close writes the manifest, and gives the first error there was. It does not close what is written to.
func (w *Writer) Close() error {
	w.write(line{Removed: w.removed})
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.err
}

func (w *Writer) write(l line) {
	w.mu.Lock()
	defer w.mu.Unlock()
	var b bytes.Buffer
	out := json.NewEncoder(&b)
	out.SetEscapeHTML(false)
	err := out.Encode(l)
	if err == nil {
		_, err = w.to.Write(b.Bytes())
	}
	if w.err == nil {
		w.err = err
	}
}

// Write writes a whole record.
func Write(to io.Writer, r Recording) error {
	w := NewWriter(to, r.Header)
	for _, e := range r.Entries {
		w.Add(e)
	}
	if r.End != nil {
		w.End(*r.End)
	}
	return w.Close()
}

// ReadError reports a file that is no record, with the line, counted from 1, that is wrong.
type ReadError struct {
	Line int
	Why  string
}

func (e *ReadError) Error() string {
	return fmt.Sprintf("line %d is not one of a trace: %s", e.Line, e.Why)
}

// Limits of a record that is read: it may come from anybody.
const (
	maxLine    = 8 << 20 // bytes
	maxEntries = 2000
)

// Read reads a record. One that breaks off is read as far as it goes. The errors are *ReadError, or those of from.
func Read(from io.Reader) (*Recording, error) {
	r := &Recording{Removed: Removed{}}
	lines := bufio.NewScanner(from)
	lines.Buffer(nil, maxLine)
	n := 0
	for lines.Scan() {
		n++
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		var l line
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil {
			return nil, &ReadError{n, "it is no JSON object of the kind expected"}
		}
		switch {
		case r.Header.Format == 0 && (l.Header == nil || l.Header.Format == 0):
			return nil, &ReadError{n, `the first line of a trace begins with {"trace":{"format":`}
		case l.Header != nil && l.Header.Format != Format:
			return nil, &ReadError{n, fmt.Sprintf("its format is %d, and this version reads format %d", l.Header.Format, Format)}
		case l.Header != nil:
			r.Header = *l.Header
		case l.End != nil:
			r.End = l.End
		case l.Removed != nil:
			r.Removed = l.Removed
		case l.Entry != Entry{}:
			r.Entries = append(r.Entries, l.Entry)
		}
		if len(r.Entries) > maxEntries {
			return nil, &ReadError{n, "it has too many lines"}
		}
	}
	if err := lines.Err(); errors.Is(err, bufio.ErrTooLong) {
		return nil, &ReadError{n + 1, "it is too long"}
	} else if err != nil {
		return nil, err
	}
	if n == 0 || r.Header.Format == 0 {
		return nil, &ReadError{1, "it is empty"}
	}
	return r, nil
}
