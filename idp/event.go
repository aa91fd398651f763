package idp

import (
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/samlogin/samlogin/idp/trace"
	"github.com/samlogin/samlogin/saml/foreign"
)

// An Event is one thing that happened on a walk, for --verbose and --trace: a request, or a page. What of it comes from
// outside is a trace.Clean, which has no place for a value that a person typed or a page hid.
type Event struct {
	Hop  *trace.Hop
	Page *trace.Page
}

// teller tells of what happens on a walk.
type teller struct {
	observe func(Event) // nil: nobody watches
	cleaner *trace.Cleaner
	now     func() time.Time
}

// tells makes the walk tell Config.Observe of what happens.
func (w *Walk) tells() {
	w.fetch.tells = teller{observe: w.config.Observe, now: w.config.Now, cleaner: &trace.Cleaner{Typed: w.redact.text, User: func() string { return w.user }}}
}

// hop tells of a request. The answer is nil where none came.
func (t *teller) hop(r request, target *url.URL, began time.Time, answer *http.Response) {
	if t.observe == nil {
		return
	}
	ended, c := t.now(), t.cleaner
	h := &trace.Hop{
		Time: began.UTC().Format("2006-01-02T15:04:05.000Z07:00"), Method: r.method, Address: c.Address(target),
		Request: trace.ID(requestID(target)), Milliseconds: ended.Sub(began).Milliseconds(), Failed: answer == nil,
	}
	for _, p := range r.pairs {
		h.Sent = append(h.Sent, t.field(r.from, p))
	}
	if r.proof != nil {
		h.Sent = append(h.Sent, trace.Field{Name: c.Name("Authorization"), Value: c.Name(r.proof.scheme)})
	}
	if answer != nil {
		h.Status = answer.StatusCode
		t.header(h, target, answer)
	}
	_ = c.Take() // the manifest counts what pages hold
	t.observe(Event{Hop: h})
}

func (t *teller) header(h *trace.Hop, target *url.URL, answer *http.Response) {
	c := t.cleaner
	if to := answer.Header.Get("Location"); to != "" {
		if u, err := resolve(target, to); err == nil {
			h.To = c.Address(u)
		}
	}
	h.Type, h.Server = c.Name(answer.Header.Get("Content-Type")), c.Name(answer.Header.Get("Server"))
	for _, ask := range answer.Header.Values("WWW-Authenticate") {
		if words := strings.Fields(ask); len(words) > 0 {
			h.Asks = append(h.Asks, c.Name(strings.TrimSuffix(words[0], ",")))
		}
	}
	for _, cookie := range answer.Cookies() {
		h.Cookies = append(h.Cookies, c.Name(cookie.Name))
	}
	if date, err := http.ParseTime(answer.Header.Get("Date")); err == nil {
		h.Date = date.UTC().Format(time.RFC3339)
	}
	h.Headers = c.Names(answer.Header)
}

// field is one field sent. Only what the page itself had put there has a length: that of anything else is one of what
// a person typed.
func (t *teller) field(from *Page, p Pair) trace.Field {
	f := trace.Field{Name: t.cleaner.Name(p.Name), Filled: p.Value != ""}
	typed := t.cleaner.Typed(p.Value) != p.Value
	if from != nil && p.Value != "" && !typed {
		for _, form := range from.Forms {
			for _, field := range form.Fields {
				if field.Name == p.Name && field.Value == p.Value {
					f.Filled, f.Length = false, utf8.RuneCountInString(p.Value)
				}
				typed = typed || field.Name == p.Name && field.Typed()
			}
		}
	}
	if trace.IsProtocolWord(p.Name) && !typed {
		f.Value = t.cleaner.Name(p.Value)
	} else {
		t.cleaner.Sent(p.Value)
	}
	return f
}

// observed tells of a page, what it was taken for and how it is answered.
func (w *Walk) observed(p *Page, step Step, name string) {
	t := w.fetch.tells
	if t.observe == nil {
		return
	}
	c := t.cleaner
	e := &trace.Page{Address: c.Address(p.URL), Status: p.Status, Bytes: p.Bytes, Title: c.Words(p.Title.Raw()), Known: name, Step: stepName(step)}
	e.Text, e.Said = c.Excerpt(p.Text().Raw()), c.Words(refusedText(step).Raw())
	for i, f := range p.Forms {
		if i < maxFormsShown {
			e.Forms = append(e.Forms, c.Form(f.called(), f.names()))
		}
	}
	if stop, ok := step.(Stop); ok {
		e.Why = c.Words(whyStopped(stop.Err))
	}
	if step == nil && name == "" {
		if near := nearest(p, w.config.Recognisers); near != nil {
			e.Near = near.String()
		}
	}
	_ = c.Take()
	e.HTML = c.Page(p.Doc.Nodes[0])
	e.Removed = c.Take()
	t.observe(Event{Page: e})
}

// stepName is a step in the words of a trace.
func stepName(s Step) string {
	switch s := s.(type) {
	case SignIn:
		return "sign in"
	case Challenge:
		return "give the " + s.kind().String()
	case Choose:
		return "choose the " + string(s.Topic)
	case Negotiate:
		return "sign in by header"
	case Exchange:
		return "talk to another server"
	case Wait:
		return "wait"
	case Submit:
		return "send on"
	case Open:
		return "follow"
	case Done:
		return "take the response"
	case Stop:
		return "stop"
	}
	return ""
}

// refusedText is what a page says of the answer given before.
func refusedText(s Step) foreign.Text {
	switch s := s.(type) {
	case SignIn:
		return s.Refused
	case Challenge:
		return s.Refused
	case Choose:
		return s.Refused
	}
	return ""
}

// whyStopped is a reason to stop without the words of the page, which stand on the page itself, and without names.
func whyStopped(err error) string {
	var refused *RefusedError
	if errors.As(err, &refused) {
		return (&RefusedError{Reason: refused.Reason, Origin: refused.Origin, Code: refused.Code}).Error()
	}
	return err.Error()
}

var guid = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[0-9A-Fa-f-]{36}$`) })

// requestID is AD FS's client-request-id, which an administrator searches the event log by.
func requestID(u *url.URL) string {
	if id := u.Query().Get("client-request-id"); guid().MatchString(id) {
		return id
	}
	return ""
}
