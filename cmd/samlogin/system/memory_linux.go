package system

import "golang.org/x/sys/unix"

// GuardMemory keeps what is in this process out of core files and from other processes of the same user (prctl(2),
// PR_SET_DUMPABLE; setrlimit(2)). It is no protection from root, and none is claimed for other systems. undo gives back
// the limit that was found, for a command that comes in this process's place.
func GuardMemory() (undo func()) {
	_ = unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0)
	var found unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_CORE, &found) != nil {
		return func() {}
	}
	_ = unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{Cur: 0, Max: found.Max})
	return func() { _ = unix.Setrlimit(unix.RLIMIT_CORE, &found) }
}
