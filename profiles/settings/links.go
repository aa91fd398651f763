package settings

import (
	"maps"
	"slices"
	"strconv"
)

// checkLinks looks at what refers to what: one NAME means one thing, and everything named exists.
func checkLinks(s *Settings, f *faults) {
	uniqueNames(s, f)
	profiles := slices.Collect(maps.Keys(s.Profiles))
	for name, p := range s.Profiles {
		at := []string{"profile", name}
		if p.IdP != "" && s.IdPs[p.IdP] == nil && !slices.Contains(Kinds(), p.IdP) {
			unknown(f, append(at, "idp"), "no [idp.NAME] of this name", p.IdP, slices.Collect(maps.Keys(s.IdPs)))
		}
		if p.Source == "" {
			continue
		}
		switch { // a source that is not here may be a profile of AWS's files: that is found out when it is used
		case p.IdP != "":
			f.add(append(at, "source"), Error{Reason: "a profile has source or idp, not both: its login is that of the source"})
		case p.Role == "":
			f.add(append(at, "source"), Error{Reason: "a profile with source needs a role to switch to"})
		case loops(s, name):
			f.add(append(at, "source"), Error{Reason: "leads back to this profile"})
		}
	}
	for name, g := range s.Groups {
		for i, member := range g.Profiles {
			at := []string{"group", name, "profiles", strconv.Itoa(i)}
			if s.Profiles[member] == nil {
				unknown(f, at, "no [profile.NAME] of this name", member, profiles)
			}
			if slices.Index(g.Profiles, member) < i {
				f.add(at, Error{Reason: quoted(member) + " stands here twice"})
			}
		}
	}
}

// unknown reports a name that means nothing, with the one it is most like.
func unknown(f *faults, at []string, reason, name string, names []string) {
	e := Error{Reason: reason + ": " + quoted(name)}
	if n := nearest(name, names); n != "" {
		e.Advice = "did you mean " + n + "?"
	}
	f.add(at, e)
}

// uniqueNames refuses a name of two things, and a kind's name: --idp and NAME take both.
func uniqueNames(s *Settings, f *faults) {
	names := map[string][]string{}
	collect(names, "idp", s.IdPs)
	collect(names, "profile", s.Profiles)
	collect(names, "group", s.Groups)
	for name, tables := range names {
		for i, t := range tables {
			switch {
			case slices.Contains(Kinds(), name):
				f.add([]string{t, name}, Error{Reason: quoted(name) + " is a kind of IdP, not a free name"})
			case i > 0:
				f.add([]string{t, name}, Error{Reason: quoted(name) + " is also the name of a [" + tables[0] + ".…]; names are unique"})
			}
		}
	}
}

func collect[T any](names map[string][]string, table string, all map[string]T) {
	for name := range all {
		names[name] = append(names[name], table)
	}
}

// loops reports whether the sources of a profile lead back to it. A loop that it only leads into is its members' fault.
func loops(s *Settings, name string) bool {
	at := name
	for range len(s.Profiles) {
		p := s.Profiles[at]
		if p == nil || p.Source == "" {
			return false
		}
		if at = p.Source; at == name {
			return true
		}
	}
	return false
}
