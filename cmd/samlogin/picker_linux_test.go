package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/hinshun/vt10x"
)

// openPicker logs in on a pty of a size and waits for the list.
func openPicker(t *testing.T, r *rig, person string, rows, cols uint16) *console {
	t.Helper()
	c := openWindow(t, rows, cols, append(r.environ(), "SAMLOGIN_USERNAME="+person, "SAMLOGIN_PASSWORD="+"Correct-Horse-7"))
	c.until("Role:")
	return c
}

// screen is what a person sees now.
func (c *console) screen() string {
	c.t.Helper()
	v := vt10x.New(vt10x.WithSize(int(c.cols), int(c.rows)))
	_, _ = v.Write(c.seen.Bytes())
	return v.String()
}

// bar is the line of the screen that is highlighted, "" while there is none.
func (c *console) bar() string {
	c.t.Helper()
	for _, line := range strings.Split(c.screen(), "\n") {
		if _, after, found := strings.Cut(line, "  > "); found {
			return strings.TrimSpace(after)
		}
	}
	return "" // in the middle of drawing
}

// The role that AWS is asked for is the one that was highlighted when return was pressed.
//
// security case 52
func TestPickerTakesWhatItHighlights(t *testing.T) {
	const down, up, end = "\x1b[B", "\x1b[A", "\x1b[F"
	for _, c := range []struct {
		name, person, keys, want, head string
		rows, cols                     uint16
	}{
		{"at once", `CORP\jane`, "", "arn:aws:iam::111111111111:role/Admin", "111111111111", 24, 80},
		{"down and up", `CORP\jane`, down + down + down + up, "arn:aws:iam::222222222222:role/Admin", "222222222222", 24, 80},
		{"filtered by role", `CORP\jane`, "deploy", "arn:aws:iam::222222222222:role/team/Deploy", "222222222222", 24, 80},
		{"filtered by account, then down", `CORP\jane`, "3333" + down, "arn:aws:iam::333333333333:role/ReadOnly", "333333333333", 24, 80},
		{"a letter taken back", `CORP\jane`, "deployx\x7f", "arn:aws:iam::222222222222:role/team/Deploy", "222222222222", 24, 80},
		{"scrolled", `CORP\ada`, strings.Repeat(down, 33), "arn:aws:iam::400000000006:role/Team03", "400000000006", 24, 80},
		{"to the end", `CORP\ada`, end, "arn:aws:iam::400000000011:role/Team04", "", 24, 80},
		{"a narrow window", `CORP\ada`, strings.Repeat(down, 7), "arn:aws:iam::400000000001:role/Team02", "", 10, 20},
		{"a thousand roles", `CORP\mona`, "0042 team07", "arn:aws:iam::400000000042:role/Team07", "400000000042", 24, 80},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t, 0, 0)
			k := openPicker(t, r, c.person, c.rows, c.cols)
			name := c.want[strings.Index(c.want, "role/")+len("role/"):]
			k.send(c.keys)
			k.send("\x00") // a key without meaning: when the list was drawn after it, all before it was
			k.untilBar(name, c.head)
			for _, line := range strings.Split(strings.TrimRight(k.screen(), "\n "), "\n") {
				if n := len([]rune(line)); n > int(c.cols) {
					t.Errorf("a line has %d columns of %d: %q", n, c.cols, line)
				}
			}
			k.send("\r")
			code := k.exit()
			if c.person == `CORP\mona` { // her assertion is more than AWS takes
				if code != exitAWS || !strings.Contains(k.seen.String(), "Role: 400000000042 Team07") {
					t.Errorf("exit %d:\n%s", code, k.screen())
				}
				return
			}
			calls := r.sts.Log()
			if code != exitDone || len(calls) != 1 || calls[0].Role != c.want {
				t.Errorf("exit %d, STS was asked for %v, want %s\n%s", code, calls, c.want, k.screen())
			}
			k.mustBeAsFound("afterwards")
		})
	}
}

// security case 105
func TestInterruptedPickerLeavesTheTerminalAsItWas(t *testing.T) {
	for name, stop := range map[string]func(*console){
		"ctrl-C":  func(c *console) { c.send("\x03") },
		"SIGTERM": func(c *console) { _ = c.cmd.Process.Signal(syscall.SIGTERM) },
		"SIGHUP":  func(c *console) { _ = c.cmd.Process.Signal(syscall.SIGHUP) },
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, 0, 0)
			c := openPicker(t, r, `CORP\jane`, 24, 80)
			stop(c)
			if code := c.exit(); code != exitInterrupted {
				t.Errorf("exit %d, want %d", code, exitInterrupted)
			}
			c.mustBeAsFound("afterwards")
			shown := c.seen.String()
			if strings.LastIndex(shown, "\x1b[?25h") < strings.LastIndex(shown, "\x1b[?25l") {
				t.Error("the cursor stays hidden")
			}
			if len(r.sts.Log()) != 0 {
				t.Error("AWS was asked for a role nobody took")
			}
		})
	}
}

// Long-term keys are replaced only after a yes for that very profile.
//
// security case 58
func TestLongTermKeysNeedAYes(t *testing.T) {
	for answer, want := range map[string]int{"y": exitDone, "n": exitFile, "": exitFile} {
		r := newRig(t, 0, 0)
		aws := filepath.Join(r.home, ".aws")
		before := "[default]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = s\n"
		if err := errors.Join(os.Mkdir(aws, 0o700), os.WriteFile(filepath.Join(aws, "credentials"), []byte(before), 0o600)); err != nil {
			t.Fatal(err)
		}
		c := openConsole(t, append(r.environ(), "HOME="+r.home, `SAMLOGIN_USERNAME=CORP\olivia`, "SAMLOGIN_PASSWORD=Correct-Horse-7"), "login", "--profile", "default", "--overwrite")
		c.until("[y/N] ")
		if len(r.adfs.Log()) != 0 {
			t.Error("the IdP was asked before the person was")
		}
		c.send(answer + "\n")
		if code := c.exit(); code != want {
			t.Errorf("%q: exit %d, want %d\n%s", answer, code, want, c.seen.String())
		}
		after, err := os.ReadFile(filepath.Join(aws, "credentials"))
		if err != nil || (string(after) == before) != (want != exitDone) {
			t.Errorf("%q: the file is\n%s%v", answer, after, err)
		}
	}
}
