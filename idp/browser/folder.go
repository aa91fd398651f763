package browser

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/samlogin/samlogin/idp"
)

// A folder is a browser's own: its cookies, its cache, what pages store. Beside it lies a record of who runs there, so
// that what a killed samlogin left behind is found, and is known for certain to be its own.
type folder struct {
	path string
	kept bool // for the next login; else it is removed at the end
}

// Names in the folder of browsers.
const (
	freshPrefix  = "run-"
	keptPrefix   = "kept-"
	recordSuffix = ".json"
)

// maxRecord is the longest record in bytes.
const maxRecord = 4 << 10

// record says who runs in a folder. A number of a process is given out again after a while; together with the time at
// which the process began it is its own.
type record struct {
	Samlogin process `json:"samlogin"`
	Browser  process `json:"browser,omitzero"`
}

type process struct {
	PID   int    `json:"pid"`
	Began string `json:"began"` // as the system tells it
}

// lives reports whether it is still the same process.
func (p process) lives() bool {
	began, ok := beganOf(p.PID)
	return ok && p.PID > 0 && began == p.Began
}

func processOf(pid int) process {
	began, _ := beganOf(pid)
	return process{PID: pid, Began: began}
}

// takeFolder makes a folder for a browser, or takes the one kept under a name, after what earlier logins left behind has
// been cleared away. base belongs to this user alone. The error is an *Error.
func takeFolder(ctx context.Context, base, keep string) (*folder, error) {
	if err := ownFolder(base); err != nil {
		return nil, &Error{Problem: NoFolder, Err: err}
	}
	sweep(ctx, base)
	f := &folder{path: filepath.Join(base, freshPrefix+rand.Text())}
	if keep != "" {
		f.path, f.kept = keptFolder(base, keep), true
		if r, err := readRecord(f.path + recordSuffix); err == nil && (r.Samlogin.lives() || r.Browser.lives()) {
			return nil, &Error{Problem: InUse}
		}
	}
	// The record comes first: a folder without one is nobody's.
	if err := f.note(record{Samlogin: processOf(os.Getpid())}); err != nil {
		return nil, &Error{Problem: NoFolder, Err: err}
	}
	if err := ownFolder(f.path); err != nil {
		f.leave(ctx)
		return nil, &Error{Problem: NoFolder, Err: err}
	}
	f.forgetTabs(ctx) // of a login that was killed
	if err := f.prefer(); err != nil {
		f.leave(ctx)
		return nil, &Error{Problem: NoFolder, Err: err}
	}
	return f, nil
}

// keptFolder is where the session is kept that a text names.
func keptFolder(base, keep string) string {
	sum := sha256.Sum256([]byte(keep))
	return filepath.Join(base, keptPrefix+hex.EncodeToString(sum[:16]))
}

// Forget removes the session kept under a name, or all of them for "", and what killed logins left behind. It gives how
// many there were. One in use stays, and is an *Error.
func Forget(ctx context.Context, base, keep string) (int, error) {
	kept, err := filepath.Glob(filepath.Join(base, keptPrefix+"*"))
	if err != nil || ownsNot(base) {
		return 0, err
	}
	sweep(ctx, base)
	forgotten := 0
	for _, path := range kept {
		if strings.HasSuffix(path, recordSuffix) || keep != "" && path != keptFolder(base, keep) {
			continue
		}
		if _, used := readRecord(path + recordSuffix); used == nil {
			err = &Error{Problem: InUse}
			continue
		}
		remove(ctx, path)
		forgotten++
	}
	return forgotten, err
}

// ownsNot reports whether there is no folder of browsers that is this user's alone.
func ownsNot(base string) bool {
	info, err := os.Lstat(base)
	return err != nil || !info.IsDir() || alone(info) != nil
}

// ownFolder makes a folder that only this user may enter, or sees that it is one.
func ownFolder(path string) error {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return err
	}
	info, err := os.Lstat(path)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return errors.New("it is a link or a file")
	}
	return alone(info)
}

// prefer tells a new browser what it is for: it keeps no passwords, asks for nothing at the start, and connects to no
// server before it has something to ask of it (network_prediction_options 2 is never).
func (f *folder) prefer() error {
	path := filepath.Join(f.path, "Default", "Preferences")
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = file.WriteString(`{"credentials_enable_service":false,"profile":{"password_manager_enabled":false},"autofill":{"profile_enabled":false,"credit_card_enabled":false},"signin":{"allowed":false},"translate":{"enabled":false},"net":{"network_prediction_options":2},"browser":{"has_seen_welcome_page":true}}`)
	return errors.Join(err, file.Close())
}

// note writes the record, whole or not at all.
func (f *folder) note(r record) error {
	text, err := json.Marshal(r)
	if err != nil {
		return err
	}
	file, err := os.CreateTemp(filepath.Dir(f.path), ".record-*") // 0600
	if err != nil {
		return err
	}
	_, err = file.Write(text)
	if err = errors.Join(err, file.Close()); err == nil {
		err = os.Rename(file.Name(), f.path+recordSuffix)
	}
	if err != nil {
		_ = os.Remove(file.Name())
	}
	return err
}

func readRecord(path string) (record, error) {
	var r record
	info, err := os.Lstat(path)
	if err != nil {
		return r, err
	}
	if !info.Mode().IsRegular() || info.Size() > maxRecord {
		return r, errors.New("not a record")
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return r, err
	}
	return r, json.Unmarshal(text, &r)
}

// leave is called when the browser has ended: nothing stays of a folder that is not kept, and of one that is the cookies,
// not the tabs.
func (f *folder) leave(ctx context.Context) {
	if f.kept {
		f.forgetTabs(ctx)
	} else {
		remove(ctx, f.path)
	}
	_ = os.Remove(f.path + recordSuffix)
}

// forgetTabs takes away what a browser notes of its tabs, to open them again: the form of the last page with all that stood
// in it, which is the response.
func (f *folder) forgetTabs(ctx context.Context) {
	remove(ctx, filepath.Join(f.path, "Default", "Sessions"))
}

// remove takes a folder away. A process that is ending may still write into it for a moment.
func remove(ctx context.Context, path string) {
	for range 50 {
		if os.RemoveAll(path) == nil || idp.Pause(context.WithoutCancel(ctx), 20*time.Millisecond) != nil {
			return
		}
	}
}

// sweep clears away what logins left behind that were killed: their browsers, if they still run, and their folders.
func sweep(ctx context.Context, base string) {
	entries, err := os.ReadDir(base)
	if err != nil {
		return
	}
	for _, e := range entries {
		name := e.Name()
		path := filepath.Join(base, strings.TrimSuffix(name, recordSuffix))
		switch {
		case strings.HasSuffix(name, recordSuffix):
			r, err := readRecord(filepath.Join(base, name))
			if err == nil && r.Samlogin.lives() {
				continue
			}
			if r.Browser.lives() && runsIn(r.Browser.PID, path) {
				killGroup(r.Browser.PID)
			}
			killRest(path)
			if strings.HasPrefix(name, keptPrefix) {
				(&folder{path: path}).forgetTabs(ctx)
			} else {
				remove(ctx, path)
			}
			_ = os.Remove(filepath.Join(base, name))
		case strings.HasPrefix(name, freshPrefix) && e.IsDir():
			if _, err := os.Lstat(path + recordSuffix); errors.Is(err, fs.ErrNotExist) {
				killRest(path)
				remove(ctx, path)
			}
		}
	}
}
