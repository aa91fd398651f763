package profiles

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// largest is the largest file that is read or written, in bytes. Real ones have some kilobytes.
const largest = 16 << 20

// longestChain is how many symbolic links are followed, as on Linux.
const longestChain = 40

// target is where a file of the person's really is: the end of the chain of symbolic links that starts at its path.
type target struct {
	folder string // resolved, without symbolic links
	base   string // name in the folder
	exists bool
	meta   meta // if it exists
}

func (t target) path() string { return filepath.Join(t.folder, t.base) }

// beside is the path of a file of ours in the folder of the target: hidden, and named after the target.
func (t target) beside(suffix string) string {
	return filepath.Join(t.folder, "."+t.base+".samlogin"+suffix)
}

// intent is what a file is looked for.
type intent int

const (
	follow  intent = iota // to read it: only what would make reading hang or run wild is refused
	replace               // to replace it: what is unsafe is refused, and the folder is made if it is missing
)

// find follows the links from a path to the file, one by one, so that each owner is seen. Errors are *FileError
// (fs.ErrNotExist within, if only the folder is missing and it was not to be made) and *UnsafeError.
func find(d disk, path string, what intent) (target, error) {
	at := path
	for hops := 0; hops <= longestChain; hops++ {
		dir, base := filepath.Split(at)
		if base == "" || base == "." || base == ".." {
			return target{}, &FileError{Path: path, Step: "use it", Err: errNotAFile}
		}
		folder, err := followFolder(d, path, dir, what == replace && hops == 0)
		if err != nil {
			return target{}, err
		}
		t := target{folder: folder, base: base}
		t.meta, err = d.Lstat(t.path())
		switch {
		case errors.Is(err, fs.ErrNotExist):
			if what == replace {
				return t, safeFolder(d, t, hops > 0)
			}
			return t, nil
		case err != nil:
			return target{}, &FileError{Path: path, Step: "look at it", Err: err}
		case t.meta.Mode&fs.ModeSymlink == 0:
			t.exists = true
			if what != replace {
				return t, nil
			}
			if err := safeFile(path, t.meta); err != nil {
				return target{}, err
			}
			return t, safeFolder(d, t, false)
		}
		if what == replace && !t.meta.Mine && !t.meta.Root {
			return target{}, &UnsafeError{Path: t.path(), Why: "it is a symbolic link of another user's"}
		}
		link, err := d.Readlink(t.path())
		if err != nil {
			return target{}, &FileError{Path: path, Step: "read the symbolic link", Err: err}
		}
		if !filepath.IsAbs(link) {
			// Not cleaned: ".." counts from where the link really is.
			link = folder + string(os.PathSeparator) + link
		}
		at = link
	}
	return target{}, &UnsafeError{Path: path, Why: "its symbolic links lead in a circle", Do: "point the link at the file that is meant"}
}

// followFolder resolves the folder of a file, and makes it if that is wanted and only the folder itself is missing.
// It is synced with the first file in it.
func followFolder(d disk, path, dir string, create bool) (string, error) {
	folder, err := d.Follow(dir)
	if errors.Is(err, fs.ErrNotExist) && create {
		dir = filepath.Clean(dir)
		if err := d.Mkdir(dir); err != nil && !errors.Is(err, fs.ErrExist) {
			return "", &FileError{Path: path, Step: "make its folder", Err: err}
		}
		folder, err = d.Follow(dir)
	}
	switch {
	case err == nil:
		return folder, nil
	case circle(err):
		return "", &UnsafeError{Path: path, Why: "the symbolic links of its folder lead in a circle"}
	}
	return "", &FileError{Path: path, Step: "find its folder", Err: err}
}

// safeFile refuses files that somebody else owns or can write, and those that a replacement would break.
func safeFile(path string, m meta) error {
	switch {
	case !m.Mode.IsRegular():
		return &FileError{Path: path, Step: "write it", Err: errNotAFile}
	case !m.Mine:
		return &UnsafeError{Path: path, Why: "another user owns it", Do: "run samlogin as that user, or set " + credentialsVariable + " and " + configVariable + " to files of your own"}
	case m.Mode.Perm()&0o002 != 0:
		return &UnsafeError{Path: path, Why: fmt.Sprintf("every user can write to it (mode %04o)", m.Mode.Perm()), Do: "look through it for lines that are not yours, then: chmod 600 " + path}
	case m.Links > 1:
		return &UnsafeError{Path: path, Why: fmt.Sprintf("it has %d names (hard links), and replacing it would part them", m.Links), Do: "make the other names symbolic links"}
	}
	return nil
}

// safeFolder refuses folders in which somebody else can put another file in the place of ours. strict is for a file
// that a dangling link makes come into being somewhere else: only in a folder of the person's own.
func safeFolder(d disk, t target, strict bool) error {
	m, err := d.Lstat(t.folder)
	switch {
	case err != nil:
		return &FileError{Path: t.folder, Step: "look at the folder", Err: err}
	case !m.Mode.IsDir():
		return &FileError{Path: t.folder, Step: "use it as a folder", Err: errors.New("it is not a folder")}
	case !m.Mine && (strict || !m.Root):
		return &UnsafeError{Path: t.folder, Why: "another user owns the folder"}
	case m.Mode.Perm()&0o022 != 0 && m.Mode&fs.ModeSticky == 0:
		return &UnsafeError{Path: t.folder, Why: fmt.Sprintf("other users can replace files in the folder (mode %04o)", m.Mode.Perm()), Do: "chmod go-w " + t.folder}
	}
	return nil
}

// content is what a file held when it was read.
type content struct {
	text   string
	exists bool
	meta   meta
}

// readFile finds a file and reads it. The error is a *FileError or, for the intent replace, an *UnsafeError; it wraps
// fs.ErrNotExist where there is no such file.
func readFile(d disk, path string, what intent) (content, error) {
	t, err := find(d, path, what)
	if err != nil {
		return content{}, err
	}
	return readTarget(d, t)
}

// readTarget reads a file whole. A file that does not exist is a *FileError with fs.ErrNotExist within.
func readTarget(d disk, t target) (content, error) {
	var text strings.Builder
	m, err := copyTarget(d, t, &text)
	if err != nil {
		return content{}, err
	}
	return content{text: text.String(), exists: true, meta: m}, nil
}

// copyTarget copies a file somewhere. The errors are those of readTarget.
func copyTarget(d disk, t target, to interface {
	io.Writer
	Grow(bytes int)
}) (meta, error) {
	fail := func(err error) (meta, error) {
		return meta{}, &FileError{Path: t.path(), Step: "read it", Err: err}
	}
	if t.exists && !t.meta.Mode.IsRegular() {
		return fail(errNotAFile) // not opened at all: opening a device can have effects
	}
	f, err := d.Open(t.path())
	if err != nil {
		return fail(err)
	}
	defer f.Close()
	m, err := f.Stat()
	switch {
	case err != nil:
		return fail(err)
	case !m.Mode.IsRegular():
		return fail(errNotAFile)
	case m.Size > largest:
		return fail(errTooLarge)
	}
	to.Grow(int(m.Size))
	switch n, err := io.CopyBuffer(to, io.LimitReader(f, largest+1), make([]byte, min(m.Size+512, 64<<10))); {
	case err != nil:
		return fail(err)
	case n > largest:
		return fail(errTooLarge)
	}
	return m, nil
}

// comparison is a writer that only notes whether what is written to it is a text.
type comparison struct {
	rest    string // what has not been written yet
	differs bool
}

func (c *comparison) Grow(int) {}

func (c *comparison) Write(p []byte) (int, error) {
	if len(p) > len(c.rest) || c.rest[:len(p)] != string(p) { // compared without a copy
		c.differs = true
		return len(p), nil
	}
	c.rest = c.rest[len(p):]
	return len(p), nil
}
