package state

import (
	"time"

	"golang.org/x/sys/unix"
)

// uptime goes on while the computer sleeps (CLOCK_BOOTTIME, clock_gettime(2)). 0: not known.
func uptime() time.Duration {
	var t unix.Timespec
	if unix.ClockGettime(unix.CLOCK_BOOTTIME, &t) != nil {
		return 0
	}
	return time.Duration(t.Nano())
}
