package main

import (
	"os"
	"strings"
	"testing"

	"github.com/samlogin/samlogin/cmd/samlogin/manual"
)

// The examples of help ci are the files that the real-world suite runs.
func TestTheExamplesForCIAreThoseThatWereTried(t *testing.T) {
	text, err := helpTexts.ReadFile("help/ci.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"samlogin.toml", "github.yml", "gitlab-ci.yml", "Jenkinsfile"} {
		example, err := os.ReadFile("../../testdata/ci/" + name)
		if err != nil {
			t.Fatal(err)
		}
		var indented strings.Builder
		for _, line := range strings.SplitAfter(strings.TrimSuffix(string(example), "\n"), "\n") {
			if strings.TrimSpace(line) != "" {
				line = "    " + line
			}
			indented.WriteString(line)
		}
		if !strings.Contains(string(text), indented.String()) {
			t.Errorf("%s is not in the help as it is in testdata/ci", name)
		}
	}
}

func TestHelpFitsAScreen(t *testing.T) {
	for _, topic := range topics() {
		text, err := helpTexts.ReadFile("help/" + topic + ".txt")
		if err != nil {
			t.Fatal(err)
		}
		for n, line := range strings.Split(string(text), "\n") {
			if len([]rune(line)) > manual.Width || strings.TrimRight(line, " ") != line {
				t.Errorf("%s, line %d is %d wide, or ends with a blank", topic, n+1, len([]rune(line)))
			}
		}
	}
}
