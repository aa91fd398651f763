package profiles

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/config"
)

// TestGeneratedProcesses puts a command into generated config files, and takes it out again. The reader of the AWS SDK
// for Go, which is not ours, finds the command; every line of others is there, in the order of before; a second save
// changes nothing.
func TestGeneratedProcesses(t *testing.T) { // security cases 56, 57
	path := filepath.Join(t.TempDir(), "config")
	w := &Writer{Files: Files{Config: path, Credentials: filepath.Join(t.TempDir(), "credentials")}}
	made, read := 0, 0
	for seed := range uint64(edits) {
		g := generate(seed)
		if !g.inConfig {
			continue
		}
		before := g.text()
		p := testProcess(g.keys.Profile)
		p.Region = g.keys.Region
		s := w.saving()
		after, err := s.saveProcesses([]Process{p}, ReplaceLongTerm, "", before)
		if err != nil {
			var broken *BrokenFileError
			var notText *FileError
			var notOurs *NotOursError
			if after != "" || g.sort == soundFile || !errors.As(err, &broken) && !errors.As(err, &notText) && !errors.As(err, &notOurs) {
				t.Fatalf("seed %d (%s): %v of\n%s", seed, g.sort, err, before)
			}
			continue
		}
		if g.sort == brokenInside {
			t.Fatalf("seed %d: a section that clients read differently was edited:\n%q\n%q", seed, before, after)
		}
		made++
		if again, err := s.saveProcesses([]Process{p}, OwnOnly, "", after); err != nil || again != after {
			t.Fatalf("seed %d (%s): a second save gives %v and\n%q after\n%q", seed, g.sort, err, again, after)
		}
		removed, err := s.removeFromConfig([]string{p.Profile}, "", after)
		if err != nil {
			t.Fatalf("seed %d (%s): it cannot be taken out again: %v of\n%q", seed, g.sort, err, after)
		}
		if g.sort == mutated {
			continue // whose lines are whose is not known
		}
		others := slices.DeleteFunc(slices.Clone(g.lines), func(l madeLine) bool { return l.own })
		for what, text := range map[string]string{"with": after, "without": removed} {
			if lost, ok := inOrder(others, text, what == "without"); !ok {
				t.Fatalf("seed %d (%s): %s the command a line of others is not where it was: %q\n%q\n%q", seed, g.sort, what, lost, before, text)
			}
		}
		if g.sort != soundFile || g.quoted {
			continue
		}
		read++
		for text, want := range map[string]string{after: "/usr/bin/samlogin credentials prod", removed: ""} {
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			got, err := config.LoadSharedConfigProfile(t.Context(), p.Profile, func(o *config.LoadSharedConfigOptions) {
				o.ConfigFiles, o.CredentialsFiles = []string{path}, []string{}
			})
			var gone config.SharedConfigProfileNotExistError
			if want == "" && errors.As(err, &gone) {
				continue
			}
			if err != nil || got.CredentialProcess != want || got.Region != p.Region {
				t.Fatalf("seed %d: the AWS SDK for Go reads %q in %q, %v from\n%q", seed, got.CredentialProcess, got.Region, err, text)
			}
		}
	}
	t.Logf("%d edits, %d read by the AWS SDK for Go", made, read)
	if made < edits/10 || read < edits/20 {
		t.Errorf("only %d edits were made, and %d read: the files are not those that were meant", made, read)
	}
}

// inOrder looks for lines in a text, in their order. Where the section may have gone, its header and a blank line may be
// missing.
func inOrder(lines []madeLine, text string, sectionToo bool) (lost string, ok bool) {
	rest := strings.Split(text, "\n")
	for _, l := range lines {
		want := strings.TrimRight(l.text, "\r\n")
		n := slices.IndexFunc(rest, func(r string) bool { return strings.TrimRight(r, "\r") == want })
		if n < 0 {
			if sectionToo && (strings.TrimSpace(want) == "" || l.mine && l.header) {
				continue
			}
			return want, false
		}
		rest = rest[n+1:]
	}
	return "", true
}
