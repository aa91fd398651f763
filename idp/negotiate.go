package idp

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/samlogin/samlogin/saml/foreign"
	"github.com/samlogin/samlogin/saml/secret"
)

// Negotiate answers a 401 that asks for a sign-in by HTTP header (RFC 4559): a ticket, or a proof of the password.
// A walk without Windows refuses it.
type Negotiate struct{ Schemes []string } // as the server offers them: "Negotiate", "NTLM"

func (Negotiate) step() {}

// Windows is how a walk signs in where a server asks for integrated Windows authentication.
type Windows struct {
	Methods []WindowsMethod // in the order in which they are tried
	// Connection opens a transport of one TCP connection that speaks HTTP/1.1, and gives its end: NTLM signs in a
	// connection and not a request. OneConnection makes one.
	Connection func() (http.RoundTripper, func())
	// FormInstead is told when the IdP shows its form to somebody who wanted to sign in without; nil: nobody is.
	FormInstead func(Origin)
}

// A WindowsMethod is one way to sign in by header. Which server gets its tokens, how often it is tried and who is asked for the
// password is decided by the Walk.
type WindowsMethod interface {
	Name() string      // "a Kerberos ticket"
	Schemes() []string // that it speaks, the best first
	Password() bool    // it proves a password, which the Walk asks for
	// Begin prepares the sign-in of a user ("" where that is not known) at an origin. An error that is ErrAbsent says
	// that this computer has nothing for this method, so that the next one is tried.
	Begin(ctx context.Context, target Origin, user string, password secret.Text) (Handshake, error)
}

// A Handshake is one sign-in under way.
type Handshake interface {
	// Next gives the token that answers a challenge, which is empty at the beginning. No token: there is nothing more
	// to say.
	Next(challenge []byte) ([]byte, error)
	Close()
}

// ErrAbsent is what the errors of a WindowsMethod are (errors.Is) where this computer has nothing for it: no ticket, no keytab.
var ErrAbsent = errors.New("this computer has nothing for this way to sign in")

// ReadNegotiate knows a 401 that asks for integrated Windows authentication. Basic, which would hand over the password
// itself, is never answered.
func ReadNegotiate(p *Page) Step {
	if p.Status != http.StatusUnauthorized {
		return nil
	}
	var schemes []string
	for _, scheme := range p.Asks {
		if windowsScheme(scheme) {
			schemes = append(schemes, scheme)
		}
	}
	if schemes == nil {
		return nil
	}
	return Negotiate{Schemes: schemes}
}

func windowsScheme(s string) bool {
	return strings.EqualFold(s, "Negotiate") || strings.EqualFold(s, "NTLM")
}

// asked lists the schemes of WWW-Authenticate lines. A line may hold several, and their parameters besides.
func asked(lines []string) []string {
	var schemes []string
	for _, line := range lines {
		for _, part := range strings.Split(line, ",") {
			words := strings.Fields(part)
			if len(words) > 0 && !strings.ContainsAny(words[0], `="`) {
				schemes = append(schemes, words[0])
			}
		}
	}
	return schemes
}

// negotiate signs in by the first method that this computer has something for. The server gets no token of a method
// that it turned down before.
func (w *Walk) negotiate(ctx context.Context, p *Page, s Negotiate, d Dialog) (request, error) {
	if w.config.Windows == nil {
		return request{}, &RefusedError{Reason: WindowsSignIn, Origin: p.Origin}
	}
	// The rule of origins, as for a password in a form: only over TLS, only to the IdP or whom it trusts.
	if !p.Origin.Secure() {
		return request{}, &SafetyError{Rule: "a server without TLS asks for the Windows account", From: p.Origin}
	}
	trusted, err := w.trusted(ctx, p.Origin)
	if err != nil {
		return request{}, err
	}
	if !trusted {
		return request{}, &SafetyError{Rule: "another server than the IdP (" + w.config.Home.Host() + ") asks for the Windows account", From: p.Origin}
	}
	failed := error(&WindowsError{Reason: SchemeMissing, Origin: p.Origin, Detail: foreign.Text("it offers " + strings.Join(s.Schemes, ", "))})
	for _, m := range w.config.Windows.Methods {
		scheme := firstOffered(m.Schemes(), s.Schemes)
		if scheme == "" {
			continue
		}
		r, err := w.beginProof(ctx, p, m, scheme, d)
		if !errors.Is(err, ErrAbsent) {
			return r, err
		}
		failed = err
	}
	return request{}, failed
}

func firstOffered(spoken, offered []string) string {
	for _, s := range spoken {
		for _, o := range offered {
			if strings.EqualFold(s, o) {
				return o
			}
		}
	}
	return ""
}

// beginProof is the request that answers the 401: the same address once more, on a connection of its own.
func (w *Walk) beginProof(ctx context.Context, p *Page, m WindowsMethod, scheme string, d Dialog) (request, error) {
	var password secret.Text
	var err error
	if m.Password() {
		if password, err = w.windowsPassword(ctx, p, m, d); err != nil {
			return request{}, err
		}
	} else if w.proved[m.Name()] {
		return request{}, &WindowsError{Reason: TokenRefused, Method: m.Name(), Origin: p.Origin, User: w.user}
	}
	handshake, err := m.Begin(ctx, p.Origin, w.user, password)
	if err != nil {
		return request{}, err
	}
	w.proved[m.Name()] = true
	over, end := w.config.Windows.Connection()
	return request{
		method: http.MethodGet, url: withoutFragment(p.URL), from: p, step: "signing in with " + m.Name(),
		proof: &proof{scheme: scheme, method: m.Name(), handshake: handshake, over: over, end: end},
	}, nil
}

func withoutFragment(u *url.URL) *url.URL {
	same := *u
	same.Fragment, same.RawFragment = "", ""
	return &same
}

// windowsPassword asks for the password that a method is going to prove. It counts as sent: the server, or the KDC,
// counts a wrong one as it counts one from a form.
func (w *Walk) windowsPassword(ctx context.Context, p *Page, m WindowsMethod, d Dialog) (secret.Text, error) {
	again := w.passwords > 0 // also after an earlier run: what is stored is sent once
	refused := &RefusedError{Reason: WindowsPassword, Origin: w.config.Home, User: w.user}
	if w.passwords >= maxPasswords {
		return secret.Text{}, refused
	}
	if w.user == "" {
		name, err := w.ask(ctx, d, Question{Kind: Username, Origin: p.Origin})
		if err != nil {
			return secret.Text{}, err
		}
		if w.user = strings.TrimSpace(name.Reveal()); w.user == "" {
			return secret.Text{}, &NeedError{Question: Question{Kind: Username, Origin: p.Origin}}
		}
	}
	password, err := w.ask(ctx, d, Question{Kind: Password, Origin: p.Origin, User: w.user, Again: again})
	var need *NeedError
	if again && w.sentInThisRun() && errors.As(err, &need) {
		return secret.Text{}, refused
	}
	if err != nil {
		return secret.Text{}, err
	}
	w.passwords++
	w.sent(password)
	return password, nil
}

// formInstead tells that the IdP shows its form although a sign-in without one was wanted.
func (w *Walk) formInstead(p *Page) {
	if w.config.Windows != nil && w.config.Windows.FormInstead != nil && len(w.proved) == 0 && !w.SecretSent() {
		w.config.Windows.FormInstead(p.Origin)
	}
}
