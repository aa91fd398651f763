package idp

import (
	"cmp"
	"errors"
	"html"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/samlogin/samlogin/saml/foreign"
	"github.com/samlogin/samlogin/saml/secret"
)

// A redactor knows what was typed on a walk and takes it out of everything that leaves the walk to be shown: a page may
// show a password again, on purpose or by mistake, and its texts end up on terminals and in logs.
type redactor struct{ typed []string }

// minRedacted is how long, in bytes, a secret must be to be looked for: taking out a shorter one would garble every
// text, and tell by the gaps what it was.
const minRedacted = 4

// add takes note of a secret, as it was typed and as pages and addresses spell it.
func (r *redactor) add(typed secret.Text) {
	s := typed.Reveal()
	quoted := strconv.Quote(s) // as net/http quotes a broken header
	for _, spelt := range []string{s, strings.TrimSpace(s), foreign.Line(s).Raw(), html.EscapeString(s), url.QueryEscape(s), url.PathEscape(s), quoted[1 : len(quoted)-1]} {
		if len(spelt) >= minRedacted && !slices.Contains(r.typed, spelt) {
			r.typed = append(r.typed, spelt)
		}
	}
	// The longest first, so that one that holds another goes as a whole.
	slices.SortFunc(r.typed, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
}

// text is s without what was typed.
func (r *redactor) text(s string) string {
	for _, typed := range r.typed {
		s = strings.ReplaceAll(s, typed, secret.Hidden)
	}
	return s
}

func (r *redactor) foreign(t foreign.Text) foreign.Text { return foreign.Text(r.text(t.Raw())) }

func (r *redactor) list(texts []string) []string {
	out := slices.Clone(texts)
	for i, s := range out {
		out[i] = r.text(s)
	}
	return out
}

func (r *redactor) question(q Question) Question {
	q.Label, q.Says, q.Refused = r.foreign(q.Label), r.foreign(q.Says), r.foreign(q.Refused)
	q.Options = slices.Clone(q.Options)
	for i, o := range q.Options {
		q.Options[i] = Option{ID: r.text(o.ID), Label: r.foreign(o.Label)}
	}
	return q
}

// err is an error of a walk without what was typed. The text of a page is cut only here: a cut before could leave the
// first half of a password, which would not be found.
func (r *redactor) err(err error) error {
	var (
		refused *RefusedError
		page    *PageError
		network *NetworkError
		need    *NeedError
	)
	switch {
	case errors.As(err, &refused):
		refused.Said, refused.Address = r.foreign(refused.Said), r.text(refused.Address)
	case errors.As(err, &page):
		page.Address, page.Title, page.Why, page.Forms = r.text(page.Address), r.foreign(page.Title), r.text(page.Why), r.list(page.Forms)
		page.Text = foreign.Text(foreign.Cut(r.text(page.Text.Raw()), foreign.Limit))
	case errors.As(err, &network):
		if text := network.Err.Error(); r.text(text) != text {
			network.Err = &redactedError{text: r.text(text), err: network.Err}
		}
	case errors.As(err, &need):
		need.Question = r.question(need.Question)
	}
	return err
}

// redactedError stands for an error whose own text held something that was typed. What kind of error it was can be
// asked (errors.Is, errors.As), but nobody who follows Unwrap comes upon its text.
type redactedError struct {
	text string
	err  error
}

func (e *redactedError) Error() string        { return e.text }
func (e *redactedError) Is(target error) bool { return errors.Is(e.err, target) }
func (e *redactedError) As(target any) bool   { return errors.As(e.err, target) }
