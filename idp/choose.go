package idp

import (
	"context"
	"errors"
	"slices"
	"strings"
)

// choose takes one of the ways that a page offers: the only one, else the one that is named or picked.
func (w *Walk) choose(ctx context.Context, p *Page, s Choose, d Dialog) (request, error) {
	taken, err := w.taken(ctx, p, s, w.chosen[s.Topic], d)
	if err != nil {
		return request{}, err
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

// taken is the way that is named or picked, or the only one.
func (w *Walk) taken(ctx context.Context, p *Page, s Choose, again bool, d Dialog) (Way, error) {
	switch len(s.Options) {
	case 0:
		return Way{}, p.NotUnderstood("the page offers a choice of nothing")
	case 1:
		return s.Options[0], nil
	}
	at, err := w.askWhich(ctx, d, Question{Topic: s.Topic, Origin: p.Origin, Label: s.Says, Again: again, Refused: s.Refused, Options: s.Offered()})
	if err != nil {
		return Way{}, err
	}
	w.chosen[s.Topic] = true
	return s.Options[at], nil
}

// askWhich asks which of the options of a question is taken: its index.
func (w *Walk) askWhich(ctx context.Context, d Dialog, q Question) (int, error) {
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

// pick answers the lists that stand beside what is typed. Each is asked about once in the life of a walk. Where nobody
// has an answer, the page's own choice is left as it is, as a person who overlooks the list would leave it.
func (w *Walk) pick(ctx context.Context, p *Page, picks []Choose, d Dialog) ([]Pair, error) {
	var set []Pair
	for _, s := range picks {
		at := indexOf(s.Options, w.picked[s.Topic])
		if at < 0 {
			way, err := w.taken(ctx, p, s, false, d)
			var need *NeedError
			if errors.As(err, &need) {
				continue
			}
			if err != nil {
				return nil, err
			}
			if at = indexOf(s.Options, way.ID); at < 0 {
				continue
			}
			w.picked[s.Topic] = way.ID
		}
		set = append(set, s.Options[at].Set...)
	}
	return set, nil
}

// Offered lists the options without what is sent for them.
func (s Choose) Offered() []Option {
	var out []Option
	for _, way := range s.Options {
		out = append(out, way.Option)
	}
	return out
}

func indexOf(ways []Way, id string) int {
	for i, way := range ways {
		if strings.EqualFold(way.ID, id) {
			return i
		}
	}
	return -1
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
