package state

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Kept is what is known of an entry without opening its value.
type Kept struct {
	Kind        string
	Description []byte // as given to Put
	Made        time.Time
	Expires     time.Time

	name string
}

// List gives the entries of a kind ("": all of them) that may be used now, those that end first before the others.
// What cannot be read is left out.
func (f *Folder) List(kind string) []*Kept {
	k, err := f.readKey()
	if err != nil {
		return nil
	}
	var list []*Kept // pointers, as sorting values of each type of their own makes the program 20 KB larger
	buffer := make([]byte, maxFront)
	for _, name := range f.names() {
		if !isName(name) {
			continue
		}
		n, err := readFront(filepath.Join(f.dir, name), buffer)
		if err != nil {
			continue
		}
		h, _, err := k.openHeader(name, buffer[:n])
		if err == nil && (kind == "" || h.kind == kind) && f.judge(h) == nil {
			list = append(list, &Kept{h.kind, h.description, h.made, h.expires, name})
		}
	}
	slices.SortFunc(list, func(a, b *Kept) int { return cmp.Or(a.Expires.Compare(b.Expires), cmp.Compare(a.name, b.name)) })
	return list
}

// Remove removes an entry that List gave. One that is gone is no error; others are *FileError.
func (f *Folder) Remove(k *Kept) error { return f.remove(k.name) }

// Clear removes every entry and the key, so that copies of the files are of no use either. Locks stay. What is not
// ours in the folder is left alone. The errors are *FileError and *UnsafeError; everything that can be removed is.
func (f *Folder) Clear() error {
	if err := f.checkFolder(); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	}
	all := f.remove(keyName) // first: without it the others are noise
	for _, name := range f.names() {
		if isName(name) || strings.HasPrefix(name, temporaryPrefix) {
			all = errors.Join(all, f.remove(name))
		}
	}
	return all
}

func (f *Folder) names() []string {
	folder, err := os.Open(f.dir)
	if err != nil {
		return nil
	}
	defer func() { _ = folder.Close() }()
	names, _ := folder.Readdirnames(-1) // what was read before an error is worth looking at
	return names
}

const (
	sweptName  = "swept"   // its time of change is when the folder was last swept
	sweepEvery = time.Hour // and a temporary file that old is of a process that was killed
	lockAge    = 7 * 24 * time.Hour
)

// tidy sweeps where that is due: once an hour, or when there are too many entries. It is only tidying, so that errors
// do not matter.
func (f *Folder) tidy(now time.Time) {
	mark := filepath.Join(f.dir, sweptName)
	info, err := os.Lstat(mark)
	if err == nil && now.Sub(info.ModTime()).Abs() < sweepEvery {
		count := 0
		for _, name := range f.names() {
			if isName(name) {
				count++
			}
		}
		if count <= f.most {
			return
		}
	}
	f.Sweep()
	if temporary, err := f.writeBeside(nil, false); err == nil {
		if errors.Join(os.Chtimes(temporary, now, now), replace(temporary, mark)) != nil {
			_ = os.Remove(temporary)
		}
	}
}

// Sweep removes entries that have ended, what killed processes have left, and, where there are more than Most, those
// that end first until a tenth of the room is free. It opens no file. Put calls it when it is due.
//
// An entry that another process replaces in the very moment in which its old one is swept is lost: it is fetched again.
func (f *Folder) Sweep() {
	if f.checkFolder() != nil {
		return
	}
	type ending struct {
		name string
		at   time.Time
	}
	var live []*ending
	now := f.now()
	for _, name := range f.names() {
		entry, temporary, lock := isName(name), strings.HasPrefix(name, temporaryPrefix), isLock(name)
		if !entry && !temporary && !lock {
			continue
		}
		path := filepath.Join(f.dir, name)
		info, err := os.Lstat(path)
		switch {
		case err != nil || info.IsDir():
		case lock:
			if now.Sub(info.ModTime()) > lockAge {
				dropLock(path)
			}
		case temporary:
			if now.Sub(info.ModTime()) > sweepEvery && time.Since(info.ModTime()) > sweepEvery {
				_ = os.Remove(path)
			}
		case !now.Before(info.ModTime()):
			_ = os.Remove(path)
		default:
			live = append(live, &ending{name, info.ModTime()})
		}
	}
	if len(live) <= f.most {
		return
	}
	slices.SortFunc(live, func(a, b *ending) int { return a.at.Compare(b.at) })
	for _, e := range live[:len(live)-f.most+f.most/10] {
		_ = f.remove(e.name)
	}
}
