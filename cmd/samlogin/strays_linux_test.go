package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"strings"
	"testing"
)

// Nothing but samlogin itself speaks to the person. Go's libraries have words of their own for a server that goes on
// after its answer has ended, and those hold what it said: here the password, and what acts on a terminal.
//
// security case 24, 47, 97
func TestNothingButSamloginSpeaks(t *testing.T) {
	const canary = "Correct-Horse-7"
	program, err := built()
	if err != nil {
		t.Fatal(err)
	}
	for name, variable := range map[string]string{"by itself": "GODEBUG=", "asked to tell": "GODEBUG=http2debug=2"} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, 0, 0)
			r.atIdP.set(func(w http.ResponseWriter, q *http.Request) bool {
				if q.Method != http.MethodPost {
					return false
				}
				body, _ := io.ReadAll(q.Body)
				conn, _, err := http.NewResponseController(w).Hijack()
				if err != nil {
					t.Error(err)
					return true
				}
				defer func() { _ = conn.Close() }()
				const page = `<html><title>No</title><div id="errorArea"><div id="errorMessage">No.</div></div></html>`
				_, _ = fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n%s\x1b[2J you typed %s %s", len(page), page, canary, body)
				_, _ = io.Copy(io.Discard, conn) // until the client has seen it all and goes
				return true
			})
			var out bytes.Buffer
			cmd := exec.CommandContext(t.Context(), program, "login", "--no-input")
			cmd.Env = append(r.environ(), `SAMLOGIN_USERNAME=CORP\jane`, "SAMLOGIN_PASSWORD="+canary, variable)
			cmd.Stdout, cmd.Stderr = &out, &out
			_ = cmd.Run()
			if code := cmd.ProcessState.ExitCode(); code != exitRefused {
				t.Errorf("exit %d\n%s", code, out.String())
			}
			tame(t, name, out.String())
			for _, line := range strings.Split(strings.TrimSpace(out.String()), "\n") {
				if !strings.HasPrefix(line, "samlogin: ") || strings.Contains(line, canary) {
					t.Errorf("somebody says %q", line)
				}
			}
		})
	}
}
