//go:build !windows

package settings

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// A file that somebody else than root and this user can change is not included.
//
// security case 141
func TestAnIncludedFileThatOthersCanChange(t *testing.T) {
	for name, c := range map[string]struct {
		file, folder os.FileMode
		owner        int
		good         bool
	}{
		"readable by all":            {0o644, 0o755, -1, true},
		"writable by a group":        {0o664, 0o755, -1, false},
		"writable by all":            {0o646, 0o755, -1, false},
		"in a folder open to all":    {0o644, 0o777, -1, false},
		"in a sticky folder":         {0o644, 0o777 | os.ModeSticky, -1, true},
		"another user's":             {0o644, 0o755, 4711, false},
		"root's, for everybody else": {0o644, 0o755, 0, true},
	} {
		t.Run(name, func(t *testing.T) {
			folder := filepath.Join(t.TempDir(), "etc")
			path := filepath.Join(folder, "team.toml")
			if err := errors.Join(os.Mkdir(folder, 0o755), os.WriteFile(path, []byte(team), 0o600), os.Chmod(path, c.file), os.Chmod(folder, c.folder)); err != nil {
				t.Fatal(err)
			}
			if c.owner >= 0 {
				if err := os.Chown(path, c.owner, -1); err != nil {
					t.Skip("only root can give files away:", err)
				}
			}
			_, err := Load(including(t, "", path), true, plain)
			var unsafe *UnsafeError
			if c.good && err != nil || !c.good && (!errors.As(err, &unsafe) || unsafe.Path != path) {
				t.Errorf("got %v", err)
			}
		})
	}
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	var no *ReadError
	if _, err := Load(including(t, "", pipe), true, plain); !errors.As(err, &no) {
		t.Errorf("a pipe: %v", err)
	}
}
