package browser

import (
	"bytes"
	"fmt"
	"syscall"

	"golang.org/x/sys/unix"
)

// endsWithUs: macOS has no such order. A browser ends by itself when the other end of its pipe is closed.
func endsWithUs(*syscall.SysProcAttr) {}

// beganOf is when a process began, in microseconds since 1970.
func beganOf(pid int) (string, bool) {
	if pid <= 0 {
		return "", false
	}
	info, err := unix.SysctlKinfoProc("kern.proc.pid", pid)
	if err != nil || int(info.Proc.P_pid) != pid {
		return "", false
	}
	return fmt.Sprintf("%d.%06d", info.Proc.P_starttime.Sec, info.Proc.P_starttime.Usec), true
}

// runsIn reports whether a process was started for a browser's folder.
func runsIn(pid int, path string) bool {
	words, err := unix.SysctlRaw("kern.procargs2", pid)
	return err == nil && bytes.Contains(words, []byte("\x00"+folderFlag+path+"\x00"))
}

// killRest: helpers of a browser end with it.
func killRest(string) {}
