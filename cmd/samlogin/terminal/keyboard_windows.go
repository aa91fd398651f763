package terminal

import "time"

// readable is not asked: survey reads the keys of a console, which are no sequences.
func readable(uintptr, time.Duration) bool { return true }
