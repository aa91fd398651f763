//go:build unix

package terminal

import (
	"errors"
	"time"

	"golang.org/x/sys/unix"
)

// readable waits until something can be read from a file, or fails to be: false when the time is over. The kernel looks
// once more then (select(2)): what has come counts, however late this program is there to see it, on a machine under load
// or after a stop. A timer of our own would take an arrow key for escape and letters. poll(2) knows no terminals on macOS.
func readable(fd uintptr, within time.Duration) bool {
	if fd >= unix.FD_SETSIZE {
		return true // select knows no such files: the reading waits
	}
	until := time.Now().Add(within)
	for {
		var files unix.FdSet
		files.Set(int(fd))
		left := unix.NsecToTimeval(max(time.Until(until), 0).Nanoseconds())
		n, err := unix.Select(int(fd)+1, &files, nil, nil, &left)
		if !errors.Is(err, unix.EINTR) {
			return err != nil || n > 0
		}
	}
}
