package profiles

import (
	"errors"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
)

// mounted is a disk on which the credentials file is a mount of its own.
func mounted(t *testing.T) *faultyDisk {
	t.Helper()
	if !cannotReplace(syscall.EBUSY) {
		t.Skip("files are not mounted one by one on this system")
	}
	return &faultyDisk{fail: func(call string, _ int) error {
		if call == "Rename credentials" {
			return syscall.EBUSY
		}
		return nil
	}}
}

func TestInPlaceOthersLoseTheRightToRead(t *testing.T) { // security case 61
	h := newHome(t)
	h.write(h.Credentials, person, 0o644)
	d := mounted(t)
	d.before = func(call string, _ int) {
		if call != "Write credentials" {
			return
		}
		if info, err := os.Stat(h.Credentials); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("when the keys are written it is %v, %v", info, err)
		}
	}
	if err := h.saveOn(d, testKeys("p")); err != nil {
		t.Fatal(err)
	}
	if got, want := h.read(h.Credentials), person+"\n[p]\n"+testLines("\n"); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	h.wantNotice("other users could read it (mode 0644); it is 0600 now")
}

// TestInPlaceTooItIsComparedRightBefore: making the copy takes a while, in which another program may write.
func TestInPlaceTooItIsComparedRightBefore(t *testing.T) { // security case 75
	h := homeWith(t, person)
	d := mounted(t)
	done := false
	d.before = func(call string, _ int) {
		if strings.HasPrefix(call, "Sync .credentials.samlogin-*.backup") && !done {
			done = true
			h.write(h.Credentials, person+"[added]\ny = 2\n", 0o600)
		}
	}
	if err := h.saveOn(d, testKeys("p")); err != nil {
		t.Fatal(err)
	}
	if got, want := h.read(h.Credentials), person+"[added]\ny = 2\n\n[p]\n"+testLines("\n"); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	h.only("credentials")
}

// TestAnEmptyFileThatIsBeingFilled: emptied once more, right before it is filled, it looks as it was but for its time.
func TestAnEmptyFileThatIsBeingFilled(t *testing.T) { // security case 75
	h := homeWith(t, "")
	past := time.Now().Add(-time.Hour)
	if err := os.Chtimes(h.Credentials, past, past); err != nil {
		t.Fatal(err)
	}
	var cli *os.File
	d := &faultyDisk{before: func(call string, _ int) {
		switch {
		case strings.HasPrefix(call, "Sync ") && cli == nil:
			var err error
			if cli, err = os.OpenFile(h.Credentials, os.O_WRONLY|os.O_TRUNC, 0); err != nil {
				t.Error(err)
			}
		case strings.HasPrefix(call, "Remove "): // it found that out, and takes the temporary file away
			_, err := cli.WriteString("[added]\ny = 2\n")
			if err := errors.Join(err, cli.Close()); err != nil {
				t.Error(err)
			}
		}
	}}
	if err := h.saveOn(d, testKeys("p")); err != nil {
		t.Fatal(err)
	}
	if got, want := h.read(h.Credentials), "[added]\ny = 2\n\n[p]\n"+testLines("\n"); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
