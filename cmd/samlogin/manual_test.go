package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rivo/uniseg"

	"github.com/samlogin/samlogin/cmd/samlogin/manual"
)

// helpOf is what a command line prints.
func helpOf(t *testing.T, args ...string) string {
	t.Helper()
	var out, errOut bytes.Buffer
	a := &app{in: strings.NewReader(""), out: &out, errOut: &errOut, env: func(string) string { return "" }}
	if code := run(t.Context(), a, args); code != exitDone {
		t.Fatalf("%q: exit %d\n%s", args, code, errOut.String())
	}
	return out.String()
}

// The help of every command and topic is what it was when somebody last read it over: see testdata/help. It fits a
// terminal of 80 columns.
func TestHelpPages(t *testing.T) {
	folder := filepath.Join("..", "..", "testdata", "help")
	pages := map[string]string{}
	root := newRootCmd(&app{}, nil)
	root.InitDefaultHelpCmd()
	for _, c := range manual.Commands(root) {
		words := strings.Fields(c.CommandPath())
		pages[strings.Join(words, "-")+".txt"] = helpOf(t, append(words[1:], "--help")...)
	}
	for name, text := range pages {
		for _, line := range strings.Split(text, "\n") {
			if uniseg.StringWidth(line) > manual.Width {
				t.Errorf("%s is wider than %d columns: %s", name, manual.Width, line)
			}
		}
		path := filepath.Join(folder, name)
		if os.Getenv("SAMLOGIN_UPDATE") != "" {
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil || string(want) != text {
			t.Errorf("%s is not what is in testdata/help (SAMLOGIN_UPDATE=1 writes it anew): %v\n%s", name, err, text)
		}
	}
	files, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if _, there := pages[f.Name()]; !there {
			t.Errorf("%s is about a command that is not there", f.Name())
		}
	}
}

// Every command is in a group of the help, and so is every flag of login: those that are in none stand under a head that
// says nothing.
func TestTheHelpHasGroupsForAll(t *testing.T) {
	root := newRootCmd(&app{}, nil)
	root.InitDefaultHelpCmd()
	login, _, err := root.Find([]string{"login"})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range append(manual.Of(root, nil).Commands, manual.Of(login, nil).Flags...) {
		if s.Head == "Commands" || s.Head == "Flags" {
			t.Errorf("in no group: %v", s.Items)
		}
	}
}

func TestManPages(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "man")
	helpOf(t, "help", "--man", dir)
	for _, name := range []string{"samlogin.1", "samlogin-login.1", "samlogin-secret-set.1", "samlogin-ci.7"} {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || !strings.HasPrefix(string(text), ".TH \"SAMLOGIN") {
			t.Errorf("%s: %v\n%s", name, err, text)
		}
	}
}
