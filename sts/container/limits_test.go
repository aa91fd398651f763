package container

import (
	"testing"
	"time"
)

// Whoever says nothing, says it slowly or does not read is let go of in each phase; an answer may take as long as a
// login does.
func TestEveryPhaseOfAConnectionEnds(t *testing.T) { // security case 124
	s, err := Listen(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for phase, c := range map[string]struct{ limit, most time.Duration }{
		"the header":           {s.http.ReadHeaderTimeout, 10 * time.Second},
		"the request":          {s.http.ReadTimeout, 10 * time.Second},
		"the answer":           {s.http.WriteTimeout, 2 * time.Minute},
		"between two requests": {s.http.IdleTimeout, time.Minute},
	} {
		if c.limit <= 0 || c.limit > c.most {
			t.Errorf("%s: %s", phase, c.limit)
		}
	}
}
