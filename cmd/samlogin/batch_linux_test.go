package main

import (
	"bytes"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"

	"github.com/samlogin/samlogin/cmd/samlogin/terminal"
	"github.com/samlogin/samlogin/saml/secret"
)

// gate lets a number of calls to STS pass and holds the others until it opens. full is closed when as many calls as are
// ever made at once stand before it.
type gate struct {
	open, full chan struct{}
}

func (r *rig) gateAfter(calls int) *gate {
	g := &gate{make(chan struct{}), make(chan struct{})}
	var n atomic.Int32
	r.atAWS.set(func(_ http.ResponseWriter, q *http.Request) bool {
		at := int(n.Add(1))
		if at <= calls {
			return false
		}
		if at == calls+atOnce {
			close(g.full)
		}
		select {
		case <-g.open:
			return false
		case <-q.Context().Done():
			panic(http.ErrAbortHandler) // nobody waits for the answer
		}
	})
	return g
}

// onTerminal is the environment for the built program on a terminal.
func (r *rig) onTerminal(more ...string) []string {
	return append(append(r.environ(), "XDG_CONFIG_HOME="+filepath.Join(r.home, ".config"), "SAMLOGIN_PASSWORD=Correct-Horse-7"), more...)
}

// While roles are taken a line tells how far that is, and is gone at the end: what stays is the result.
func TestProgressOnATerminal(t *testing.T) {
	for _, c := range []struct {
		name string
		cols uint16
		want string
	}{{"eighty columns", 80, "████████░░░░░░░░░░░░░░░░  20 done, 40 left  40000000"}, {"twenty columns", 20, "20 done, 40 left"}} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t, 0, 0)
			g := r.gateAfter(20)
			k := openWindow(t, 24, c.cols, r.onTerminal(), r.sixty()...)
			shown := func() string {
				lines := strings.Split(strings.TrimRight(k.screen(), "\n "), "\n")
				return lines[len(lines)-1]
			}
			for !strings.HasPrefix(shown(), c.want) {
				k.read(c.want)
			}
			if n := len([]rune(shown())); n >= int(c.cols) {
				t.Errorf("the line has %d columns of %d", n, c.cols)
			}
			if up := strings.Count(k.screen(), "done"); up != 1 {
				t.Errorf("it is on the screen %d times:\n%s", up, k.screen())
			}
			close(g.open)
			if code := k.exit(); code != exitDone {
				t.Fatalf("exit %d\n%s", code, k.seen.String())
			}
			if strings.Contains(k.screen(), "░") || strings.Contains(k.screen(), " left") {
				t.Errorf("it stays:\n%s", k.screen())
			}
			if !strings.Contains(k.seen.String(), "60 profiles are ready.") {
				t.Errorf("the result is not there:\n%s", k.screen())
			}
			k.mustBeAsFound("afterwards")
		})
	}
}

// A notice that comes meanwhile stands on a line of its own, above.
func TestANoticeDuringProgress(t *testing.T) {
	var out bytes.Buffer
	p := &progress{out: &out, drawn: true, all: 4, width: func() int { return 80 }}
	a := &app{errOut: p}
	p.draw()
	a.notice("worth knowing")
	p.draw()
	if want := "\r\x1b[Ksamlogin: worth knowing\n\r\x1b[K░"; !strings.Contains(out.String(), want) {
		t.Errorf("%q", out.String())
	}
	resume := p.pause()
	before := out.Len()
	p.good++
	p.draw()
	if out.Len() != before {
		t.Error("it is drawn while a person is asked")
	}
	resume()
	if p.draw(); out.Len() == before {
		t.Error("it does not come back")
	}
}

// Nothing is drawn where it would be noise: in JSON's company, on a terminal that cannot, in CI, for one role.
func TestWhereProgressIsDrawn(t *testing.T) {
	two := []job{{profile: "a"}, {profile: "b"}}
	for _, c := range []struct {
		name          string
		env           map[string]string
		json, noColor bool
		jobs          []job
		drawn, colour bool
		none          bool
	}{
		{name: "terminal", jobs: two, drawn: true, colour: true},
		{name: "NO_COLOR", env: map[string]string{"NO_COLOR": "1"}, jobs: two, drawn: true},
		{name: "--no-color", noColor: true, jobs: two, drawn: true},
		{name: "dumb", env: map[string]string{"TERM": "dumb"}, jobs: two},
		{name: "CI", env: map[string]string{"CI": "true"}, jobs: two},
		{name: "JSON", json: true, jobs: two, none: true},
		{name: "one role", jobs: two[:1], none: true},
	} {
		var out bytes.Buffer
		a := &app{errOut: &out, errIsTTY: true, now: time.Now, env: func(name string) string { return c.env[name] }}
		if a.global.noColor = c.noColor; c.json {
			a.global.output = "json"
		}
		a.begin(c.jobs)
		p := a.progress
		a.endProgress()
		if (p == nil) != c.none || p != nil && (p.drawn != c.drawn || p.colour != c.colour) || a.errOut != &out {
			t.Errorf("%s: %+v", c.name, p)
		}
	}
}

// ctrl-C in the middle of sixty roles: the AWS files are as they were, what AWS gave is kept, and the next run fetches
// the others only.
//
// security case 105
func TestAnInterruptedBatchLosesNothing(t *testing.T) {
	program, err := built()
	if err != nil {
		t.Fatal(err)
	}
	r := newRig(t, 0, 0)
	g := r.gateAfter(20)
	start := func() (*exec.Cmd, *bytes.Buffer) {
		var out bytes.Buffer
		c := exec.CommandContext(t.Context(), program, r.sixty()...)
		c.Env, c.Stdout, c.Stderr = r.onTerminal(), &out, &out
		return c, &out
	}
	c, out := start()
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	<-g.full
	if err := c.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	_ = c.Wait()
	if code := c.ProcessState.ExitCode(); code != exitInterrupted || !strings.Contains(out.String(), "the keys of 20 roles had come already; they are kept") {
		t.Errorf("exit %d\n%s", code, out)
	}
	if _, err := os.Stat(filepath.Join(r.home, ".aws", "credentials")); !os.IsNotExist(err) {
		t.Errorf("the credentials file: %v", err)
	}
	close(g.open)
	before := granted(r.sts.Log())
	c, out = start()
	c.Stdout = out
	if err := c.Run(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if n := granted(r.sts.Log()) - before; n != 40 || r.profilesWritten(t) != 60 || r.posts() != 1 {
		t.Errorf("%d more roles were taken, %d are written, %d passwords sent\n%s", n, r.profilesWritten(t), r.posts(), out)
	}
}

// Each AWS file is put in its place once for a whole run, also with two IdPs in it.
func TestEachAWSFileIsWrittenOnce(t *testing.T) {
	r, other := newRig(t, 0, 0), newRig(t, 0, 0)
	r.twoIdPs(t, other)
	r.env["AWS_REGION"] = ""
	aws := filepath.Join(r.home, ".aws")
	if err := os.Mkdir(aws, 0o700); err != nil {
		t.Fatal(err)
	}
	watch, err := unix.InotifyInit1(unix.IN_NONBLOCK | unix.IN_CLOEXEC)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(watch)
	if _, err := unix.InotifyAddWatch(watch, aws, unix.IN_MOVED_TO); err != nil {
		t.Fatal(err)
	}
	r.args = []string{"login", "m", "--no-input", "--region", "eu-west-1"}
	if code := run(t.Context(), r.app, r.args); code != exitDone || r.profilesWritten(t) != 3 {
		t.Fatalf("exit %d\n%s", code, r.errOut.String())
	}
	moved := map[string]int{}
	buf := make([]byte, 64<<10)
	n, _ := unix.Read(watch, buf)
	for at := 0; at < n; {
		event := (*unix.InotifyEvent)(unsafe.Pointer(&buf[at]))
		at += unix.SizeofInotifyEvent
		moved[strings.TrimRight(string(buf[at:at+int(event.Len)]), "\x00")]++
		at += int(event.Len)
	}
	if moved["credentials"] != 1 || moved["config"] != 1 {
		t.Errorf("put in place: %v", moved)
	}
}

// Many roles on a terminal are told of in a few lines, those alike in one; a pipe gets them all.
func TestManyRolesOnATerminal(t *testing.T) {
	r := newRig(t, 0, 0)
	k := openConsole(t, r.onTerminal(), r.sixty()...)
	if code := k.exit(); code != exitDone {
		t.Fatalf("exit %d\n%s", code, k.seen.String())
	}
	for _, want := range []string{"60 profiles are ready.", "ROLE    PROFILES  GOT  EXPIRES", "Team00  12        1 h", "Team04  12        1 h"} {
		if !strings.Contains(k.screen(), want) {
			t.Errorf("no %q on the screen:\n%s", want, k.screen())
		}
	}
	if code := run(t.Context(), r.app, r.sixty()); code != exitDone || strings.Count(r.out.String(), "\n") < 60 {
		t.Errorf("exit %d, a pipe gets %d lines", code, strings.Count(r.out.String(), "\n"))
	}
}

// Where the IdP's session has ended in the middle of a long row of calls, the person is asked once more, and the row goes
// on.
func TestALongBatchAsksThePerson(t *testing.T) {
	r := newRig(t, 0, 0)
	ours, theirs, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer ours.Close()
	defer theirs.Close()
	r.app.password, r.app.console, r.app.consoled = secret.Text{}, &terminal.Terminal{In: theirs, Out: theirs}, true
	r.agingAfter(20, 6*time.Minute)
	var ended atomic.Bool
	r.atIdP.set(func(_ http.ResponseWriter, q *http.Request) bool {
		if r.ahead.Load() > 0 && ended.CompareAndSwap(false, true) {
			q.Header.Del("Cookie") // the session is gone: AD FS shows its form
		}
		return false
	})
	var asked atomic.Int32
	go func() { // the person
		var seen []byte
		buf := make([]byte, 4096)
		for {
			n, err := ours.Read(buf)
			if err != nil {
				return
			}
			seen = append(seen, buf[:n]...)
			for question, answer := range map[string]string{"Password of CORP\\ada: ": "Correct-Horse-7\n", "[y/N] ": "n\n"} {
				if bytes.HasSuffix(seen, []byte(question)) {
					seen = nil
					if question[0] == 'P' {
						asked.Add(1)
					}
					_, _ = ours.WriteString(answer)
				}
			}
		}
	}()
	args := []string{"login", "--username", `CORP\ada`, "--all", "--profile", "{account}-{role}", "--timeout", "30m"}
	if code := run(t.Context(), r.app, args); code != exitDone || asked.Load() != 2 || r.posts() != 2 || r.profilesWritten(t) != 60 {
		t.Errorf("exit %d, asked %d times, %d passwords sent, %d profiles\n%s", code, asked.Load(), r.posts(), r.profilesWritten(t), r.errOut.String())
	}
}
