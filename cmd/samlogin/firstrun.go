package main

import (
	"strings"

	"github.com/samlogin/samlogin/cmd/samlogin/fault"
	"github.com/samlogin/samlogin/profiles/settings"
	"github.com/samlogin/samlogin/saml/foreign"
)

// nobodyNamed is the answer to a login that says neither what to log in to nor where: the first run, most often, or
// settings without a default.
func nobodyNamed(s *settings.Settings) error {
	if names := namesOf(s); len(names) > 0 {
		one := names[0]
		for _, name := range names {
			if s.Groups[name] != nil { // a group is what a default is for
				one = name
				break
			}
		}
		return &fault.UsageError{
			What: "the settings have no default, and nothing is named: there are " + strings.Join(names, ", "),
			Hint: "samlogin login " + one + ", or put default = \"" + one + "\" above the tables of " + foreign.Clean(s.Path) + " and samlogin alone does it",
		}
	}
	return &fault.UsageError{
		What: "no identity provider is named, and no settings name one",
		Hint: "samlogin --idp adfs --url https://adfs.example.com logs in without settings; samlogin configure makes some, so that samlogin alone does it; samlogin demo shows it all on this computer",
	}
}
