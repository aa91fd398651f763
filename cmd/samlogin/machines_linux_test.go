package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// process is the built program as a machine runs it: without a terminal. password is "" where there is none.
func (r *rig) process(t *testing.T, password string, args ...string) (cmd *exec.Cmd, stdout, stderr *bytes.Buffer) {
	t.Helper()
	heedHangups()
	program, err := built()
	if err != nil {
		t.Fatal(err)
	}
	cmd, stdout, stderr = exec.CommandContext(t.Context(), program, args...), &bytes.Buffer{}, &bytes.Buffer{}
	cmd.Env = append(r.environ(), "PATH="+os.Getenv("PATH"), "TZ=UTC")
	if password != "" {
		cmd.Env = append(cmd.Env, "SAMLOGIN_PASSWORD="+password)
	}
	cmd.Stdout, cmd.Stderr = stdout, stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Pdeathsig: syscall.SIGKILL}
	return cmd, stdout, stderr
}

// ended is what became of a process.
type ended struct {
	name           string
	code           int
	stdout, stderr []byte
}

// atOnce runs processes at the same time.
func (r *rig) atOnce(t *testing.T, password string, names []string) []ended {
	t.Helper()
	out := make([]ended, len(names))
	var all sync.WaitGroup
	for i, name := range names {
		cmd, stdout, stderr := r.process(t, password, "credentials", name)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		all.Go(func() {
			_ = cmd.Wait()
			out[i] = ended{name, cmd.ProcessState.ExitCode(), stdout.Bytes(), stderr.Bytes()}
		})
	}
	if r.started != nil {
		r.started()
	}
	all.Wait()
	return out
}

// sameKeys checks that all have ended well, and that those of one profile have the same keys; it gives their number.
func sameKeys(t *testing.T, all []ended) int {
	t.Helper()
	keys := map[string]string{}
	for _, e := range all {
		if e.code != exitDone {
			t.Errorf("%s: exit %d\n%s", e.name, e.code, e.stderr)
			continue
		}
		id := printed(t, e.stdout).AccessKeyID
		if keys[e.name] != "" && keys[e.name] != id {
			t.Errorf("%s has got two keys", e.name)
		}
		keys[e.name] = id
	}
	return len(keys)
}

func repeated(n int, names ...string) (out []string) {
	for range n {
		out = append(out, names...)
	}
	return out
}

// Any number of processes at once make one login at the IdP and take each role once.
func TestOneLoginForAllProcesses(t *testing.T) { // security case 82
	var twelve, names []string
	for i, role := range []string{"111111111111/Admin", "111111111111/ReadOnly", "222222222222/Admin", "222222222222/team/Deploy", "333333333333/Developer", "333333333333/ReadOnly"} {
		for _, region := range []string{"eu-west-1", "us-east-1"} { // profiles that differ by their region alone have keys of their own
			name := fmt.Sprintf("p%d-%s", i, region)
			names, twelve = append(names, name), append(twelve, name+"="+role+"@"+region)
		}
	}
	for _, c := range []struct {
		what     string
		profiles []string
		run      []string
	}{
		{"100 processes for one profile", []string{"p=111111111111/Admin"}, repeated(100, "p")},
		{"4 processes for each of 12 profiles", twelve, repeated(4, names...)},
	} {
		t.Run(c.what, func(t *testing.T) {
			r := newMachineRig(t, c.profiles...)
			if n := sameKeys(t, r.atOnce(t, goodPassword, c.run)); n != len(c.profiles) {
				t.Errorf("%d profiles have keys, want %d", n, len(c.profiles))
			}
			if posts, calls := r.posts(), len(r.sts.Log()); posts != 1 || calls != len(c.profiles) {
				t.Errorf("%d logins and %d calls to STS, want 1 and %d", posts, calls, len(c.profiles))
			}
		})
	}
}

// endsWithCommand reports whether the last line on stderr is the command that a person is to run.
func endsWithCommand(stderr []byte, name string) bool {
	lines := strings.Split(strings.TrimSuffix(string(stderr), "\n"), "\n")
	return strings.HasPrefix(lines[len(lines)-1]+";", "samlogin: hint: run: samlogin login "+name+";")
}

// A password that the IdP refuses is sent once for all who ask at the same time, from wherever it comes: an account is
// locked after a few.
func TestAWrongPasswordIsSentOnceByAll(t *testing.T) { // security case 82
	for _, source := range []string{"SAMLOGIN_PASSWORD", "password_command"} {
		t.Run(source, func(t *testing.T) {
			r := newMachineRig(t, "p=111111111111/Admin", "q=222222222222/Admin")
			password := "wrong-one"
			if source != "SAMLOGIN_PASSWORD" {
				password, r.idpSettings = "", r.idpSettings+"password_command = [\"printf\", \"wrong-one\"]\n"
				r.writeProfiles(t, "p=111111111111/Admin", "q=222222222222/Admin")
			}
			// A refusal counts for ten seconds: it comes when all of them are there.
			there := make(chan struct{})
			r.started = func() { close(there) }
			r.atIdP.set(func(http.ResponseWriter, *http.Request) bool { <-there; return false })
			for _, e := range r.atOnce(t, password, repeated(10, "p", "q")) {
				if e.code != exitRefused || len(e.stdout) != 0 || !endsWithCommand(e.stderr, e.name) {
					t.Errorf("exit %d, %d bytes on stdout; the last line is not the command:\n%s", e.code, len(e.stdout), e.stderr)
				}
			}
			if r.posts() != 1 {
				t.Errorf("%d passwords sent, want 1", r.posts())
			}
		})
	}
}

// holdFirst keeps the answer to the first password back until who sent it is gone.
func (r *rig) holdFirst() (held chan struct{}, sent *atomic.Int32) {
	held, sent = make(chan struct{}), &atomic.Int32{}
	r.atIdP.set(func(_ http.ResponseWriter, q *http.Request) bool {
		if q.Method != http.MethodPost || sent.Add(1) > 1 {
			return false
		}
		_, _ = io.Copy(io.Discard, q.Body) // or the server would not notice that the client has gone
		close(held)
		<-q.Context().Done()
		return true
	})
	return held, sent
}

// waits reads the stderr of a process until it says that it waits for another one. The rest is in the text it gives.
func waits(t *testing.T, cmd *exec.Cmd) (rest func() string) {
	t.Helper()
	cmd.Stderr = nil
	pipe, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(pipe)
	for text := ""; ; {
		line, err := lines.ReadString('\n')
		if text += line; strings.Contains(line, "another samlogin is signing in") {
			break
		}
		if err != nil {
			t.Fatalf("it ended before it waited:\n%s", text)
		}
	}
	return func() string {
		text, _ := io.ReadAll(lines)
		return string(text)
	}
}

// The process that signs in for all is killed while the IdP has not answered: another one takes over.
func TestAKilledLeaderIsReplaced(t *testing.T) { // security case 82
	r := newMachineRig(t, "p=111111111111/Admin", "q=222222222222/Admin")
	held, sent := r.holdFirst()
	leader, out, _ := r.process(t, goodPassword, "credentials", "p")
	if err := leader.Start(); err != nil {
		t.Fatal(err)
	}
	<-held
	same, sameOut, sameErr := r.process(t, goodPassword, "credentials", "p")
	if err := same.Start(); err != nil {
		t.Fatal(err)
	}
	other, otherOut, _ := r.process(t, goodPassword, "credentials", "q")
	rest := waits(t, other)
	_ = leader.Process.Kill()
	_ = leader.Wait()
	if out.Len() != 0 {
		t.Error("the killed one has printed something")
	}
	said := rest()
	if err := other.Wait(); err != nil {
		t.Fatalf("the other profile: %v\n%s", err, said)
	}
	if err := same.Wait(); err != nil {
		t.Fatalf("the same profile: %v\n%s", err, sameErr.String())
	}
	printed(t, sameOut.Bytes())
	printed(t, otherOut.Bytes())
	if n := sent.Load(); n != 2 {
		t.Errorf("%d passwords sent, want that of the killed one and one more", n)
	}
}

// A process that is told to stop while the IdP does not answer stops, prints nothing and leaves nothing half done.
func TestCredentialsStopWhenTold(t *testing.T) { // security case 91
	for _, s := range []syscall.Signal{syscall.SIGTERM, syscall.SIGHUP, syscall.SIGINT} {
		t.Run(s.String(), func(t *testing.T) {
			r := newMachineRig(t, "p=111111111111/Admin")
			held, _ := r.holdFirst()
			cmd, out, errOut := r.process(t, goodPassword, "credentials", "p")
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			<-held
			_ = cmd.Process.Signal(s)
			_ = cmd.Wait()
			if code := cmd.ProcessState.ExitCode(); code != exitInterrupted || out.Len() != 0 {
				t.Errorf("exit %d, want %d; %d bytes on stdout\n%s", code, exitInterrupted, out.Len(), errOut.String())
			}
			sameKeys(t, r.atOnce(t, goodPassword, []string{"p"}))
			_ = filepath.WalkDir(r.home, func(path string, d os.DirEntry, err error) error {
				if err == nil && strings.Contains(d.Name(), "tmp") {
					t.Errorf("%s was left behind", path)
				}
				return nil
			})
		})
	}
}

// Whoever called has gone before he got the keys: it is no success. The keys are kept for the next one.
func TestNobodyReadsTheKeys(t *testing.T) { // security cases 85, 91
	r := newMachineRig(t, "p=111111111111/Admin")
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	_ = reader.Close()
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	for name, stdout := range map[string]*os.File{"a broken pipe": writer, "a full device": full} {
		cmd, _, errOut := r.process(t, goodPassword, "credentials", "p")
		cmd.Stdout = stdout
		if err := cmd.Run(); err == nil {
			t.Errorf("%s: exit 0\n%s", name, errOut.String())
		}
		_ = stdout.Close()
	}
	if sameKeys(t, r.atOnce(t, "", []string{"p"})); len(r.sts.Log()) != 1 {
		t.Errorf("%d calls to STS, want 1", len(r.sts.Log()))
	}
}

// AWS's clients capture stdout and stderr: the question is on the terminal alone, and other processes wait for its
// answer rather than asking as well.
func TestTheTerminalIsAskedWhileStdoutIsCaptured(t *testing.T) { // security case 87
	r := newMachineRig(t, "p=111111111111/Admin", "q=222222222222/Admin")
	program, err := built()
	if err != nil {
		t.Fatal(err)
	}
	out, errOut := filepath.Join(r.home, "out"), filepath.Join(r.home, "err")
	c := openConsoleOf(t, 24, 80, r.environ(), "sh", "-c", fmt.Sprintf("%s credentials p >%s 2>%s", program, out, errOut))
	c.until(`Password of CORP\jane`)
	other, otherOut, _ := r.process(t, "", "credentials", "q")
	rest := waits(t, other)
	c.send(goodPassword + "\n")
	if code := c.exit(); code != exitDone {
		t.Fatalf("exit %d\n%s", code, c.seen.String())
	}
	said := rest()
	if err := other.Wait(); err != nil {
		t.Errorf("the one that waited: %v\n%s", err, said)
	}
	printed(t, otherOut.Bytes())
	text, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	k := printed(t, text)
	if strings.Contains(c.seen.String(), k.SecretAccessKey) || strings.Contains(c.seen.String(), goodPassword) {
		t.Error("a secret is on the terminal")
	}
	if r.posts() != 1 {
		t.Errorf("%d passwords sent, want 1", r.posts())
	}
}

// Where it would come between what somebody else types, or is not wanted, nobody is asked: exit 4 and the command.
func TestNoQuestionInTheBackground(t *testing.T) { // security case 86
	program, err := built()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ what, head, line string }{
		{"in the background", "", "set -m; %s credentials p >%s 2>%s & wait $!; echo code-$?"},
		{"credentials_prompt = false", "credentials_prompt = false\n", "%s credentials p >%s 2>%s; echo code-$?"},
	} {
		t.Run(c.what, func(t *testing.T) {
			r := newMachineRig(t)
			r.idpSettings = c.head + r.idpSettings
			r.writeProfiles(t, "p=111111111111/Admin")
			out, errOut := filepath.Join(r.home, "out"), filepath.Join(r.home, "err")
			console := openConsoleOf(t, 24, 80, r.environ(), "bash", "--norc", "--noprofile", "-c", fmt.Sprintf(c.line, program, out, errOut))
			console.until(fmt.Sprintf("code-%d", exitNeedsAnswer))
			console.exit()
			said, _ := os.ReadFile(errOut)
			if info, err := os.Stat(out); err != nil || info.Size() != 0 || !endsWithCommand(said, "p") {
				t.Errorf("stdout is not empty, or the last line is not the command:\n%s", said)
			}
			if strings.Contains(console.seen.String(), "Password") {
				t.Errorf("somebody was asked:\n%s", console.seen.String())
			}
		})
	}
}

// A command gets the keys and none of their rivals, its signals and its exit code are samlogin's.
func TestExecStandsInForTheCommand(t *testing.T) { // security cases 137, 138
	r := newMachineRig(t, "p=111111111111/Admin")
	plain := filepath.Join(r.home, "plain")
	if err := os.WriteFile(plain, []byte("no program"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range append(rivals(), // and, by their names, those that must never be missing there
		"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN", "AWS_CREDENTIAL_EXPIRATION", "AWS_CREDENTIAL_FILE",
		"AWS_DEFAULT_PROFILE", "AWS_PROFILE", "AWS_SDK_LOAD_CONFIG", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN", "AWS_ROLE_SESSION_NAME",
		"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_AUTHORIZATION_TOKEN", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
	) {
		r.env[name] = "rival-of-" + name
	}
	for _, name := range []string{"SAMLOGIN_PASSPHRASE", "SAMLOGIN_CERTIFICATE_PASSWORD", "SAMLOGIN_PASSWORD_COMMAND", "SAMLOGIN_PASSWORD_FILE", "SAMLOGIN_MFA_COMMAND", "SAMLOGIN_PASSPHRASE_COMMAND"} {
		r.env[name] = "secret-of-ours"
	}
	r.env["SAMLOGIN_MFA_CODE"], r.env["UNRELATED"], r.env["LD_PRELOAD"] = "123456", "kept", "" // LD_PRELOAD is the person's
	here := filepath.Join(r.home, "here")
	if err := os.Mkdir(here, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(here, "only-here"), []byte("#!/bin/sh\necho it ran\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, mode := range [][]string{{"exec", "p", "--"}, {"exec", "p", "--server", "--"}} {
		for _, c := range []struct {
			what   string
			code   int
			signal syscall.Signal // where samlogin is replaced by the command
			argv   []string
		}{
			{"its code", 7, 0, []string{"sh", "-c", "exit 7"}},
			{"its signal", 128 + int(syscall.SIGTERM), syscall.SIGTERM, []string{"sh", "-c", "kill -TERM $$"}},
			{"not found", exitNotFound, 0, []string{"no-such-command-here"}},
			{"begins with a dash", exitNotFound, 0, []string{"-x"}},
			{"not executable", exitNotExecutable, 0, []string{plain}},
			{"empty", exitNotFound, 0, []string{""}},
			{"a folder", exitNotExecutable, 0, []string{r.home}},
			{"in the working directory, which is on PATH", exitNotExecutable, 0, []string{"only-here"}},
		} {
			cmd, out, errOut := r.process(t, goodPassword, append(mode, c.argv...)...)
			cmd.Dir, cmd.Env = here, append(cmd.Env, "PATH=.:"+os.Getenv("PATH"))
			_ = cmd.Run()
			code := cmd.ProcessState.ExitCode()
			if status := cmd.ProcessState.Sys().(syscall.WaitStatus); status.Signaled() && status.Signal() == c.signal {
				code = 128 + int(c.signal)
			}
			if code != c.code || out.Len() != 0 {
				t.Errorf("%v %s: exit %d, want %d\n%s", mode, c.what, code, c.code, errOut.String())
			}
		}
		cmd, out, errOut := r.process(t, goodPassword, append(mode, "env")...)
		if err := cmd.Run(); err != nil {
			t.Fatalf("%v\n%s", err, errOut.String())
		}
		env := out.String()
		if strings.Contains(env, "rival-of-") || strings.Contains(env, "secret-of-ours") || strings.Contains(env, goodPassword) || strings.Contains(env, "123456") || !strings.Contains(env, "UNRELATED=kept\n") {
			t.Errorf("%v: a rival, or a secret of samlogin's, is in the environment, or what was unrelated is not", mode)
		}
		if direct := strings.Contains(env, "AWS_SESSION_TOKEN="); direct == strings.Contains(env, "AWS_CONTAINER_AUTHORIZATION_TOKEN=") || direct != (len(mode) == 3) {
			t.Errorf("%v: the keys are in the environment: %v", mode, direct)
		}
	}
	// A signal that samlogin gets while the command runs is the command's.
	cmd, _, errOut := r.process(t, goodPassword, "exec", "p", "--server", "--", "sh", "-c", `trap 'exit 9' USR1; echo up; while :; do read -r line; done`)
	stdin, err := cmd.StdinPipe() // held open: the command reads for ever
	if err != nil {
		t.Fatal(err)
	}
	defer stdin.Close()
	cmd.Stdout = nil
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	stuck := time.AfterFunc(stuckAfter, func() { _ = cmd.Process.Kill() })
	defer stuck.Stop()
	if _, err := bufio.NewReader(pipe).ReadString('\n'); err != nil {
		t.Fatalf("%v\n%s", err, errOut.String())
	}
	_ = cmd.Process.Signal(syscall.SIGUSR1)
	_ = cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != 9 {
		t.Errorf("after SIGUSR1: exit %d, want 9\n%s", code, errOut.String())
	}
}
