package imports

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/samlogin/samlogin/profiles/settings"
)

// plain stands in for the grammar of durations.
func plain(s string) error {
	if strings.HasSuffix(s, "h") || strings.HasSuffix(s, "m") || len(s) == 5 {
		return nil
	}
	return errors.New("not readable as a duration")
}

// ours are settings made of a text, and their file.
func ours(t *testing.T, text string) (Ours, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "config.toml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := settings.Load(path, true, plain)
	if err != nil {
		t.Fatal(err)
	}
	return Ours{Settings: s, CheckDuration: plain}, path
}

// after is the text of the settings once the changes are made, which Load has to take.
func after(t *testing.T, path string, r *Result) string {
	t.Helper()
	e, err := settings.Plan(path, r.Changes)
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Save(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := settings.Load(path, true, plain); err != nil {
		t.Fatalf("%v in\n%s", err, e.Text())
	}
	return e.Text()
}

// told are the lines as short words: "3 mfa needless".
func told(r *Result) []string {
	var out []string
	for _, l := range r.Lines {
		key := l.Key
		if key == "" {
			key = "[" + l.Section + "]"
		}
		out = append(out, strings.TrimSpace(fmt.Sprintf("%d %s %s %s", l.Number, key, l.Fate, strings.Join(l.To, " "))))
	}
	return out
}

func compare(t *testing.T, got, want []string) {
	t.Helper()
	for i := range max(len(got), len(want)) {
		g, w := "nothing", "nothing"
		if i < len(got) {
			g = got[i]
		}
		if i < len(want) {
			w = want[i]
		}
		if g != w {
			t.Errorf("got  %s\nwant %s", g, w)
		}
	}
}

func TestOddLinesAreTold(t *testing.T) {
	o, _ := ours(t, "")
	for text, want := range map[string]string{
		"[a\nurl = https://x.example.com\n": "1 [] left",
		"[a]\nnonsense\n":                   "2 [a] left",
		"[a]\nurl = https://x.example.com\nprovider=ADFS\nusername = \"\"\"x\n":       "4 username left",
		"[a]\nurl = https://x.example.com\nprovider=ADFS\nusername = 'x\n":            "4 username left",
		"[a]\nurl = https://x.example.com\nprovider=ADFS\nusername = x \\\n  y\n":     "4 username left",
		"[a]\nurl = https://x.example.com\nprovider=ADFS\nusername = %(name)s\n":      "4 username left",
		"[a]\nurl = https://x.example.com\nprovider=ADFS\nmfa = a\nmfa = b\n":         "4 mfa needless",
		"[a]\nurl = https://x.example.com\nprovider=ADFS\nusername = a\x1b[2Jb\n":     "4 username left",
		"\uFEFF[a]\r\nurl = https://x.example.com\r\nprovider=ADFS\r\nmfa = auto\r\n": "4 mfa needless",
	} {
		r, err := Parse(Saml2AWS, "x", text, o)
		if err != nil || !slices.Contains(told(r), want) {
			t.Errorf("%q: %v, %q", text, err, told(r))
		}
	}
	for text, want := range map[string]string{
		"a: &x 1\n": "1 a left", "- x\n": "1 [] left", "apps:\n  x:\n    url: |\n      canary\n      more: x\n": "3 url left",
		"\tx: 1\n": "1 [] left", "a: \"x\\u0041\"\n": "1 a left", "a: 'x\n": "1 a left", "just words\n": "1 [] left", "a: {b: c}\n": "1 a left",
	} {
		r, err := Parse(Clisso, "x", text, o)
		if err != nil || !slices.Contains(told(r), want) || strings.Contains(fmt.Sprint(r.Lines), "canary") {
			t.Errorf("%q: %v, %q", text, err, told(r))
		}
	}
}

func TestQuotesOfYAML(t *testing.T) {
	for text, want := range map[string]string{
		"a": "a", "'it''s'": "it's", `"x y" # c`: "x y", "a # c": "a", "a#b": "a#b", "''": "", "~": "", "x: y": "x: y", "'a' # b": "a", "https://x/#y": "https://x/#y",
	} {
		if got, odd := yamlValue(text); got != want || odd != "" {
			t.Errorf("%s: %q %s", text, got, odd)
		}
	}
}

func TestFilesThatCannotBeRead(t *testing.T) {
	folder := t.TempDir()
	long, pipe := filepath.Join(folder, "long"), filepath.Join(folder, "pipe")
	if err := errors.Join(os.WriteFile(long, make([]byte, maxSize+1), 0o600), makePipe(pipe)); err != nil {
		t.Fatal(err)
	}
	o, _ := ours(t, "")
	for _, path := range []string{folder, long, pipe, filepath.Join(folder, "gone")} {
		var no *FileError
		if _, err := Read(Saml2AWS, path, o); !errors.As(err, &no) || no.Path != path {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestWhereTheFilesAre(t *testing.T) {
	home := t.TempDir()
	env := map[string]string{"HOME": home, "USERPROFILE": home}
	get := func(name string) string { return env[name] }
	for tool, want := range map[Tool]string{Saml2AWS: ".saml2aws", Clisso: ".clisso.yaml", AWSADFS: ".aws/config", AWSVault: ".aws/config"} {
		if got, err := tool.Locate(get); err != nil || got != filepath.Join(home, filepath.FromSlash(want)) {
			t.Errorf("%s: %s, %v", tool, got, err)
		}
	}
	env["AWS_CONFIG_FILE"], env["SAML2AWS_CONFIGFILE"] = filepath.Join("~", "c"), filepath.Join(home, "s")
	for tool, want := range map[Tool]string{Saml2AWS: "s", AWSADFS: "c"} {
		if got, err := tool.Locate(get); err != nil || got != filepath.Join(home, want) {
			t.Errorf("%s: %s, %v", tool, got, err)
		}
	}
	delete(env, "HOME")
	delete(env, "USERPROFILE")
	if _, err := Clisso.Locate(get); err == nil {
		t.Error("found without a home")
	}
}

// A file made to be slow: as many accounts and lines as it can have.
func TestHugeFiles(t *testing.T) {
	for tool, text := range map[Tool]string{
		Saml2AWS: strings.Repeat("[a%d]\nurl=https://x%d.example.com\nprovider=ADFS\n", 8_000),
		AWSADFS:  strings.Repeat("[profile a%d]\nadfs_config.adfs_host=x%d.example.com\n", 8_000),
		Clisso:   "providers:\n" + strings.Repeat(" a%d:\n  base-url: x%d.example.com\n", 8_000) + "apps:\n" + strings.Repeat(" b%d:\n  provider: a1\n  url: x\n", 8_000),
		AWSVault: strings.Repeat("[profile a%d]\nmfa_process=x\n", 20_000),
	} {
		n := 0
		for strings.Contains(text[:min(len(text), 1<<20)], "%d") && n < 16_000 { // each name another one
			before, after, _ := strings.Cut(text, "%d")
			if n > 600 {
				break
			}
			text, n = before+strconv.Itoa(n)+after, n+1
		}
		o, path := ours(t, "")
		r, err := Parse(tool, "x", text, o)
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Profiles) > mostAccounts || len(r.Lines) == 0 {
			t.Errorf("%s: %d profiles, %d lines", tool, len(r.Profiles), len(r.Lines))
		}
		after(t, path, r)
	}
}
