package browser

import (
	"io/fs"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"
)

// alone: the folder lies in the user's own part of the disk, and inherits its access list.
func alone(fs.FileInfo) error { return nil }

// group is a job object, so that what the browser started ends with it, and all of them with samlogin (Microsoft, "Job
// Objects").
type group struct{ job windows.Handle }

// newGroup keeps ctrl-C from the browser: samlogin ends it in good order.
func newGroup(cmd *exec.Cmd) *group {
	g := &group{}
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{} // the pipes' handles stand there already
	}
	cmd.SysProcAttr.CreationFlags |= windows.CREATE_NEW_PROCESS_GROUP
	cmd.Cancel = func() error {
		if g.job != 0 && windows.TerminateJobObject(g.job, 1) == nil {
			return nil
		}
		return cmd.Process.Kill()
	}
	return g
}

func (g *group) started(p *os.Process) {
	job, err := windows.CreateJobObject(nil, nil)
	if err != nil {
		return
	}
	info := windows.JOBOBJECT_EXTENDED_LIMIT_INFORMATION{}
	info.BasicLimitInformation.LimitFlags = windows.JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE
	_, err = windows.SetInformationJobObject(job, windows.JobObjectExtendedLimitInformation, uintptr(unsafe.Pointer(&info)), uint32(unsafe.Sizeof(info)))
	if err == nil {
		var handle windows.Handle
		if handle, err = windows.OpenProcess(windows.PROCESS_SET_QUOTA|windows.PROCESS_TERMINATE, false, uint32(p.Pid)); err == nil {
			err = windows.AssignProcessToJobObject(job, handle)
			_ = windows.CloseHandle(handle)
		}
	}
	if err != nil {
		_ = windows.CloseHandle(job)
		return
	}
	g.job = job
}

// ended closes the job, and with it whatever is left in it.
func (g *group) ended() {
	if g.job != 0 {
		_ = windows.CloseHandle(g.job)
		g.job = 0
	}
}

// beganOf is when a process began, in units of 100 nanoseconds.
func beganOf(pid int) (string, bool) {
	h, err := windows.OpenProcess(windows.PROCESS_QUERY_LIMITED_INFORMATION|windows.SYNCHRONIZE, false, uint32(pid))
	if err != nil {
		return "", false
	}
	defer func() { _ = windows.CloseHandle(h) }()
	if event, err := windows.WaitForSingleObject(h, 0); err != nil || event != uint32(windows.WAIT_TIMEOUT) {
		return "", false // it has ended
	}
	var created, exited, kernel, user windows.Filetime
	if windows.GetProcessTimes(h, &created, &exited, &kernel, &user) != nil {
		return "", false
	}
	return strconv.FormatInt(created.Nanoseconds(), 10), true
}

// runsIn: the command line of another process cannot be read simply; number and time of its start are its own.
func runsIn(int, string) bool { return true }

// killGroup ends a browser that outlived its job. Its number has to be known to be a browser's of ours.
func killGroup(pid int) {
	if p, err := os.FindProcess(pid); err == nil {
		_ = p.Kill()
	}
}

// killRest: the job ends the helpers.
func killRest(string) {}
