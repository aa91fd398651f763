package settings

import (
	"slices"
	"strings"
	"testing"
)

// TestOnlyTheKindCommandHasACommand, as a list, in the table of an IdP: a program is never named anywhere else.
func TestOnlyTheKindCommandHasACommand(t *testing.T) { // security case 112
	for text, want := range map[string]string{
		"[idp.x]\nkind = \"command\"\ncommand = [\"prog\", \"-v\"]\n":                                            "",
		"[idp.x]\nkind = \"command\"\n":                                                                          "of the kind command has no command",
		"[idp.x]\nkind = \"command\"\ncommand = \"prog -v\"\n":                                                   "needs a list",
		"[idp.x]\nkind = \"command\"\ncommand = [\"\"]\n":                                                        "names no program",
		"[idp.x]\nkind = \"adfs\"\nurl = \"https://adfs.example.com\"\ncommand = [\"prog\"]\n":                   "belongs to an IdP of the kind command only",
		"command = [\"prog\"]\n":                                                                                 "unknown key",
		"[idp.x]\nkind = \"command\"\ncommand = [\"prog\"]\n[profile.p]\nidp = \"x\"\ncommand = [\"another\"]\n": "unknown key",
	} {
		s, err := parse([]byte(text), func(string) error { return nil })
		switch {
		case want == "" && (err != nil || !slices.Equal(s.IdPs["x"].Command, []string{"prog", "-v"})):
			t.Errorf("%s\n%v", text, err)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
			t.Errorf("%s\ngot %v, want %q", text, err, want)
		}
	}
}
