package keychain

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/samlogin/samlogin/saml/secret"
)

func vaultAt(path, pass string) *ageFile {
	return &ageFile{path: path, work: 2, passphrase: func(context.Context, bool) (secret.Text, error) { return secret.New(pass), nil }}
}

func TestTheEncryptedFileBehaves(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data", "samlogin", "secrets.age")
	behaves(t, vaultAt(path, "open sesame"))
	text, err := os.ReadFile(path)
	if err != nil || strings.Contains(string(text), "adfs.example.com") || strings.Contains(string(text), "jane") {
		t.Errorf("the file shows what it holds: %v", err)
	}
	for p, want := range map[string]os.FileMode{path: 0o600, filepath.Dir(path): 0o700} {
		if info, err := os.Stat(p); err != nil || info.Mode().Perm() != want && runtime.GOOS != "windows" {
			t.Errorf("%s is %v, %v", p, info.Mode(), err)
		}
	}
	if entries, _ := os.ReadDir(filepath.Dir(path)); len(entries) != 2 {
		t.Errorf("%d files in its folder, want it and its lock", len(entries))
	}
}

func TestThePassphraseIsAskedForOnce(t *testing.T) {
	asked := []bool{}
	v := &ageFile{path: filepath.Join(t.TempDir(), "v"), work: 2, passphrase: func(_ context.Context, confirm bool) (secret.Text, error) {
		asked = append(asked, confirm)
		return secret.New("p"), nil
	}}
	if _, err := v.Get(t.Context(), jane); !errors.Is(err, ErrNotFound) || len(asked) != 0 {
		t.Errorf("no file: %v, asked %v", err, asked)
	}
	for range 2 {
		if err := v.Set(t.Context(), jane, Entry{Secret: secret.New("x")}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := v.Get(t.Context(), jane); err != nil || fmt.Sprint(asked) != "[true]" {
		t.Errorf("%v, asked %v; want once, twice over as it was new", err, asked)
	}
}

// What has no secret in it any more is no file, and asks nobody for a passphrase.
func TestTheLastSecretTakesTheFileWithIt(t *testing.T) {
	path := filepath.Join(t.TempDir(), "secrets.age")
	v := vaultAt(path, "p")
	bob := jane
	bob.User = "bob"
	for _, k := range []Key{jane, bob} {
		if err := v.Set(t.Context(), k, Entry{Secret: secret.New("x")}); err != nil {
			t.Fatal(err)
		}
	}
	for _, left := range []Key{bob, jane} {
		if _, err := os.Stat(path); err != nil {
			t.Errorf("with the secret of %s in it: %v", left.User, err)
		}
		if err := v.Delete(t.Context(), left); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the empty file is there: %v", err)
	}
}

// Every way to damage the file ends in an error and never in a part of a secret; it is never written over.
func TestADamagedFileFailsClosed(t *testing.T) { // security case 110
	path := filepath.Join(t.TempDir(), "secrets.age")
	if err := vaultAt(path, "right").Set(t.Context(), jane, Entry{Secret: secret.New(canary)}); err != nil {
		t.Fatal(err)
	}
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	refused := func(what string, text []byte, pass string, problems ...Problem) {
		t.Helper()
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		v := vaultAt(path, pass)
		e, err := v.Get(t.Context(), jane)
		var failed *StoreError
		if !errors.As(err, &failed) || !e.Secret.Empty() {
			t.Fatalf("%s: got %v, %v", what, e, err)
		}
		known := len(problems) == 0
		for _, p := range problems {
			known = known || failed.Problem == p
		}
		if !known {
			t.Errorf("%s: problem %d (%v)", what, failed.Problem, err)
		}
		if err := v.Set(t.Context(), jane, Entry{Secret: secret.New("x")}); err == nil {
			t.Errorf("%s: it was written over", what)
		}
		if now, _ := os.ReadFile(path); string(now) != string(text) {
			t.Errorf("%s: the file changed", what)
		}
	}
	for i := range good {
		flipped := append([]byte{}, good...)
		flipped[i] ^= 1 << (i % 8)
		refused(fmt.Sprintf("bit %d of byte %d", i%8, i), flipped, "right")
	}
	for n := range good {
		refused(fmt.Sprintf("the first %d bytes", n), good[:n], "right")
	}
	refused("a wrong passphrase", good, "wrong", WrongPassphrase)
	refused("an empty passphrase", good, "", WrongPassphrase)
	refused("more behind it", append(append([]byte{}, good...), 'x'), "right", Broken)
	refused("no age file", []byte("hunter2\n"), "right", Broken)
	if err := os.WriteFile(path, good, 0o600); err != nil {
		t.Fatal(err)
	}
	if e, err := vaultAt(path, "right").Get(t.Context(), jane); err != nil || e.Secret.Reveal() != canary {
		t.Errorf("as it was: %v", err)
	}
}

// One secret is not passed off for another, and a content of another version is not read.
func TestSecretsStayWithTheirKeys(t *testing.T) { // security case 110
	path := filepath.Join(t.TempDir(), "secrets.age")
	v := vaultAt(path, "p")
	for _, content := range []vaultContent{
		{Version: 2, Secrets: []vaultSecret{{jane.address(), Entry{Secret: secret.New("x")}.encode().Reveal()}}},
		{Version: 1, Secrets: []vaultSecret{{jane.address(), "x"}}},
	} {
		if err := v.write(t.Context(), content); err != nil {
			t.Fatal(err)
		}
		var failed *StoreError
		if _, err := v.Get(t.Context(), jane); !errors.As(err, &failed) || failed.Problem != Broken {
			t.Errorf("got %v", err)
		}
	}
	other := jane
	other.Origin = "https://evil.example.com"
	if err := v.write(t.Context(), vaultContent{Version: 1, Secrets: []vaultSecret{{other.address(), Entry{Secret: secret.New("x")}.encode().Reveal()}}}); err != nil {
		t.Fatal(err)
	}
	if _, err := v.Get(t.Context(), jane); !errors.Is(err, ErrNotFound) {
		t.Errorf("another origin's secret: %v", err)
	}
}

func TestManyWritersAtOnce(t *testing.T) { // security case 109
	path := filepath.Join(t.TempDir(), "secrets.age")
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() { // a store each, as in processes of their own
			k := Key{jane.Origin, fmt.Sprint(i), Password}
			if err := vaultAt(path, "p").Set(t.Context(), k, Entry{Secret: secret.New(fmt.Sprint("secret of ", i))}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	v := vaultAt(path, "p")
	for i := range 20 {
		if e, err := v.Get(t.Context(), Key{jane.Origin, fmt.Sprint(i), Password}); err != nil || e.Secret.Reveal() != fmt.Sprint("secret of ", i) {
			t.Errorf("%d: %v", i, err)
		}
	}
}
