//go:build !windows

package profiles

import (
	"io"
	"io/fs"
	"syscall"
)

// handle is an open file. It stays with the file whatever becomes of the name.
type handle struct {
	*process
	node   *inode
	at     string
	write  bool
	closed bool
	offset int
}

func (h *handle) do(op string, act func() error) error {
	return h.process.do(op, h.at, func() error {
		if h.closed {
			return fs.ErrClosed
		}
		return act()
	})
}

func (h *handle) Stat() (m meta, err error) {
	err = h.do("Stat", func() error {
		m = h.node.describe()
		return nil
	})
	return m, err
}

func (h *handle) Read(b []byte) (n int, err error) {
	op := "Read"
	if h.offset > 0 {
		op = "ReadOn"
	}
	err = h.do(op, func() error {
		switch {
		case h.write:
			return syscall.EBADF
		case h.node.kind == fs.ModeDir:
			return syscall.EISDIR
		case h.offset >= len(h.node.data):
			return io.EOF
		}
		n = copy(b, h.node.data[h.offset:])
		h.offset += n
		return nil
	})
	return n, err
}

func (h *handle) Write(b []byte) (n int, err error) {
	err = h.do("Write", func() error {
		if !h.write {
			return syscall.EBADF
		}
		if h.process.half {
			b = b[:len(b)/2]
		}
		h.node.write(h.tracked, h.offset, b)
		n = len(b)
		h.offset += n
		return nil
	})
	return n, err
}

func (h *handle) Truncate(size int64) error {
	return h.do("Truncate", func() error {
		if !h.write {
			return syscall.EINVAL
		}
		h.node.truncate(h.tracked, int(size))
		return nil
	})
}

func (h *handle) Chmod(perm fs.FileMode) error {
	return h.do("Chmod", func() error {
		h.node.chmod(h.tracked, perm)
		return nil
	})
}

func (h *handle) Sync() error {
	return h.do("Sync", func() error {
		if h.tracked && !h.noSyncs {
			h.node.sync()
		}
		return nil
	})
}

// Close closes in any case, as the system does.
func (h *handle) Close() error {
	err := h.do("Close", func() error { return nil })
	h.closed = true
	return err
}
