package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A person reads what is to be written, and says yes or no.
func TestImportAsksBeforeItWrites(t *testing.T) {
	for answer, written := range map[string]bool{"n\n": false, "\nn\n": false, "\ny\n": true, "y\n": true, "\x03": false} {
		home := t.TempDir()
		theirs := "[default]\nurl = https://adfs.example.com\nusername = jane\nprovider = ADFS\nwrong\x1b]0;title\x07 = \x1b[2J\n"
		if err := os.WriteFile(filepath.Join(home, ".saml2aws"), []byte(theirs), 0o600); err != nil {
			t.Fatal(err)
		}
		c := openConsole(t, []string{"HOME=" + home, "XDG_CONFIG_HOME=" + home}, "configure", "import", "saml2aws")
		c.next("+[profile.saml]")
		c.next("Write this to ~/samlogin/config.toml? [y/n] ")
		c.send(answer)
		code := c.exit()
		text, err := os.ReadFile(filepath.Join(home, "samlogin", "config.toml"))
		want := map[string]int{"y\n": exitDone, "\ny\n": exitDone, "\x03": exitInterrupted}
		if (err == nil) != written || code != want[answer] && (written || code != exitNeedsAnswer || answer == "\x03") {
			t.Errorf("%q: exit %d, %v\n%s", answer, code, err, c.seen.String())
		}
		if written && !strings.Contains(string(text), "[idp.example]") {
			t.Errorf("written: %s", text)
		}
		if strings.Contains(c.seen.String(), "\x1b]") || strings.Contains(c.seen.String(), "\x1b[2J") { // security case 47
			t.Errorf("what is in their file acts on the terminal: %q", c.seen.String())
		}
	}
}
