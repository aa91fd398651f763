//go:build !windows

package profiles

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func mode(t *testing.T, path string) fs.FileMode {
	t.Helper()
	info, err := os.Lstat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Mode()
}

// isNot makes everything whose path ends in suffix somebody else's.
func isNot(suffix string) func(string, *meta) {
	return func(path string, m *meta) {
		if strings.HasSuffix(path, suffix) {
			m.Mine, m.Root = false, false
		}
	}
}

func TestSymbolicLinksStay(t *testing.T) { // security case 59
	saved := person + "\n[p]\n" + testLines("\n")
	for _, c := range []struct {
		name  string
		links [][2]string // path in the home, what it points to; "~" is the home
		end   string      // where the file is
	}{
		{"relative", [][2]string{{".aws/credentials", "../dot/creds"}}, "dot/creds"},
		{"absolute", [][2]string{{".aws/credentials", "~/dot/creds"}}, "dot/creds"},
		{"chain", [][2]string{{".aws/credentials", "one"}, {".aws/one", "../dot/two"}, {"dot/two", "~/dot/creds"}}, "dot/creds"},
		{"folder", [][2]string{{".aws", "dot"}}, "dot/credentials"},
		{"relative link in a linked folder", [][2]string{{".aws", "deep/dot"}, {"deep/dot/credentials", "../creds"}}, "deep/creds"},
		{"through a linked folder and back", [][2]string{{".aws/credentials", "../lnk/../creds"}, {"lnk", "deep/dot"}}, "deep/creds"},
	} {
		for _, dangling := range []bool{false, true} {
			name := c.name
			if dangling {
				name += ", dangling"
			}
			t.Run(name, func(t *testing.T) {
				root := t.TempDir()
				for _, dir := range []string{"dot", "deep/dot"} {
					if err := os.MkdirAll(filepath.Join(root, dir), 0o700); err != nil {
						t.Fatal(err)
					}
				}
				for _, l := range c.links {
					path := filepath.Join(root, l[0])
					if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
						t.Fatal(err)
					}
					if err := os.Symlink(strings.Replace(l[1], "~", root, 1), path); err != nil {
						t.Fatal(err)
					}
				}
				h := &home{T: t, folder: filepath.Join(root, ".aws")}
				h.Files = Files{filepath.Join(root, ".aws/credentials"), filepath.Join(root, ".aws/config")}
				want := strings.TrimPrefix(saved, person+"\n")
				if !dangling {
					h.write(filepath.Join(root, c.end), person, 0o600)
					want = saved
				}
				h.mustSave(testKeys("p"))
				if got := h.read(filepath.Join(root, c.end)); got != want {
					t.Errorf("the file is %q", got)
				}
				if m := mode(t, filepath.Join(root, c.end)); m != 0o600 {
					t.Errorf("the file is %v, want a regular one with mode 0600", m)
				}
				for _, l := range c.links {
					if got, err := os.Readlink(filepath.Join(root, l[0])); err != nil || got != strings.Replace(l[1], "~", root, 1) {
						t.Errorf("the link %s became %q, %v", l[0], got, err)
					}
				}
			})
		}
	}
}

func TestUnsafeLinks(t *testing.T) { // security case 59
	var unsafe *UnsafeError
	h := newHome(t)
	h.write(h.Config, "", 0o600)
	for link, to := range map[string]string{"credentials": "a", "a": "b", "b": "credentials"} {
		if err := os.Symlink(to, filepath.Join(h.folder, link)); err != nil {
			t.Fatal(err)
		}
	}
	if err := h.save(OwnOnly, testKeys("p")); !errors.As(err, &unsafe) || !strings.Contains(unsafe.Why, "circle") {
		t.Errorf("a loop: got %v", err)
	}
	h.only("config", "credentials", "a", "b")

	for name, alter := range map[string]func(string, *meta){
		"another user's link":   isNot(".aws/credentials"),
		"another user's file":   isNot("theirs/creds"),
		"another user's folder": isNot("theirs"),
	} {
		h := newHome(t)
		theirs := filepath.Join(filepath.Dir(h.folder), "theirs")
		h.write(filepath.Join(theirs, "creds"), person, 0o600)
		h.write(h.Config, "", 0o600)
		if err := os.Symlink("../theirs/creds", h.Credentials); err != nil {
			t.Fatal(err)
		}
		if err := h.saveOn(&faultyDisk{alter: alter}, testKeys("p")); !errors.As(err, &unsafe) {
			t.Errorf("%s: got %v, want an UnsafeError", name, err)
		}
		if got := h.read(filepath.Join(theirs, "creds")); got != person {
			t.Errorf("%s: the file became %q", name, got)
		}
	}
	// A dangling link does not make files in folders that are not the person's, not even in root's.
	h = newHome(t)
	theirs := filepath.Join(filepath.Dir(h.folder), "theirs")
	h.write(h.Config, "", 0o600)
	if err := errors.Join(os.Mkdir(theirs, 0o700), os.Symlink("../theirs/creds", h.Credentials)); err != nil {
		t.Fatal(err)
	}
	if err := h.saveOn(&faultyDisk{alter: func(path string, m *meta) {
		if strings.HasSuffix(path, "theirs") {
			m.Mine, m.Root = false, true
		}
	}}, testKeys("p")); !errors.As(err, &unsafe) {
		t.Errorf("dangling into root's folder: got %v, want an UnsafeError", err)
	}
	if _, err := os.Lstat(filepath.Join(theirs, "creds")); err == nil {
		t.Error("the file was made there")
	}
}

// A link that leads elsewhere once its file is locked: what is locked is not what would be written.
func TestALinkThatIsTurnedMeanwhile(t *testing.T) { // security cases 59, 75
	h := newHome(t)
	for _, name := range []string{"one", "two"} {
		h.write(filepath.Join(h.folder, name), person, 0o600)
	}
	if err := os.Symlink("one", h.Credentials); err != nil {
		t.Fatal(err)
	}
	turned := false
	err := h.saveOn(&faultyDisk{before: func(call string, _ int) {
		if strings.HasPrefix(call, "Lock ") && !turned {
			turned = true
			if err := errors.Join(os.Remove(h.Credentials), os.Symlink("two", h.Credentials)); err != nil {
				t.Error(err)
			}
		}
	}}, testKeys("p"))
	if !turned || !errors.Is(err, errChanged) {
		t.Errorf("turned %v, got %v; want that it changed", turned, err)
	}
	for _, name := range []string{"one", "two"} {
		if got := h.read(filepath.Join(h.folder, name)); got != person {
			t.Errorf("%s became %q", name, got)
		}
	}
	h.mustSave(testKeys("p")) // the next one finds the other file
	if h.read(filepath.Join(h.folder, "one")) != person || h.read(filepath.Join(h.folder, "two")) == person {
		t.Error("the wrong file was written")
	}
}

func TestHardLinksAreRefused(t *testing.T) { // security case 60
	h := homeWith(t, person)
	if err := os.Link(h.Credentials, filepath.Join(h.folder, "twin")); err != nil {
		t.Fatal(err)
	}
	var unsafe *UnsafeError
	for _, err := range []error{h.save(OwnOnly, testKeys("p")), h.writer().Check(t.Context(), []Keys{{Profile: "p"}}, OwnOnly)} {
		if !errors.As(err, &unsafe) || !strings.Contains(unsafe.Why, "2 names") || unsafe.Hint() == "" {
			t.Errorf("got %v, want an UnsafeError that explains", err)
		}
	}
	if h.read(h.Credentials) != person || h.read(filepath.Join(h.folder, "twin")) != person {
		t.Error("a name changed")
	}
}

func TestModes(t *testing.T) { // security case 61
	for _, c := range []struct {
		before, after fs.FileMode
		notices       int
		unsafe        bool
	}{
		{0o600, 0o600, 0, false}, {0o400, 0o400, 0, false}, {0o700, 0o700, 0, false},
		{0o644, 0o600, 1, false}, {0o640, 0o600, 1, false}, {0o664, 0o600, 1, false}, {0o444, 0o400, 1, false},
		{0o666, 0o666, 0, true}, {0o602, 0o602, 0, true}, {0o777, 0o777, 0, true},
	} {
		t.Run(c.before.String(), func(t *testing.T) {
			h := newHome(t)
			h.write(h.Credentials, person, c.before)
			err := h.save(OwnOnly, testKeys("p"))
			var unsafe *UnsafeError
			if c.unsafe != errors.As(err, &unsafe) || !c.unsafe && err != nil {
				t.Errorf("got %v", err)
			}
			if m := mode(t, h.Credentials).Perm(); m != c.after {
				t.Errorf("mode %04o, want %04o", m, c.after)
			}
			if c.unsafe != (h.read(h.Credentials) == person) {
				t.Errorf("the file is %q", h.read(h.Credentials))
			}
			if len(h.notices) != c.notices {
				t.Errorf("notices %q, want %d", h.notices, c.notices)
			}
			if !c.unsafe {
				h.mustSave(testKeys("p"), testKeys("q"))
				if len(h.notices) != c.notices {
					t.Errorf("said again: %q", h.notices)
				}
			}
			h.only("credentials")
		})
	}
	t.Run("too wide, and nothing else to change", func(t *testing.T) {
		h := newHome(t)
		h.write(h.Credentials, "[p]\n"+testLines("\n"), 0o644)
		h.mustSave(testKeys("p"))
		if m := mode(t, h.Credentials).Perm(); m != 0o600 {
			t.Errorf("mode %04o, want 0600", m)
		}
		h.wantNotice("mode 0644")
	})
}

func TestFoldersThatOthersCanWrite(t *testing.T) { // security case 61
	for m, ok := range map[fs.FileMode]bool{0o700: true, 0o755: true, 0o777: false, 0o770: false, 0o702: false, 0o777 | fs.ModeSticky: true} {
		h := homeWith(t, person)
		if err := os.Chmod(h.folder, m); err != nil {
			t.Fatal(err)
		}
		err := h.save(OwnOnly, testKeys("p"))
		var unsafe *UnsafeError
		if ok && err != nil || !ok && !errors.As(err, &unsafe) {
			t.Errorf("folder %v: got %v", m, err)
		}
		if ok == (h.read(h.Credentials) == person) {
			t.Errorf("folder %v: the file is %q", m, h.read(h.Credentials))
		}
		if !ok {
			h.only("credentials")
		}
	}
}

func TestOtherOwnersAreRefused(t *testing.T) { // security case 61, 63 (root with another user's HOME)
	for name, alter := range map[string]func(string, *meta){"file": isNot("/credentials"), "folder": isNot("/.aws")} {
		h := homeWith(t, person)
		var unsafe *UnsafeError
		if err := h.saveOn(&faultyDisk{alter: alter}, testKeys("p")); !errors.As(err, &unsafe) || !strings.Contains(unsafe.Why, "another user") {
			t.Errorf("%s: got %v, want an UnsafeError", name, err)
		}
		h.only("credentials")
	}
	if os.Geteuid() != 0 {
		t.Log("not root: the owner of a real file was not changed")
		return
	}
	h := homeWith(t, person)
	if err := os.Chown(h.Credentials, 12345, 12345); err != nil {
		t.Fatal(err)
	}
	var unsafe *UnsafeError
	if err := h.save(OwnOnly, testKeys("p")); !errors.As(err, &unsafe) {
		t.Errorf("a file of user 12345: got %v, want an UnsafeError", err)
	}
}

func TestReadOnlyLeavesNothing(t *testing.T) { // security case 61
	for _, fault := range []error{syscall.EROFS, syscall.EPERM} {
		for _, at := range []string{"Create ", "Rename ", "Lock "} {
			h := homeWith(t, person)
			var failed *FileError
			if err := h.saveOn(&faultyDisk{fail: func(call string, _ int) error {
				if strings.HasPrefix(call, at) {
					return fault
				}
				return nil
			}}, testKeys("p")); !errors.As(err, &failed) || !errors.Is(err, fault) {
				t.Errorf("%s%v: got %v, want a FileError", at, fault, err)
			}
			if h.read(h.Credentials) != person {
				t.Errorf("%s%v: the file changed", at, fault)
			}
			h.only("credentials")
		}
	}
}

func TestNewFilesArePrivate(t *testing.T) { // security case 62
	for _, umask := range []int{0, 0o022, 0o077} {
		h := newHome(t)
		k := testKeys("p")
		k.Region = "eu-west-1"
		old := syscall.Umask(umask)
		err := h.save(OwnOnly, k)
		syscall.Umask(old)
		if err != nil {
			t.Fatal(err)
		}
		if m := mode(t, h.folder); m != fs.ModeDir|0o700 {
			t.Errorf("umask %04o: the folder is %v", umask, m)
		}
		entries, err := os.ReadDir(h.folder)
		if err != nil || len(entries) != 4 {
			t.Errorf("umask %04o: %d files, %v; want two and their locks", umask, len(entries), err)
		}
		for _, e := range entries {
			if m := mode(t, filepath.Join(h.folder, e.Name())); m != 0o600 {
				t.Errorf("umask %04o: %s is %v", umask, e.Name(), m)
			}
		}
	}
}

func TestHomesThatCannotBeWritten(t *testing.T) { // security case 63
	h := newHome(t)
	var failed *FileError
	if err := h.saveOn(&faultyDisk{fail: func(call string, _ int) error {
		if strings.HasPrefix(call, "Mkdir") {
			return syscall.EACCES
		}
		return nil
	}}, testKeys("p")); !errors.As(err, &failed) || !strings.Contains(failed.Hint(), "HOME") {
		t.Errorf("got %v, want a FileError whose hint names HOME", err)
	}
	h.Credentials = filepath.Join(h.folder, "no", "such", "folder", "credentials")
	if err := h.save(OwnOnly, testKeys("p")); !errors.As(err, &failed) || !strings.Contains(failed.Hint(), credentialsVariable) {
		t.Errorf("got %v, want a FileError whose hint names the variable", err)
	}
}

func TestLinksInTheWayOfTemporaryFiles(t *testing.T) { // security case 64
	h := homeWith(t, person)
	victim := filepath.Join(h.folder, "victim")
	h.write(victim, "untouched", 0o600)
	path := filepath.Join(h.folder, ".credentials.samlogin-x.tmp")
	if err := os.Symlink(victim, path); err != nil {
		t.Fatal(err)
	}
	if f, err := (system{}).Create(path); !errors.Is(err, fs.ErrExist) {
		t.Errorf("Create at a link gives %v, %v; want that it exists", f, err)
	}
	if err := os.Symlink(victim, filepath.Join(h.folder, ".credentials.samlogin.lock")); err != nil {
		t.Fatal(err)
	}
	var unsafe *UnsafeError
	if err := h.save(OwnOnly, testKeys("p")); !errors.As(err, &unsafe) {
		t.Errorf("the lock file is a link: got %v, want an UnsafeError", err)
	}
	if got := h.read(victim); got != "untouched" {
		t.Errorf("the link was followed: %q", got)
	}
}

func TestWhatIsNotARegularFile(t *testing.T) { // security case 65
	for name, make := range map[string]func(path string) error{
		"a named pipe": func(path string) error { return syscall.Mkfifo(path, 0o600) },
		"a folder":     func(path string) error { return os.Mkdir(path, 0o700) },
		"a device":     func(path string) error { return os.Symlink("/dev/null", path) },
		"17 MiB":       func(path string) error { return os.WriteFile(path, make([]byte, 17<<20), 0o600) },
	} {
		h := newHome(t)
		if err := errors.Join(os.Mkdir(h.folder, 0o700), make(h.Credentials)); err != nil {
			t.Fatal(err)
		}
		var failed *FileError
		if err := h.save(OwnOnly, testKeys("p")); !errors.As(err, &failed) {
			t.Errorf("%s: Save gives %v, want a FileError", name, err)
		}
		if _, err := h.Read("p"); !errors.As(err, &failed) {
			t.Errorf("%s: Read gives %v, want a FileError", name, err)
		}
		h.only("credentials")
	}
	// A pipe that is put there after it was looked for keeps nobody waiting, and a link is not followed.
	h := newHome(t)
	h.write(h.Credentials, person, 0o600)
	pipe, link := filepath.Join(h.folder, "pipe"), filepath.Join(h.folder, "link")
	if err := errors.Join(syscall.Mkfifo(pipe, 0o600), os.Symlink(h.Credentials, link)); err != nil {
		t.Fatal(err)
	}
	f, err := (system{}).Open(pipe)
	if err != nil {
		t.Fatal(err)
	}
	_ = f.Close()
	if f, err := (system{}).Open(link); err == nil {
		_ = f.Close()
		t.Error("the link was followed")
	}
	// A file that the new lines would make larger than one that is read.
	h = homeWith(t, strings.Repeat("# fifteen chars\n", largest/16))
	before := h.read(h.Credentials)
	var failed *FileError
	if err := h.save(OwnOnly, testKeys("p")); !errors.As(err, &failed) || !errors.Is(err, errTooLarge) || h.read(h.Credentials) != before {
		t.Errorf("16 MiB: got %v, want a FileError, and the file as it was", err)
	}
	// The folder .aws is a file.
	h = newHome(t)
	if err := os.WriteFile(h.folder, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := h.save(OwnOnly, testKeys("p")); !errors.As(err, &failed) {
		t.Errorf("the folder is a file: got %v, want a FileError", err)
	}
}

func TestTextInUTF16IsLeftAlone(t *testing.T) {
	before := "\xff\xfe[\x00a\x00]\x00\n\x00"
	h := homeWith(t, before)
	var failed *FileError
	if err := h.save(OwnOnly, testKeys("p")); !errors.As(err, &failed) || !errors.Is(err, errNotText) {
		t.Errorf("got %v, want a FileError", err)
	}
	if h.read(h.Credentials) != before {
		t.Error("the file changed")
	}
}

func TestLockFilesThatAreNone(t *testing.T) { // security case 77
	for name, c := range map[string]struct {
		make  func(path string) error
		alter func(string, *meta)
		fine  bool
	}{
		"a folder":       {make: func(path string) error { return os.Mkdir(path, 0o700) }},
		"a named pipe":   {make: func(path string) error { return syscall.Mkfifo(path, 0o600) }},
		"another user's": {make: func(path string) error { return os.WriteFile(path, nil, 0o600) }, alter: isNot(".lock")},
		"read-only":      {make: func(path string) error { return os.WriteFile(path, nil, 0o400) }, fine: true},
	} {
		h := homeWith(t, person)
		lock := filepath.Join(h.folder, ".credentials.samlogin.lock")
		if err := c.make(lock); err != nil {
			t.Fatal(err)
		}
		err := h.saveOn(&faultyDisk{alter: c.alter}, testKeys("p"))
		if c.fine != (err == nil) {
			t.Errorf("%s: got %v", name, err)
		}
		if _, err := os.Lstat(lock); err != nil {
			t.Errorf("%s: the lock file was removed", name)
		}
		if !c.fine && h.read(h.Credentials) != person {
			t.Errorf("%s: the file changed", name)
		}
	}
}
