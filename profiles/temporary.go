package profiles

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"path/filepath"
	"strings"
	"time"
)

// Files of ours beside a target: .credentials.samlogin-<32 hexadecimal characters>.tmp
const (
	temporarySuffix = ".tmp"
	backupSuffix    = ".backup"
	randomLength    = 32        // characters: 128 random bits
	staleAfter      = time.Hour // a temporary file that old is of a process that was killed
)

// writeBeside writes a new file in the folder of the target, whole and synced, and gives its path. Its name cannot be
// guessed, and nothing that is already there is used. On an error nothing is left of it.
func (s *saving) writeBeside(t target, suffix, text string, mode fs.FileMode) (_ string, err error) {
	var path string
	fail := func(step string, err error) error { return &FileError{Path: t.path(), Step: step, Err: err} }
	var f file
	for range 8 { // one is enough, unless somebody knows the random numbers
		path = t.beside("-" + randomName() + suffix)
		if f, err = s.disk.Create(path); !errors.Is(err, fs.ErrExist) {
			break
		}
	}
	if err != nil {
		return "", fail("make a temporary file beside it", err)
	}
	open := true
	defer func() {
		if err != nil {
			if open {
				_ = f.Close()
			}
			_ = s.disk.Remove(path)
		}
	}()
	if _, err := io.WriteString(f, text); err != nil {
		return "", fail("write the temporary file", err)
	}
	m, err := f.Stat()
	if err != nil {
		return "", fail("look at the temporary file", err)
	}
	if m.Mode.Perm() != mode {
		if err := f.Chmod(mode); err != nil {
			return "", fail("set the mode of the temporary file", err)
		}
	}
	// Never tried again: after a failed fsync the system may have dropped the pages, and a second one would succeed.
	if err := f.Sync(); err != nil {
		return "", fail("sync the temporary file", err)
	}
	open = false
	if err := f.Close(); err != nil {
		return "", fail("close the temporary file", err)
	}
	return path, nil
}

// sweep removes temporary files of samlogin processes that were killed more than an hour ago. It is only tidying:
// what cannot be removed stays.
func (s *saving) sweep(t target, now time.Time) {
	names, err := s.disk.List(t.folder)
	if err != nil {
		return
	}
	for _, name := range names {
		if s.leftover(t, name, now) {
			_ = s.disk.Remove(filepath.Join(t.folder, name))
		}
	}
}

// leftover recognises a temporary file of a process that was killed.
func (s *saving) leftover(t target, name string, now time.Time) bool {
	random, ok := strings.CutPrefix(name, "."+t.base+".samlogin-")
	random, temporary := strings.CutSuffix(random, temporarySuffix)
	if !ok || !temporary || len(random) != randomLength {
		return false
	}
	m, err := s.disk.Lstat(filepath.Join(t.folder, name))
	return err == nil && m.Mode.IsRegular() && m.Mine && now.Sub(m.Modified) > staleAfter
}

func randomName() string {
	b := make([]byte, randomLength/2)
	_, _ = rand.Read(b) // never fails: it ends the process where the system has no random numbers
	return hex.EncodeToString(b)
}
