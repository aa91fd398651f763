package adfs_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/samlogin/samlogin/idp"
)

// What the table of adapters makes of each of their pages stands in steps.txt, beside them.
func TestTheAdaptersAnswerTheirPages(t *testing.T) {
	folder := filepath.Join(pages, "mfa")
	text, err := os.ReadFile(filepath.Join(folder, "steps.txt"))
	if err != nil {
		t.Fatal(err)
	}
	found, err := filepath.Glob(filepath.Join(folder, "*.html"))
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	for _, path := range found {
		fmt.Fprintf(&got, "%s: %s\n", strings.TrimSuffix(filepath.Base(path), ".html"), answered(read(t, "mfa/"+filepath.Base(path))))
	}
	if got.String() != string(text) {
		changed := filepath.Join(t.TempDir(), "steps.txt")
		if os.Getenv("SAMLOGIN_UPDATE") != "" {
			changed = filepath.Join(folder, "steps.txt")
		}
		if err := os.WriteFile(changed, []byte(got.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		t.Errorf("the steps are not those of steps.txt (SAMLOGIN_UPDATE=1 writes it anew):\n%s", got.String())
	}
}

// answered is a step with what a person would be shown.
func answered(p *idp.Page) string {
	switch s := step(p).(type) {
	case idp.Wait:
		return fmt.Sprintf("wait %v, blocks %t, %q, number %q", s.Every, s.Blocks, s.Says, s.Number)
	case idp.Choose:
		var ways []string
		for _, o := range s.Offered() {
			ways = append(ways, fmt.Sprintf("%s %q", o.ID, o.Label))
		}
		return fmt.Sprintf("choose the %s: %s", s.Topic, strings.Join(ways, ", "))
	case idp.Challenge:
		var asks []string
		for _, b := range s.Blanks {
			asks = append(asks, fmt.Sprintf("%s %s %q %s", b.Kind, b.Field, b.Label, b.Same))
		}
		return fmt.Sprintf("ask %s; says %q; sends %v; refused %q; next %t", strings.Join(asks, ", "), s.Says, s.Also, s.Refused, s.More)
	case idp.Stop:
		switch e := s.Err.(type) {
		case *idp.RefusedError:
			return fmt.Sprintf("stop: %q", e.Said)
		case *idp.PageError:
			return "stop: " + e.Why
		}
	case idp.Exchange:
		return "talk to " + s.With.String()
	}
	return classify(p)
}
