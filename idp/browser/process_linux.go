package browser

import (
	"bytes"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// endsWithUs has the kernel end the browser when samlogin ends, however it does.
func endsWithUs(a *syscall.SysProcAttr) { a.Pdeathsig = syscall.SIGKILL }

// beganOf is when a process began: its start time in ticks since the computer was started, field 22 of
// /proc/PID/stat (proc(5)), and which start that was.
func beganOf(pid int) (string, bool) {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return "", false
	}
	at := bytes.LastIndexByte(stat, ')') // the name before may hold anything
	fields := strings.Fields(string(stat[at+1:]))
	if len(fields) < 20 || fields[0] == "Z" || fields[0] == "X" { // one that only waits to be reaped has ended
		return "", false
	}
	boot, _ := os.ReadFile("/proc/sys/kernel/random/boot_id")
	return fields[19] + " " + strings.TrimSpace(string(boot)), true
}

// runsIn reports whether a process was started for a browser's folder.
func runsIn(pid int, path string) bool {
	line, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/cmdline")
	if err != nil {
		return false
	}
	for arg := range bytes.SplitSeq(line, []byte{0}) {
		if string(arg) == folderFlag+path {
			return true
		}
	}
	return false
}

// killRest ends what still runs in a folder: helpers of a browser that leave its session, as the one for crash reports
// does. The folder's name is random, or kept under a record of ours.
func killRest(path string) {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return
	}
	for _, e := range entries {
		if pid, err := strconv.Atoi(e.Name()); err == nil && pid != os.Getpid() && runsIn(pid, path) {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
	}
}
