// Package browser signs a person in with a real browser: for identity providers whose pages are programs, for passkeys,
// for checks of the device. The browser is one that is installed (Chrome, Edge, Chromium, Brave), with a profile of its
// own, driven over a pipe by the Chrome DevTools Protocol; no port is opened.
//
// In a window, the person signs in. Without one, the pages are read and filled in by the rules of package idp, as those
// of every other kind of IdP: a browser is then a idp.Driver of a walk. Either way the browser is stopped right before
// it would take the SAML response to AWS: the response is read out of that request, and the request never leaves.
//
// House rules: what is taken is the body of a POST by which the top of a tab of this browser would go to one of AWS's
// sign-in addresses, and nothing else. A browser that was started is ended, whatever happens, and what it wrote is
// removed unless a session is to be kept. Nothing is ended that is not surely of samlogin's own.
package browser

import (
	"context"
	"errors"
	"net/url"
	"time"

	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/saml"
	"github.com/samlogin/samlogin/saml/foreign"
	"github.com/samlogin/samlogin/saml/secret"
)

// Patience is how long a person has for signing in at the window.
const Patience = 10 * time.Minute

// Config is one IdP, and the browser to log in to it with.
type Config struct {
	Start  *url.URL   // where the login begins: https
	Origin idp.Origin // of Start

	Program Program
	Env     []string // of the browser; it is to hold no secret
	Folder  string   // absolute: where the browsers' own folders are made, 0700
	Keep    string   // whose session is kept for the next login, by any text; "": everything is removed at the end
	Hidden  bool     // without a window: pages are filled in with what the Dialog answers

	// Display is "" where a window can be shown, or says why none can be: it explains a Hidden login that needs a person.
	Display string
	// Recognisers are the pages that can be filled in without a person; typed tells whether a secret has been typed.
	Recognisers func(typed func() bool) []idp.Recogniser
	Walk        idp.Config // of a Hidden login; Waiting also of one in a window

	Patience time.Duration                                    // 0 is Patience
	Now      func() time.Time                                 // nil is time.Now
	After    func(context.Context, time.Duration) error       // nil waits on a timer
	opened   func(tab context.Context, w *window) (err error) // for tests: before the browser goes anywhere
}

// Provider logs in to one IdP. It implements idp.Provider.
type Provider struct{ config Config }

// New prepares a login; nothing is started yet.
func New(c Config) *Provider {
	if c.Patience == 0 {
		c.Patience = Patience
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.After == nil {
		c.After = idp.Pause
	}
	c.Walk.Home = c.Origin
	return &Provider{config: c}
}

// Login implements idp.Provider: it starts a browser, and has ended it when it returns. Besides the errors of a
// Provider it returns *Error and *PersonError.
func (p *Provider) Login(ctx context.Context, d idp.Dialog) (*saml.Response, error) {
	w, err := open(ctx, p.config)
	if err != nil {
		return nil, err
	}
	defer w.close(ctx)
	if p.config.Hidden {
		return p.hidden(ctx, w, d)
	}
	encoded, err := p.shown(ctx, w)
	if err != nil {
		return nil, err
	}
	return saml.Parse(encoded)
}

// shown waits until the person has signed in.
func (p *Provider) shown(ctx context.Context, w *window) (secret.Text, error) {
	if tell := p.config.Walk.Waiting; tell != nil {
		tell(idp.Waiting{Origin: p.config.Origin, Says: foreign.Text("sign in in the window of " + p.config.Program.Name + " that opens."), Until: p.config.Now().Add(p.config.Patience)})
		defer tell(idp.Waiting{})
	}
	within, cancel := context.WithCancel(ctx)
	defer cancel()
	over, stopped := make(chan error, 1), make(chan error, 1)
	go func() {
		if err := p.config.After(within, p.config.Patience); err == nil {
			over <- &Error{Problem: TimedOut, Program: p.config.Program.Name, Limit: p.config.Patience}
		}
	}()
	go func() {
		if err := w.navigate(within, p.config.Start); err != nil {
			stopped <- err
			return
		}
		w.front(within)
	}()
	select {
	case encoded := <-w.taken:
		return encoded, nil
	case err := <-w.failed:
		return secret.Text{}, err
	case err := <-stopped:
		return secret.Text{}, w.orEnd(ctx, err)
	case err := <-over:
		return secret.Text{}, err
	case <-w.gone:
		return secret.Text{}, w.end()
	case <-ctx.Done():
		return secret.Text{}, context.Cause(ctx)
	}
}

// hidden walks over the pages.
func (p *Provider) hidden(ctx context.Context, w *window, d idp.Dialog) (*saml.Response, error) {
	c := p.config.Walk
	c.Driver = w
	c.Agent = ""
	var walk *idp.Walk
	c.Recognisers = append(waits(), p.config.Recognisers(func() bool { return walk.SecretSent() })...)
	walk = idp.NewWalk(c)
	response, err := walk.Run(ctx, p.config.Start, d)
	var page *idp.PageError
	if errors.As(err, &page) {
		return nil, &PersonError{Page: page, Display: p.config.Display}
	}
	var refused *idp.RefusedError
	if errors.As(err, &refused) && refused.Advice == "" {
		refused.Advice = advice(refused.Reason)
	}
	return response, err
}

// advice is what helps with a refusal, whoever the IdP is.
func advice(r idp.Reason) string {
	switch r {
	case idp.WrongPassword:
		return "many IdPs say the same of a locked or disabled account; try the password once by hand before you go on, as more tries can lock it"
	case idp.PasswordExpired, idp.ActionNeeded:
		return "run it in a terminal on a computer with a display, and do it in the window that opens"
	case idp.NotPermitted, idp.UnknownRelyingParty:
		return "ask the administrator of the IdP for access to AWS"
	}
	return ""
}
