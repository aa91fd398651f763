package settings

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestWhereSettingsAre(t *testing.T) {
	root := t.TempDir() // absolute on every system
	in := func(parts ...string) string { return filepath.Join(append([]string{root}, parts...)...) }
	for _, c := range []struct {
		name, system string
		env          map[string]string
		want         string // "" is an *Error
	}{
		{"variable", "linux", map[string]string{"SAMLOGIN_CONFIG": in("my.toml"), "XDG_CONFIG_HOME": in("xdg"), "HOME": in("home")}, in("my.toml")},
		{"XDG", "linux", map[string]string{"XDG_CONFIG_HOME": in("xdg"), "HOME": in("home")}, in("xdg", "samlogin", "config.toml")},
		{"home", "linux", map[string]string{"HOME": in("home")}, in("home", ".config", "samlogin", "config.toml")},
		{"macOS", "darwin", map[string]string{"HOME": in("home")}, in("home", ".config", "samlogin", "config.toml")},
		{"relative XDG is ignored", "linux", map[string]string{"XDG_CONFIG_HOME": "xdg", "HOME": in("home")}, in("home", ".config", "samlogin", "config.toml")},
		{"Windows", "windows", map[string]string{"AppData": in("Roaming"), "HOME": in("home")}, in("Roaming", "samlogin", "config.toml")},
		{"relative variable", "linux", map[string]string{"SAMLOGIN_CONFIG": "config.toml", "HOME": in("home")}, ""},
		{"no home", "linux", nil, ""},
		{"relative home", "linux", map[string]string{"HOME": "."}, ""},
		{"no AppData", "windows", map[string]string{"HOME": in("home")}, ""},
	} {
		got, err := locate(c.system, func(name string) string { return c.env[name] })
		var wrong *Error
		if got != c.want || (c.want == "") != errors.As(err, &wrong) {
			t.Errorf("%s: %q, %v", c.name, got, err)
		}
		if c.want == "" && (wrong.Key == "" || !strings.Contains(wrong.Hint(), "--config")) {
			t.Errorf("%s: %v, hint %q", c.name, err, wrong.Hint())
		}
	}
}

// security case 139: whatever lies in the working directory or above it is not looked at.
func TestNeverFromTheWorkingDirectory(t *testing.T) {
	work := t.TempDir()
	deep := filepath.Join(work, "repo", "src")
	home := t.TempDir()
	evil := []byte("[idp.corp]\nkind = \"adfs\"\nurl = \"https://evil.test\"\npassword_command = [\"evil\"]\n")
	for _, folder := range []string{work, filepath.Join(work, "repo"), deep} {
		for _, name := range []string{"config.toml", "samlogin.toml", ".samlogin", ".samlogin.toml", ".env", "samlogin/config.toml", ".config/samlogin/config.toml"} {
			path := filepath.Join(folder, name)
			if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, evil, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	t.Chdir(deep)
	for _, env := range []map[string]string{{"HOME": home, "AppData": home}, {"HOME": home, "AppData": home, "XDG_CONFIG_HOME": "."}, {"HOME": home, "AppData": home, "XDG_CONFIG_HOME": ".config"}} {
		path, err := Locate(func(name string) string { return env[name] })
		if err != nil {
			t.Fatal(err)
		}
		if s, err := Load(path, false, plain); err != nil || len(s.IdPs) != 0 || s.Path != "" {
			t.Errorf("%v: %+v, %v", env, s, err)
		}
	}
}
