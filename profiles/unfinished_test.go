package profiles

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"
)

// The AWS CLI empties a file, and then fills it again, 8192 bytes at a time. On a busy machine there is time between the two, and a save that
// takes what is there in the meantime for the whole would be the end of the rest.
func TestAFileBeingRefilledIsNotTakenForWhole(t *testing.T) { // security case 74
	filler := "# " + strings.Repeat("x", 4093-len(person)) + "\n" // with the text above it a buffer of 4096 bytes
	for _, c := range []struct{ title, name, left string }{
		{"emptied", "credentials", ""}, {"cut in a line", "credentials", person[:9]}, {"cut at a buffer's end", "credentials", person + filler}, {"emptied", "config", ""},
	} {
		name := c.name
		t.Run(c.title+" "+name, func(t *testing.T) {
			h := homeWith(t, person)
			h.write(h.Config, "[profile p]\nrole_arn = arn:aws:iam::1:role/R\n", 0o600)
			path := h.Credentials
			if name == "config" {
				path = h.Config
			} else if err := os.Remove(h.Config); err != nil {
				t.Fatal(err)
			}
			full := h.read(path) + filler + "[b]\ny = 2\n"
			h.write(path, c.left, 0o600)
			at := time.Now()
			if err := os.Chtimes(path, at, at); err != nil {
				t.Fatal(err)
			}
			opened := 0
			d := &faultyDisk{disk: system{}, before: func(call string, _ int) {
				if !strings.HasPrefix(call, "Open "+name) {
					return
				}
				if opened++; opened == 40 { // more than a whole save
					h.write(path, full, 0o600)
				}
			}}
			w := h.writer()
			w.disk = d
			w.Now = func() time.Time { return at }
			err := w.Save(t.Context(), []Keys{testKeys("p")}, OwnOnly)
			if name == "credentials" {
				if got, want := h.read(path), full+"\n[p]\n"+testLines("\n"); err != nil || got != want {
					t.Errorf("%v, and the file is %q, want %q", err, got, want)
				}
				return
			}
			var notOurs *NotOursError
			if !errors.As(err, &notOurs) || notOurs.Standing != SwitchesRole || h.read(h.Credentials) != person {
				t.Errorf("got %v, want the refusal of a profile with role_arn", err)
			}
		})
	}
}

// One that has been empty for longer is an empty one.
func TestAnEmptyFileIsWritten(t *testing.T) {
	h := homeWith(t, "")
	old := time.Now().Add(-time.Minute)
	if err := os.Chtimes(h.Credentials, old, old); err != nil {
		t.Fatal(err)
	}
	h.mustSave(testKeys("p"))
	if got, want := h.read(h.Credentials), "[p]\n"+testLines("\n"); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
