package profiles

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// What is in the way of samlogin's own goes; every other line stays.
func TestMendTakesOutWhatIsInTheWay(t *testing.T) {
	const (
		keys    = "aws_access_key_id = ASIAEXAMPLE000000001\naws_secret_access_key = s\naws_session_token = t\n"
		mark    = "samlogin = managed\n"
		process = "[profile p]\nregion = eu-west-1\ncredential_process = /usr/bin/samlogin credentials p\nsamlogin = managed\n"
		other   = "# mine\n[other]\n" + keys + "aws_security_token = old\n"
	)
	for _, c := range []struct{ name, credentials, config, want string }{
		{"keys above the process", "[p]\n" + keys + mark + other, process, other},
		{"with a line of somebody else", "[p]\noutput = json\n" + keys + mark, process, "[p]\noutput = json\n"},
		{"keys of somebody else", "[p]\n" + keys, process, "[p]\n" + keys},
		{"no process", "[p]\n" + keys + mark, "", "[p]\n" + keys + mark},
		{"another process", "[p]\n" + keys + mark, "[profile p]\ncredential_process = /x\n", "[p]\n" + keys + mark},
		{"a token left over", "[p]\n" + keys + "aws_security_token = old\n" + mark, "", "[p]\n" + keys + mark},
		{"the same token", "[p]\n" + keys + "aws_security_token = t\n" + mark, "", "[p]\n" + keys + "aws_security_token = t\n" + mark},
		{"not ours", "[p]\n" + keys + "aws_security_token = old\n", "", "[p]\n" + keys + "aws_security_token = old\n"},
		{"long-term keys put in by another tool", "[p]\naws_access_key_id = AKIAEXAMPLE000000001\naws_secret_access_key = s\n" + mark, process, "[p]\naws_access_key_id = AKIAEXAMPLE000000001\naws_secret_access_key = s\n" + mark},
	} {
		t.Run(c.name, func(t *testing.T) {
			files := Files{Credentials: filepath.Join(t.TempDir(), "credentials"), Config: filepath.Join(t.TempDir(), "config")}
			for path, text := range map[string]string{files.Credentials: c.credentials, files.Config: c.config} {
				if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			w := Writer{Files: files, Now: func() time.Time { return time.Now().Add(time.Hour) }}
			for range 2 {
				if err := w.Mend(t.Context(), []string{"p", "gone"}); err != nil {
					t.Fatal(err)
				}
				for path, want := range map[string]string{files.Credentials: c.want, files.Config: c.config} {
					if got, _ := os.ReadFile(path); string(got) != want {
						t.Errorf("%s:\n%s\nwant\n%s", filepath.Base(path), got, want)
					}
				}
			}
		})
	}
}
