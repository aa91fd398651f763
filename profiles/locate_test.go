package profiles

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func homeVariable() string {
	if runtime.GOOS == "windows" {
		return "USERPROFILE"
	}
	return "HOME"
}

func TestWhereTheFilesAre(t *testing.T) { // security case 63
	home, work := t.TempDir(), t.TempDir()
	t.Chdir(work)
	work, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	elsewhere := filepath.Join(work, "elsewhere")
	for name, c := range map[string]struct {
		env  map[string]string
		want Files
	}{
		"home":     {nil, Files{filepath.Join(home, ".aws", "credentials"), filepath.Join(home, ".aws", "config")}},
		"empty":    {map[string]string{credentialsVariable: "", configVariable: ""}, Files{filepath.Join(home, ".aws", "credentials"), filepath.Join(home, ".aws", "config")}},
		"absolute": {map[string]string{credentialsVariable: elsewhere}, Files{elsewhere, filepath.Join(home, ".aws", "config")}},
		"relative": {map[string]string{configVariable: filepath.Join("a", "b")}, Files{filepath.Join(home, ".aws", "credentials"), filepath.Join(work, "a", "b")}},
		"tilde":    {map[string]string{credentialsVariable: "~/c", configVariable: "~/d/e"}, Files{filepath.Join(home, "c"), filepath.Join(home, "d", "e")}},
		"no home needed": {map[string]string{homeVariable(): "", credentialsVariable: elsewhere, configVariable: elsewhere + "2"},
			Files{elsewhere, elsewhere + "2"}},
		"another user's home is not guessed": {map[string]string{credentialsVariable: "~jane/c"}, Files{filepath.Join(work, "~jane", "c"), filepath.Join(home, ".aws", "config")}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Locate(func(key string) string {
				if v, ok := c.env[key]; ok {
					return v
				}
				if key == homeVariable() {
					return home
				}
				return ""
			})
			if err != nil || got != c.want {
				t.Errorf("got %v, %v; want %v", got, err, c.want)
			}
		})
	}
}

func TestNoHomeIsNoGuess(t *testing.T) { // security case 63
	notAFolder := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(notAFolder, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, home := range map[string]string{"unset or empty": "", "relative": "home/jane", "dot": ".", "missing": notAFolder + "-missing", "a file": notAFolder} {
		for _, variable := range []string{"", credentialsVariable} {
			t.Run(name+variable, func(t *testing.T) {
				got, err := Locate(func(key string) string {
					switch key {
					case homeVariable():
						return home
					case variable:
						return "~/credentials"
					}
					return ""
				})
				var failed *FileError
				if !errors.As(err, &failed) || !strings.Contains(err.Error(), homeVariable()) || got != (Files{}) {
					t.Errorf("got %v, %v; want a FileError that names %s", got, err, homeVariable())
				}
			})
		}
	}
}
