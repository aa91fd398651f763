package main

import (
	"fmt"
	"time"
)

// endedTold is how many profiles whose keys have ended have a line of their own: in the morning it is all of them.
const endedTold = 4

// ended reports whether the keys of a profile are of no use any more.
func (e *examination) ended(name string) bool {
	ends := e.ends[name]
	return !ends.IsZero() && !ends.After(e.app.now())
}

// tellEnded tells of profiles whose keys have ended. Nothing is wrong with them but that AWS clients are refused, which
// is what brings somebody here.
func (e *examination) tellEnded(f *findings, names []string) {
	for i, name := range names {
		if rest := len(names) - i; i == endedTold-1 && rest > 1 {
			f.note(warning, "others", fmt.Sprintf("the keys of %d more profiles have ended, too", rest), e.app.loginCommand()+", or samlogin login with their names")
			return
		}
		f.note(warning, name, e.standing(name)+": AWS clients are refused with them", e.app.loginCommand(name))
	}
}

// longAgo says how long something is past; of days, hours and minutes are no news.
func longAgo(d time.Duration) string {
	if days := int(d / (24 * time.Hour)); days > 1 {
		return fmt.Sprintf("%d days ago", days)
	}
	return span(d) + " ago"
}
