package system

import (
	"errors"
	"io/fs"

	"golang.org/x/sys/windows"
)

// OwnedByMe is not asked on Windows, where files have no mode to be changed.
func OwnedByMe(fs.FileInfo) bool { return false }

// Narrow has nothing to do on Windows, where files have no mode.
func Narrow(string, fs.FileInfo, fs.FileMode) error { return errors.ErrUnsupported }

// ShortPath is the name without blanks that Windows keeps for a file ("C:\PROGRA~1\…"), or the path as it is where there
// is none: not every AWS client on Windows takes quotes in a command (aws-sdk-go-v2 issue 3208).
func ShortPath(path string) string {
	long, err := windows.UTF16PtrFromString(path)
	if err != nil || path == "" {
		return path
	}
	short := make([]uint16, windows.MAX_LONG_PATH)
	n, err := windows.GetShortPathName(long, &short[0], uint32(len(short)))
	if err != nil || n == 0 || int(n) >= len(short) {
		return path
	}
	return windows.UTF16ToString(short[:n])
}

// ReadableByOthers cannot be told from the mode bits on Windows: files below a person's profile folder are the
// person's own by inherited access lists.
func ReadableByOthers(fs.FileInfo) bool { return false }

// WritableByAll cannot be told from the mode bits on Windows either.
func WritableByAll(fs.FileInfo) bool { return false }
