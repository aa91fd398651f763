package browser

import (
	"net/http"
	"strings"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/inspector"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// watch has the whole browser stop before each page that it goes to, in whatever tab or frame, and before anything else
// that is for AWS's sign-in.
func (w *window) watch() error {
	tab := chromedp.FromContext(w.tab).Target.TargetID
	w.tabs[tab] = true
	if err := chromedp.ListenBrowser(w.tab, w.heardOfBrowser); err != nil {
		return err
	}
	all, err := chromedp.Targets(w.tab)
	if err != nil {
		return err
	}
	w.mu.Lock()
	for _, t := range all {
		if _, known := w.tabs[t.TargetID]; !known && t.Type == "page" {
			w.tabs[t.TargetID] = false
		}
	}
	w.mu.Unlock()
	if err := chromedp.Listen(w.tab, func(event any) { w.heard(tab, event) }); err != nil {
		return err
	}
	patterns := []*fetch.RequestPattern{{URLPattern: "*", ResourceType: network.ResourceTypeDocument, RequestStage: fetch.RequestStageRequest}}
	for _, pattern := range []string{"*://*signin.aws.amazon.com*", "*://*signin.amazonaws*"} {
		patterns = append(patterns, &fetch.RequestPattern{URLPattern: pattern, RequestStage: fetch.RequestStageRequest})
	}
	_, err = chromedp.CallBrowser(w.tab, fetch.Enable, fetch.EnableParams{Patterns: patterns})
	return err
}

// heardOfBrowser is told of requests that are stopped, and follows tabs: those that a tab of this login opens, as
// dashboards of IdPs do, belong to it; with the last of them it is over. It must not wait for the browser.
func (w *window) heardOfBrowser(event any) {
	switch e := event.(type) {
	case *fetch.EventRequestPaused:
		go w.paused(e)
	case *target.EventTargetCreated:
		if e.TargetInfo.Type == "page" {
			w.mu.Lock()
			w.tabs[e.TargetInfo.TargetID] = w.tabs[e.TargetInfo.TargetID] || w.tabs[e.TargetInfo.OpenerID]
			w.mu.Unlock()
		}
	case *target.EventTargetDestroyed:
		w.mu.Lock()
		ours, left := w.tabs[e.TargetID], false
		delete(w.tabs, e.TargetID)
		for _, other := range w.tabs {
			left = left || other
		}
		w.mu.Unlock()
		if ours && !left {
			w.leave()
		}
	}
}

// leave tells that the browser is gone.
func (w *window) leave() { w.leaves.Do(func() { close(w.gone) }) }

// isTab reports whether a frame is the top of a tab: there the two have one identifier.
func (w *window) isTab(frame cdp.FrameID) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	_, known := w.tabs[target.ID(frame)]
	return known
}

// heard is told of what happens in the first tab. It must not wait for the browser: what needs an answer of it is done
// beside.
func (w *window) heard(tab target.ID, event any) {
	switch e := event.(type) {
	case *inspector.EventTargetCrashed:
		w.mu.Lock()
		w.crashed = true
		w.mu.Unlock()
		w.leave()
	case *page.EventJavascriptDialogOpening:
		if w.config.Hidden {
			go func() {
				leaving := e.Type == page.DialogTypeBeforeunload
				_, _ = chromedp.Call(w.tab, page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{Accept: leaving})
			}()
		}
	case *network.EventRequestWillBeSent:
		switch e.Type {
		case network.ResourceTypeDocument, network.ResourceTypeXHR, network.ResourceTypeFetch, network.ResourceTypeScript:
			w.mu.Lock()
			w.flying[e.RequestID] = true
			w.requests++
			w.mu.Unlock()
		}
	case *network.EventResponseReceived:
		if e.Type == network.ResourceTypeDocument && string(e.FrameID) == string(tab) {
			w.mu.Lock()
			w.status, w.lost = int(e.Response.Status), ""
			w.mu.Unlock()
		}
	case *network.EventLoadingFinished:
		w.landed(e.RequestID, "")
	case *network.EventLoadingFailed:
		why := ""
		if e.Type == network.ResourceTypeDocument && !e.Canceled {
			why = e.ErrorText
		}
		w.landed(e.RequestID, why)
	}
}

func (w *window) landed(id network.RequestID, why string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.flying, id)
	if why != "" {
		w.lost = why
	}
}

// paused decides about a request that the browser is about to make.
func (w *window) paused(e *fetch.EventRequestPaused) {
	a := asking{
		url: e.Request.URL, method: e.Request.Method, from: header(e.Request.Headers, "Origin"), kind: header(e.Request.Headers, "Content-Type"),
		top:       e.ResourceType == network.ResourceTypeDocument && w.isTab(e.FrameID),
		bodyThere: !e.Request.HasPostData || len(e.Request.PostDataEntries) > 0,
	}
	for _, entry := range e.Request.PostDataEntries {
		a.body = append(a.body, entry.Bytes...)
	}
	w.mu.Lock()
	typed := w.typed
	w.mu.Unlock()
	said, response, err := judge(a, typed)
	switch said {
	case pass:
		_, _ = chromedp.CallBrowser(w.tab, fetch.ContinueRequest, fetch.ContinueRequestParams{RequestID: e.RequestID})
		return
	case take:
		if w.first() {
			_, _ = chromedp.CallBrowser(w.tab, fetch.FulfillRequest, fetch.FulfillRequestParams{
				RequestID: e.RequestID, ResponseCode: http.StatusOK, Body: []byte(donePage),
				ResponseHeaders: []*fetch.HeaderEntry{{Name: "Content-Type", Value: "text/html; charset=utf-8"}, {Name: "Cache-Control", Value: "no-store"}},
			})
			w.taken <- response
			return
		}
	}
	_, _ = chromedp.CallBrowser(w.tab, fetch.FailRequest, fetch.FailRequestParams{RequestID: e.RequestID, ErrorReason: network.ErrorReasonBlockedByClient})
	if said == stop && w.first() {
		w.failed <- err
	}
}

// first reports whether the login is still open, and ends it.
func (w *window) first() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.over {
		return false
	}
	w.over = true
	return true
}

const donePage = `<!doctype html><meta charset="utf-8"><title>Signed in</title>
<style>body{font:16px/1.5 system-ui,sans-serif;margin:20vh auto;max-width:30em;text-align:center}</style>
<h1>You are signed in.</h1><p>samlogin has what it needs. You can close this window.</p>`

func header(all network.Headers, name string) string {
	for n, v := range all {
		if s, ok := v.(string); ok && strings.EqualFold(n, name) {
			return s
		}
	}
	return ""
}
