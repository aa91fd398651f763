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
