package main

import (
	"io"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// A samlogin credentials whose caller was killed while the IdP does not answer ends: nobody is left to get the keys.
func TestCredentialsEndWithTheirCaller(t *testing.T) { // security case 91
	r := newMachineRig(t, "p=111111111111/Admin")
	held, _ := r.holdFirst()
	program, _, _ := r.process(t, goodPassword, "credentials", "p")
	// The shell stays the parent: it has something to do afterwards. The pipe ends when samlogin does.
	caller := exec.Command("/bin/sh", "-c", program.Path+` credentials p 2>&1; echo never`)
	caller.Env, caller.Dir = program.Env, program.Dir
	out, err := caller.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := caller.Start(); err != nil {
		t.Fatal(err)
	}
	<-held
	_ = caller.Process.Signal(syscall.SIGKILL)
	said, _ := io.ReadAll(out) // until the last one who could write has ended
	if !strings.Contains(string(said), "interrupted") || strings.Contains(string(said), "Version") {
		t.Errorf("it went on without its caller:\n%s", said)
	}
	_ = caller.Wait()
}
