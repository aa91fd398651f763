package imports

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/samlogin/samlogin/profiles/settings"
)

// Whatever the file of another tool holds: reading it ends, every line that is told of is one of the file, and what comes
// out are settings that can be written and read, without a command.
func FuzzImport(f *testing.F) {
	for _, text := range []string{saml2awsFile, clissoFile, "", "[", "[a]\nurl=", "a:\n b:\n  c:\n", "\"", "a: \"", "[default]\nadfs_config.adfs_host=x\n", "'a': b", "[a]\nurl=https://x\naws_profile=[\n", strings.Repeat(" x:\n", 50)} {
		for tool := range uint8(4) {
			f.Add(tool, text)
		}
	}
	empty, err := settings.Load(filepath.Join(f.TempDir(), "none"), false, plain)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, tool uint8, text string) {
		r, err := Parse(Tools()[tool%4], "x", text, Ours{Settings: empty, CheckDuration: plain})
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Count(text, "\n") + 1
		for _, l := range r.Lines {
			if l.Number < 1 || l.Number > lines || l.Fate == "" || (l.Fate == Left && l.Why == "") {
				t.Errorf("%+v", l)
			}
		}
		for _, c := range r.Changes {
			if strings.Contains(c.Key, "command") || c.Value == "command" {
				t.Errorf("%+v", c)
			}
		}
		if _, err := settings.Plan(filepath.Join(t.TempDir(), "config.toml"), r.Changes); err != nil {
			t.Errorf("%q gives %+v: %v", text, r.Changes, err)
		}
	})
}
