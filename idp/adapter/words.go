package adapter

import (
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/andybalholm/cascadia"

	"github.com/samlogin/samlogin/idp"
)

// A WordError reports words of a table that cannot be meant.
type WordError struct {
	Key    string // dotted, below the adapter: "page.0.has"
	Reason string
	Known  []string // the words that its table may have, where the key is none of them
}

func (e *WordError) Error() string { return e.Key + ": " + e.Reason }

// Read reads an adapter from its table. The errors are *WordError.
func Read(name string, table map[string]any) (Adapter, error) {
	r := &reader{}
	a := Adapter{Name: name}
	t := r.table("", table)
	a.Title = t.text("title")
	a.Methods = t.texts("methods")
	for _, page := range t.tables("page") {
		p := r.page(page)
		if len(p.Has) == 0 && len(a.Methods) == 0 {
			r.fail(page.at, "has no marks: the adapter needs methods, or each page needs has")
		}
		a.Pages = append(a.Pages, p)
	}
	if len(a.Pages) == 0 {
		r.fail("page", "an adapter needs at least one [[…page]]")
	}
	t.end()
	if a.Title == "" {
		a.Title = name
	}
	if r.err != nil {
		return Adapter{}, r.err
	}
	return a, nil
}

func (r *reader) page(t *words) Page {
	p := Page{
		Do: deed(t.text("do")), Has: t.selectors("has"), Lacks: t.selectors("lacks"), Says: t.texts("says"), Form: t.selector("form"),
		Field: t.text("field"), Next: t.yes("next"), Also: t.pairs("also"), Error: t.selector("error"), Text: t.selector("text"), Blame: t.text("blame"),
		Every: t.seconds("every"), Blocks: t.yes("blocks"), Number: t.selector("number"),
		Topic: idp.Topic(t.text("topic")), Option: t.selector("option"), Value: t.text("value"), Into: t.text("into"),
	}
	for _, ask := range t.tables("ask") {
		kinds := map[string]idp.Kind{"": idp.Code, "code": idp.Code, "pin": idp.PIN, "new-pin": idp.NewPIN, "answer": idp.Answer}
		word := ask.text("kind")
		kind, known := kinds[word]
		if !known {
			r.fail(ask.at+"kind", "is one of code, pin, new-pin, answer")
		}
		a := Ask{Field: ask.text("field"), Kind: kind, Label: ask.text("label"), Same: ask.text("same")}
		if a.Field == "" {
			r.fail(ask.at+"field", "is missing")
		}
		p.Asks = append(p.Asks, a)
		ask.end()
	}
	t.end()
	switch {
	case !slices.Contains([]deed{doCode, doAsk, doWait, doPost, doChoose, doStop, doBrowser}, p.Do):
		r.fail(t.at+"do", "is one of code, ask, wait, post, choose, stop, browser")
	case p.Do == doAsk && len(p.Asks) == 0:
		r.fail(t.at+"ask", "is missing")
	case p.Do == doChoose && (p.Option == "" || p.Into == "" || p.Value == ""):
		r.fail(t.at+"option", "choose needs option, value and into")
	}
	switch p.Topic {
	case "", "method":
		p.Topic = idp.Method
	case "device":
		p.Topic = idp.Device
	default:
		r.fail(t.at+"topic", "is method or device")
	}
	return p
}

// reader keeps the first fault.
type reader struct{ err error }

func (r *reader) fail(key, reason string) {
	if r.err == nil {
		r.err = &WordError{Key: strings.TrimSuffix(key, "."), Reason: reason}
	}
}

// words is one table, whose keys are taken out one by one; what is left at the end is unknown.
type words struct {
	r     *reader
	at    string // "", or the path with a dot
	left  map[string]any
	known []string // asked for so far
}

func (r *reader) table(at string, values map[string]any) *words {
	left := make(map[string]any, len(values))
	for k, v := range values {
		left[k] = v
	}
	return &words{r: r, at: at, left: left}
}

func (w *words) take(key string) any {
	v := w.left[key]
	w.known = append(w.known, key)
	delete(w.left, key)
	return v
}

func (w *words) end() {
	var unknown []string
	for key := range w.left {
		unknown = append(unknown, key)
	}
	sort.Strings(unknown)
	if len(unknown) > 0 && w.r.err == nil {
		w.r.err = &WordError{Key: w.at + unknown[0], Reason: "is not known here", Known: w.known}
	}
}

func (w *words) text(key string) string {
	switch v := w.take(key).(type) {
	case nil:
	case string:
		return v
	default:
		w.r.fail(w.at+key, "needs a text")
	}
	return ""
}

// texts is a list of texts, or one alone.
func (w *words) texts(key string) []string {
	switch v := w.take(key).(type) {
	case nil:
	case string:
		return []string{v}
	case []any:
		var out []string
		for _, item := range v {
			text, ok := item.(string)
			if !ok {
				w.r.fail(w.at+key, "needs a list of texts")
			}
			out = append(out, text)
		}
		return out
	default:
		w.r.fail(w.at+key, "needs a list of texts")
	}
	return nil
}

func (w *words) selectors(key string) []string {
	list := w.texts(key)
	for _, s := range list {
		w.check(key, s)
	}
	return list
}

func (w *words) selector(key string) string {
	s := w.text(key)
	if s != "" {
		w.check(key, s)
	}
	return s
}

func (w *words) check(key, selector string) {
	if _, err := cascadia.ParseGroup(selector); err != nil {
		w.r.fail(w.at+key, fmt.Sprintf("%q is no CSS selector", selector))
	}
}

func (w *words) yes(key string) bool {
	v := w.take(key)
	yes, ok := v.(bool)
	if v != nil && !ok {
		w.r.fail(w.at+key, "needs true or false")
	}
	return yes
}

func (w *words) seconds(key string) time.Duration {
	text := w.text(key)
	if text == "" {
		return 0
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < time.Second || d > time.Minute {
		w.r.fail(w.at+key, "needs a time from 1s to 60s")
	}
	return d
}

func (w *words) pairs(key string) map[string]string {
	v := w.take(key)
	if v == nil {
		return nil
	}
	table, ok := v.(map[string]any)
	out := map[string]string{}
	for name, value := range table {
		text, is := value.(string)
		ok = ok && is
		out[name] = text
	}
	if !ok {
		w.r.fail(w.at+key, "needs a table of texts")
	}
	return out
}

func (w *words) tables(key string) []*words {
	v := w.take(key)
	if v == nil {
		return nil
	}
	list, ok := v.([]any)
	if !ok {
		w.r.fail(w.at+key, "needs a list of tables")
	}
	var out []*words
	for i, item := range list {
		values, ok := item.(map[string]any)
		if !ok {
			w.r.fail(w.at+key, "needs a list of tables")
			continue
		}
		out = append(out, w.r.table(fmt.Sprintf("%s%s.%d.", w.at, key, i), values))
	}
	return out
}
