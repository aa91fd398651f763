// Package state keeps what a login brought between two runs of samlogin: role credentials, IdP sessions, the longest
// duration that a role was found to allow. It also lets only one of many processes log in at a time (see Flight).
//
// Everything is sealed: one small file an entry, encrypted and authenticated with a random key that lies beside them
// in a folder which only its owner can enter. That does not keep out who can read the folder. It keeps the values out
// of backups of single files, of searches and of screens, and it makes an edited, swapped or torn file no entry at all.
//
// Nothing here is the only copy of anything, so that nothing here may stop a login: what is damaged, unsafe, of
// another key or of another time counts as absent, and an error in writing may be shown and forgotten.
package state

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/samlogin/samlogin/saml/secret"
)

// ErrNone is what Get returns, wrapped with the reason, where there is no entry that may be used.
var ErrNone = errors.New("nothing is kept")

// Locate finds the folder of samlogin's state: $XDG_STATE_HOME/samlogin, else ~/.local/state/samlogin
// (%LocalAppData%\samlogin on Windows). A relative XDG_STATE_HOME is ignored (XDG Base Directory Specification). It
// does not look at the disk; its error is that there is no home.
func Locate(env func(string) string) (string, error) { return locate(runtime.GOOS, env) }

func locate(system string, env func(string) string) (string, error) {
	if folder := env("XDG_STATE_HOME"); filepath.IsAbs(folder) {
		return filepath.Join(folder, "samlogin"), nil
	}
	home, within := "HOME", []string{".local", "state", "samlogin"}
	if system == "windows" {
		home, within = "LocalAppData", []string{"samlogin"}
	}
	folder := env(home)
	if !filepath.IsAbs(folder) {
		return "", fmt.Errorf("there is no place to keep sessions: %s is unset or not an absolute path", home)
	}
	return filepath.Join(append([]string{folder}, within...)...), nil
}

// Options say where a Folder is, and what time it is there.
type Options struct {
	Dir string // absolute; made with mode 0700 when the first entry is put. Its last element is not to be a symbolic link

	Now    func() time.Time     // nil: time.Now
	Uptime func() time.Duration // since the computer was started, time asleep included; nil: the system's
	Host   string               // whose uptime that is; "": os.Hostname

	// Most is how many entries are kept, 0: 10,000. Beyond it, those that end first are removed first.
	Most int
}

// Folder is the folder of sealed entries. It may be used by any number of goroutines and processes at a time.
type Folder struct {
	dir    string
	now    func() time.Time
	uptime func() time.Duration
	host   string
	most   int
}

const defaultMost = 10_000

// Open prepares the use of a folder, and does not look at the disk. Its error is a Dir that is not an absolute path.
func Open(o Options) (*Folder, error) {
	if !filepath.IsAbs(o.Dir) {
		return nil, errors.New("the folder of sessions has to be an absolute path")
	}
	f := &Folder{dir: filepath.Clean(o.Dir), now: o.Now, uptime: o.Uptime, host: o.Host, most: o.Most}
	if f.now == nil {
		f.now = time.Now
	}
	if f.uptime == nil {
		f.uptime = uptime
	}
	if f.host == "" {
		f.host, _ = os.Hostname() // without a name, uptimes are compared that may be of two computers: they only make entries end earlier
	}
	if f.most <= 0 {
		f.most = defaultMost
	}
	return f, nil
}

// Get gives the value of an entry and when it ends. It reads two small files whatever else is in the folder, lists
// nothing, takes no lock and writes nothing. The only error is ErrNone, wrapped with the reason.
func (f *Folder) Get(kind, identity string) (secret.Text, time.Time, error) {
	k, err := f.readKey()
	if err != nil {
		return secret.Text{}, time.Time{}, none(err)
	}
	h, value, err := f.read(k, k.name(kind, identity))
	if err != nil {
		return secret.Text{}, time.Time{}, none(err)
	}
	defer clear(value)
	return secret.New(string(value)), h.expires, nil
}

func none(why error) error { return fmt.Errorf("%w: %w", ErrNone, why) }

// read opens an entry that may be used now.
func (f *Folder) read(k keys, name string) (header, []byte, error) {
	sealed, err := readOwn(filepath.Join(f.dir, name), maxFile)
	if err != nil {
		return header{}, nil, err
	}
	h, value, err := k.open(name, sealed)
	if err == nil {
		err = f.judge(h)
	}
	if err != nil {
		clear(value)
		return header{}, nil, err
	}
	return h, value, nil
}

// clockSlack is how far a clock may be set back without an entry being doubted: what keeps clocks right does so in
// small steps. Callers keep a larger distance from the end of credentials anyway.
const clockSlack = time.Minute

// judge says why an entry may not be used now. A clock that was set back must not make it live longer, so its age is
// also taken from the uptime. After a restart the difference of two uptimes is less than the age; it is never more.
func (f *Folder) judge(h header) error {
	now := f.now()
	switch {
	case !now.Before(h.expires):
		return errors.New("it has ended")
	case now.Before(h.made.Add(-clockSlack)):
		return errors.New("it was made later than now, so the clock was set back")
	case h.host == hostMark(f.host) && h.uptime > 0 && !h.made.Add(f.uptime()-h.uptime).Before(h.expires):
		return errors.New("it has ended by the time that this computer has been running")
	}
	return nil
}

// Delete removes an entry. One that is not there is no error; others are *FileError.
func (f *Folder) Delete(kind, identity string) error {
	k, err := f.readKey()
	if err != nil {
		return nil // what cannot be read is not there
	}
	return f.remove(k.name(kind, identity))
}

func (f *Folder) remove(name string) error {
	path := filepath.Join(f.dir, name)
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return &FileError{Path: path, Step: "remove it", Err: err}
	}
	return nil
}
