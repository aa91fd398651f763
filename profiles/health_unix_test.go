//go:build unix

package profiles

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// A look finds what a save would refuse, what others can do with a file and what killed processes left, and changes
// nothing: no lock file is made. security case 61, security case 77
func TestLookFindsAndChangesNothing(t *testing.T) {
	folder := t.TempDir()
	if err := os.Chmod(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(folder, "credentials")
	now := time.Now()
	if h := Look(path, now); h.Exists || h.Refused != nil || h.Locks != LocksUnknown {
		t.Errorf("of nothing: %+v", h)
	}
	write := func(name string, mode os.FileMode) string {
		t.Helper()
		p := filepath.Join(folder, name)
		if err := errors.Join(os.WriteFile(p, []byte("[a]\n"), 0o600), os.Chmod(p, mode)); err != nil {
			t.Fatal(err)
		}
		return p
	}
	write("credentials", 0o644)
	const random = "0123456789abcdef0123456789abcdef"
	write(".credentials.samlogin-"+random+".tmp", 0o600)
	write(".credentials.samlogin-"+random+".backup", 0o600)
	write(".credentials.samlogin-short.tmp", 0o600)
	before, _ := os.ReadDir(folder)
	h := Look(path, now.Add(2*time.Hour))
	if !h.Exists || h.Refused != nil || h.Mode.Perm() != 0o644 || !h.Mine || len(h.Leftovers) != 1 || len(h.Copies) != 1 || h.Locks != LocksWork {
		t.Errorf("%+v", h)
	}
	if early := Look(path, now); len(early.Leftovers) != 0 {
		t.Errorf("a file that may be in use is a leftover: %v", early.Leftovers)
	}
	if after, _ := os.ReadDir(folder); len(after) != len(before) {
		t.Errorf("%d files, %d before", len(after), len(before))
	}
	h.Sweep(now.Add(2 * time.Hour))
	if err := h.Narrow(); err != nil {
		t.Fatal(err)
	}
	if h = Look(path, now.Add(2*time.Hour)); h.Mode.Perm() != 0o600 || len(h.Leftovers) != 0 || len(h.Copies) != 1 {
		t.Errorf("after mending: %+v", h)
	}
	// Locks: free, held, and a lock file that is none.
	lock := filepath.Join(folder, ".credentials.samlogin.lock")
	unlock, err := system{}.Lock(lock)
	if err != nil {
		t.Fatal(err)
	}
	if h = Look(path, now); h.Locks != LockHeld {
		t.Errorf("held: %v", h.Locks)
	}
	_ = unlock()
	if h = Look(path, now); h.Locks != LocksWork {
		t.Errorf("free: %v", h.Locks)
	}
	if err := errors.Join(os.Remove(lock), os.Symlink("/nowhere", lock)); err != nil {
		t.Fatal(err)
	}
	var unsafe *UnsafeError
	if h = Look(path, now); !errors.As(h.Refused, &unsafe) {
		t.Errorf("a link for a lock: %v", h.Refused)
	}
	if to, _ := os.Readlink(lock); to != "/nowhere" {
		t.Error("the link is gone")
	}
	// A link to the file: its mode is that of the file, and changing it changes the file.
	link := filepath.Join(t.TempDir(), "credentials")
	if err := errors.Join(os.Symlink(path, link), os.Remove(lock), os.Chmod(path, 0o666)); err != nil {
		t.Fatal(err)
	}
	if h = Look(link, now); h.Target == "" || h.Mode.Perm() != 0o666 || !errors.As(h.Refused, &unsafe) {
		t.Errorf("by a link: %+v", h)
	}
	if err := h.Narrow(); err != nil {
		t.Fatal(err)
	}
	if info, _ := os.Lstat(path); info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v", info.Mode())
	}
}
