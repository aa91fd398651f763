//go:build !linux && !darwin && !windows

package state

import "time"

// uptime is not known here: only the clock says when an entry ends.
func uptime() time.Duration { return 0 }
