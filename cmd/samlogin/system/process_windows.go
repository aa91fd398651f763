package system

import (
	"os"
	"strings"
	"syscall"

	"golang.org/x/sys/windows"
)

// InForeground: a console of Windows has no background.
func InForeground() bool { return true }

// ProcessLives reports whether there is a process of a number that has not ended.
func ProcessLives(pid int) bool {
	h, err := windows.OpenProcess(windows.SYNCHRONIZE, false, uint32(pid))
	if err != nil {
		return false
	}
	defer func() { _ = windows.CloseHandle(h) }()
	event, err := windows.WaitForSingleObject(h, 0)
	return err == nil && event == uint32(windows.WAIT_TIMEOUT)
}

// StopSignals end a run: ctrl-C and ctrl-Break, and the end of the console, which Go gives as SIGTERM.
func StopSignals() []os.Signal { return []os.Signal{os.Interrupt, syscall.SIGTERM} }

// PassedOn is ctrl-C alone, and only so that it does not end the parent: it reaches every process of the console by itself.
func PassedOn() []os.Signal { return []os.Signal{os.Interrupt} }

// OfTerminal reports that every signal came from the console.
func OfTerminal(os.Signal) bool { return true }

// CodeOf is the code with which a command ended.
func CodeOf(state *os.ProcessState) int { return state.ExitCode() }

// SameVariable reports whether two names are those of one environment variable: they have no case on Windows.
func SameVariable(a, b string) bool { return strings.EqualFold(a, b) }
