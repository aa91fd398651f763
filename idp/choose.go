package idp

import (
	"context"
	"strings"
)

// choose takes one of the ways that a page offers: the only one, else the one that is named or picked.
func (w *Walk) choose(ctx context.Context, p *Page, s Choose, d Dialog) (request, error) {
	if len(s.Options) == 0 {
		return request{}, p.NotUnderstood("the page offers a choice of nothing")
	}
	taken := s.Options[0]
	if len(s.Options) > 1 {
		q := Question{Kind: Choice, Topic: s.Topic, Origin: p.Origin, User: w.user, Again: w.chosen[s.Topic], Refused: s.Refused}
		for _, way := range s.Options {
			q.Options = append(q.Options, way.Option)
		}
		answer, err := w.ask(ctx, d, q)
		if err != nil {
			return request{}, err
		}
		at := indexOf(s.Options, answer.Reveal())
		if at < 0 {
			return request{}, &NeedError{Question: w.redact.question(q)}
		}
		w.chosen[s.Topic] = true
		taken = s.Options[at]
	}
	form := taken.Form
	if form == nil {
		form = s.Form
	}
	r, err := w.submit(ctx, p, Submit{Form: form, Also: taken.Set})
	r.step = "choosing the " + string(s.Topic)
	return r, err
}

func indexOf(ways []Way, id string) int {
	for i, way := range ways {
		if strings.EqualFold(way.ID, id) {
			return i
		}
	}
	return -1
}
