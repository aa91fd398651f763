package picker

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/samlogin/samlogin/cmd/samlogin/terminal"
	"github.com/samlogin/samlogin/saml"
	"github.com/samlogin/samlogin/saml/foreign"
)

// numbersAtOnce is how many roles are listed before the person is asked.
const numbersAtOnce = 20

// ByNumber lists the roles with numbers and asks for a line: numbers, or words that leave fewer roles. A role keeps
// its number, and only one that was listed is taken by it. Errors: terminal.ErrInterrupted, the context's cause.
func ByNumber(ctx context.Context, t *terminal.Terminal, l *List) ([]saml.Role, error) {
	listed := make([]bool, len(l.rows))
	question := "Number, or words to leave fewer: "
	if l.Several {
		question = "Numbers (2, or 2 5-7), all, or words to leave fewer: "
	}
	if l.Profile != "" {
		question = "Number for the profile " + foreign.Cut(l.Profile, 30) + ", or words to leave fewer: "
	}
	from := 0
	for {
		to := min(from+numbersAtOnce, len(l.fitting))
		for _, i := range l.fitting[from:to] {
			listed[i] = true
			fmt.Fprintf(t.Out, "%4d  %s\n", i+1, terminal.Fit(l.rows[i].spoken(), max(t.Width()-7, 20)))
		}
		if more := len(l.fitting) - to; more > 0 {
			fmt.Fprintf(t.Out, "      and %d more; return alone lists them\n", more)
		}
		answer, err := t.Line(ctx, question, false)
		if err != nil {
			return nil, err
		}
		numbers, ok := numbersOf(answer, len(l.rows))
		switch {
		case l.Several && strings.EqualFold(strings.TrimSpace(answer), "all"):
			var out []saml.Role
			for _, i := range l.fitting {
				out = append(out, l.rows[i].role)
			}
			return out, nil
		case ok && slices.ContainsFunc(numbers, func(n int) bool { return !listed[n] }):
			fmt.Fprintln(t.Out, "Only a role that was listed can be taken by its number.")
		case ok && len(numbers) > 1 && !l.Several:
			fmt.Fprintln(t.Out, "One role can be taken: one profile was named.")
		case ok:
			var out []saml.Role
			for _, n := range numbers {
				out = append(out, l.rows[n].role)
			}
			return out, nil
		case strings.TrimSpace(answer) == "":
			if from = to; from == len(l.fitting) {
				from = 0
				l.filter("")
			}
		default:
			from = 0
			if l.filter(answer); !l.any() {
				fmt.Fprintf(t.Out, "No role fits %s.\n", foreign.Text(answer))
				l.filter("")
			}
		}
	}
}

// spoken is a role on a line of its own.
func (r *item) spoken() string {
	s := r.path.shown + " in " + r.account.shown
	if r.name.shown != "" {
		s += " (" + r.name.shown + ")"
	}
	if r.via != "" {
		s += " by " + r.via
	}
	return s
}

// numbersOf reads numbers up to a highest one, and ranges of them, as indexes without doubles; false where the answer is
// something else, such as a piece of an account's number.
func numbersOf(answer string, highest int) ([]int, bool) {
	var out []int
	taken := map[int]bool{}
	words := strings.FieldsFunc(answer, func(r rune) bool { return r == ' ' || r == ',' || r == '\t' })
	for _, w := range words {
		first, last, isRange := strings.Cut(w, "-")
		if !isRange {
			last = first
		}
		a, err1 := strconv.Atoi(first)
		b, err2 := strconv.Atoi(last)
		if err1 != nil || err2 != nil || a < 1 || b < a || b > highest || w[0] == '0' {
			return nil, false
		}
		for n := a - 1; n < b; n++ {
			if !taken[n] {
				taken[n] = true
				out = append(out, n)
			}
		}
	}
	return out, len(out) > 0
}
