package state

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

const keyName = "key"

// readKey reads the key, after a look at the folder that it is in.
func (f *Folder) readKey() (keys, error) {
	if err := f.checkFolder(); err != nil {
		return keys{}, err
	}
	random, err := readOwn(filepath.Join(f.dir, keyName), keyBytes)
	if err != nil {
		return keys{}, err
	}
	defer clear(random)
	return newKeys(random)
}

// checkFolder refuses a folder that is not this user's alone. A *UnsafeError, or fs.ErrNotExist within.
func (f *Folder) checkFolder() error {
	info, err := os.Lstat(f.dir)
	switch {
	case err != nil:
		return &FileError{Path: f.dir, Step: "look at the folder", Err: err}
	case info.Mode()&fs.ModeSymlink != 0:
		return &UnsafeError{Path: f.dir, Why: "it is a symbolic link", Do: "see who made it, then remove it"}
	case !info.IsDir():
		return &UnsafeError{Path: f.dir, Why: "it is not a folder", Do: "move it away"}
	}
	if why := exposed(info); why != "" {
		return &UnsafeError{Path: f.dir, Why: why, Do: "remove what is in it, then: chmod 700 " + f.dir}
	}
	return nil
}

// makeFolder makes the folder where there is none.
func (f *Folder) makeFolder() error {
	err := f.checkFolder()
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(f.dir), 0o700); err != nil {
		return &FileError{Path: f.dir, Step: "make the folder above it", Err: err}
	}
	if err := makeOwnFolder(f.dir); err != nil && !errors.Is(err, fs.ErrExist) {
		return &FileError{Path: f.dir, Step: "make the folder", Err: err}
	}
	return f.checkFolder()
}

// ensureKey reads the key, and makes one where there is none that may be used. Of processes that make one at the same
// moment, one wins and the others use its key. A key that others could read, or that is damaged, is replaced: what was
// sealed with it is gone.
func (f *Folder) ensureKey() (keys, error) {
	if err := f.makeFolder(); err != nil {
		return keys{}, err
	}
	path := filepath.Join(f.dir, keyName)
	fail := func(step string, err error) error { return &FileError{Path: path, Step: step, Err: err} }
	last := errors.New("it is there, and is not")
	for range 4 { // one, or two where another process was faster
		k, err := f.readKey()
		if err == nil {
			return k, nil
		}
		last = err
		var random [keyBytes]byte
		_, _ = rand.Read(random[:]) // never fails: it ends the process where the system has no random numbers
		temporary, errWrite := f.writeBeside(random[:], true)
		clear(random[:])
		if errWrite != nil {
			return keys{}, fail("make a key", errWrite)
		}
		if errors.Is(err, fs.ErrNotExist) {
			// A link, unlike a renaming, never takes the place of a key that another process has made meanwhile.
			err = os.Link(temporary, path)
			if err == nil || errors.Is(err, fs.ErrExist) {
				_ = os.Remove(temporary) // it is swept later, if not now
				continue
			}
		}
		if err := replace(temporary, path); err != nil { // also where the file system has no links
			_ = os.Remove(temporary)
			return keys{}, fail("make a key", err)
		}
	}
	return keys{}, fail("make a key", last)
}

// Check says why nothing is kept in the folder, or nil. One that does not exist yet is fine: it will be made. Errors are
// *UnsafeError and *FileError.
func (f *Folder) Check() error {
	err := f.checkFolder()
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
