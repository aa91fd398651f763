package state

import (
	"time"

	"golang.org/x/sys/unix"
)

// uptime goes on while the computer sleeps. The kernel moves kern.boottime when the clock is set, so that their
// difference does not change. 0: not known.
func uptime() time.Duration {
	boot, err := unix.SysctlTimeval("kern.boottime")
	if err != nil {
		return 0
	}
	return time.Since(time.Unix(boot.Unix()))
}
