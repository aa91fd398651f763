package profiles

import (
	"context"
	"errors"
	"testing"
)

// At no moment of the way from keys to a command or back is a profile without both: whatever call fails.
func TestAProfileAlwaysHasKeysOrACommand(t *testing.T) { // security case 68
	k, p := testKeys("p"), testProcess("p")
	k.Region, p.Region = "eu-west-1", "eu-west-1"
	for name, c := range map[string]struct {
		credentials, config string
		do                  func(context.Context, *Writer) error
	}{
		"to a command": {person + "\n[p]\n" + testLines("\n"), "", func(ctx context.Context, w *Writer) error { return w.SaveProcess(ctx, []Process{p}, OwnOnly) }},
		"to keys":      {person, "[profile p]\n" + processLine + "\n[profile q]\nx = 1\n", func(ctx context.Context, w *Writer) error { return w.Save(ctx, []Keys{k}, OwnOnly) }},
	} {
		t.Run(name, func(t *testing.T) {
			failed := 0
			for n := 0; ; n++ {
				h := homeWithBoth(t, c.credentials, c.config)
				broken := &failingAt{disk: system{}, at: n}
				w := h.writer()
				w.disk = broken
				err := c.do(t.Context(), w)
				if broken.calls <= n { // there is no n-th call
					if err != nil {
						t.Fatal(err)
					}
					break
				}
				if err != nil {
					failed++
				}
				if i, err := h.Inspect("p"); err != nil || i.Standing != Managed {
					t.Errorf("call %d (%s) failed: the profile is %v, %v", n, broken.name, i.Standing, err)
				}
				stored, err := h.Read("p")
				if err != nil || stored.Credentials[keySecret].Empty() && stored.Config[keyProcess].Empty() {
					t.Errorf("call %d (%s) failed: the profile has neither keys nor a command, %v", n, broken.name, err)
				}
				if err := c.do(t.Context(), h.writer()); err != nil {
					t.Errorf("call %d (%s) failed: the next run says %v", n, broken.name, err)
				}
				stored, err = h.Read("p")
				if err != nil || stored.Credentials[keySecret].Empty() == stored.Config[keyProcess].Empty() || stored.Config[keyRegion].Reveal() != "eu-west-1" {
					t.Errorf("call %d (%s) failed: after the next run it is not as it should be, %v", n, broken.name, err)
				}
			}
			if failed < 10 {
				t.Errorf("%d calls failed: the disk is not the one that was used", failed)
			}
		})
	}
}

// failingAt is a disk of which one call that changes something fails.
type failingAt struct {
	disk
	at, calls int
	name      string
}

var errFailing = errors.New("no space left")

func (d *failingAt) next(name string) error {
	d.calls++
	if d.calls-1 == d.at {
		d.name = name
		return errFailing
	}
	return nil
}

func (d *failingAt) Create(path string) (file, error) {
	if err := d.next("create"); err != nil {
		return nil, err
	}
	f, err := d.disk.Create(path)
	return &failingFile{f, d}, err
}

func (d *failingAt) Open(path string) (file, error) {
	if err := d.next("open"); err != nil {
		return nil, err
	}
	return d.disk.Open(path)
}

func (d *failingAt) Rename(from, to string) error {
	if err := d.next("rename"); err != nil {
		return err
	}
	return d.disk.Rename(from, to)
}

func (d *failingAt) SyncFolder(folder string) error {
	if err := d.next("sync folder"); err != nil {
		return err
	}
	return d.disk.SyncFolder(folder)
}

func (d *failingAt) Lock(path string) (func() error, error) {
	if err := d.next("lock"); err != nil {
		return nil, err
	}
	return d.disk.Lock(path)
}

type failingFile struct {
	file
	disk *failingAt
}

func (f *failingFile) Write(p []byte) (int, error) {
	if err := f.disk.next("write"); err != nil {
		return 0, err
	}
	return f.file.Write(p)
}

func (f *failingFile) Sync() error {
	if err := f.disk.next("sync"); err != nil {
		return err
	}
	return f.file.Sync()
}
