package program

import (
	"os"
	"os/exec"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"
)

// group is a job object, so that what the program started ends with it (Microsoft, "Job Objects").
type group struct {
	job windows.Handle
}

// newGroup prepares the program to be put into a job. On Windows there is one console for all, which the program may
// use whether or not a terminal was given.
func newGroup(cmd *exec.Cmd, _ *os.File) *group {
	g := &group{}
	cmd.SysProcAttr = &syscall.SysProcAttr{HideWindow: true}
	if job, err := windows.CreateJobObject(nil, nil); err == nil {
		g.job = job
	}
	cmd.Cancel = func() error {
		if g.job != 0 && windows.TerminateJobObject(g.job, 1) == nil {
			return nil
		}
		return cmd.Process.Kill()
	}
	return g
}

// started puts the program into the job. What it started before that moment is not in it.
func (g *group) started(cmd *exec.Cmd) {
	if g.job == 0 {
		return
	}
	process, err := windows.OpenProcess(windows.PROCESS_SET_QUOTA|windows.PROCESS_TERMINATE, false, uint32(cmd.Process.Pid))
	if err == nil {
		err = windows.AssignProcessToJobObject(g.job, process)
		_ = windows.CloseHandle(process)
	}
	if err != nil {
		g.ended()
		return
	}
	// If this process dies, so does the job; set only while it runs, as closing the handle would end a daemon that
	// the program leaves behind on purpose.
	g.killOnClose(true)
}

func (g *group) killOnClose(on bool) {
	info := windows.JOBOBJECT_EXTENDED_LIMIT_INFORMATION{}
	if on {
		info.BasicLimitInformation.LimitFlags = windows.JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE
	}
	_, _ = windows.SetInformationJobObject(g.job, windows.JobObjectExtendedLimitInformation, uintptr(unsafe.Pointer(&info)), uint32(unsafe.Sizeof(info)))
}

func (g *group) ended() {
	if g.job != 0 {
		g.killOnClose(false)
		_ = windows.CloseHandle(g.job)
		g.job = 0
	}
}

// interrupted reports whether ctrl-C ended the program (STATUS_CONTROL_C_EXIT).
func (*group) interrupted(s *os.ProcessState) bool { return uint32(s.ExitCode()) == 0xC000013A }
