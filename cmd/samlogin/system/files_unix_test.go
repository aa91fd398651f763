//go:build unix

package system_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/samlogin/samlogin/cmd/samlogin/system"
)

// --fix changes the file that was looked at: not one that somebody put in its place while the person was asked.
func TestOnlyWhatWasLookedAtIsNarrowed(t *testing.T) {
	put := func(path string, mode fs.FileMode) fs.FileInfo {
		t.Helper()
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		return info
	}
	mode := func(path string) fs.FileMode {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		return info.Mode().Perm()
	}
	folder := t.TempDir()
	path, key := filepath.Join(folder, "config.toml"), filepath.Join(folder, "id_ed25519")
	for _, c := range []struct{ has, may, gets fs.FileMode }{{0o666, 0o755, 0o644}, {0o462, 0o755, 0o440}, {0o644, 0o600, 0o600}, {0o440, 0o600, 0o400}} {
		if err := system.Narrow(path, put(path, c.has), c.may); err != nil || mode(path) != c.gets {
			t.Errorf("%o narrowed to %o: %o, %v", c.has, c.may, mode(path), err)
		}
		_ = os.Remove(path)
	}
	for name, other := range map[string]func() error{
		"a link":       func() error { return os.Symlink(key, path) },
		"another file": func() error { return os.Link(key, path) },
		"a pipe":       func() error { return syscall.Mkfifo(path, 0o600) },
		"nothing":      func() error { return nil },
	} {
		put(key, 0o711)
		looked := put(path, 0o666)
		if err := os.Rename(path, path+".away"); err != nil { // so that its number is not given to the next one
			t.Fatal(err)
		}
		if err := other(); err != nil {
			t.Fatal(err)
		}
		if err := system.Narrow(path, looked, 0o600); err == nil || mode(key) != 0o711 {
			t.Errorf("%s: %v, mode %o", name, err, mode(key))
		}
		_ = os.Remove(path)
	}
}
