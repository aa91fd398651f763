package main

import (
	"bytes"
	"encoding/base64"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/samlogin/samlogin/cmd/samlogin/fault"
	"github.com/samlogin/samlogin/profiles"
	"github.com/samlogin/samlogin/saml/secret"
)

// readGitHubEnv reads GITHUB_ENV as the runner does: NAME=value, or NAME<<END, lines, END.
func readGitHubEnv(t *testing.T, text string) map[string]string {
	t.Helper()
	env := map[string]string{}
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	for i := 0; i < len(lines); i++ {
		equals, here := strings.Index(lines[i], "="), strings.Index(lines[i], "<<")
		switch {
		case equals >= 0 && (here < 0 || equals < here):
			env[lines[i][:equals]] = lines[i][equals+1:]
		case here >= 0:
			name, end, first := lines[i][:here], lines[i][here+2:], i+1
			for i++; i < len(lines) && lines[i] != end; i++ {
			}
			if i == len(lines) {
				t.Fatalf("%s has no end", name)
			}
			env[name] = strings.Join(lines[first:i], "\n")
		default:
			t.Fatalf("line %d of GITHUB_ENV is neither", i+1)
		}
	}
	return env
}

// watchedMasks notes what the file held when the masks came.
type watchedMasks struct {
	bytes.Buffer
	path, before string
}

func (w *watchedMasks) Write(p []byte) (int, error) {
	b, err := os.ReadFile(w.path)
	if err != nil {
		return 0, err
	}
	w.before = string(b)
	return w.Buffer.Write(p)
}

func (w *watchedMasks) WriteString(s string) (int, error) { return w.Write([]byte(s)) }

// security case 100
func TestMasksComeBeforeAnyUse(t *testing.T) {
	for _, already := range []string{"", "A=1\n", "A=1"} {
		path := filepath.Join(t.TempDir(), "env")
		if err := os.WriteFile(path, []byte(already), 0o600); err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		masks := &watchedMasks{path: path}
		if err := printEnvironment(&out, masks, "github", awsVariables(someKeys(), "eu-west-1"), path); err != nil {
			t.Fatal(err)
		}
		if out.Len() > 0 || masks.before != already {
			t.Errorf("stdout has %d bytes; before the masks the file had %q", out.Len(), masks.before)
		}
		lines := strings.Split(strings.TrimSuffix(masks.String(), "\n"), "\n")
		if lines[0] != "" { // "Logging in... ::add-mask::SECRET" is no command, but a secret in the log
			t.Errorf("the first mask may follow an open line: %d bytes before it", len(lines[0]))
		}
		hidden := map[string]bool{}
		for _, line := range lines[1:] {
			value, ok := strings.CutPrefix(line, "::add-mask::")
			if !ok {
				t.Errorf("a line on stderr is no mask")
			}
			hidden[value] = true
		}
		for _, value := range []string{"ASIAEXAMPLE123456789", someSecret, someToken} {
			if !hidden[value] {
				t.Errorf("a value of %d bytes is not masked", len(value))
			}
			for _, around := range []string{"", "a", "ab", "abc", "{\"key\":\""} {
				encoded := base64.StdEncoding.EncodeToString([]byte(around + value + "\n"))
				found := false
				for mask := range hidden {
					found = found || len(mask) >= len(value)-4 && strings.Contains(encoded, mask)
				}
				if !found {
					t.Errorf("base64 of %d bytes and a value of %d is not masked", len(around), len(value))
				}
			}
		}
		if hidden["eu-west-1"] {
			t.Error("the region is masked, which would spoil the log")
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		want := wantedKeys()
		if already != "" {
			want["A"] = "1"
		}
		if got := readGitHubEnv(t, string(text)); !maps.Equal(got, want) {
			t.Errorf("after %q: the next steps get %d variables, want %d, or other values", already, len(got), len(want))
		}
	}
}

func TestGitHubHoldsAnyText(t *testing.T) {
	path := filepath.Join(t.TempDir(), "env")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, value := range nastyValues() {
		if err := os.Truncate(path, 0); err != nil {
			t.Fatal(err)
		}
		var masks bytes.Buffer
		if err := printEnvironment(nil, &masks, "github", []variable{{Name: "V", Value: secret.New(value), Mask: true}}, path); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if got := readGitHubEnv(t, string(text)); got["V"] != value || len(got) != 1 {
			t.Errorf("%q came as %q", value, got)
		}
		for line := range strings.Lines(masks.String()) {
			if line != "\n" && !strings.HasPrefix(line, "::add-mask::") {
				t.Errorf("%q breaks its mask", value)
			}
		}
	}
}

func TestGitHubWithoutItsFile(t *testing.T) {
	var usage *fault.UsageError
	if err := printEnvironment(nil, nil, "github", awsVariables(someKeys(), ""), ""); !errors.As(err, &usage) {
		t.Errorf("without GITHUB_ENV: %v", err)
	}
	dir := t.TempDir()
	for _, path := range []string{dir, filepath.Join(dir, "none")} {
		var masks bytes.Buffer
		err := printEnvironment(nil, &masks, "github", awsVariables(someKeys(), ""), path)
		var file *profiles.FileError
		if !errors.As(err, &file) || strings.Contains(err.Error(), "c4nary") || explain(err).Exit != exitFile {
			t.Errorf("%s: %v", path, err)
		}
		if masks.Len() > 0 {
			t.Error("secrets were printed although there is nowhere to put them")
		}
	}
	path := filepath.Join(dir, "env")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := printEnvironment(nil, &countingWriter{err: errors.New("broken pipe")}, "github", awsVariables(someKeys(), ""), path); err == nil {
		t.Error("masks that nobody got are no error")
	}
	if text, _ := os.ReadFile(path); len(text) > 0 {
		t.Error("the next steps got secrets that are not masked")
	}
}
