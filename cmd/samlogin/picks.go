package main

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/samlogin/samlogin/profiles/state"
	"github.com/samlogin/samlogin/saml"
	"github.com/samlogin/samlogin/saml/secret"
)

// picks are the roles that a person likes to see first, by ARN: kept sealed, by IdP and person.
type picks struct {
	Favourites []string `json:"favourites,omitempty"`
	Recent     []string `json:"recent,omitempty"` // the last one first
}

const (
	picksKind   = "picks"
	picksLife   = 365 * 24 * time.Hour // from the last time that a role was picked
	recentKept  = 20
	recentShown = 5
	mostFavours = 200
)

// keptPicks are those of earlier runs; none where nothing is kept.
func (a *app) keptPicks(in *signIn) picks {
	var p picks
	if folder := a.folder(); folder != nil {
		if text, _, err := folder.Get(picksKind, in.who()); err == nil && json.Unmarshal([]byte(text.Reveal()), &p) != nil {
			return picks{}
		}
	}
	return p
}

// keepPicks keeps what was taken and what was made a favourite. Favourites that were not offered this time stay.
func (a *app) keepPicks(in *signIn, was picks, l *pickList, taken []saml.Role) {
	now := picks{Favourites: slices.Clone(was.Favourites), Recent: slices.Clone(was.Recent)}
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
	if slices.Equal(now.Favourites, was.Favourites) && slices.Equal(now.Recent, was.Recent) {
		return
	}
	text, err := json.Marshal(now)
	if err != nil {
		return
	}
	a.keep(state.Entry{Kind: picksKind, Identity: in.who(), Value: secret.New(string(text)), Expires: a.now().Add(picksLife)})
}
