package state

import (
	"errors"
	"io"
	"os"
)

// readOwn reads a whole file that only this user can read: a regular file, no link, no larger than most bytes.
func readOwn(path string, most int) ([]byte, error) {
	f, size, err := openChecked(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	if size > int64(most) {
		return nil, errors.New("it is too large")
	}
	content := make([]byte, size)
	// A file that another process truncates meanwhile is short, and does not open.
	n, err := io.ReadFull(f, content)
	return content[:n], err
}

// readFront fills a buffer from the front of such a file, and says how much of it there is.
func readFront(path string, buffer []byte) (int, error) {
	f, _, err := openChecked(path)
	if err != nil {
		return 0, err
	}
	defer func() { _ = f.Close() }()
	n, err := io.ReadFull(f, buffer)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = nil
	}
	return n, err
}

func openChecked(path string) (*os.File, int64, error) {
	f, err := openOwn(path)
	if err != nil {
		return nil, 0, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = errors.New("it is not a regular file")
	}
	if err == nil {
		if why := exposed(info); why != "" {
			err = errors.New(why)
		}
	}
	if err != nil {
		_ = f.Close()
		return nil, 0, err
	}
	return f, info.Size(), nil
}
