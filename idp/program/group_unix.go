//go:build unix

package program

import (
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"golang.org/x/sys/unix"
)

// group is a process group of the program's own, so that what it started ends with it.
type group struct {
	terminal *os.File // the terminal whose foreground it was given, nil none
}

// newGroup puts the program into a group of its own: in the foreground of the terminal, so that it can ask there and
// ctrl-C ends it; or, without a terminal, in a session of its own, where nothing it starts can find one.
func newGroup(cmd *exec.Cmd, terminal *os.File) *group {
	g := &group{}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: terminal == nil, Setpgid: terminal != nil}
	if terminal != nil {
		// A job in the background does not take the terminal away from the shell.
		if front, err := unix.IoctlGetInt(int(terminal.Fd()), unix.TIOCGPGRP); err == nil && front == unix.Getpgrp() {
			g.terminal = terminal
			cmd.SysProcAttr.Foreground, cmd.SysProcAttr.Ctty = true, int(terminal.Fd())
		}
	}
	cmd.Cancel = func() error {
		if err := syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL); err == nil {
			return nil
		}
		return cmd.Process.Kill()
	}
	return g
}

func (*group) started(*exec.Cmd) {}

// ended takes the foreground back. The kernel stops a background process that does so, unless it ignores that signal.
func (g *group) ended() {
	if g.terminal == nil {
		return
	}
	signal.Ignore(syscall.SIGTTOU)
	defer signal.Reset(syscall.SIGTTOU)
	_ = unix.IoctlSetPointerInt(int(g.terminal.Fd()), unix.TIOCSPGRP, unix.Getpgrp())
}

// interrupted reports whether ctrl-C at the terminal ended the program; 130 is what shells say of that.
func (g *group) interrupted(s *os.ProcessState) bool {
	status, ok := s.Sys().(syscall.WaitStatus)
	return g.terminal != nil && ok && (status.Signaled() && status.Signal() == syscall.SIGINT || status.ExitStatus() == 130)
}
