package idp

import (
	"context"
	"slices"
	"strings"
)

// choose takes one of the ways that a page offers: the only one, else the one that is named or picked.
func (w *Walk) choose(ctx context.Context, p *Page, s Choose, d Dialog) (request, error) {
	if len(s.Options) == 0 {
		return request{}, p.NotUnderstood("the page offers a choice of nothing")
	}
	taken := s.Options[0]
	if len(s.Options) > 1 {
		at, err := w.pick(ctx, d, Question{Topic: s.Topic, Origin: p.Origin, Again: w.chosen[s.Topic], Refused: s.Refused, Options: s.Offered()})
		if err != nil {
			return request{}, err
		}
		w.chosen[s.Topic] = true
		taken = s.Options[at]
	}
	form := taken.Form
	if form == nil {
		form = s.Form
	}
	if s.User != "" {
		if err := w.askUser(ctx, form, d); err != nil {
			return request{}, err
		}
		taken.Set = append(taken.Set[:len(taken.Set):len(taken.Set)], Pair{s.User, w.user})
	}
	r, err := w.submit(ctx, p, Submit{Form: form, Also: taken.Set})
	r.step = "choosing the " + string(s.Topic)
	return r, err
}

// Offered lists the options without what is sent for them.
func (s Choose) Offered() []Option {
	var out []Option
	for _, way := range s.Options {
		out = append(out, way.Option)
	}
	return out
}

// pick asks which of the options of a question is taken: its index.
func (w *Walk) pick(ctx context.Context, d Dialog, q Question) (int, error) {
	q.Kind, q.User = Choice, w.user
	answer, err := w.ask(ctx, d, q)
	if err != nil {
		return 0, err
	}
	at := slices.IndexFunc(q.Options, func(o Option) bool { return strings.EqualFold(o.ID, answer.Reveal()) })
	if at < 0 {
		return 0, &NeedError{Question: w.redact.question(q)}
	}
	return at, nil
}

// Named finds what a person means by a name: the identifier or the label of an option, in any case, else the only one whose
// identifier or label has the name in it. -1 if it is none, or could be several.
func Named(options []Option, name string) int {
	name = strings.ToLower(strings.TrimSpace(name))
	if name == "" {
		return -1
	}
	found := -1
	for i, o := range options {
		id, label := strings.ToLower(o.ID), strings.ToLower(o.Label.Raw())
		if id == name || label == name {
			return i
		}
		if strings.Contains(id, name) || strings.Contains(label, name) {
			if found >= 0 {
				found = len(options)
			} else {
				found = i
			}
		}
	}
	if found == len(options) {
		return -1
	}
	return found
}
