package profiles

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

const person = "# mine\n[a]\nx = 1\n"

// saveOn saves on a disk with faults.
func (h *home) saveOn(d *faultyDisk, all ...Keys) error {
	h.Helper()
	w := h.writer()
	d.disk = system{}
	w.disk = d
	return w.Save(h.Context(), all, OwnOnly)
}

func TestFailedSyncIsFinal(t *testing.T) { // security case 69
	h := homeWith(t, person)
	d := &faultyDisk{fail: func(call string, _ int) error {
		if strings.HasPrefix(call, "Sync .credentials.samlogin-*") {
			return syscall.EIO
		}
		return nil
	}}
	err := h.saveOn(d, testKeys("p"))
	var failed *FileError
	if !errors.As(err, &failed) || failed.Step != "sync the temporary file" || !errors.Is(err, syscall.EIO) {
		t.Errorf("got %v, want a FileError of the step", err)
	}
	syncs := 0
	for _, call := range d.calls {
		if strings.HasPrefix(call, "Sync ") {
			syncs++
		}
		if strings.HasPrefix(call, "Rename") || strings.HasPrefix(call, "Rewrite") {
			t.Errorf("%s after a failed sync", call)
		}
	}
	if syncs != 1 {
		t.Errorf("%d syncs, want 1", syncs)
	}
	if got := h.read(h.Credentials); got != person {
		t.Errorf("the file became %q", got)
	}
	h.only("credentials")
}

// TestEveryCallCanFail makes each call of a save fail, one after the other. The file is then the old one or the new
// one, no temporary file is left, and the next save succeeds.
func TestEveryCallCanFail(t *testing.T) { // security case 68
	saved := person + "\n[p]\n" + testLines("\n")
	k := testKeys("p")
	k.Region = "eu-west-1"
	for _, fault := range []error{syscall.EIO, syscall.ENOSPC} {
		for n := 1; ; n++ {
			h := homeWith(t, person)
			failed := ""
			d := &faultyDisk{fail: func(call string, i int) error {
				if i == n {
					failed = call
					return fault
				}
				return nil
			}}
			err := h.saveOn(d, k)
			if failed == "" {
				if n < 40 {
					t.Errorf("a save makes %d calls only: %q", n-1, d.calls)
				}
				break
			}
			if err != nil && (!errors.Is(err, fault) || strings.Contains(err.Error(), testToken)) {
				t.Errorf("%s: got %v", failed, err)
			}
			var file *FileError
			if err != nil && (!errors.As(err, &file) || file.Step == "") {
				t.Errorf("%s: %v is not a FileError with a step", failed, err)
			}
			got := h.read(h.Credentials)
			if got != person && got != saved || err == nil && got != saved {
				t.Errorf("%s: error %v, and the file is %q", failed, err, got)
			}
			entries, _ := os.ReadDir(h.folder)
			for _, e := range entries {
				if strings.HasSuffix(e.Name(), temporarySuffix) {
					t.Errorf("%s: %s is left", failed, e.Name())
				}
			}
			h.mustSave(k)
			if got := h.read(h.Credentials); got != saved {
				t.Errorf("%s: after the next save the file is %q", failed, got)
			}
		}
	}
}

func TestChangesOfOthersMeanwhileAreKept(t *testing.T) { // security case 75
	for name, change := range map[string]func(h *home){
		"in place": func(h *home) { h.write(h.Credentials, person+"[added]\ny = 2\n", 0o600) },
		"rename": func(h *home) {
			h.write(h.Credentials+"~", person+"[added]\ny = 2\n", 0o600)
			if err := os.Rename(h.Credentials+"~", h.Credentials); err != nil {
				h.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := homeWith(t, person)
			done := false
			d := &faultyDisk{before: func(call string, _ int) {
				if strings.HasPrefix(call, "Sync ") && !done {
					done = true
					change(h)
				}
			}}
			if err := h.saveOn(d, testKeys("p")); err != nil {
				t.Fatal(err)
			}
			if got, want := h.read(h.Credentials), person+"[added]\ny = 2\n\n[p]\n"+testLines("\n"); got != want {
				t.Errorf("got %q, want %q", got, want)
			}
			h.only("credentials")
		})
	}
	t.Run("always", func(t *testing.T) {
		h := homeWith(t, person)
		text := person
		d := &faultyDisk{before: func(call string, _ int) {
			if strings.HasPrefix(call, "Sync ") {
				text += "# once more\n"
				h.write(h.Credentials, text, 0o600)
			}
		}}
		err := h.saveOn(d, testKeys("p"))
		var failed *FileError
		if !errors.As(err, &failed) || !errors.Is(err, errKeepsChanging) || failed.Hint() == "" {
			t.Errorf("got %v, want a FileError that says so", err)
		}
		if n := strings.Count(text, "once more"); n != redos+1 {
			t.Errorf("tried %d times, want %d", n, redos+1)
		}
		if got := h.read(h.Credentials); got != text {
			t.Errorf("the file became %q", got)
		}
		h.only("credentials")
	})
}

func TestAnOlderStateWrittenOverOursIsNoticed(t *testing.T) { // security case 74
	h := homeWith(t, person)
	done := false
	d := &faultyDisk{before: func(call string, _ int) {
		if strings.HasPrefix(call, "SyncFolder") && !done { // right after the rename
			done = true
			h.write(h.Credentials, person+"[cli]\nz = 1\n", 0o600)
		}
	}}
	if err := h.saveOn(d, testKeys("p")); err != nil {
		t.Fatal(err)
	}
	if got, want := h.read(h.Credentials), person+"[cli]\nz = 1\n\n[p]\n"+testLines("\n"); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestATornReadIsNotSaved(t *testing.T) { // security case 74
	h := homeWith(t, person)
	reads := 0
	d := &faultyDisk{before: func(call string, _ int) {
		if call != "Open credentials" {
			return
		}
		switch reads++; reads { // the first is the glance before the lock
		case 2:
			h.write(h.Credentials, "", 0o600) // the AWS CLI has opened it with truncation
		case 3:
			h.write(h.Credentials, person, 0o600)
		}
	}}
	if err := h.saveOn(d, testKeys("p")); err != nil {
		t.Fatal(err)
	}
	if got, want := h.read(h.Credentials), person+"\n[p]\n"+testLines("\n"); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestAFileIsReadUntilItSettles(t *testing.T) { // security case 74
	h := homeWith(t, "half")
	reads := 0
	d := &faultyDisk{disk: system{}, before: func(call string, _ int) {
		if call != "Open credentials" {
			return
		}
		reads++
		h.write(h.Credentials, []string{"", "half", "halfway", "halfwax", person, person}[min(reads, 5)], 0o600)
	}}
	w := h.writer()
	w.disk = d
	now, err := w.saving().settled(t.Context(), target{folder: h.folder, base: "credentials"}, "")
	if err != nil || now.text != person {
		t.Errorf("settled on %q, %v, want what two reads in a row gave", now.text, err)
	}
}

func TestAKillLeavesOldOrNew(t *testing.T) { // security case 67, the model without real signals
	saved := person + "\n[p]\n" + testLines("\n")
	for n := 1; ; n++ {
		h := homeWith(t, person)
		killed := false
		func() {
			defer func() { _ = recover() }()
			_ = h.saveOn(&faultyDisk{fail: func(_ string, i int) error {
				if i >= n {
					killed = true
					return errors.New("killed") // and so does every call after it, the tidying too
				}
				return nil
			}}, testKeys("p"))
		}()
		if !killed {
			break
		}
		if got := h.read(h.Credentials); got != person && got != saved {
			t.Fatalf("stopped at call %d the file is %q", n, got)
		}
		h.mustSave(testKeys("p"))
		if got := h.read(h.Credentials); got != saved {
			t.Fatalf("stopped at call %d, the next save gives %q", n, got)
		}
	}
}

func TestStaleTemporaryFilesAreRemoved(t *testing.T) {
	h := homeWith(t, person)
	random := strings.Repeat("0a", randomLength/2)
	stale, foreign := ".credentials.samlogin-"+random+".tmp", ".credentials.samlogin-notes.tmp"
	fresh, backup := ".credentials.samlogin-"+strings.Repeat("1b", randomLength/2)+".tmp", ".credentials.samlogin-"+random+".backup"
	theirs, folder := ".credentials.samlogin-"+strings.Repeat("2c", randomLength/2)+".tmp", ".credentials.samlogin-"+strings.Repeat("3d", randomLength/2)+".tmp"
	if err := os.Mkdir(h.folder+"/"+folder, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(h.folder+"/"+folder, time.Time{}, expiry.Add(-2*time.Hour)); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{stale, foreign, fresh, backup, theirs} {
		path := h.folder + "/" + name
		h.write(path, "x", 0o600)
		if err := os.Chtimes(path, time.Time{}, expiry.Add(-2*time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chtimes(h.folder+"/"+fresh, time.Time{}, expiry.Add(-time.Minute)); err != nil {
		t.Fatal(err)
	}
	w := h.writer()
	w.Now = func() time.Time { return expiry }
	w.disk = &faultyDisk{disk: system{}, alter: func(path string, m *meta) { m.Mine = m.Mine && !strings.HasSuffix(path, theirs) }}
	if err := w.Save(t.Context(), []Keys{testKeys("p")}, OwnOnly); err != nil {
		t.Fatal(err)
	}
	h.only("credentials", foreign, fresh, backup, theirs, folder)
}

func TestFileSystemsWithoutLocks(t *testing.T) { // security case 79
	for _, fault := range []error{syscall.ENOLCK, syscall.ENOSYS, syscall.EOPNOTSUPP} {
		if !noLocks(fault) {
			if runtime.GOOS != "windows" {
				t.Errorf("%v is not known as what a file system without locks says", fault)
			}
			continue
		}
		h := homeWith(t, person)
		if err := h.saveOn(&faultyDisk{fail: func(call string, _ int) error {
			if strings.HasPrefix(call, "Lock ") {
				return fault
			}
			return nil
		}}, testKeys("p"), testKeys("q")); err != nil {
			t.Errorf("%v: %v", fault, err)
		}
		h.wantNotice("no locks")
	}
}

func TestALockThatIsNotGivenBack(t *testing.T) { // security case 78
	h := homeWith(t, person)
	h.T = nil
	synctest.Test(t, func(t *testing.T) { // its clock: nobody waits
		held := &faultyDisk{disk: system{}, fail: func(call string, _ int) error {
			if strings.HasPrefix(call, "Lock ") {
				return errHeld
			}
			return nil
		}}
		start := time.Now()
		var notices []string
		w := &Writer{Files: h.Files, disk: held, Notice: func(s string) { notices = append(notices, s) }}
		err := w.Save(t.Context(), []Keys{testKeys("p")}, OwnOnly)
		var locked *LockError
		if !errors.As(err, &locked) || locked.Waited != 10*time.Second || time.Since(start) != 10*time.Second || locked.Hint() == "" {
			t.Errorf("got %v after %v, want a LockError after 10 s", err, time.Since(start))
		}
		if len(notices) != 1 || !strings.Contains(notices[0], "waiting for another samlogin") {
			t.Errorf("notices %q, want that it waits, once", notices)
		}
		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Second, syscall.EINTR)
		defer cancel()
		if err := w.Save(ctx, []Keys{testKeys("p")}, OwnOnly); !errors.Is(err, syscall.EINTR) {
			t.Errorf("got %v, want the cause of the context's end", err)
		}
	})
	h.T = t
	if got := h.read(h.Credentials); got != person {
		t.Errorf("the file became %q", got)
	}
}

func TestAFileThatIsAMountOfItsOwn(t *testing.T) {
	busy := func(call string, _ int) error {
		if strings.HasPrefix(call, "Rename ") {
			return syscall.EBUSY
		}
		return nil
	}
	if !cannotReplace(syscall.EBUSY) {
		t.Skip("files are not mounted one by one on this system")
	}
	h := homeWith(t, person+strings.Repeat("# long\n", 1000))
	h.write(h.Credentials, "[p]\n"+old+"# long\n", 0o600)
	if err := h.saveOn(&faultyDisk{fail: busy}, testKeys("p")); err != nil {
		t.Fatal(err)
	}
	if got, want := h.read(h.Credentials), "[p]\n"+testLines("\n")+"# long\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	h.wantNotice("written in place")
	h.only("credentials")

	// A full disk while it is written in place: what was there is in a copy, and the message says where.
	h = homeWith(t, person)
	err := h.saveOn(&faultyDisk{fail: func(call string, n int) error {
		if call == "Write credentials" {
			return syscall.ENOSPC
		}
		return busy(call, n)
	}}, testKeys("p"))
	if !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), backupSuffix) {
		t.Fatalf("got %v, want ENOSPC and the name of the copy", err)
	}
	entries, _ := os.ReadDir(h.folder)
	copies := 0
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), backupSuffix) {
			copies++
			if got := h.read(h.folder + "/" + e.Name()); got != person {
				t.Errorf("the copy holds %q", got)
			}
		}
	}
	if copies != 1 {
		t.Errorf("%d copies, want 1", copies)
	}
}

func TestTemporaryFileNamesAreNotTaken(t *testing.T) { // security case 64
	h := homeWith(t, person)
	taken := 0
	d := &faultyDisk{fail: func(call string, _ int) error {
		if strings.HasPrefix(call, "Create ") && taken < 3 {
			taken++
			return fs.ErrExist
		}
		return nil
	}}
	if err := h.saveOn(d, testKeys("p")); err != nil || taken != 3 {
		t.Errorf("got %v after %d names taken", err, taken)
	}
	d = &faultyDisk{fail: func(call string, _ int) error {
		if strings.HasPrefix(call, "Create ") {
			return fs.ErrExist
		}
		return nil
	}}
	if err := h.saveOn(d, testKeys("q")); !errors.Is(err, fs.ErrExist) {
		t.Errorf("every name taken: got %v", err)
	}
	if a, b := randomName(), randomName(); a == b || len(a) != randomLength {
		t.Errorf("random names %q and %q", a, b)
	}
}

// TestAFileThatIsOpenElsewhereForAMoment is Windows's rule, by the error that its disk gives.
func TestAFileThatIsOpenElsewhereForAMoment(t *testing.T) { // security case 81
	for _, call := range []string{"Open credentials", "Rename credentials"} {
		for _, times := range []int{1, 5, 1000} {
			h := homeWith(t, person)
			h.T = nil
			synctest.Test(t, func(t *testing.T) {
				left, waited := times, time.Now()
				d := &faultyDisk{disk: system{}, fail: func(made string, _ int) error {
					if made == call && left > 0 {
						left--
						return errPassing
					}
					return nil
				}}
				w := &Writer{Files: h.Files, disk: d}
				err := w.Save(t.Context(), []Keys{testKeys("p")}, OwnOnly)
				var failed *FileError
				switch {
				case times < 1000 && err != nil:
					t.Errorf("%s refused %d times: %v", call, times, err)
				case times == 1000 && (!errors.As(err, &failed) || !strings.Contains(failed.Hint(), "close it") || time.Since(waited) > passingWait+time.Second):
					t.Errorf("%s refused always: got %v after %v, want a FileError that says so after 2 s", call, err, time.Since(waited))
				}
			})
			h.T = t
			want := person
			if times < 1000 {
				want += "\n[p]\n" + testLines("\n")
			}
			if got := h.read(h.Credentials); got != want {
				t.Errorf("%s refused %d times: the file is %q", call, times, got)
			}
			h.only("credentials")
		}
	}
}
