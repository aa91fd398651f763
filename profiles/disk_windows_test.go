package profiles

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unsafe"

	"golang.org/x/sys/windows"
)

// hold opens a file as another program does that lets others do only so much with it.
func hold(t *testing.T, path string, share uint32) (release func()) {
	t.Helper()
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		t.Fatal(err)
	}
	handle, err := windows.CreateFile(name, windows.GENERIC_READ, share, nil, windows.OPEN_EXISTING, windows.FILE_ATTRIBUTE_NORMAL, 0)
	if err != nil {
		t.Fatal(err)
	}
	held := true
	release = func() {
		if held {
			held = false
			_ = windows.CloseHandle(handle)
		}
	}
	t.Cleanup(release)
	return release
}

// TestAFileThatAnotherProgramHasOpen saves while another program has the credentials file open, and closes it after
// it was in the way twice, or never.
func TestAFileThatAnotherProgramHasOpen(t *testing.T) { // security case 81
	saved := person + "\n[p]\n" + testLines("\n")
	for _, c := range []struct {
		name  string
		share uint32
		call  string // that fails meanwhile
	}{
		{"a reader that lets nobody rename", windows.FILE_SHARE_READ | windows.FILE_SHARE_WRITE, "Rename credentials"},
		{"one that lets nobody in", 0, "Open credentials"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := homeWith(t, person)
			release := hold(t, h.Credentials, c.share)
			met := 0
			if err := h.saveOn(&faultyDisk{before: func(call string, _ int) {
				if call == c.call {
					if met++; met == 3 {
						release()
					}
				}
			}}, testKeys("p")); err != nil {
				t.Fatal(err)
			}
			if got := h.read(h.Credentials); got != saved || met < 3 {
				t.Errorf("after %d tries the file is %q", met, got)
			}
			h.only("credentials")

			h = homeWith(t, person)
			release = hold(t, h.Credentials, c.share)
			err := h.saveOn(&faultyDisk{}, testKeys("p"))
			var failed *FileError
			if !errors.As(err, &failed) || !errors.Is(err, errPassing) || !strings.Contains(failed.Hint(), "close it") {
				t.Errorf("held all the time: got %v, want a FileError that says so", err)
			}
			release()
			if got := h.read(h.Credentials); got != person {
				t.Errorf("held all the time: the file became %q", got)
			}
			h.only("credentials")
		})
	}
}

// TestOurReadersAreInNobodysWay: a file that samlogin reads can be replaced meanwhile.
func TestOurReadersAreInNobodysWay(t *testing.T) {
	h := homeWith(t, person)
	f, err := (system{}).Open(h.Credentials)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	moved := filepath.Join(h.folder, "moved")
	if err := os.Rename(h.Credentials, moved); err != nil {
		t.Errorf("a file open for reading cannot be renamed: %v", err)
	}
}

// TestNewFilesAreTheOwnersOnly reads back the access list of a new file: protected from the folder's, with two
// entries, one for this user and one for the system (Microsoft, "Security Descriptor String Format").
func TestNewFilesAreTheOwnersOnly(t *testing.T) {
	h := newHome(t)
	k := testKeys("p")
	k.Region = "eu-west-1"
	h.mustSave(k)
	user, err := windows.GetCurrentProcessToken().GetTokenUser()
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{h.Credentials, h.Config} {
		sd, err := windows.GetNamedSecurityInfo(path, windows.SE_FILE_OBJECT, windows.DACL_SECURITY_INFORMATION)
		if err != nil {
			t.Fatal(err)
		}
		list, _, err := sd.DACL()
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: %s", filepath.Base(path), sd)
		var others []string
		for i := range uint32(list.AceCount) {
			var ace *windows.ACCESS_ALLOWED_ACE
			if err := windows.GetAce(list, i, &ace); err != nil {
				t.Fatal(err)
			}
			sid := (*windows.SID)(unsafe.Pointer(&ace.SidStart))
			if !sid.Equals(user.User.Sid) && !sid.IsWellKnown(windows.WinLocalSystemSid) {
				others = append(others, sid.String())
			}
		}
		if len(others) > 0 || list.AceCount == 0 {
			t.Errorf("%s can be used by %v (%s)", path, others, sd)
		}
	}
}
