package main

import (
	"encoding/json"
	"time"

	"github.com/samlogin/samlogin/profiles"
	"github.com/samlogin/samlogin/profiles/state"
	"github.com/samlogin/samlogin/saml/secret"
)

// Nothing in the config file tells a region that samlogin wrote from one of the person's own. What is remembered here
// lets logout take its own out, and no other.
const (
	regionKind = "region"
	regionLife = 10 * 365 * 24 * time.Hour
)

// regionEntry is a region that samlogin put into a config file.
type regionEntry struct {
	Config  string `json:"config"` // the file
	Profile string `json:"profile"`
	Region  string `json:"region"`
}

func (e regionEntry) identity() string { return state.Identity(e.Config, e.Profile) }

// rememberRegion notes a region that a save put into the config file: one that stood alone there, or took the place of
// one of samlogin's. One of the person's own that was replaced leaves none that could be taken out.
func (a *app) rememberRegion(files profiles.Files, profile, before, region string) {
	folder := a.folder()
	if folder == nil {
		return
	}
	e := regionEntry{files.Config, profile, region}
	if before != "" {
		if was, _, err := folder.Get(regionKind, e.identity()); err != nil || was.Reveal() != before {
			return
		}
	}
	description, err := json.Marshal(e)
	if err != nil {
		return
	}
	a.keep(state.Entry{Kind: regionKind, Identity: e.identity(), Value: secret.New(region), Expires: a.now().Add(regionLife), Description: description})
}

// regionsPlaced are the regions that samlogin put into config files and that it still remembers.
func (a *app) regionsPlaced() []regionEntry {
	folder := a.folder()
	if folder == nil {
		return nil
	}
	var all []regionEntry
	for _, k := range folder.List(regionKind) {
		var e regionEntry
		if json.Unmarshal(k.Description, &e) == nil {
			all = append(all, e)
		}
	}
	return all
}
