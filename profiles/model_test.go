//go:build !windows

package profiles

import (
	"io/fs"
	"path"
	"slices"
	"strings"
	"syscall"
	"time"
)

// model is a POSIX file system in memory. It knows, of every file and folder, what programs see and what a power cut
// would leave: fsync of a file makes its content last but not its name, fsync of a folder makes its names last, and
// whatever was not synced may be there or not, in any combination. That is less than any file system in use promises.
type model struct {
	root     *inode
	tracked  bool   // what a power cut leaves is kept track of; it costs time
	held     int    // locks
	noSyncs  bool   // a disk that lies: fsync of files succeeds and does nothing
	noFolder bool   // the same for folders
	tears    bool   // a rename is two steps, and both names or none may last
	steps    []spot // of the last walk
}

// inode is a file, a folder, a symbolic link or a named pipe.
type inode struct {
	kind     fs.FileMode // fs.ModeDir, fs.ModeSymlink, fs.ModeNamedPipe, or 0
	perm     fs.FileMode
	foreign  bool // another user's
	mount    bool // a mount of its own: it can be written, but neither replaced nor removed
	links    uint64
	modified time.Time
	holder   *process          // of the lock
	link     string            // where a symbolic link points
	data     []byte            // of a file, as programs see it
	kept     version           // of a file, as it was synced last
	pending  []write           // what happened to it since
	names    map[string]*inode // of a folder, as programs see it
	lasting  map[string]*inode // of a folder, as it was synced last
	unsynced []relink          // what happened to it since
}

// relink is one change of the names in a folder, which happens as a whole or not at all: name by name, nil for none.
type relink []entry

type entry struct {
	name string
	node *inode
}

func newModel() *model {
	return &model{root: &inode{kind: fs.ModeDir, perm: 0o755, names: map[string]*inode{}}}
}

// spot is a name in a folder, and what is there: nil if nothing is.
type spot struct {
	folder *inode
	name   string
	node   *inode
}

// walk goes along a path and gives every step of it, links resolved; a link at its end only where follow is set or a
// slash is behind it. They are good until the next walk.
func (d *model) walk(at string, follow bool) ([]spot, error) {
	steps := append(d.steps[:0], spot{node: d.root})
	defer func() { d.steps = steps }()
	for hops, rest := 0, at; ; {
		rest = strings.TrimLeft(rest, "/")
		here := steps[len(steps)-1]
		if rest == "" {
			return steps, nil
		}
		name, more, slash := strings.Cut(rest, "/")
		rest = more
		switch {
		case here.node.kind != fs.ModeDir:
			return nil, syscall.ENOTDIR
		case name == ".":
			continue
		case name == "..":
			steps = steps[:max(1, len(steps)-1)]
			continue
		}
		next := spot{here.node, name, here.node.names[name]}
		last := strings.Trim(more, "/") == ""
		switch {
		case next.node == nil && !last:
			return nil, syscall.ENOENT
		case next.node == nil:
			return append(steps, next), nil
		case next.node.kind == fs.ModeSymlink && (!last || slash || follow):
			if hops++; hops > longestChain {
				return nil, syscall.ELOOP
			}
			rest = next.node.link
			if slash {
				rest += "/" + more
			}
			if path.IsAbs(next.node.link) {
				steps = steps[:1]
			}
			continue
		case slash && next.node.kind != fs.ModeDir:
			return nil, syscall.ENOTDIR
		}
		steps = append(steps, next)
	}
}

// find gives what is at a path, links at its end not followed. The error is ENOENT if nothing is.
func (d *model) find(at string) (spot, error) {
	steps, err := d.walk(at, false)
	if err != nil {
		return spot{}, err
	}
	here := steps[len(steps)-1]
	if here.node == nil {
		return here, syscall.ENOENT
	}
	return here, nil
}

// vacant is a name that a new file could have.
func (d *model) vacant(at string) (spot, error) {
	here, err := d.find(at)
	switch {
	case err == nil:
		return here, syscall.EEXIST
	case here.folder == nil:
		return here, err
	}
	return here, nil
}

func (d *model) real(at string) (string, error) {
	steps, err := d.walk(at, true)
	if err != nil {
		return "", err
	}
	if steps[len(steps)-1].node == nil {
		return "", syscall.ENOENT
	}
	var b strings.Builder
	for _, s := range steps[1:] {
		b.WriteString("/" + s.name)
	}
	return "/" + strings.TrimPrefix(b.String(), "/"), nil
}

// relink changes the names in one folder, as one step.
func (d *model) relink(folder *inode, change ...entry) {
	for _, e := range change {
		if was := folder.names[e.name]; was != nil {
			was.links--
		}
		if e.node == nil {
			delete(folder.names, e.name)
			continue
		}
		e.node.links++
		folder.names[e.name] = e.node
	}
	switch {
	case d.tracked && d.tears:
		for _, e := range slices.Backward(change) {
			folder.unsynced = append(folder.unsynced, relink{e})
		}
	case d.tracked:
		folder.unsynced = append(folder.unsynced, change)
	}
}

func (d *model) mkdir(at string) error {
	here, err := d.vacant(at)
	if err != nil {
		return err
	}
	d.relink(here.folder, entry{here.name, &inode{kind: fs.ModeDir, perm: 0o700, names: map[string]*inode{}, modified: time.Now()}})
	return nil
}

func (d *model) create(at string) (*inode, error) {
	here, err := d.vacant(at)
	if err != nil {
		return nil, err
	}
	n := &inode{perm: 0o600, kept: version{perm: 0o600}, modified: time.Now()}
	d.relink(here.folder, entry{here.name, n})
	return n, nil
}

func (d *model) symlink(to, at string) error {
	here, err := d.vacant(at)
	if err == nil {
		d.relink(here.folder, entry{here.name, &inode{kind: fs.ModeSymlink, perm: 0o777, link: to}})
	}
	return err
}

func (d *model) hardlink(from, at string) error {
	source, err := d.find(from)
	if err != nil {
		return err
	}
	here, err := d.vacant(at)
	if err == nil {
		d.relink(here.folder, entry{here.name, source.node})
	}
	return err
}

func (d *model) mkfifo(at string) error {
	here, err := d.vacant(at)
	if err == nil {
		d.relink(here.folder, entry{here.name, &inode{kind: fs.ModeNamedPipe, perm: 0o600}})
	}
	return err
}

// rename is that of files: nothing here renames a folder. Both folders are looked for before either file.
func (d *model) rename(from, to string) error {
	source, err := d.find(from)
	if err != nil && source.folder == nil {
		return err
	}
	target, errTarget := d.find(to)
	switch {
	case errTarget != nil && target.folder == nil:
		return errTarget
	case err != nil:
		return err
	case target.node == source.node:
		return nil // two names of one file: POSIX leaves both
	case target.node != nil && target.node.kind == fs.ModeDir:
		return syscall.EEXIST
	case target.node != nil && target.node.mount || source.node.mount:
		return syscall.EBUSY
	}
	if source.folder == target.folder {
		d.relink(target.folder, entry{source.name, nil}, entry{target.name, source.node})
		return nil
	}
	d.relink(target.folder, entry{target.name, source.node})
	d.relink(source.folder, entry{source.name, nil})
	return nil
}

func (d *model) remove(at string) error {
	here, err := d.find(at)
	switch {
	case err != nil:
		return err
	case here.node.mount:
		return syscall.EBUSY
	case here.node.kind == fs.ModeDir && len(here.node.names) > 0:
		return syscall.ENOTEMPTY
	}
	d.relink(here.folder, entry{here.name, nil})
	return nil
}

func (d *model) syncFolder(at string) error {
	steps, err := d.walk(at, true)
	if err != nil {
		return err
	}
	n := steps[len(steps)-1].node
	switch {
	case n == nil:
		return syscall.ENOENT
	case n.kind == fs.ModeDir && d.tracked && !d.noFolder:
		n.syncNames()
	}
	return nil
}

func (n *inode) describe() meta {
	m := meta{Mode: n.kind | n.perm, Modified: n.modified, Mine: !n.foreign, Links: n.links}
	if n.kind == 0 {
		m.Size = int64(len(n.data))
	}
	return m
}
