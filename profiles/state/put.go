package state

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/samlogin/samlogin/saml/secret"
)

// Kinds of entries that samlogin keeps. Others may be any text of up to 64 bytes.
const (
	Role     = "role"     // AWS credentials of a role
	IdP      = "idp"      // a session at an IdP: its cookies, and the assertion while AWS takes it
	Duration = "duration" // the longest duration that a role was found to allow
	MFA      = "mfa"      // AWS credentials of an IAM user who gave a code
)

// Entry is what is to be kept.
type Entry struct {
	Kind        string
	Identity    string      // everything that decides what it is: see the function Identity
	Value       secret.Text // up to 1 MiB
	Expires     time.Time   // kept to the millisecond
	Description []byte      // up to 4 KiB, given back by List; sealed as well
}

// Put keeps an entry in the place of the one of the same kind and identity. The errors are *UnsafeError and
// *FileError; nothing is lost by them but the time to fetch the value again.
//
// The file is replaced in one step, so that another process reads the old entry or the new one. It is not synced: a
// power cut may lose it, and what is left of it does not open.
func (f *Folder) Put(e Entry) error {
	fail := func(err error) error {
		return &FileError{Path: f.dir, Step: "keep an entry of kind " + e.Kind + " in it", Err: err}
	}
	now := f.now()
	switch {
	case e.Kind == "" || len(e.Kind) > maxKind || len(e.Description) > maxDescription || len(e.Value.Reveal()) > maxValue:
		return fail(errors.New("it is too large"))
	case !e.Expires.After(now):
		return fail(errors.New("it has ended already"))
	}
	h := header{made: now, expires: e.Expires, uptime: f.uptime(), host: hostMark(f.host), kind: e.Kind, description: e.Description}
	value := []byte(e.Value.Reveal())
	defer clear(value)
	for range 4 {
		k, err := f.ensureKey()
		if err != nil {
			return err
		}
		name := k.name(e.Kind, e.Identity)
		if err := f.place(name, k.seal(name, h, value), e.Expires); err != nil {
			return fail(err)
		}
		// Another process may have replaced a damaged key meanwhile; then nobody can open what was just written.
		if again, err := f.readKey(); err == nil && again.same(k) {
			f.tidy(now)
			return nil
		}
		_ = f.remove(name)
	}
	return fail(errors.New("its key is changed again and again"))
}

// place puts a file in its place. Its time of change is when the entry ends, so that a sweep need not open it; that
// is a hint only, the time that counts is sealed.
func (f *Folder) place(name string, sealed []byte, expires time.Time) error {
	temporary, err := f.writeBeside(sealed, false)
	if err != nil {
		return err
	}
	if err = os.Chtimes(temporary, expires, expires); err == nil {
		err = replace(temporary, filepath.Join(f.dir, name))
	}
	if err != nil {
		_ = os.Remove(temporary)
	}
	return err
}

// temporaryPrefix begins the names of files that are not in their place yet.
const temporaryPrefix = ".new-"

// writeBeside writes a new file in the folder, for this user only from the first moment, and gives its path.
func (f *Folder) writeBeside(content []byte, sync bool) (_ string, err error) {
	var random [16]byte
	_, _ = rand.Read(random[:])
	path := filepath.Join(f.dir, temporaryPrefix+hex.EncodeToString(random[:]))
	file, err := createOwn(path)
	if err != nil {
		return "", fmt.Errorf("make a file: %w", err)
	}
	_, err = file.Write(content)
	if err == nil && sync {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err != nil {
		_ = os.Remove(path)
		return "", fmt.Errorf("write a file: %w", err)
	}
	return path, nil
}
