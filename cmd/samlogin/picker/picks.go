package picker

import (
	"slices"

	"github.com/samlogin/samlogin/saml"
)

// Picks are the roles that a person likes to see first, by ARN.
type Picks struct {
	Favourites []string `json:"favourites,omitempty"`
	Recent     []string `json:"recent,omitempty"` // the last one first
}

const (
	recentKept  = 20
	recentShown = 5
	mostFavours = 200
)

// After is what the person likes now, and whether that changed: what was taken, and what was made a favourite. Favourites
// that were not offered this time stay.
func (was Picks) After(l *List, taken []saml.Role) (now Picks, changed bool) {
	now = Picks{Favourites: slices.Clone(was.Favourites), Recent: slices.Clone(was.Recent)}
	for _, row := range l.rows {
		at := slices.Index(now.Favourites, row.role.ARN)
		switch {
		case row.favourite && at < 0 && len(now.Favourites) < mostFavours:
			now.Favourites = append(now.Favourites, row.role.ARN)
		case !row.favourite && at >= 0:
			now.Favourites = slices.Delete(now.Favourites, at, at+1)
		}
	}
	for _, role := range taken {
		now.Recent = slices.DeleteFunc(now.Recent, func(arn string) bool { return arn == role.ARN })
		now.Recent = slices.Insert(now.Recent, 0, role.ARN)
	}
	now.Recent = now.Recent[:min(len(now.Recent), recentKept)]
	return now, !slices.Equal(now.Favourites, was.Favourites) || !slices.Equal(now.Recent, was.Recent)
}
