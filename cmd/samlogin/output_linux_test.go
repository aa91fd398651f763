package main

import (
	"bytes"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// What cannot be printed is an error, even though all else is done. SIGPIPE is the shell's business.
func TestFullStdout(t *testing.T) { // security case 85
	program, err := built()
	if err != nil {
		t.Fatal(err)
	}
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skipf("there is no /dev/full here: what happens when stdout is full is not tested: %v", err)
	}
	defer full.Close()
	r := newRig(t, 0, 0)
	for _, args := range [][]string{{"version"}, {"help", "ci"}, {"roles", "--output", "json", "--no-input"}, {"roles", "--no-input"}, append(r.args, "--output", "json"), r.args} {
		cmd := exec.CommandContext(t.Context(), program, args...)
		cmd.Env = append(r.environ(), "SAMLOGIN_PASSWORD=Correct-Horse-7", "SAMLOGIN_USERNAME=CORP\\jane")
		cmd.Stdout = full
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		_ = cmd.Run()
		if code := cmd.ProcessState.ExitCode(); code != exitFault || !strings.Contains(stderr.String(), "samlogin: error: stdout cannot be written: no space left on device") {
			t.Errorf("%q: exit %d\n%s", args, code, stderr.String())
		}
	}
}
