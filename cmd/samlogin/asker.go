package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/samlogin/samlogin/cmd/samlogin/fault"
	"github.com/samlogin/samlogin/cmd/samlogin/terminal"
	"github.com/samlogin/samlogin/saml/foreign"
)

// asker puts the questions of a set-up: each has a flag that answers it, and most have an answer that is proposed.
type asker struct {
	app      *app
	terminal *terminal.Terminal // nil: nobody can be asked
	agreed   bool               // what is proposed is taken without asking, as --yes says
}

// question is one line that a person can answer.
type question struct {
	label    string
	flag     string             // that answers it
	given    string             // its value, "" not given
	proposed string             // taken when return is pressed, or nobody can be asked; "" there is none
	empty    bool               // no answer is an answer
	person   bool               // a person who is there is asked in any case
	check    func(string) error // nil: every text will do
}

const triesToAnswer = 3

// text gives the answer to a question.
func (k *asker) text(ctx context.Context, q question) (string, error) {
	check := func(text string) error {
		if q.check == nil {
			return nil
		}
		return q.check(text)
	}
	if q.given != "" {
		if err := check(q.given); err != nil {
			if explain(err).Exit != exitFault {
				return "", err // it has words of its own
			}
			return "", &fault.UsageError{What: "--" + q.flag + ": " + err.Error(), Hint: hintOf(err)}
		}
		return q.given, nil
	}
	if k.terminal == nil {
		if q.proposed == "" && !q.empty {
			return "", &fault.NeedError{What: uncapital(q.label) + " is needed, and nobody can be asked", Hint: "give it with --" + q.flag}
		}
		return q.proposed, nil
	}
	if k.agreed && !q.person && (q.proposed != "" || q.empty) {
		return q.proposed, nil
	}
	prompt := q.label
	if q.proposed != "" {
		prompt += " [" + foreign.Clean(q.proposed) + "]"
	}
	for range triesToAnswer {
		answer, err := k.terminal.Line(ctx, prompt+": ", false)
		if err != nil {
			return "", err
		}
		if answer = strings.TrimSpace(answer); answer == "" {
			answer = q.proposed
		}
		if answer == "" && !q.empty {
			continue
		}
		if answer == "" {
			return "", nil
		}
		if err = check(answer); err == nil {
			return answer, nil
		}
		k.complain(err)
	}
	return "", &fault.NeedError{What: uncapital(q.label) + " was not answered", Hint: "--" + q.flag + " gives it, too"}
}

// complain tells what is wrong with an answer, before the question is put again.
func (k *asker) complain(err error) {
	told := explain(err)
	for _, text := range []string{told.Message, told.Hint} {
		if text == "" {
			continue
		}
		for _, line := range wrapped(foreign.Clean(text), k.terminal.Width()-4) {
			fmt.Fprintf(k.terminal.Out, "  %s\n", line)
		}
	}
}

func uncapital(s string) string { return strings.ToLower(s[:1]) + s[1:] }
