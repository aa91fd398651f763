//go:build !windows

package profiles

import (
	"bytes"
	"io/fs"
	"iter"
	"maps"
	"slices"
	"time"
)

// version is what a power cut can leave of a file.
type version struct {
	data []byte
	perm fs.FileMode
}

// write is something that was done to a file and not synced: bytes at an offset, a new size, or new permissions.
type write struct {
	offset int
	data   []byte      // nil: the file ends at offset
	perm   fs.FileMode // not 0: only these change
}

// pieces is in how many parts one call of write may reach the disk.
const pieces = 3

func (n *inode) write(tracked bool, offset int, b []byte) {
	n.data = write{offset: offset, data: b}.to(n.data, 0)
	n.modified = time.Now()
	if !tracked {
		return
	}
	size := (len(b) + pieces - 1) / pieces
	for at := 0; at < len(b); at += size {
		n.pending = append(n.pending, write{offset: offset + at, data: bytes.Clone(b[at:min(at+size, len(b))])})
	}
}

func (n *inode) truncate(tracked bool, size int) {
	n.data = write{offset: size}.to(n.data, 0)
	if tracked {
		n.pending = append(n.pending, write{offset: size})
	}
}

func (n *inode) chmod(tracked bool, perm fs.FileMode) {
	n.perm = perm
	if tracked {
		n.pending = append(n.pending, write{perm: perm})
	}
}

// to does a write to a content. What was never written of it reads as fill.
func (w write) to(data []byte, fill byte) []byte {
	end := w.offset + len(w.data)
	if w.data == nil && len(data) > end {
		return data[:end]
	}
	for len(data) < end {
		data = append(data, fill)
	}
	copy(data[w.offset:], w.data)
	return data
}

func (n *inode) sync() {
	n.kept = version{bytes.Clone(n.data), n.perm}
	n.pending = nil
}

func (n *inode) syncNames() {
	n.lasting = maps.Clone(n.names)
	n.unsynced = nil
}

// persist makes everything last, as it is when nobody has written for a while, and keeps track from then on.
func (d *model) persist() {
	d.tracked = true
	d.each(func(n *inode) {
		n.sync()
		if n.kind == fs.ModeDir {
			n.syncNames()
		}
	})
}

// each visits every inode that programs see or a power cut may bring back, once.
func (d *model) each(visit func(*inode)) {
	seen := map[*inode]bool{}
	var walk func(n *inode)
	walk = func(n *inode) {
		if n == nil || seen[n] {
			return
		}
		seen[n] = true
		visit(n)
		for _, name := range slices.Sorted(maps.Keys(n.names)) {
			walk(n.names[name])
		}
		for _, name := range slices.Sorted(maps.Keys(n.lasting)) {
			walk(n.lasting[name])
		}
		for _, change := range n.unsynced {
			for _, e := range change {
				walk(e.node)
			}
		}
	}
	walk(d.root)
}

// versions are the contents that a file may have after a power cut: as synced, with any of the writes since, in any
// combination, bytes never written being zeros or somebody else's, and the size being the new one before the bytes are.
func (n *inode) versions() []version {
	if len(n.pending) == 0 {
		return []version{n.kept}
	}
	var all []version
	known := map[string]bool{}
	add := func(v version) {
		if key := string(rune(v.perm)) + string(v.data); !known[key] {
			known[key] = true
			all = append(all, v)
		}
	}
	for subset := range 1 << len(n.pending) {
		for _, fill := range []byte{0, '#'} { // "#" would be the most harmful thing to find: a comment
			v := version{bytes.Clone(n.kept.data), n.kept.perm}
			for i, w := range n.pending {
				switch {
				case subset>>i&1 == 0:
				case w.perm != 0:
					v.perm = w.perm
				default:
					v.data = w.to(v.data, fill)
				}
			}
			add(v)
			for len(v.data) < len(n.data) {
				v.data = append(v.data, fill)
			}
			add(v)
		}
	}
	return all
}

// cuts gives each state that a power cut at this moment can leave, as a disk of its own on which everything lasts.
func (d *model) cuts() iter.Seq[*model] {
	return func(yield func(*model) bool) {
		var open []*inode // folders with changes
		bits := 0
		versions := map[*inode][]version{}
		d.each(func(n *inode) {
			if len(n.unsynced) > 0 {
				open = append(open, n)
				bits += len(n.unsynced)
			}
			if n.kind == 0 {
				versions[n] = n.versions()
			}
		})
		for subset := range 1 << bits {
			names := map[*inode]map[string]*inode{}
			bit := 0
			for _, folder := range open {
				left := maps.Clone(folder.lasting)
				if left == nil {
					left = map[string]*inode{}
				}
				for _, change := range folder.unsynced {
					if subset>>bit&1 == 1 {
						for _, e := range change {
							if delete(left, e.name); e.node != nil {
								left[e.name] = e.node
							}
						}
					}
					bit++
				}
				names[folder] = left
			}
			if !d.combine(names, versions, yield) {
				return
			}
		}
	}
}

// combine gives a disk for each combination of the versions of the files that are in these folders.
func (d *model) combine(names map[*inode]map[string]*inode, versions map[*inode][]version, yield func(*model) bool) bool {
	pick := map[*inode]int{}
	for {
		at := map[*inode]*inode{}
		var files []*inode // with more than one version, in the order of the walk
		var rebuild func(n *inode) *inode
		rebuild = func(n *inode) *inode {
			if done := at[n]; done != nil {
				done.links++
				return done
			}
			made := &inode{kind: n.kind, perm: n.perm, foreign: n.foreign, mount: n.mount, links: 1, modified: n.modified, link: n.link}
			at[n] = made
			switch n.kind {
			case 0:
				v := versions[n][pick[n]]
				made.data, made.perm = bytes.Clone(v.data), v.perm
				if len(versions[n]) > 1 {
					files = append(files, n)
				}
			case fs.ModeDir:
				left, changed := names[n]
				if !changed {
					left = n.lasting
				}
				made.names = map[string]*inode{}
				for _, name := range slices.Sorted(maps.Keys(left)) {
					made.names[name] = rebuild(left[name])
				}
			}
			return made
		}
		state := newModel()
		state.noSyncs, state.noFolder, state.tears = d.noSyncs, d.noFolder, d.tears
		state.root = rebuild(d.root)
		state.persist()
		if !yield(state) {
			return false
		}
		next := 0
		for ; next < len(files); next++ {
			if pick[files[next]]++; pick[files[next]] < len(versions[files[next]]) {
				break
			}
			pick[files[next]] = 0
		}
		if next == len(files) {
			return true
		}
	}
}

// copy is a disk like this one; everything on it lasts.
func (d *model) copy() *model {
	d.persist()
	for state := range d.cuts() {
		return state
	}
	panic("no state")
}
