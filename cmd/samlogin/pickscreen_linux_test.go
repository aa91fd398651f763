package main

import (
	"errors"
	"slices"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// taken are the roles that STS gave, in order.
func (r *rig) taken() []string {
	var out []string
	for _, call := range r.sts.Log() {
		if call.Action == "AssumeRoleWithSAML" {
			out = append(out, strings.TrimPrefix(call.Role, "arn:aws:iam::"))
		}
	}
	slices.Sort(out)
	return out
}

// seesAll reads until the screen shows all of some texts.
func (c *console) seesAll(texts ...string) {
	c.t.Helper()
	for _, text := range texts {
		for !strings.Contains(c.screen(), text) {
			c.read(text)
		}
	}
}

// Several roles are marked and taken at once, those that the filter hides too.
//
// security case 52
func TestPickerTakesWhatIsMarked(t *testing.T) {
	const down, tab, back = "\x1b[B", "\t", "\x1b[Z"
	for _, c := range []struct {
		name, keys, shown string
		args, want        []string
		profiles          string
	}{
		{"two", tab + down + tab, "2 marked", nil, []string{"111111111111:role/Admin", "222222222222:role/Admin"}, "111111111111-Admin 222222222222-Admin"},
		{"by two filters", "deploy" + tab + "\x1b[3~\x15" + "developer" + tab, "2 marked", nil, []string{"222222222222:role/team/Deploy", "333333333333:role/Developer"}, "222222222222-Deploy 333333333333-Developer"},
		{"all that fit", "readonly\x14", "2 marked", nil, []string{"111111111111:role/ReadOnly", "333333333333:role/ReadOnly"}, "111111111111-ReadOnly 333333333333-ReadOnly"},
		{"by ctrl-A", "3333\x01", "2 marked", nil, []string{"333333333333:role/Developer", "333333333333:role/ReadOnly"}, "333333333333-Developer 333333333333-ReadOnly"},
		{"a mark taken back", tab + back + tab + back, "0", nil, []string{"111111111111:role/Admin"}, "saml"},
		{"one marked, the bar elsewhere", down + tab, "1 marked", nil, []string{"111111111111:role/ReadOnly"}, "saml"},
		{"a template of one's own", tab + tab, "2 marked", []string{"--profile", "{role}@{account}"}, []string{"111111111111:role/Admin", "111111111111:role/ReadOnly"}, "Admin@111111111111 ReadOnly@111111111111"},
		{"one profile takes one role", tab + "\x14" + down, "for mine", []string{"--profile", "mine"}, []string{"222222222222:role/Admin"}, "mine"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t, 0, 0)
			k := openConsole(t, append(r.environ(), `SAMLOGIN_USERNAME=CORP\jane`, "SAMLOGIN_PASSWORD=Correct-Horse-7"), append([]string{"login"}, c.args...)...)
			k.seesAll("of 6")
			k.send(c.keys)
			if c.shown == "0" { // the bar is back where it was, without a mark
				k.send("deploy\x15")
				k.send("*") // drawn after all before it
				k.untilBar("Admin ★", "6 of 6")
			} else {
				k.seesAll(c.shown)
			}
			if c.profiles == "mine" {
				k.untilBar("Admin", "222222222222")
			}
			k.send("\r")
			if code := k.exit(); code != exitDone || !slices.Equal(r.taken(), c.want) {
				t.Errorf("exit %d, taken %q, want %q\n%s", code, r.taken(), c.want, k.screen())
			}
			if got := strings.Fields(r.written(t)); !slices.Equal(slices.Sorted(slices.Values(got)), strings.Fields(c.profiles)) {
				t.Errorf("written %q, want %q", got, c.profiles)
			}
			k.mustBeAsFound("afterwards")
		})
	}
}

// A window that changes its size shows the list anew and nothing of the old one; the bar stays on its role.
//
// security case 52
func TestPickerInAWindowThatChanges(t *testing.T) {
	r := newRig(t, 0, 0)
	c := openPicker(t, r, `CORP\ada`, 24, 80)
	c.send(strings.Repeat("\x1b[B", 7))
	c.untilBar("Team02", "400000000001")
	for _, size := range [][2]uint16{{10, 20}, {40, 120}, {6, 12}, {24, 80}, {3, 30}} {
		from := c.seen.Len()
		c.resize(size[0], size[1])
		for !strings.Contains(c.seen.String()[from:], "\x1b[2J") || c.bar() != "Team02" {
			c.read("the list in its new size")
		}
		if bars := strings.Count(c.screen(), "> Team"); bars != 1 {
			t.Errorf("%v: %d bars on\n%s", size, bars, c.screen())
		}
	}
	c.send("\r")
	if code := c.exit(); code != exitDone || !slices.Equal(r.taken(), []string{"400000000001:role/Team02"}) {
		t.Errorf("exit %d, taken %q", code, r.taken())
	}
}

// A program that was stopped and goes on has its list and its keys again, whatever the shell did to the terminal.
//
// security case 105
func TestPickerGoesOnAfterAStop(t *testing.T) {
	r := newRig(t, 0, 0)
	c := openPicker(t, r, `CORP\jane`, 24, 80)
	c.untilBar("Admin", "111111111111")
	fd := int(c.pty.Fd())
	raw, err := unix.IoctlGetTermios(fd, unix.TCGETS)
	if err != nil {
		t.Fatal(err)
	}
	cooked := *raw
	cooked.Lflag |= unix.ECHO | unix.ICANON | unix.ISIG
	if err := errors.Join(c.cmd.Process.Signal(syscall.SIGSTOP), unix.IoctlSetTermios(fd, unix.TCSETS, &cooked)); err != nil {
		t.Fatal(err)
	}
	from := c.seen.Len()
	if err := c.cmd.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	for !strings.Contains(c.seen.String()[from:], "return takes it") {
		c.read("the list again")
	}
	if echo, canonical := c.modes(); echo || canonical {
		t.Errorf("echo %v, line mode %v", echo, canonical)
	}
	c.send("\x1b[B")
	c.untilBar("ReadOnly", "111111111111")
	c.send("\r")
	if code := c.exit(); code != exitDone || !slices.Equal(r.taken(), []string{"111111111111:role/ReadOnly"}) {
		t.Errorf("exit %d, taken %q", code, r.taken())
	}
	c.mustBeAsFound("afterwards")
}

// Keys that were pressed before the list was on the screen are not about it: return takes nothing then.
//
// security case 52
func TestKeysBeforeTheListAreForgotten(t *testing.T) {
	r := newRig(t, 0, 0)
	c := openConsole(t, append(r.environ(), `SAMLOGIN_USERNAME=CORP\jane`))
	c.until(`Password of CORP\jane: `)
	c.send("Correct-Horse-7\n\n\ndeploy\n")
	c.untilBar("Admin", "6 of 6")
	if len(r.taken()) != 0 {
		t.Fatalf("taken %q", r.taken())
	}
	c.send("readonly 333")
	c.untilBar("ReadOnly", "333333333333")
	c.send("\r")
	if code := c.exit(); code != exitDone || !slices.Equal(r.taken(), []string{"333333333333:role/ReadOnly"}) {
		t.Errorf("exit %d, taken %q\n%s", code, r.taken(), c.screen())
	}
}

// Keys pressed faster than lists are drawn act one after the other, each on the list that the one before it left.
//
// security case 52
func TestKeysPressedAhead(t *testing.T) {
	r := newRig(t, 0, 0)
	c := openPicker(t, r, `CORP\jane`, 24, 80)
	c.untilBar("Admin", "111111111111")
	c.send("readonly\x1b[B\x1b[A\x1b[B\r")
	if code := c.exit(); code != exitDone || !slices.Equal(r.taken(), []string{"333333333333:role/ReadOnly"}) {
		t.Errorf("exit %d, taken %q\n%s", code, r.taken(), c.screen())
	}
}

// What is pasted filters, whatever is in it: a line break takes nothing.
func TestPastingIntoThePicker(t *testing.T) {
	r := newRig(t, 0, 0)
	c := openPicker(t, r, `CORP\jane`, 24, 80)
	c.untilBar("Admin", "111111111111")
	c.send("\x1b[200~arn:aws:iam::222222222222:role/team/Deploy\n\x1b[A\t*\x01\x14\x1b[201~")
	c.untilBar("team/Deploy", "1 of 6")
	c.send("\r")
	if code := c.exit(); code != exitDone || !slices.Equal(r.taken(), []string{"222222222222:role/team/Deploy"}) {
		t.Errorf("exit %d, taken %q\n%s", code, r.taken(), c.screen())
	}
}

func TestHostilePasteAndNames(t *testing.T) { // security cases 47, 49
	r := newRig(t, 0, 0)
	r.answerPage(200, signInPageOf("Account: evil\x1b[2J\x1b]0;title\a\u202egnp (111111111111)", "Account: שלום (222222222222)", "Account: 管理e\u0301 (333333333333)"))
	c := openPicker(t, r, `CORP\jane`, 24, 80)
	c.untilBar("Admin", "111111111111 (evil<U+001B>[2J<U+001B>]0;title<U+0007><U+202E>gnp)")
	c.seesAll("222222222222 (שלום)", "333333333333 (管理e")
	c.send("\x1b[200~\x1b]0;x\a\u202eadmin\x1b[201~")
	c.seesAll("no role fits")
	c.send("\x15管理")
	c.untilBar("Developer", "2 of 6")
	if strings.Contains(c.seen.String(), "\x1b]") || strings.ContainsAny(c.seen.String(), "\a\u202e") {
		t.Errorf("on the terminal came %q", c.seen.String())
	}
	c.send("\r")
	if code := c.exit(); code != exitDone || !slices.Equal(r.taken(), []string{"333333333333:role/Developer"}) {
		t.Errorf("exit %d, taken %q", code, r.taken())
	}
}

// Favourites and what was taken last come first the next time.
func TestThePickerRemembers(t *testing.T) {
	r := newRig(t, 0, 0)
	env := append(r.environ(), "XDG_STATE_HOME="+t.TempDir(), `SAMLOGIN_USERNAME=CORP\jane`, "SAMLOGIN_PASSWORD=Correct-Horse-7")
	c := openConsole(t, env)
	c.untilBar("Admin", "6 of 6")
	c.send("developer*")
	c.untilBar("Developer ★", "1 of 6")
	c.send("\x15deploy")
	c.untilBar("team/Deploy", "1 of 6")
	c.send("\r")
	if code := c.exit(); code != exitDone {
		t.Fatalf("exit %d\n%s", code, c.screen())
	}
	c = openConsole(t, env)
	c.untilBar("Developer ★", "Favourites")
	want := []string{"Favourites", "333333333333", "> Developer ★", "Recent", "222222222222", "team/Deploy", "All others", "111111111111", "Admin"}
	c.seesAll("return takes")
	var got []string
	for _, line := range strings.Split(c.screen(), "\n") {
		got = append(got, strings.TrimSpace(line))
	}
	at := slices.Index(got, "Favourites")
	if !slices.Equal(got[at:at+len(want)], want) {
		t.Errorf("the list begins\n%s", c.screen())
	}
	c.send("*") // not a favourite any more
	c.untilBar("Developer", "6 of 6")
	c.send("\x03")
	if code := c.exit(); code != exitInterrupted {
		t.Errorf("exit %d", code)
	}
	c = openConsole(t, env)
	c.untilBar("team/Deploy", "Recent")
	if strings.Contains(c.screen(), "★") || strings.Contains(c.screen(), "Favourites") {
		t.Errorf("a favourite was not forgotten:\n%s", c.screen())
	}
}

// A terminal that can only print lines gets a list with numbers, and no escape sequence at all.
//
// security case 51
func TestPickingByNumber(t *testing.T) {
	for _, c := range []struct {
		name, variable, person string
		args, ask              []string // what is typed at each question
		want                   []string
	}{
		{"a number", "TERM=dumb", `CORP\jane`, nil, []string{"4"}, []string{"222222222222:role/team/Deploy"}},
		{"numbers", "ACCESSIBLE=1", `CORP\jane`, nil, []string{"1, 3-4"}, []string{"111111111111:role/Admin", "222222222222:role/Admin", "222222222222:role/team/Deploy"}},
		{"words, then the number as before", "TERM=dumb", `CORP\jane`, nil, []string{"nobody", "read 333", "6"}, []string{"333333333333:role/ReadOnly"}},
		{"a number that was not listed", "TERM=dumb", `CORP\ada`, nil, []string{"33", "nobody 7", "", "33"}, []string{"400000000006:role/Team02"}},
		{"one profile", "TERM=dumb", `CORP\jane`, []string{"--profile", "mine"}, []string{"1 2", "2"}, []string{"111111111111:role/ReadOnly"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t, 0, 0)
			k := openConsole(t, append(r.environ(), c.variable, "SAMLOGIN_USERNAME="+c.person, "SAMLOGIN_PASSWORD=Correct-Horse-7"), append([]string{"login"}, c.args...)...)
			for n, answer := range c.ask {
				k.next("leave fewer: ")
				if n < len(c.ask)-1 && len(r.taken()) != 0 {
					t.Errorf("taken %q", r.taken())
				}
				k.send(answer + "\n")
			}
			code := k.exit()
			if code != exitDone || !slices.Equal(r.taken(), c.want) {
				t.Errorf("exit %d, taken %q, want %q\n%s", code, r.taken(), c.want, k.seen.String())
			}
			if before, _, _ := strings.Cut(k.seen.String(), "\r\nRole: "); strings.Contains(before, "\x1b") {
				t.Errorf("an escape sequence in\n%q", before)
			}
		})
	}
}
