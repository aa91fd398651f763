package settings

import (
	"maps"
	"slices"
	"strings"
)

// What an included file may set. Everything else is refused, also keys that are still to come: a command, a place for
// secrets, an origin that gets them, an endpoint, a certificate to trust, a file to read. A profile's address is among them:
// it would lead the password of an IdP of the person's own elsewhere.
const (
	includedTop     = "default accounts timeout notify credentials_prompt idp profile group"
	includedChoices = "start relying_party username realm mfa windows role principal duration exact_duration region policy_arns " +
		"write timeout session session_profile credentials_prompt notify mfa_session"
	includedIdP     = includedChoices + " kind url mfa_adapter"
	includedProfile = includedChoices + " idp source"
	includedGroup   = "profiles"
)

// forbidden says what an included file sets that only a person's own settings can.
func (t tree) forbidden() *Error {
	f := &faults{at: t.at, files: t.files}
	refuse := func(reason string, path ...string) {
		f.add(path, Error{Reason: reason, Advice: "if you want it, write it into your own settings"})
	}
	only := func(values map[string]any, allowed string, path ...string) {
		for key := range values {
			if !slices.Contains(strings.Fields(allowed), key) {
				refuse("an included file cannot set this", append(path[:len(path):len(path)], key)...)
			}
		}
	}
	only(t.values, includedTop)
	for kind, allowed := range map[string]string{"idp": includedIdP, "profile": includedProfile, "group": includedGroup} {
		tables, _ := t.values[kind].(map[string]any)
		for name, v := range maps.All(tables) {
			values, _ := v.(map[string]any)
			only(values, allowed, kind, name)
			for _, key := range []string{"kind", "idp"} { // a kind can stand for an IdP
				if values[key] == "command" {
					refuse("an included file cannot have a command run", kind, name, key)
				}
			}
		}
	}
	return f.first
}
