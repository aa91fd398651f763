//go:build !windows

package settings

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// security case 141
func TestSettingsThatOthersCanChangeAreNotRead(t *testing.T) {
	for _, c := range []struct {
		file, folder fs.FileMode
		safe         bool
	}{
		{0o600, 0o700, true}, {0o400, 0o700, true}, {0o644, 0o755, true}, {0o644, 0o775, true}, {0o600, 0o777 | fs.ModeSticky, true},
		{0o660, 0o700, false}, {0o620, 0o700, false}, {0o602, 0o700, false}, {0o666, 0o700, false}, {0o600, 0o777, false}, {0o600, 0o702, false},
	} {
		path := write(t, "default = \"CANARY\"\nnonsense")
		if c.safe {
			path = write(t, "default = \"x\"")
		}
		if err := errors.Join(os.Chmod(path, c.file), os.Chmod(filepath.Dir(path), c.folder)); err != nil {
			t.Fatal(err)
		}
		_, err := Load(path, false, plain)
		var unsafe *UnsafeError
		if errors.As(err, &unsafe) == c.safe || (err == nil) != c.safe {
			t.Errorf("file %v, folder %v: %v", c.file, c.folder, err)
		}
		if !c.safe && !strings.Contains(unsafe.Hint(), "chmod go-w") {
			t.Errorf("file %v, folder %v: hint %q", c.file, c.folder, unsafe.Hint())
		}
	}
}

// owned is a file of somebody.
type owned struct {
	fs.FileInfo
	mode fs.FileMode
	uid  int
}

func (o owned) Mode() fs.FileMode { return o.mode }
func (o owned) Sys() any          { return &syscall.Stat_t{Uid: uint32(o.uid)} }

// security case 141: root's files are fine, root can do anything anyway; another user's are not.
func TestOwners(t *testing.T) {
	me := os.Geteuid()
	for uid, why := range map[int]string{me: "", 0: "", me + 1: "it belongs to another user"} {
		if got := changeable(owned{mode: 0o600, uid: uid}, 0o022); got != why {
			t.Errorf("user %d: %q", uid-me, got)
		}
	}
	if me != 0 {
		return
	}
	path := write(t, "")
	if err := os.Chown(path, 65534, 65534); err != nil {
		t.Fatal(err)
	}
	var unsafe *UnsafeError
	if _, err := Load(path, false, plain); !errors.As(err, &unsafe) {
		t.Errorf("another user's file: %v", err)
	}
}

func TestSymlinkIsFollowedAndJudgedAtItsEnd(t *testing.T) {
	target := write(t, "default = \"x\"")
	link := filepath.Join(t.TempDir(), "config.toml")
	if err := os.Symlink(target, link); err != nil {
		t.Fatal(err)
	}
	if s, err := Load(link, true, plain); err != nil || s.Default != "x" {
		t.Errorf("%+v, %v", s, err)
	}
	if err := os.Chmod(filepath.Dir(target), 0o777); err != nil {
		t.Fatal(err)
	}
	var unsafe *UnsafeError
	if _, err := Load(link, true, plain); !errors.As(err, &unsafe) {
		t.Errorf("target in a folder of everybody: %v", err)
	}
}

// A pipe has no end until somebody writes: it is refused before it is opened.
func TestPipesAreNotOpened(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config.toml")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	var unreadable *ReadError
	if _, err := Load(path, true, plain); !errors.As(err, &unreadable) {
		t.Error(err)
	}
}
