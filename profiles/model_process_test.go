//go:build !windows

package profiles

import (
	"errors"
	"io"
	"io/fs"
	"slices"
	"syscall"
)

// process is a running program on a model: the disk that a save is given. Its calls can be watched, stopped and made
// to fail.
type process struct {
	*model
	before func(op, at string) *failure // asked before each call; nil: the call is made
	after  func(op string)              // told after each call that was made
	killed bool                         // nothing it does has any effect any more
	half   bool                         // the call being made is half made
	locked []*inode
}

// failure is what a call meets with instead of success.
type failure struct {
	err  error
	late bool // the call is made all the same, and of a write half of it: what got lost is the answer
}

var errKilled = errors.New("killed")

func (d *model) process() *process { return &process{model: d} }

// kill ends a process: the system gives its locks back.
func (p *process) kill() {
	p.killed = true
	for _, n := range p.locked {
		if n.holder == p {
			n.holder = nil
			p.held--
		}
	}
}

// do makes one call.
func (p *process) do(op, at string, act func() error) error {
	fail := func(err error) error { return &fs.PathError{Op: op, Path: at, Err: err} }
	var f *failure
	if p.before != nil && !p.killed {
		f = p.before(op, at)
	}
	switch {
	case p.killed:
		return fail(errKilled)
	case f != nil && !f.late:
		return fail(f.err)
	}
	p.half = f != nil
	if err := act(); err != nil {
		if err == io.EOF || err == errHeld {
			return err
		}
		return fail(err)
	}
	if p.after != nil {
		p.after(op)
	}
	if f != nil {
		return fail(f.err)
	}
	return nil
}

func (p *process) Lstat(at string) (m meta, err error) {
	err = p.do("Lstat", at, func() error {
		here, err := p.find(at)
		if err == nil {
			m = here.node.describe()
		}
		return err
	})
	return m, err
}

func (p *process) Readlink(at string) (to string, err error) {
	err = p.do("Readlink", at, func() error {
		here, err := p.find(at)
		switch {
		case err != nil:
			return err
		case here.node.kind != fs.ModeSymlink:
			return syscall.EINVAL
		}
		to = here.node.link
		return nil
	})
	return to, err
}

func (p *process) Follow(folder string) (real string, err error) {
	err = p.do("Follow", folder, func() (err error) {
		real, err = p.real(folder)
		return err
	})
	return real, err
}

func (p *process) Mkdir(folder string) error {
	return p.do("Mkdir", folder, func() error { return p.mkdir(folder) })
}

func (p *process) Rename(from, to string) error {
	return p.do("Rename", to, func() error { return p.rename(from, to) })
}

func (p *process) SyncFolder(folder string) error {
	return p.do("SyncFolder", folder, func() error { return p.syncFolder(folder) })
}

func (p *process) Remove(at string) error {
	return p.do("Remove", at, func() error { return p.remove(at) })
}

func (p *process) List(folder string) (names []string, err error) {
	err = p.do("List", folder, func() error {
		steps, err := p.walk(folder, true)
		if err != nil {
			return err
		}
		n := steps[len(steps)-1].node
		switch {
		case n == nil:
			return syscall.ENOENT
		case n.kind != fs.ModeDir:
			return syscall.ENOTDIR
		}
		for name := range n.names {
			names = append(names, name)
		}
		slices.Sort(names) // a system gives any order; a run has to be repeatable
		return nil
	})
	return names, err
}

func (p *process) Lock(at string) (func() error, error) {
	var n *inode
	err := p.do("Lock", at, func() error {
		here, err := p.find(at)
		switch n = here.node; {
		case err == syscall.ENOENT && here.folder != nil:
			if n, err = p.create(at); err != nil {
				return err
			}
		case err != nil:
			return err
		case n.kind == fs.ModeDir:
			return syscall.EISDIR
		case n.kind == fs.ModeSymlink:
			return syscall.ELOOP
		case n.holder != nil:
			return errHeld
		}
		n.holder = p
		p.held++
		p.locked = append(p.locked, n)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return func() error {
		return p.do("Unlock", at, func() error {
			if n.holder == p {
				n.holder = nil
				p.held--
			}
			return nil
		})
	}, nil
}

func (p *process) Open(at string) (file, error) { return p.open("Open", at, false) }

func (p *process) Rewrite(at string) (file, error) { return p.open("Rewrite", at, true) }

func (p *process) open(op, at string, write bool) (file, error) {
	h := &handle{process: p, at: at, write: write}
	err := p.do(op, at, func() error {
		here, err := p.find(at)
		switch {
		case err != nil:
			return err
		case here.node.kind == fs.ModeSymlink:
			return syscall.ELOOP
		case here.node.kind == fs.ModeDir && write:
			return syscall.EISDIR
		case here.node.kind == fs.ModeNamedPipe && write:
			return syscall.ENXIO
		}
		h.node = here.node
		return nil
	})
	if err != nil {
		return nil, err
	}
	return h, nil
}

func (p *process) Create(at string) (file, error) {
	h := &handle{process: p, at: at, write: true}
	err := p.do("Create", at, func() (err error) {
		h.node, err = p.create(at)
		return err
	})
	if err != nil {
		return nil, err
	}
	return h, nil
}
