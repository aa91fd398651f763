//go:build unix

package browser

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"syscall"
)

// alone reports that a folder is not this user's alone.
func alone(info fs.FileInfo) error {
	if s, ok := info.Sys().(*syscall.Stat_t); ok && int(s.Uid) != os.Getuid() {
		return errors.New("it belongs to another user")
	}
	if info.Mode().Perm()&0o077 != 0 {
		return errors.New("other users can enter it")
	}
	return nil
}

// group is the process group of a browser.
type group struct{}

// newGroup puts the browser into a session of its own: ctrl-C at the terminal is for samlogin, which ends the browser in
// good order, and whatever it starts can be ended with it.
func newGroup(cmd *exec.Cmd) *group {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	endsWithUs(cmd.SysProcAttr)
	cmd.Cancel = func() error {
		killGroup(cmd.Process.Pid)
		return cmd.Process.Kill()
	}
	return &group{}
}

func (*group) started(*os.Process) {}
func (*group) ended()              {}

// killGroup ends a browser and what it started. Its number has to be known to be a browser's of ours.
func killGroup(pid int) {
	if leader, err := syscall.Getpgid(pid); err == nil && leader == pid {
		_ = syscall.Kill(-pid, syscall.SIGKILL)
	}
	_ = syscall.Kill(pid, syscall.SIGKILL)
}
