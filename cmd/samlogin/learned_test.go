package main

import (
	"strings"
	"testing"
	"time"

	idpdemo "github.com/samlogin/samlogin/idp/demo"
	stsdemo "github.com/samlogin/samlogin/sts/demo"
)

// The longest duration that a role was found to allow is the first guess for seven days; --force forgets it.
func TestLearnedDurationIsTheFirstGuess(t *testing.T) {
	const guess = "14400"
	r := newRig(t, 0, 0, func(_ *idpdemo.Config, c *stsdemo.Config) {
		c.MaxSession = map[string]time.Duration{"arn:aws:iam::222222222222:role/team/Deploy": 4 * time.Hour}
	})
	r.args = nil
	r.app.stateless = false
	at := 0
	login := func(searches bool, more ...string) {
		t.Helper()
		r.want(t, exitDone, goodPassword, append([]string{"login", "--username", `CORP\jane`, "--role", "Deploy", "--duration", "max", "--no-input"}, more...)...)
		var asked []string
		for _, c := range r.sts.Log()[at:] {
			asked = append(asked, c.Duration)
		}
		at = len(r.sts.Log())
		if searches && (asked[0] != "43200" || len(asked) < 3 || len(asked) > 5) || !searches && strings.Join(asked, " ") != guess {
			t.Errorf("%v: STS was asked for %v seconds; a search is wanted: %v", more, asked, searches)
		}
		if !strings.Contains(r.out.String(), "4 h of the 12 h asked for: the role allows no more") {
			t.Errorf("%v: %s", more, r.out.String())
		}
	}
	login(true)
	r.ahead.Add(int64(7*24*time.Hour - time.Minute))
	login(false)
	login(true, "--force")
	r.ahead.Add(int64(7*24*time.Hour + time.Minute))
	login(true)
	r.ahead.Add(int64(24 * time.Hour))
	login(false)
}
