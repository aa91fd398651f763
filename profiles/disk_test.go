package profiles

import (
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
)

// faultyDisk is the real disk with one fault: before a call is made, fail is asked with the call's name (the last
// element of the path with it) and its number. It keeps a list of all calls.
type faultyDisk struct {
	disk
	fail   func(call string, n int) error
	before func(call string, n int) // what another program does right before the call
	alter  func(path string, m *meta)
	calls  []string
}

func (d *faultyDisk) call(op, path string) error {
	name := op + " " + filepath.Base(path)
	if i := strings.Index(name, ".samlogin-"); i >= 0 && len(name) > i+10+randomLength {
		name = name[:i] + ".samlogin-*" + name[i+10+randomLength:]
	}
	d.calls = append(d.calls, name)
	n := len(d.calls)
	if d.before != nil {
		d.before(name, n)
	}
	if d.fail != nil {
		if err := d.fail(name, n); err != nil {
			return &fs.PathError{Op: op, Path: path, Err: err}
		}
	}
	return nil
}

func (d *faultyDisk) Lstat(path string) (meta, error) {
	if err := d.call("Lstat", path); err != nil {
		return meta{}, err
	}
	m, err := d.disk.Lstat(path)
	if err == nil && d.alter != nil {
		d.alter(path, &m)
	}
	return m, err
}

func (d *faultyDisk) Readlink(path string) (string, error) {
	if err := d.call("Readlink", path); err != nil {
		return "", err
	}
	return d.disk.Readlink(path)
}

func (d *faultyDisk) Follow(folder string) (string, error) {
	if err := d.call("Follow", folder); err != nil {
		return "", err
	}
	return d.disk.Follow(folder)
}

func (d *faultyDisk) Mkdir(folder string) error {
	if err := d.call("Mkdir", folder); err != nil {
		return err
	}
	return d.disk.Mkdir(folder)
}

func (d *faultyDisk) Open(path string) (file, error) { return d.open("Open", path, d.disk.Open) }

func (d *faultyDisk) Create(path string) (file, error) { return d.open("Create", path, d.disk.Create) }

func (d *faultyDisk) Rewrite(path string) (file, error) {
	return d.open("Rewrite", path, d.disk.Rewrite)
}

func (d *faultyDisk) open(op, path string, open func(string) (file, error)) (file, error) {
	if err := d.call(op, path); err != nil {
		return nil, err
	}
	f, err := open(path)
	if err != nil {
		return nil, err
	}
	return &faultyFile{f, d, path}, nil
}

func (d *faultyDisk) Rename(from, to string) error {
	if err := d.call("Rename", to); err != nil {
		return err
	}
	return d.disk.Rename(from, to)
}

func (d *faultyDisk) SyncFolder(folder string) error {
	if err := d.call("SyncFolder", folder); err != nil {
		return err
	}
	return d.disk.SyncFolder(folder)
}

func (d *faultyDisk) Remove(path string) error {
	if err := d.call("Remove", path); err != nil {
		return err
	}
	return d.disk.Remove(path)
}

func (d *faultyDisk) List(folder string) ([]string, error) {
	if err := d.call("List", folder); err != nil {
		return nil, err
	}
	return d.disk.List(folder)
}

func (d *faultyDisk) Lock(path string) (func() error, error) {
	if err := d.call("Lock", path); err != nil {
		return nil, err
	}
	return d.disk.Lock(path)
}

type faultyFile struct {
	file
	disk *faultyDisk
	path string
}

func (f *faultyFile) Stat() (meta, error) {
	if err := f.disk.call("Stat", f.path); err != nil {
		return meta{}, err
	}
	m, err := f.file.Stat()
	if err == nil && f.disk.alter != nil {
		f.disk.alter(f.path, &m)
	}
	return m, err
}

func (f *faultyFile) Read(p []byte) (int, error) {
	if err := f.disk.call("Read", f.path); err != nil {
		return 0, err
	}
	return f.file.Read(p)
}

// Write writes half before it fails, as a full disk does.
func (f *faultyFile) Write(p []byte) (int, error) {
	if err := f.disk.call("Write", f.path); err != nil {
		n, _ := f.file.Write(p[:len(p)/2])
		return n, err
	}
	return f.file.Write(p)
}

func (f *faultyFile) Truncate(size int64) error {
	if err := f.disk.call("Truncate", f.path); err != nil {
		return err
	}
	return f.file.Truncate(size)
}

func (f *faultyFile) Chmod(mode fs.FileMode) error {
	if err := f.disk.call(fmt.Sprintf("Chmod(%04o)", mode), f.path); err != nil {
		return err
	}
	return f.file.Chmod(mode)
}

func (f *faultyFile) Sync() error {
	if err := f.disk.call("Sync", f.path); err != nil {
		return err
	}
	return f.file.Sync()
}

// Close closes in any case: a test must not leak descriptors.
func (f *faultyFile) Close() error {
	failed := f.disk.call("Close", f.path)
	if err := f.file.Close(); err != nil {
		return err
	}
	return failed
}
