package main

import (
	"testing"

	"github.com/samlogin/samlogin/cmd/samlogin/terminal"
)

// With --yes what is proposed is taken, also where somebody could be asked; what only a person can say is not.
func TestYesTakesWhatIsProposed(t *testing.T) {
	sits := &terminal.Terminal{} // it would fail if it were used
	for _, c := range []struct {
		name string
		q    question
		want string
	}{
		{"a proposal", question{label: "Name", flag: "name", proposed: "corp"}, "corp"},
		{"no answer is an answer", question{label: "A name", flag: "account", empty: true}, ""},
		{"a flag goes before", question{label: "Name", flag: "name", given: "other", proposed: "corp"}, "other"},
	} {
		k := &asker{app: &app{}, terminal: sits, agreed: true}
		if got, err := k.text(t.Context(), c.q); got != c.want || err != nil {
			t.Errorf("%s: %q, %v, want %q", c.name, got, err, c.want)
		}
	}
}
