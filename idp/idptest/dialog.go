package idptest

import (
	"context"
	"sync"

	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/saml/secret"
)

// Stored is a Dialog with stored answers, such as the environment or a key store: it has no second answer for a
// question whose first answer was refused.
type Stored map[idp.Kind]string

// Ask implements idp.Dialog.
func (s Stored) Ask(_ context.Context, q idp.Question) (secret.Text, error) {
	answer, ok := s[q.Kind]
	if !ok || q.Again {
		return secret.Text{}, idp.ErrNoAnswer
	}
	return secret.New(answer), nil
}

// A Person is a Dialog that types one answer after the other, also when the one before was refused, and has none left
// at the end. It remembers what it was asked.
type Person struct {
	Types map[idp.Kind][]string

	mu    sync.Mutex
	asked []idp.Question
}

// Ask implements idp.Dialog.
func (p *Person) Ask(_ context.Context, q idp.Question) (secret.Text, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked = append(p.asked, q)
	left := p.Types[q.Kind]
	if len(left) == 0 {
		return secret.Text{}, idp.ErrNoAnswer
	}
	p.Types[q.Kind] = left[1:]
	return secret.New(left[0]), nil
}

// Asked lists the questions so far; of a kind if one is given.
func (p *Person) Asked(kinds ...idp.Kind) []idp.Question {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []idp.Question
	for _, q := range p.asked {
		if len(kinds) == 0 || q.Kind == kinds[0] {
			out = append(out, q)
		}
	}
	return out
}
