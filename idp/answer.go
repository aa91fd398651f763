package idp

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/samlogin/samlogin/saml/secret"
)

// This file is where secrets leave: the only one that reveals them, and the only one that says where they may go.
// (What is proved to a server without a form leaves by negotiate.go, under the same rules.)

// Limits of what is sent in the life of a Walk. An account is locked after few wrong answers.
const (
	maxCodes     = 3 // one-time codes
	maxPasswords = 3 // passwords; the second and third only when a person gave them
)

// mayGetSecrets is the rule of origins: a secret goes only over TLS, only in the body of a POST, only to the IdP's
// own origin or one that its settings name.
func (w *Walk) mayGetSecrets(ctx context.Context, p *Page, f *Form, kind Kind) error {
	refuse := func(rule string) error { return &SafetyError{Rule: rule, From: p.Origin, To: f.Target} }
	switch {
	case f.Target == Origin{}:
		return refuse(fmt.Sprintf("the form for the %s leads to an address that is none of the web's", kind))
	case !f.Target.Secure():
		return refuse(fmt.Sprintf("the form would send the %s without TLS", kind))
	case f.Method != http.MethodPost:
		return refuse(fmt.Sprintf("the form would put the %s into an address (GET)", kind))
	case f.Overridden():
		return refuse(fmt.Sprintf("a button of the form would send the %s elsewhere than the form says", kind))
	}
	if here, err := w.trusted(ctx, p.Origin); err != nil {
		return err
	} else if !here {
		return refuse(fmt.Sprintf("a page of another server than the IdP (%s) asks for the %s", w.config.Home.Host(), kind))
	}
	if there, err := w.trusted(ctx, f.Target); err != nil {
		return err
	} else if !there {
		return refuse(fmt.Sprintf("the form would send the %s to another server than the IdP (%s)", kind, w.config.Home.Host()))
	}
	return nil
}

// trusted reports whether an origin is the IdP's own, or one that its settings or the person named. The person is asked
// once about each.
func (w *Walk) trusted(ctx context.Context, o Origin) (bool, error) {
	if o == w.config.Home || slices.Contains(w.config.Origins, o) {
		return true, nil
	}
	if slices.Contains(w.config.Siblings, o) {
		return false, nil // and nobody is asked
	}
	said, asked := w.agreed[o]
	if asked || w.config.Agree == nil || !o.Secure() {
		return said, nil
	}
	said, err := w.config.Agree(ctx, w.config.Home, o)
	if err == nil {
		w.agreed[o] = said
	}
	return said, err
}

func (w *Walk) signIn(ctx context.Context, p *Page, s SignIn, d Dialog) (request, error) {
	if s.Password == "" {
		return w.nameOnly(ctx, p, s, d)
	}
	if field := s.Form.Field(s.Password); field != nil && field.Type != "password" {
		return request{}, &SafetyError{Rule: "the field for the password is not a password field", From: p.Origin, To: s.Form.Target}
	}
	if s.User == s.Password { // one of the two would be lost, or stand where the other belongs
		return request{}, &SafetyError{Rule: "the fields for user name and password have one name", From: p.Origin, To: s.Form.Target}
	}
	if err := w.mayGetSecrets(ctx, p, s.Form, Password); err != nil {
		return request{}, err
	}
	again := w.passwords > 0 // also after an earlier run: what is stored is sent once
	refused := &RefusedError{Reason: WrongPassword, Origin: w.config.Home, User: w.user, Said: s.Refused}
	if w.passwords >= maxPasswords {
		return request{}, refused
	}
	if s.User != "" {
		if err := w.askUser(ctx, s.Form, d); err != nil {
			return request{}, err
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
	picked, err := w.pick(ctx, p, s.Picks, d)
	if err != nil {
		return request{}, err
	}
	more, err := w.fill(ctx, p, Challenge{Form: s.Form, Blanks: s.Blanks, Refused: s.Refused}, d)
	if err != nil {
		return request{}, err
	}
	w.passwords++
	w.sent(password)
	set := slices.Concat([]Pair{{s.Password, password.Reveal()}}, more, picked, s.Also)
	if s.User != "" {
		set = append([]Pair{{s.User, w.user}}, set...)
	}
	return request{method: http.MethodPost, url: s.Form.Action, pairs: s.Form.Filled(set...), form: s.Form, from: p, step: "sending user name and password"}, nil
}

// askUser asks who signs in, where that is not known yet.
func (w *Walk) askUser(ctx context.Context, f *Form, d Dialog) error {
	if w.user != "" {
		return nil
	}
	name, err := w.ask(ctx, d, Question{Kind: Username, Origin: f.Target})
	if err != nil {
		return err
	}
	if w.user = strings.TrimSpace(name.Reveal()); w.user == "" {
		return &NeedError{Question: Question{Kind: Username, Origin: f.Target}}
	}
	return nil
}

// nameOnly sends the user name to a page that asks for nothing else. The same page again means that it does not know
// the name, which counts as a refusal like that of a password.
func (w *Walk) nameOnly(ctx context.Context, p *Page, s SignIn, d Dialog) (request, error) {
	if err := w.mayGetSecrets(ctx, p, s.Form, Username); err != nil {
		return request{}, err
	}
	refused := &RefusedError{Reason: WrongPassword, Origin: w.config.Home, User: w.user, Said: s.Refused}
	sent := w.names[s.Form.Target]
	if sent >= maxPasswords {
		return request{}, refused
	}
	if sent > 0 {
		name, err := w.ask(ctx, d, Question{Kind: Username, Origin: s.Form.Target, Again: true, Refused: s.Refused})
		var need *NeedError
		if errors.As(err, &need) {
			return request{}, refused
		}
		if err != nil {
			return request{}, err
		}
		w.user = strings.TrimSpace(name.Reveal())
	}
	if err := w.askUser(ctx, s.Form, d); err != nil {
		return request{}, err
	}
	picked, err := w.pick(ctx, p, s.Picks, d)
	if err != nil {
		return request{}, err
	}
	w.names[s.Form.Target]++
	set := slices.Concat([]Pair{{s.User, w.user}}, picked, s.Also)
	return request{method: http.MethodPost, url: s.Form.Action, pairs: s.Form.Filled(set...), form: s.Form, from: p, step: "sending the user name"}, nil
}

// challenge fills in what a page asks after the password.
func (w *Walk) challenge(ctx context.Context, p *Page, s Challenge, d Dialog) (request, error) {
	picked, err := w.pick(ctx, p, s.Picks, d)
	if err != nil {
		return request{}, err
	}
	set, err := w.fill(ctx, p, s, d)
	if err != nil {
		return request{}, err
	}
	set = slices.Concat(set, picked, s.Also)
	return request{method: http.MethodPost, url: s.Form.Action, pairs: s.Form.Filled(set...), form: s.Form, from: p, step: "sending the answer to the second step (MFA)"}, nil
}

// fill asks for each blank in turn.
func (w *Walk) fill(ctx context.Context, p *Page, s Challenge, d Dialog) ([]Pair, error) {
	var set []Pair
	again := s.Refused != "" || s.asks() == w.asked // the same once more, though it says nothing
	before := maps.Clone(w.answers)
	if again && s.Refused == "" && s.asks() == w.asked && s.Says != w.told {
		s.Refused = s.Says // it says something else than before, in the only place that it has
	}
	w.asked, w.told = s.asks(), s.Says
	for _, blank := range s.Blanks {
		if err := w.mayGetSecrets(ctx, p, s.Form, blank.Kind); err != nil {
			return nil, err
		}
		q := Question{Kind: blank.Kind, Origin: s.Form.Target, User: w.user, Label: blank.Label, Says: s.Says, Refused: s.Refused}
		s.Says = "" // once is enough
		q.Again, q.Next = again && !s.More && before[blank.Kind] > 0, s.More || (blank.Kind == Code && w.answers[Code] > before[Code])
		answer, err := w.answer(ctx, d, q)
		if err != nil {
			return nil, err
		}
		set = append(set, Pair{blank.Field, answer})
		if blank.Same != "" {
			set = append(set, Pair{blank.Same, answer})
		}
	}
	return set, nil
}

// asks tells one challenge from another.
func (s Challenge) asks() string {
	var fields []string
	for _, blank := range s.Blanks {
		fields = append(fields, blank.Field)
	}
	return strings.Join(fields, " ")
}

// kind is what the page asks for in the first place.
func (s Challenge) kind() Kind {
	if len(s.Blanks) == 0 {
		return Answer
	}
	return s.Blanks[0].Kind
}

// answer asks for one thing and takes note of it. A code is sent once only: the same one again is refused by every IdP,
// and counts as an attempt there.
func (w *Walk) answer(ctx context.Context, d Dialog, q Question) (string, error) {
	refused := &RefusedError{Reason: CodeRefused, Origin: w.config.Home, User: w.user, Said: q.Refused}
	for range maxCodes {
		if w.answers[q.Kind] >= maxCodes {
			break
		}
		given, err := w.ask(ctx, d, q)
		var need *NeedError
		if q.Again && w.sentInThisRun() && errors.As(err, &need) {
			return "", refused
		}
		if err != nil {
			return "", err
		}
		typed := strings.TrimSpace(given.Reveal())
		if q.Kind == Code && w.codes[typed] {
			q.Again, q.Next = true, false
			continue
		}
		if q.Kind == Code {
			w.codes[typed] = true
		}
		w.answers[q.Kind]++
		w.sent(given)
		return typed, nil
	}
	return "", refused
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
