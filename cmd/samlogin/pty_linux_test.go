package main

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"
)

// built is the program as a person runs it, built once for all tests.
var built = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "samlogin-test")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "samlogin")
	if out, err := exec.Command("go", "build", "-o", path, ".").CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return path, nil
})

// stuckAfter is when a program is killed, so that a wrong test ends. No test is about it: a busy machine may be slow.
const stuckAfter = 5 * time.Minute

// console runs the built program on a real pty, as its controlling terminal.
type console struct {
	at         int // how far next has read
	t          *testing.T
	cmd        *exec.Cmd
	pty        *os.File
	seen       bytes.Buffer
	rows, cols uint16
}

func (c *console) resize(rows, cols uint16) {
	c.t.Helper()
	c.rows, c.cols = rows, cols
	if err := pty.Setsize(c.pty, &pty.Winsize{Rows: rows, Cols: cols}); err != nil {
		c.t.Fatal(err)
	}
}

func openConsole(t *testing.T, env []string, args ...string) *console {
	t.Helper()
	return openWindow(t, 24, 80, env, args...)
}

// openWindow is openConsole with a size, which is the terminal's from the program's first moment on.
func openWindow(t *testing.T, rows, cols uint16, env []string, args ...string) *console {
	t.Helper()
	program, err := built()
	if err != nil {
		t.Fatal(err)
	}
	return openConsoleOf(t, rows, cols, env, program, args...)
}

// heedHangups has programs of the tests heed SIGHUP also where the tests themselves run under nohup: what is caught here is
// at its default there (execve(2)), and what is ignored would stay so.
var heedHangups = sync.OnceFunc(func() {
	if signal.Ignored(syscall.SIGHUP) {
		signal.Notify(make(chan os.Signal, 1), syscall.SIGHUP)
	}
})

func openConsoleOf(t *testing.T, rows, cols uint16, env []string, program string, args ...string) *console {
	t.Helper()
	heedHangups()
	c := &console{t: t, cmd: exec.Command(program, args...), rows: rows, cols: cols}
	var err error
	home := t.TempDir()
	c.cmd.Env = append([]string{"HOME=" + home, "TERM=xterm", "PATH=" + os.Getenv("PATH"), "XDG_CONFIG_HOME=" + home}, env...)
	if c.pty, err = pty.StartWithSize(c.cmd, &pty.Winsize{Rows: rows, Cols: cols}); err != nil {
		t.Fatal(err)
	}
	stuck := time.AfterFunc(stuckAfter, func() { _ = c.cmd.Process.Kill() })
	t.Cleanup(func() {
		stuck.Stop()
		_ = c.cmd.Process.Kill()
		_ = c.pty.Close()
	})
	return c
}

// until reads what the program shows until it shows a text that it had not shown before.
func (c *console) until(text string) {
	c.t.Helper()
	from := c.seen.Len()
	for !strings.Contains(c.seen.String()[from:], text) {
		c.read(text)
	}
}

// next reads until a text has come after the one that next waited for before.
func (c *console) next(text string) {
	c.t.Helper()
	for {
		if at := strings.Index(c.seen.String()[c.at:], text); at >= 0 {
			c.at += at + len(text)
			return
		}
		c.read(text)
	}
}

// untilBar reads until the picker highlights a role, and shows the head of an account.
func (c *console) untilBar(role, head string) {
	c.t.Helper()
	for c.bar() != role || !strings.Contains(c.screen(), head) {
		c.read("> " + role)
	}
}

func (c *console) read(waitingFor string) {
	c.t.Helper()
	buf := make([]byte, 4096)
	n, err := c.pty.Read(buf)
	c.seen.Write(buf[:n])
	if err != nil {
		c.t.Fatalf("the program ended before it showed %q; it showed:\n%s", waitingFor, c.seen.String())
	}
}

func (c *console) send(keys string) {
	c.t.Helper()
	if _, err := c.pty.WriteString(keys); err != nil {
		c.t.Fatal(err)
	}
}

// exit waits for the program's end and gives its code.
func (c *console) exit() int {
	read := make(chan struct{})
	go func() {
		_, _ = io.Copy(&c.seen, c.pty) // ends when nobody has the terminal open any more
		close(read)
	}()
	_ = c.cmd.Wait()
	<-read
	return c.cmd.ProcessState.ExitCode()
}

// modes are the terminal's input modes as they are now.
func (c *console) modes() (echo, canonical bool) {
	c.t.Helper()
	state, err := unix.IoctlGetTermios(int(c.pty.Fd()), unix.TCGETS)
	if err != nil {
		c.t.Fatal(err)
	}
	return state.Lflag&unix.ECHO != 0, state.Lflag&unix.ICANON != 0
}

func (c *console) mustBeAsFound(when string) {
	c.t.Helper()
	if echo, canonical := c.modes(); !echo || !canonical {
		c.t.Errorf("%s: echo %v, line mode %v", when, echo, canonical)
	}
}

const signInPage = `<html><title>Sign In</title><form id="loginForm" method="post" action="/adfs/ls/">
<span id="errorText">%s</span><input name="UserName" type="email"><input name="Password" type="password">
<input type="hidden" name="AuthMethod" value="FormsAuthentication"></form></html>`

const codePage = `<html><title>Verify</title><form id="loginForm" method="post">
<input type="hidden" name="AuthMethod" value="Otp"><input type="hidden" name="Context" value="c">
<label for="c">Code from your token</label><input id="c" name="ChallengeQuestionAnswer" type="text"></form></html>`

// signInServer shows the sign-in page, and behind it a page that asks for a code.
func signInServer(t *testing.T) (env []string, got *sync.Map) {
	t.Helper()
	got = &sync.Map{}
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		switch {
		case r.Method == http.MethodGet:
			_, _ = fmt.Fprintf(w, signInPage, "")
		case r.PostFormValue("Password") == "":
			_, _ = fmt.Fprint(w, "<html>")
		case r.PostFormValue("Password") == "wrong":
			_, _ = fmt.Fprintf(w, signInPage, "Incorrect user ID or password.")
		default:
			got.Store("password", r.PostFormValue("Password"))
			got.Store("user", r.PostFormValue("UserName"))
			_, _ = fmt.Fprint(w, codePage)
		}
	}))
	t.Cleanup(server.Close)
	return []string{"SAMLOGIN_CA_BUNDLE=" + caFile(t, server.Certificate()), "SAMLOGIN_URL=" + server.URL, "SAMLOGIN_IDP=adfs"}, got
}

func caFile(t *testing.T, c *x509.Certificate) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// security case 105
func TestInterruptLeavesTheTerminalAsItWas(t *testing.T) {
	env, _ := signInServer(t)
	for name, stop := range map[string]func(*console){
		"ctrl-C":  func(c *console) { c.send("\x03") },
		"SIGTERM": func(c *console) { _ = c.cmd.Process.Signal(syscall.SIGTERM) },
		"SIGHUP":  func(c *console) { _ = c.cmd.Process.Signal(syscall.SIGHUP) },
	} {
		for _, at := range []string{"user name", "password", "code"} {
			t.Run(name+" at the "+at, func(t *testing.T) {
				c := openConsole(t, env)
				c.until("User name for 127.0.0.1: ")
				if at != "user name" {
					c.send("CORP\\jane\n")
					c.until(`Password of CORP\jane: `)
				}
				if at == "code" {
					c.send("right\n")
					c.until("Code from your token: ")
				}
				stop(c)
				if code := c.exit(); code != exitInterrupted {
					t.Errorf("exit %d, want %d; it showed:\n%s", code, exitInterrupted, c.seen.String())
				}
				c.mustBeAsFound("afterwards")
			})
		}
	}
}

// Stopping needs a shell with job control: the kernel does not stop a process whose group nobody could continue.
//
// security case 105
func TestStoppedAtThePasswordAndContinued(t *testing.T) {
	env, got := signInServer(t)
	program, err := built()
	if err != nil {
		t.Fatal(err)
	}
	c := openConsoleOf(t, 24, 80, env, "bash", "--norc", "--noprofile", "--noediting", "-i")
	c.until("bash-")
	c.send(program + ` --username 'CORP\jane'` + "\n")
	c.until(`Password of CORP\jane: `)
	if echo, _ := c.modes(); echo {
		t.Error("the password would be shown")
	}
	c.send("\x1a")
	c.until("Stopped")
	c.mustBeAsFound("while stopped")
	c.send("fg\n")
	c.until(`Password of CORP\jane: `) // the prompt comes again, and what is typed is hidden again
	if echo, _ := c.modes(); echo {
		t.Error("after fg the password would be shown")
	}
	c.send("right\n")
	c.until("Code from your token: ")
	if password, _ := got.Load("password"); password != "right" {
		t.Error("the password typed after fg did not arrive")
	}
	c.send("\x03")
	c.until("bash-")
	c.send("echo still-$((40+2))\n")
	c.until("still-42")
	c.mustBeAsFound("afterwards")
}

// security case 106
func TestPasswordArrivesByteForByte(t *testing.T) {
	env, got := signInServer(t)
	for typed, password := range map[string]string{
		"  blanks at both ends ":     "",
		"grün-€-\U0001F511":          "",
		"gru\u0308n":                 "", // is not made one character
		`b&b "quoted" <pass> +%20=`:  "",
		strings.Repeat("x", 1024):    "",
		"\x1b[200~ pasted \x1b[201~": " pasted ", // by a terminal that still marks what is pasted for another program
	} {
		if password == "" {
			password = typed
		}
		c := openConsole(t, env, "--username", `CORP\jane`)
		c.until(`Password of CORP\jane: `)
		c.send(typed + "\n")
		c.until("Code from your token: ")
		if arrived, _ := got.Load("password"); arrived != password {
			t.Errorf("a password of %d bytes did not arrive as it was typed", len(password))
		}
		c.send("\x03")
		c.exit()
	}
}

func TestWrongPasswordIsAskedAgainAtMostThreeTimes(t *testing.T) {
	env, _ := signInServer(t)
	c := openConsole(t, env, "--username", `CORP\jane`)
	for range 3 {
		c.until(`Password of CORP\jane: `)
		c.send("wrong\n")
	}
	if code := c.exit(); code != exitRefused {
		t.Errorf("exit %d, want %d", code, exitRefused)
	}
	if !strings.Contains(c.seen.String(), "Incorrect user ID or password.") {
		t.Errorf("the IdP's words are not shown:\n%s", c.seen.String())
	}
	c.mustBeAsFound("afterwards")
}
