package state

import (
	"time"

	"golang.org/x/sys/windows"
)

// uptime goes on while the computer sleeps (GetTickCount64).
func uptime() time.Duration { return windows.DurationSinceBoot() }
