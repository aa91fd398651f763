package main

import (
	"io"
	"os"
	"testing"
)

// What is on standard input is for whoever called, as AWS's clients hand on their own: no byte of it is read, whatever
// becomes of the call.
func TestStandardInputIsTheCallers(t *testing.T) { // security case 86
	for _, c := range []struct {
		what      string
		passwords []string // of one call after the other
		exit      int
	}{
		{"nobody has the password", []string{""}, exitNeedsAnswer},
		{"a login, and what is kept of it", []string{goodPassword, ""}, exitDone},
	} {
		r := newMachineRig(t, "p=111111111111/Admin")
		for _, password := range c.passwords {
			reader, writer, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			const mine = "for the caller\nand more\n"
			if _, err := writer.WriteString(mine); err != nil {
				t.Fatal(err)
			}
			_ = writer.Close()
			cmd, _, errOut := r.process(t, password, "credentials", "p")
			cmd.Stdin = reader
			_ = cmd.Run()
			left, err := io.ReadAll(reader)
			_ = reader.Close()
			if code := cmd.ProcessState.ExitCode(); code != c.exit || string(left) != mine || err != nil {
				t.Errorf("%s: exit %d, %q is left on standard input, %v\n%s", c.what, code, left, err, errOut.String())
			}
		}
	}
}
