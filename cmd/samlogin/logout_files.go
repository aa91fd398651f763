package main

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/samlogin/samlogin/profiles"
	"github.com/samlogin/samlogin/profiles/settings"
)

// written adds what the AWS files tell of the names: the profiles that their keys went to, and the keys.
func (l *leaving) written(a *app) error {
	files, err := profiles.Locate(a.env)
	if err != nil {
		return nil // without a home there are none
	}
	for _, name := range slices.Collect(maps.Keys(l.names)) {
		if there, err := files.Inspect(name); err != nil || there.Standing != profiles.SwitchesRole {
			continue
		}
		t := &target{choices: l.settings.General}
		if p := l.settings.Profiles[name]; p != nil {
			t.choices = settings.Nearest(p.Choices, l.settings.General)
		}
		l.names[sessionProfile(job{target: t, profile: name})] = true
	}
	endings, err := files.Endings()
	for _, e := range endings {
		if e.Managed && e.KeyID != "" && l.names[e.Profile] {
			l.keyIDs[e.KeyID] = true
		}
	}
	return err
}

// forgetProfiles takes samlogin's lines out of the AWS files.
func (a *app) forgetProfiles(ctx context.Context, l *leaving, done *loggedOut) error {
	files, err := profiles.Locate(a.env)
	if err != nil {
		if l.all {
			return nil // no home, no files
		}
		return err
	}
	endings, err := files.Endings()
	if err != nil {
		return err
	}
	var ours []string
	for _, e := range endings {
		if e.Managed && (l.all || l.names[e.Profile] || l.wrote(e)) {
			ours = append(ours, e.Profile)
		}
	}
	processes, err := files.Processes()
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(processes)) {
		if (l.all || l.names[name] || l.names[commandsName(processes[name])]) && !slices.Contains(ours, name) {
			ours = append(ours, name)
		}
	}
	if len(ours) == 0 {
		return nil
	}
	w := profiles.Writer{Files: files, Now: a.now, Notice: a.notice, Regions: map[string]string{}}
	for _, e := range l.regions {
		if e.Config == files.Config {
			w.Regions[e.Profile] = e.Region
		}
	}
	if err := w.Remove(ctx, ours); err != nil {
		return err
	}
	done.Profiles = ours
	if folder := a.folder(); folder != nil {
		for _, profile := range ours {
			err = errors.Join(err, folder.Delete(regionKind, regionEntry{Config: files.Config, Profile: profile}.identity()))
		}
	}
	return err
}

// wrote reports whether a profile got the keys of one that is meant. Another profile of the settings that has the same
// ones was not named.
func (l *leaving) wrote(e profiles.Ending) bool {
	return e.KeyID != "" && l.keyIDs[e.KeyID] && l.settings.Profiles[e.Profile] == nil
}

// commandsName is the NAME whose keys a credential_process of samlogin's prints: its last word.
func commandsName(command string) string {
	words := strings.Fields(command)
	if len(words) == 0 {
		return ""
	}
	return words[len(words)-1]
}
