//go:build unix

package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/samlogin/samlogin/saml/secret"
)

// TestACommandBringsTheResponse: what it prints is the response; there is no shell, no secret in its environment, and
// what it says on standard error comes out clean.
func TestACommandBringsTheResponse(t *testing.T) { // security case 94, 112
	r := newRig(t, 0, 0)
	response := filepath.Join(r.home, "response")
	flags := &loginFlags{idp: "adfs", url: r.env["SAMLOGIN_URL"], username: `CORP\jane`, caBundle: r.env["SAMLOGIN_CA_BUNDLE"]}
	s, err := r.app.settings()
	if err != nil {
		t.Fatal(err)
	}
	in, err := r.app.signInFor(flags, s, nil)
	if err != nil {
		t.Fatal(err)
	}
	transport, err := r.app.transport(in.choices)
	if err != nil {
		t.Fatal(err)
	}
	provider, err := r.app.provider(in, transport, nil)
	if err != nil {
		t.Fatal(err)
	}
	got, err := provider.Login(t.Context(), r.app.dialog(flags, in))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(response, []byte(got.Encoded.Reveal()), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("SAMLOGIN_PASSWORD_COMMAND", "c4nary")
	t.Setenv("SAMLOGIN_PASSWORD", "") // main has taken it out of the environment by then
	shell := func(text string) string { return fmt.Sprintf(`["/bin/sh", "-c", %q, "sh", %q]`, text, response) }
	for name, c := range map[string]struct {
		command string
		exit    int
		says    string
	}{
		"the response":              {fmt.Sprintf(`["cat", %q]`, response), exitDone, ""},
		"with line ends in it":      {shell(`printf '\n'; fold -w 76 "$1"; printf '\r\n'`), exitDone, ""},
		"with words on stderr":      {shell(`echo "opening a window" >&2; cat "$1"`), exitDone, ""},
		"without what is secret":    {shell(`test -z "$SAMLOGIN_PASSWORD$SAMLOGIN_PASSWORD_COMMAND" && cat "$1"`), exitDone, ""},
		"what no shell reads":       {fmt.Sprintf(`["echo", "$(cat %s)"]`, response), exitUnsafe, "not strict base64"},
		"something else":            {shell(`echo nonsense!`), exitUnsafe, "not strict base64"},
		"nothing":                   {shell(`true`), exitRefused, "sh printed nothing"},
		"a refusal":                 {shell(`echo first >&2; printf '\033[31mno way\033[0m\n' >&2; exit 7`), exitRefused, `sh ended with exit code 7; it said "<U+001B>[31mno way<U+001B>[0m"`},
		"without end":               {shell(`yes`), exitRefused, "printed more than 3072 KiB"},
		"a program that is no more": {`["no-such-program-here"]`, exitUsage, "no program no-such-program-here on PATH"},
	} {
		t.Run(name, func(t *testing.T) {
			config := filepath.Join(t.TempDir(), "config.toml")
			if err := os.WriteFile(config, []byte("[idp.special]\nkind = \"command\"\ncommand = "+c.command+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			env := map[string]string{"HOME": r.home, "PATH": os.Getenv("PATH"), "AWS_ENDPOINT_URL_STS": r.env["AWS_ENDPOINT_URL_STS"], "SAMLOGIN_CA_BUNDLE": r.env["SAMLOGIN_CA_BUNDLE"], "SAMLOGIN_CONFIG": config}
			var out, errOut bytes.Buffer
			a := &app{
				in: strings.NewReader(""), out: &out, errOut: &errOut, now: r.app.now, password: secret.Text{}, stateless: true,
				env: func(name string) string { return env[name] },
			}
			code := run(context.Background(), a, []string{"login", "--idp", "special", "--role", "111111111111/Admin", "--profile", "x", "--no-input"})
			if code != c.exit || !strings.Contains(errOut.String(), c.says) {
				t.Errorf("exit %d, want %d with %q\n%s", code, c.exit, c.says, errOut.String())
			}
			if strings.Contains(errOut.String(), "\x1b") || strings.Contains(errOut.String(), "first") {
				t.Errorf("stderr is not clean: %q", errOut.String())
			}
		})
	}
}

// TestBrowsersThatAreNotThere are told of before anything is asked.
func TestBrowsersThatAreNotThere(t *testing.T) { // security case 130
	r := newRig(t, 0, 0)
	config := filepath.Join(r.home, "config.toml")
	r.env["SAMLOGIN_CONFIG"], r.env["SAMLOGIN_IDP"] = config, "browser"
	for text, want := range map[string]string{
		`browser = "no-such-browser"`:                       "the browser that the settings name is not found: no-such-browser",
		"browser = [\"/no/such; touch evil\", \"$(evil)\"]": "is not found: /no/such; touch evil",
	} {
		if err := os.WriteFile(config, []byte(text+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		r.app.loaded = nil
		r.errOut.Reset()
		if code := run(context.Background(), r.app, r.args); code != exitUsage || !strings.Contains(r.errOut.String(), want) || !strings.Contains(r.errOut.String(), "hint: ") {
			t.Errorf("exit %d\n%s", code, r.errOut.String())
		}
	}
}
