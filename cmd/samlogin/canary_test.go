package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"html"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/samlogin/samlogin/cmd/samlogin/system"
)

// Every script is searched for secrets after its end: the output of every samlogin that it ran, and every file that it
// left. Programs of the scripts that samlogin runs write down their arguments and environment, which are then among
// those files.

// recordVariable names the folder into which a samlogin that a script runs copies its output.
const recordVariable = "SAMLOGIN_TEST_OUTPUTS"

// stateVariable switches off what is kept between runs: most scripts are about one login.
const stateVariable = "SAMLOGIN_TEST_STATE"

// recordedMain is main with stdout and stderr copied.
func recordedMain() {
	folder := os.Getenv(recordVariable)
	_ = os.Unsetenv(recordVariable)
	var copied sync.WaitGroup
	var ends []*os.File
	args := os.Args[1:]
	if len(args) > 2 && args[0] == "--config" { // as --write process has it
		args = args[2:]
	}
	words := strings.Join(args[:min(len(args), 1)], " ")
	for name, stream := range map[string]**os.File{"stdout": &os.Stdout, "stderr": &os.Stderr} {
		to, err := os.Create(filepath.Join(folder, fmt.Sprintf("%d.%s.%s", os.Getpid(), filepath.Base(words+"_"), name)))
		if err != nil {
			continue
		}
		r, w, err := os.Pipe()
		if err != nil {
			continue
		}
		real := *stream
		*stream = w
		ends = append(ends, w)
		copied.Go(func() {
			_, _ = io.Copy(io.MultiWriter(real, to), r)
			_ = real.Close()
		})
	}
	unguard := system.GuardMemory()
	a := newApp()
	a.unguard = unguard
	a.stateless = os.Getenv(stateVariable) == "off"
	a.wait = func(ctx context.Context, _ time.Duration) error { return ctx.Err() } // nothing in a script takes long
	code := run(context.Background(), a, os.Args[1:])
	for _, w := range ends {
		_ = w.Close()
	}
	copied.Wait()
	os.Exit(code)
}

// canaries are the secrets of one script, as they become known.
type canaries struct {
	work, outputs string
	given         map[string]bool // files of the script itself

	mu    sync.Mutex
	login map[string]string // never anywhere: what it is by value
	keys  map[string]string // in a profile, or on the stdout of commands whose purpose that is
}

func newCanaries(work string) *canaries {
	c := &canaries{work: work, outputs: work + ".outputs", given: map[string]bool{}, keys: map[string]string{}, login: map[string]string{
		"Correct-Horse-7": "the password", "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP": "the seed", "open sesame 4711": "the passphrase",
	}}
	_ = os.Mkdir(c.outputs, 0o700)
	_ = filepath.WalkDir(work, func(path string, _ fs.DirEntry, _ error) error {
		c.given[path] = true
		return nil
	})
	return c
}

var secretsIn = regexp.MustCompile(`name="SAMLResponse" value="([^"]+)"|<SecretAccessKey>([^<]+)<|<SessionToken>([^<]+)<`)

// record notes the secrets that a server hands out.
func (c *canaries) record(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		note := &noting{ResponseWriter: w}
		next.ServeHTTP(note, r)
		c.mu.Lock()
		defer c.mu.Unlock()
		for _, found := range secretsIn.FindAllStringSubmatch(note.body.String(), -1) {
			for i, what := range []string{"", "an assertion", "a secret key", "a session token"} {
				if value := html.UnescapeString(found[i]); i == 1 && value != "" { // security case 120: in no file, whatever is kept
					c.login[value[:min(len(value), 200)]] = what
				} else if i > 1 && value != "" {
					c.keys[value] = what
				}
			}
		}
		for _, cookie := range (&http.Response{Header: w.Header()}).Cookies() {
			if len(cookie.Value) >= 16 {
				c.login[cookie.Value] = "a cookie"
			}
		}
	})
}

type noting struct {
	http.ResponseWriter
	body bytes.Buffer
}

func (n *noting) Write(p []byte) (int, error) {
	n.body.Write(p)
	return n.ResponseWriter.Write(p)
}

// hits are the secrets found where they must not be.
func (c *canaries) hits() []string {
	defer os.RemoveAll(c.outputs)
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []string
	look := func(path, name string, secrets map[string]string) {
		text, err := os.ReadFile(path)
		if err != nil {
			return
		}
		if strings.Contains(name, ".env_.stderr") { // what GitHub's runner is to hide
			text = regexp.MustCompile(`(?m)^::add-mask::.*$`).ReplaceAll(text, nil)
		}
		for value, what := range secrets {
			for encoding, form := range spellings(value) {
				if bytes.Contains(text, form) {
					out = append(out, fmt.Sprintf("%s is in %s (%s)", what, name, encoding))
				}
			}
		}
	}
	files, _ := os.ReadDir(c.outputs)
	for _, f := range files {
		look(filepath.Join(c.outputs, f.Name()), "the output "+f.Name(), c.login)
		if !strings.HasSuffix(f.Name(), ".env_.stdout") && !strings.HasSuffix(f.Name(), ".credentials_.stdout") {
			look(filepath.Join(c.outputs, f.Name()), "the output "+f.Name(), c.keys)
		}
	}
	_ = filepath.WalkDir(c.work, func(path string, d fs.DirEntry, err error) error {
		name := strings.TrimPrefix(path, c.work+"/")
		if err != nil || !d.Type().IsRegular() || c.given[path] || strings.HasPrefix(name, "vault/") { // vault: the place of a script's own credential helper
			return nil
		}
		look(path, name, c.login)
		if text, err := os.ReadFile(path); err == nil && !bytes.Contains(text, []byte("samlogin = managed")) && !strings.HasPrefix(name, "keys/") {
			look(path, name, c.keys)
		}
		return nil
	})
	return out
}

// spellings are the ways in which a secret may be written down.
func spellings(s string) map[string][]byte {
	all := map[string][]byte{
		"as it is": []byte(s), "in an address": []byte(url.QueryEscape(s)), "in a path": []byte(url.PathEscape(s)),
		"hexadecimal": []byte(hex.EncodeToString([]byte(s))), "HEXADECIMAL": []byte(strings.ToUpper(hex.EncodeToString([]byte(s)))),
	}
	if quoted, err := json.Marshal(s); err == nil {
		all["JSON"] = quoted[1 : len(quoted)-1]
	}
	var escaped bytes.Buffer
	if xml.EscapeText(&escaped, []byte(s)) == nil {
		all["XML"] = escaped.Bytes()
	}
	var wide []byte
	for _, u := range utf16.Encode([]rune(s)) {
		wide = append(wide, byte(u), byte(u>>8))
	}
	all["UTF-16"] = wide
	for shift := range 3 { // the first and the last characters also depend on what stands around
		padded := base64.StdEncoding.EncodeToString(append(make([]byte, shift), s...))
		all[fmt.Sprintf("base64, shifted by %d", shift)] = []byte(padded[(shift*4+2)/3+1*min(shift, 1) : len(padded)-4])
	}
	return all
}

// TestCanariesAreFound: the search itself finds what it is for, in each spelling and place, and the recorder copies all.
func TestCanariesAreFound(t *testing.T) {
	const password = "Correct-Horse-7"
	for name, form := range map[string]string{
		"raw": password, "url": "x=" + url.QueryEscape(password), "base64": base64.StdEncoding.EncodeToString([]byte("user:" + password + ";")),
		"base64 shifted": base64.StdEncoding.EncodeToString([]byte("use:" + password + ";;")), "base64 again": base64.StdEncoding.EncodeToString([]byte("us:" + password + ";;;")),
		"hex": fmt.Sprintf("%x", password), "HEX": fmt.Sprintf("%X", password), "utf16": strings.Join(strings.Split(password, ""), "\x00") + "\x00",
	} {
		work := filepath.Join(t.TempDir(), "work")
		if err := os.Mkdir(work, 0o700); err != nil {
			t.Fatal(err)
		}
		c := newCanaries(work)
		if err := os.WriteFile(filepath.Join(work, "left"), []byte("before "+form+" after"), 0o600); err != nil {
			t.Fatal(err)
		}
		if hits := c.hits(); len(hits) == 0 {
			t.Errorf("%s is not found", name)
		}
	}
	server := newCanaries(t.TempDir())
	recorded := server.record(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "MSISAuth", Value: "0123456789abcdef0123"})
		_, _ = io.WriteString(w, `<input name="SAMLResponse" value="PHNhbWw+&#43;"><SecretAccessKey>abc</SecretAccessKey><SessionToken>tok</SessionToken>`)
	}))
	recorded.ServeHTTP(discard{http.Header{}}, nil)
	if len(server.keys) != 2 || server.login["PHNhbWw++"] == "" || server.login["0123456789abcdef0123"] == "" {
		t.Errorf("noted %v and %v", server.login, server.keys)
	}
}

type discard struct{ header http.Header }

func (d discard) Header() http.Header       { return d.header }
func (discard) Write(p []byte) (int, error) { return len(p), nil }
func (discard) WriteHeader(int)             {}
