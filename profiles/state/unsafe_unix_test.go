//go:build !windows

package state

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/samlogin/samlogin/saml/secret"
)

const nobody = 65534

func needRoot(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("only root can give a file to another user")
	}
}

// security case 115
func TestUnsafeFolderIsNotUsed(t *testing.T) {
	for name, spoil := range map[string]func(t *testing.T, dir string) error{
		"others can read it":  func(_ *testing.T, dir string) error { return os.Chmod(dir, 0o755) },
		"the group can write": func(_ *testing.T, dir string) error { return os.Chmod(dir, 0o770) },
		"another user's":      func(t *testing.T, dir string) error { needRoot(t); return os.Chown(dir, nobody, nobody) },
		"a symbolic link": func(_ *testing.T, dir string) error {
			return errors.Join(os.Rename(dir, dir+"-real"), os.Symlink(dir+"-real", dir))
		},
		"a file": func(_ *testing.T, dir string) error {
			return errors.Join(os.Rename(dir, dir+"-real"), os.WriteFile(dir, nil, 0o600))
		},
	} {
		t.Run(name, func(t *testing.T) {
			f, c := testFolder(t)
			put(t, f, Role, "a", canary, time.Hour)
			if err := spoil(t, f.dir); err != nil {
				t.Fatal(err)
			}
			holds(t, f, Role, "a", "")
			var unsafe *UnsafeError
			if err := f.Put(Entry{Kind: Role, Identity: "b", Value: secret.New("v"), Expires: c.wall.Add(time.Hour)}); !errors.As(err, &unsafe) || unsafe.Hint() == "" {
				t.Errorf("Put: %v", err)
			}
			if err := f.Clear(); !errors.As(err, &unsafe) {
				t.Errorf("Clear: %v", err)
			}
			if len(f.List("")) > 0 {
				t.Error("listed")
			}
			led := false // and a login goes on
			if err := f.Fly(t.Context(), Flight{Look: func() bool { return false }, Lead: func(context.Context) error { led = true; return nil }}); err != nil || !led {
				t.Errorf("Fly: %v, led %v", err, led)
			}
		})
	}
}

// security case 116
func TestUnsafeFilesAreAbsentAndReplaced(t *testing.T) {
	for name, spoil := range map[string]func(t *testing.T, path string) error{
		"others can read it":  func(_ *testing.T, path string) error { return os.Chmod(path, 0o644) },
		"the group can write": func(_ *testing.T, path string) error { return os.Chmod(path, 0o620) },
		"another user's":      func(t *testing.T, path string) error { needRoot(t); return os.Chown(path, nobody, nobody) },
		"a symbolic link": func(_ *testing.T, path string) error {
			return errors.Join(os.Rename(path, filepath.Dir(path)+"/../elsewhere"), os.Symlink("../elsewhere", path))
		},
		"a dangling link": func(_ *testing.T, path string) error {
			return errors.Join(os.Remove(path), os.Symlink("../nowhere", path))
		},
		"a named pipe": func(_ *testing.T, path string) error {
			return errors.Join(os.Remove(path), syscall.Mkfifo(path, 0o600))
		},
	} {
		for _, what := range []string{"entry", "key"} {
			t.Run(name+", "+what, func(t *testing.T) {
				f, _ := testFolder(t)
				put(t, f, Role, "a", canary, time.Hour)
				path := filepath.Join(f.dir, keyName)
				if what == "entry" {
					path = entryFile(t, f, Role, "a")
				}
				if err := spoil(t, path); err != nil {
					t.Fatal(err)
				}
				holds(t, f, Role, "a", "")
				put(t, f, Role, "a", "again", time.Hour)
				holds(t, f, Role, "a", "again")
				info, err := os.Lstat(path)
				if err != nil || info.Mode() != 0o600 {
					t.Errorf("it is %v now (%v)", info.Mode(), err)
				}
				if _, err := os.Lstat(filepath.Join(f.dir, "..", "nowhere")); err == nil {
					t.Error("written through a link")
				}
			})
		}
	}
}

func TestForItsOwnerAlone(t *testing.T) {
	old := syscall.Umask(0)
	defer syscall.Umask(old)
	f, _ := testFolder(t)
	put(t, f, Role, "a", canary, time.Hour)
	for _, name := range append(f.names(), ".") {
		info, err := os.Lstat(filepath.Join(f.dir, name))
		if err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s: %v %v", name, info.Mode(), err)
		}
	}
}

// Where nothing can be written, an error is given and nothing else is lost.
func TestFolderThatCannotBeMade(t *testing.T) {
	f, _ := testFolder(t)
	if err := os.WriteFile(filepath.Dir(f.dir), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	var fe *FileError
	if err := f.Put(Entry{Kind: Role, Value: secret.New("v"), Expires: f.now().Add(time.Hour)}); !errors.As(err, &fe) {
		t.Errorf("Put: %v", err)
	}
	holds(t, f, Role, "", "")
}
