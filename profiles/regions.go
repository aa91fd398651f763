package profiles

import (
	"maps"
	"slices"
)

// placed is a region that a save puts into the config file.
type placed struct{ before, region string }

// place notes what becomes of a profile's region. An edit may be made several times, the later ones of a text that has
// the region already: the first one counts.
func (s *saving) place(config *edit, profile, region string) {
	before := config.keysOf(profile)[keyRegion].value
	if _, seen := s.regions[profile]; seen || region == "" || region == before {
		return
	}
	if s.regions == nil {
		s.regions = map[string]placed{}
	}
	s.regions[profile] = placed{before, region}
}

func (s *saving) tellPlaced() {
	if s.Placed == nil {
		return
	}
	for _, profile := range slices.Sorted(maps.Keys(s.regions)) {
		s.Placed(profile, s.regions[profile].before, s.regions[profile].region)
	}
}

// removeFromConfig takes the credential_process of samlogin's out, and the regions that it put there. A profile with
// role_arn is never changed.
func (s *saving) removeFromConfig(profiles []string, credentials, text string) (string, error) {
	kept := s.open(s.Files.Credentials, credentials, false)
	e := s.open(s.Files.Config, text, true)
	for _, profile := range profiles {
		set := e.keysOf(profile)
		if _, switches := set[keyRoleARN]; switches {
			continue
		}
		var own []setting
		process := ownProcess(set)
		if process {
			own = processLines()
		}
		mine := process || kept.keysOf(profile)[keyMark].value == markManaged
		if region := s.Regions[profile]; region != "" && mine && set[keyRegion].value == region {
			own = append(own, setting{key: keyRegion, drop: true})
		}
		if len(own) == 0 {
			continue
		}
		if err := e.remove(profile, own); err != nil {
			return "", err
		}
	}
	return e.text(), nil
}
