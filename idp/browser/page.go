package browser

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/cdp/jsonv2"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/saml/foreign"
)

// How a page without a person is known to have come to rest. Scripts draw pages in many steps, and nothing tells which
// is the last.
const (
	look     = 100 * time.Millisecond
	still    = 300 * time.Millisecond  // unchanged, and nothing is being fetched
	stillOld = 1500 * time.Millisecond // the same for a document that has just been filled in and stands there still
	stillNew = 10 * time.Second        // unchanged, and nobody knows what it is
	atLast   = 60 * time.Second        // whatever it does
	maxPress = 50                      // looks at a button that cannot be pressed yet
)

// seen is a page as it stands there.
type seen struct {
	URL    string `json:"url"`
	Origin string `json:"origin"`
	State  string `json:"state"`
	HTML   string `json:"html"`
	Mark   string `json:"mark"` // of the document

	sum      [32]byte
	fields   []string // of the page that was filled in; nil: nothing was
	requests int      // made until then
}

// Open implements idp.Driver.
func (w *window) Open(ctx context.Context, to *url.URL, known func(*idp.Page) bool) (idp.Arrival, error) {
	before, _ := w.read(ctx)
	if err := w.navigate(ctx, to); err != nil {
		return idp.Arrival{}, err
	}
	return w.rest(ctx, before, known)
}

// Await implements idp.Driver.
func (w *window) Await(ctx context.Context, _ *idp.Page, while time.Duration, known func(*idp.Page) bool) (idp.Arrival, error) {
	if at, err := w.wait(ctx, while); err != nil || !at.Response.Empty() {
		return at, err
	}
	return w.rest(ctx, seen{}, known)
}

// Fill implements idp.Driver.
func (w *window) Fill(ctx context.Context, f idp.Filling, known func(*idp.Page) bool) (idp.Arrival, error) {
	w.mu.Lock()
	w.typed = slices.Clone(f.Secrets)
	w.mu.Unlock()
	at := slices.Index(f.Page.Forms, f.Form)
	mark := f.Page.Mark
	origin := f.Page.Origin.String()
	var set [][2]string
	for _, p := range f.Pairs {
		if field := f.Form.Field(p.Name); field == nil || !field.Sent || field.Value != p.Value || field.Type == "radio" {
			set = append(set, [2]string{p.Name, p.Value})
		}
	}
	var filled struct {
		Gone    bool   `json:"gone"`
		Missing string `json:"missing"`
	}
	if err := w.run(ctx, &filled, "fill", mark, origin, at, set); err != nil || filled.Gone {
		if err = w.broken(ctx, err); err != nil {
			return idp.Arrival{}, err
		}
		return w.rest(ctx, seen{}, known) // another page stands there: nothing was typed
	}
	if filled.Missing != "" {
		return idp.Arrival{}, f.Page.NotUnderstood(fmt.Sprintf("the field %q cannot be filled in", foreign.Text(filled.Missing)))
	}
	before, _ := w.read(ctx)
	before.fields, before.requests = fieldsOf(f.Page), w.sent()
	if err := w.press(ctx, mark, origin, at, set); err != nil {
		return idp.Arrival{}, err
	}
	return w.rest(ctx, before, known)
}

// press presses what sends the form, as soon as it can be pressed: scripts look at what was typed first.
func (w *window) press(ctx context.Context, mark, origin string, at int, set [][2]string) error {
	for range maxPress {
		var answer struct {
			Gone    bool   `json:"gone"`
			Pressed string `json:"pressed"`
		}
		err := w.run(ctx, &answer, "press", mark, origin, at, set)
		if err != nil { // the page may have gone on at once
			return w.broken(ctx, nil)
		}
		switch {
		case answer.Gone || answer.Pressed == "pressed":
			return nil
		case answer.Pressed == "enter":
			return w.enter(ctx)
		}
		if at, err := w.wait(ctx, look); err != nil || !at.Response.Empty() {
			return err
		}
	}
	return w.enter(ctx)
}

// enter presses return where the last field was filled in.
func (w *window) enter(ctx context.Context) error {
	tab, done := w.within(ctx)
	defer done()
	key := input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyDown, Key: "Enter", Code: "Enter", Text: "\r", UnmodifiedText: "\r", WindowsVirtualKeyCode: 13, NativeVirtualKeyCode: 13}
	_, _ = chromedp.Call(tab, input.DispatchKeyEvent, key)
	key.Type, key.Text, key.UnmodifiedText = input.DispatchKeyEventTypeKeyUp, "", ""
	_, _ = chromedp.Call(tab, input.DispatchKeyEvent, key)
	return w.broken(ctx, nil)
}

// rest waits for a page that has come to rest, or for the response. before is what stood there before something was done.
func (w *window) rest(ctx context.Context, before seen, known func(*idp.Page) bool) (idp.Arrival, error) {
	began := time.Now()
	last, since := seen{}, began
	var parsed *idp.Page
	for {
		if at, err := w.wait(ctx, look); err != nil || !at.Response.Empty() {
			return at, err
		}
		s, err := w.read(ctx)
		if err != nil { // it is on the way from one page to the next
			if err := w.broken(ctx, nil); err != nil {
				return idp.Arrival{}, err
			}
			if time.Since(began) > atLast {
				return idp.Arrival{}, &idp.NetworkError{Step: "following the IdP's pages", Host: w.config.Origin.Host(), Err: errors.New("no page came to rest")}
			}
			continue
		}
		if s.sum != last.sum || s.Mark != last.Mark {
			last, since, parsed = s, time.Now(), nil
			if parsed, err = w.parse(s); err != nil {
				parsed = nil
			}
		}
		if parsed == nil {
			if err := w.unread(s, err, time.Since(since)); err != nil {
				return idp.Arrival{}, err
			}
			continue
		}
		quiet, same := w.quiet(), s.Mark == before.Mark && before.Mark != ""
		unchanged := time.Since(since)
		limit := still
		if same && slices.Equal(fieldsOf(parsed), before.fields) { // the same once more, or not yet another one
			limit = stillOld
		}
		ready := s.State != "loading" && unchanged >= limit && quiet && !handsOver(parsed)
		switch {
		case ready && (!same || s.sum != before.sum) && known(parsed):
		case !quiet || unchanged < stillNew:
			if time.Since(began) <= atLast {
				continue
			}
		case same && s.sum == before.sum && before.fields != nil && w.sent() == before.requests:
			// No answer of the IdP is no refusal: the next try would be told of one that never was.
			return idp.Arrival{}, parsed.NotUnderstood("what was filled in was not sent: nothing happened when the button was pressed")
		}
		return idp.Arrival{Page: parsed}, nil
	}
}

// unread says what to do with a document that is no page: the browser's own page about an error, most of all.
func (w *window) unread(s seen, why error, unchanged time.Duration) error {
	w.mu.Lock()
	lost := w.lost
	w.mu.Unlock()
	if lost != "" && unchanged >= still {
		return &idp.NetworkError{Step: "following the IdP's pages", Host: w.config.Origin.Host(), Err: &NetError{Text: lost}}
	}
	if unchanged >= stillNew {
		if why == nil {
			why = errors.New("the browser shows no page of a server")
		}
		return &idp.NetworkError{Step: "following the IdP's pages", Host: w.config.Origin.Host(), Err: why}
	}
	return nil
}

// fieldsOf names what a page asks for.
func fieldsOf(p *idp.Page) []string {
	names := []string{}
	for _, f := range p.Forms {
		for _, field := range f.Typed() {
			names = append(names, field.Name)
		}
	}
	return names
}

// sent is how many requests of pages and scripts were made so far.
func (w *window) sent() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.requests
}

// handsOver reports whether the page is about to post a response: nothing is to be done there.
func handsOver(p *idp.Page) bool {
	return slices.ContainsFunc(p.Forms, func(f *idp.Form) bool { return f.Field("SAMLResponse") != nil })
}

func (w *window) quiet() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.flying) == 0
}

// wait lets a while pass, unless something ends the login before.
func (w *window) wait(ctx context.Context, while time.Duration) (idp.Arrival, error) {
	timer := time.NewTimer(while)
	defer timer.Stop()
	select {
	case response := <-w.taken:
		return idp.Arrival{Response: response}, nil
	case err := <-w.failed:
		return idp.Arrival{}, err
	case <-ctx.Done():
		return idp.Arrival{}, context.Cause(ctx)
	case <-w.gone:
		return idp.Arrival{}, w.end()
	case <-timer.C:
		return idp.Arrival{}, nil
	}
}

// broken is why the browser cannot go on, nil if it can: an error of one command may mean no more than that the page
// it was for has gone.
func (w *window) broken(ctx context.Context, _ error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	select {
	case <-w.gone:
		return w.end()
	default:
		return nil
	}
}

// read reads the page at the top of the tab.
func (w *window) read(ctx context.Context) (seen, error) {
	var s seen
	if err := w.run(ctx, &s, "read", rand.Text()); err != nil {
		return s, err
	}
	s.sum = sha256.Sum256([]byte(s.URL + "\x00" + s.HTML))
	return s, nil
}

func (w *window) parse(s seen) (*idp.Page, error) {
	u, err := url.Parse(s.URL)
	if err != nil {
		return nil, err
	}
	w.mu.Lock()
	status := w.status
	w.mu.Unlock()
	if status == 0 {
		status = http.StatusOK
	}
	p, err := idp.ReadPage(u, status, http.Header{"Content-Type": {"text/html; charset=utf-8"}}, []byte(s.HTML))
	if err != nil {
		return nil, err
	}
	p.Mark = s.Mark
	return p, nil
}

// run calls the script in a world of its own in the page at the top.
func (w *window) run(ctx context.Context, into any, args ...any) error {
	tab, done := w.within(ctx)
	defer done()
	frame := cdp.FrameID(chromedp.FromContext(w.tab).Target.TargetID)
	world, err := chromedp.Call(tab, page.CreateIsolatedWorld, page.CreateIsolatedWorldParams{FrameID: frame, WorldName: "samlogin"})
	if err != nil {
		return err
	}
	call := runtime.CallFunctionOnParams{FunctionDeclaration: script, ExecutionContextID: world.ExecutionContextID, ReturnByValue: yes()}
	for _, arg := range args {
		value, err := jsonv2.Marshal(arg)
		if err != nil {
			return err
		}
		call.Arguments = append(call.Arguments, &runtime.CallArgument{Value: value})
	}
	got, err := chromedp.Call(tab, runtime.CallFunctionOn, call)
	if err != nil {
		return err
	}
	if got.ExceptionDetails != nil || got.Result == nil {
		return errors.New("the page cannot be read")
	}
	return jsonv2.Unmarshal(got.Result.Value, into)
}

func yes() *bool {
	b := true
	return &b
}
