package idp

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/samlogin/samlogin/saml/secret"
)

// This file is where secrets leave: the only one that reveals them, and the only one that says where they may go.

// Limits of what is sent in the life of a Walk. An account is locked after few wrong answers.
const (
	maxCodes     = 3 // one-time codes
	maxPasswords = 3 // passwords; the second and third only when a person gave them
)

// mayGetSecrets is the rule of origins: a secret goes only over TLS, only in the body of a POST, only to the IdP's
// own origin or one that its settings name.
func (w *Walk) mayGetSecrets(p *Page, f *Form, kind Kind) error {
	refuse := func(rule string) error { return &SafetyError{Rule: rule, From: p.Origin, To: f.Target} }
	switch {
	case f.Target == Origin{}:
		return refuse(fmt.Sprintf("the form for the %s leads to an address that is none of the web's", kind))
	case !f.Target.Secure():
		return refuse(fmt.Sprintf("the form would send the %s without TLS", kind))
	case !w.trusted(f.Target):
		return refuse(fmt.Sprintf("the form would send the %s to another server than the IdP (%s)", kind, w.config.Home.Host()))
	case !w.trusted(p.Origin):
		return refuse(fmt.Sprintf("a page of another server than the IdP (%s) asks for the %s", w.config.Home.Host(), kind))
	case f.Method != http.MethodPost:
		return refuse(fmt.Sprintf("the form would put the %s into an address (GET)", kind))
	case f.Overridden():
		return refuse(fmt.Sprintf("a button of the form would send the %s elsewhere than the form says", kind))
	}
	return nil
}

func (w *Walk) trusted(o Origin) bool {
	if o == w.config.Home {
		return true
	}
	for _, other := range w.config.Origins {
		if o == other {
			return true
		}
	}
	return false
}

func (w *Walk) signIn(ctx context.Context, p *Page, s SignIn, d Dialog) (request, error) {
	if field := s.Form.Field(s.Password); field != nil && field.Type != "password" {
		return request{}, &SafetyError{Rule: "the field for the password is not a password field", From: p.Origin, To: s.Form.Target}
	}
	if s.User == s.Password { // one of the two would be lost, or stand where the other belongs
		return request{}, &SafetyError{Rule: "the fields for user name and password have one name", From: p.Origin, To: s.Form.Target}
	}
	if err := w.mayGetSecrets(p, s.Form, Password); err != nil {
		return request{}, err
	}
	again := w.passwords > 0 // also after an earlier run: what is stored is sent once
	refused := &RefusedError{Reason: WrongPassword, Origin: w.config.Home, User: w.user, Said: s.Refused}
	if w.passwords >= maxPasswords {
		return request{}, refused
	}
	if w.user == "" && s.User != "" {
		name, err := w.ask(ctx, d, Question{Kind: Username, Origin: s.Form.Target})
		if err != nil {
			return request{}, err
		}
		w.user = strings.TrimSpace(name.Reveal())
		if w.user == "" {
			return request{}, &NeedError{Question: Question{Kind: Username, Origin: s.Form.Target}}
		}
	}
	password, err := w.ask(ctx, d, Question{Kind: Password, Origin: s.Form.Target, User: w.user, Again: again, Refused: s.Refused})
	var need *NeedError
	if again && w.sentInThisRun() && errors.As(err, &need) {
		return request{}, refused
	}
	if err != nil {
		return request{}, err
	}
	w.passwords++
	w.sent(password)
	set := append([]Pair{{s.Password, password.Reveal()}}, s.Also...)
	if s.User != "" {
		set = append([]Pair{{s.User, w.user}}, set...)
	}
	return request{method: http.MethodPost, url: s.Form.Action, pairs: s.Form.Filled(set...), from: p, step: "sending user name and password"}, nil
}

func (w *Walk) challenge(ctx context.Context, p *Page, s Challenge, d Dialog) (request, error) {
	if err := w.mayGetSecrets(p, s.Form, Code); err != nil {
		return request{}, err
	}
	again := len(w.codes) > 0
	refused := &RefusedError{Reason: CodeRefused, Origin: w.config.Home, User: w.user, Said: s.Refused}
	for range maxCodes {
		if len(w.codes) >= maxCodes {
			break
		}
		code, err := w.ask(ctx, d, Question{Kind: Code, Origin: s.Form.Target, User: w.user, Label: s.Label, Again: again, Refused: s.Refused})
		var need *NeedError
		if again && w.sentInThisRun() && errors.As(err, &need) {
			return request{}, refused
		}
		if err != nil {
			return request{}, err
		}
		typed := strings.TrimSpace(code.Reveal())
		if w.codes[typed] { // the same code again is refused by every IdP, and counts as an attempt there
			again = true
			continue
		}
		w.codes[typed] = true
		w.sent(code)
		set := append([]Pair{{s.Field, typed}}, s.Also...)
		return request{method: http.MethodPost, url: s.Form.Action, pairs: s.Form.Filled(set...), from: p, step: "sending the one-time code"}, nil
	}
	return request{}, refused
}

// sent takes note of a secret that is about to leave.
func (w *Walk) sent(s secret.Text) {
	w.revealed = append(w.revealed, s)
	w.redact.add(s)
}

func (w *Walk) sentInThisRun() bool { return len(w.revealed) > w.before }

func (w *Walk) ask(ctx context.Context, d Dialog, q Question) (secret.Text, error) {
	q = w.redact.question(q)
	answer, err := d.Ask(ctx, q)
	if errors.Is(err, ErrNoAnswer) || (err == nil && answer.Empty()) {
		return answer, &NeedError{Question: q}
	}
	return answer, err
}

func (w *Walk) holdsSecret(pairs []Pair) bool {
	for _, p := range pairs {
		for _, typed := range w.revealed {
			if v := typed.Reveal(); v != "" && strings.Contains(p.Value, v) {
				return true
			}
		}
	}
	return false
}
