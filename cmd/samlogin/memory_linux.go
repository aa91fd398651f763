package main

import "golang.org/x/sys/unix"

// guardMemory keeps what is in this process out of core files and from other processes of the same user (prctl(2),
// PR_SET_DUMPABLE; setrlimit(2)). It is no protection from root, and none is claimed for other systems.
func guardMemory() {
	var core unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_CORE, &core) == nil {
		core.Cur = 0
		_ = unix.Setrlimit(unix.RLIMIT_CORE, &core)
	}
	_ = unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0)
}
