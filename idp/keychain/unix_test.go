//go:build unix

package keychain

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/samlogin/samlogin/idp/program"
	"github.com/samlogin/samlogin/saml/secret"
)

func TestFilesThatOthersCouldUse(t *testing.T) {
	path := filepath.Join(t.TempDir(), "secrets.age")
	v := vaultAt(path, "p")
	if err := v.Set(t.Context(), jane, Entry{Secret: secret.New("x")}); err != nil {
		t.Fatal(err)
	}
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	elsewhere := filepath.Join(t.TempDir(), "elsewhere")
	for name, make := range map[string]func() error{
		"readable by others": func() error { return errors.Join(os.WriteFile(path, good, 0o600), os.Chmod(path, 0o644)) },
		"a symbolic link":    func() error { return errors.Join(os.WriteFile(elsewhere, good, 0o600), os.Symlink(elsewhere, path)) },
		"a folder":           func() error { return os.Mkdir(path, 0o700) },
		"a named pipe":       func() error { return syscall.Mkfifo(path, 0o600) },
	} {
		if err := errors.Join(os.RemoveAll(path), make()); err != nil {
			t.Fatal(err)
		}
		var failed *StoreError
		if _, err := vaultAt(path, "p").Get(t.Context(), jane); !errors.As(err, &failed) || failed.Problem != Unsafe {
			t.Errorf("%s: got %v", name, err)
		}
		if err := vaultAt(path, "p").Set(t.Context(), jane, Entry{Secret: secret.New("y")}); !errors.As(err, &failed) {
			t.Errorf("%s: written, %v", name, err)
		}
	}
}

// pretend puts a docker-credential-fake on PATH. Its vault is a folder; what it is called with and sees is written down.
func pretend(t *testing.T, text string) (s Store, folder string) {
	t.Helper()
	folder = t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "docker-credential-fake"), []byte("#!/bin/sh\ncd "+folder+"\n"+text), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", folder+":"+os.Getenv("PATH"))
	s, err := Open("helper:fake", Options{})
	if err != nil {
		t.Fatal(err)
	}
	return s, folder
}

// honest is a helper that keeps to the protocol, in shell.
const honest = `{ echo "args: $*"; env; } >>seen
mkdir -p vault
name() { printf %s "$1" | md5sum | cut -c1-32; }
in=$(cat)
case $1 in
store)
  url=$(printf %s "$in" | sed 's/.*"ServerURL":"\([^"]*\)".*/\1/')
  printf %s "$in" >"vault/$(name "$url")" ;;
get) f=vault/$(name "$in"); [ -e "$f" ] || { echo "credentials not found in native keychain"; exit 1; }; cat "$f" ;;
erase) rm -f "vault/$(name "$in")" ;;
list)
  printf '{"https://index.docker.io/v1/":"docker"'
  for f in vault/*; do [ -e "$f" ] && sed 's/.*"ServerURL":"\([^"]*\)","Username":"\([^"]*\)".*/,"\1":"\2"/' "$f"; done
  printf '}' ;;
esac
`

func TestAHelperBehaves(t *testing.T) {
	t.Setenv("SAMLOGIN_TEST_CANARY", "c4nary")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "c4nary")
	s, folder := pretend(t, honest)
	s.(*helper).options.Interactive = true // a shell on a busy machine may need more than 3 s
	behaves(t, s)
	seen, err := os.ReadFile(filepath.Join(folder, "seen"))
	if err != nil || strings.Contains(string(seen), "c4nary") {
		t.Errorf("the helper could see secrets, %v:\n%s", err, seen)
	}
}

func TestHelpersThatDoNot(t *testing.T) { // security case 107, 111
	for name, c := range map[string]struct {
		text    string
		problem Problem
	}{
		"no JSON":           {`echo hunter2`, Broken},
		"half JSON":         {`printf '{"ServerURL":"hunter2'`, Broken},
		"somebody else's":   {`printf '{"ServerURL":"https://evil.test","Username":"CORP\\\\jane","Secret":"hunter2"}'`, Broken},
		"another user's":    {`printf '{"Username":"anna","Secret":"hunter2"}'`, Broken},
		"not ours":          {`printf '{"Username":"CORP\\\\jane","Secret":"hunter2"}'`, Broken},
		"fails":             {`echo hunter2 >&2; echo hunter2; exit 1`, Broken},
		"a gigabyte":        {`yes hunter2`, Broken},
		"a stopped process": {`kill -STOP $$`, Slow},
	} {
		t.Run(name, func(t *testing.T) {
			s, _ := pretend(t, c.text)
			h := s.(*helper)
			if c.problem == Slow {
				h.options.Env = nil
			}
			_, err := h.Get(t.Context(), jane)
			var failed *StoreError
			if !errors.As(err, &failed) || failed.Problem != c.problem || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("got %v, want problem %d", err, c.problem)
			}
			if c.problem == Slow && failed.Limit != 3*time.Second {
				t.Errorf("after %v", failed.Limit)
			}
		})
	}
	empty, _ := pretend(t, `printf '{"ServerURL":"","Username":"","Secret":""}'`)
	if _, err := empty.Get(t.Context(), jane); !errors.Is(err, ErrNotFound) {
		t.Errorf("an empty answer: %v", err)
	}
	s, err := Open("helper:is-not-installed-anywhere", Options{})
	if err != nil {
		t.Fatal(err)
	}
	var failed *StoreError
	var run *program.Error
	if _, err := s.Get(t.Context(), jane); !errors.As(err, &failed) || failed.Problem != Absent || !errors.As(err, &run) {
		t.Errorf("not installed: %v", err)
	}
	// Not from the working directory.
	_, folder := pretend(t, honest)
	t.Chdir(folder)
	t.Setenv("PATH", ".")
	if s, err = Open("helper:fake", Options{}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Get(t.Context(), jane); !errors.As(err, &failed) || failed.Problem != Absent {
		t.Errorf("from the working directory: %v", err)
	}
}
