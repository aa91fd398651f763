package profiles

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestOrderOfSystemCalls reads what the kernel was asked for in one save of a real process.
func TestOrderOfSystemCalls(t *testing.T) { // security case 70, 62
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Skip("strace is not installed: the order of system calls is not checked")
	}
	for _, there := range []bool{true, false} {
		h := newHome(t)
		if there {
			h.write(h.Credentials, person, 0o600)
			h.write(h.Config, person, 0o600)
		}
		log := filepath.Join(t.TempDir(), "trace")
		calls := "openat,?open,?creat,write,pwrite64,writev,fsync,fdatasync,?rename,renameat,?renameat2,?mkdir,mkdirat,?chmod,fchmod,fchmodat,truncate,ftruncate,linkat"
		cmd := exec.CommandContext(t.Context(), strace, "-f", "-y", "-s", "0", "-o", log, "-e", "trace="+calls, os.Args[0])
		cmd.Env = append(os.Environ(), childVariable+"="+h.folder+" p 001")
		if out, err := cmd.CombinedOutput(); err != nil {
			if strings.Contains(string(out), "ptrace") {
				t.Skipf("processes cannot be traced here: the order of system calls is not checked: %s", out)
			}
			t.Fatalf("%v: %s", err, out)
		}
		trace := tracedCalls(h.read(log))
		for _, target := range []string{"credentials", "config"} {
			checkOrder(t, h.read(log), h.folder, target)
		}
		made := 0
		for _, traced := range trace {
			call := traced.text
			switch {
			case !strings.Contains(call, filepath.Dir(h.folder)):
			case strings.Contains(call, "chmod"):
				t.Errorf("a mode was set afterwards: %s", call)
			case strings.Contains(call, "O_CREAT") && !strings.Contains(call, "0600"):
				t.Errorf("a file was made with another mode than 0600: %s", call)
			case strings.Contains(call, "mkdir"):
				if made++; !strings.Contains(call, "0700") {
					t.Errorf("a folder was made with another mode than 0700: %s", call)
				}
			}
		}
		if made == 0 != there {
			t.Errorf("%d folders made", made)
		}
	}
}

// tracedCall is one line of strace's, from the line of the trace at which the call began to that at which it ended.
type tracedCall struct {
	text         string
	begins, ends int
}

var resumed = regexp.MustCompile(`^(\d+) +<\.\.\. [a-z0-9_]+ resumed>`)

// tracedCalls reads a trace of several threads. Where something of another thread came between, strace has written a call
// as two lines, "fsync(3</x> <unfinished ...>" and "<... fsync resumed>) = 0": they are joined.
func tracedCalls(log string) (calls []tracedCall) {
	open := map[string]int{} // by thread: the call that has not ended
	for i, line := range strings.Split(log, "\n") {
		if begun, torn := strings.CutSuffix(line, " <unfinished ...>"); torn {
			thread, _, _ := strings.Cut(line, " ")
			open[thread] = len(calls)
			line = begun
		} else if m := resumed.FindStringSubmatch(line); m != nil {
			if at, ok := open[m[1]]; ok {
				calls[at].text += strings.TrimPrefix(line, m[0])
				calls[at].ends = i
				delete(open, m[1])
				continue
			}
		}
		calls = append(calls, tracedCall{line, i, i})
	}
	return calls
}

func TestACallOfTwoLinesIsReadAsOne(t *testing.T) {
	got := tracedCalls("10  fsync(9</a>) = 0\n10  fsync(9</b> <unfinished ...>\n11  --- SIGURG {si_pid=1} ---\n11  close(9 <unfinished ...>\n10  <... fsync resumed>)              = 0\n11  <... close resumed>) = 0\n")
	want := []tracedCall{{"10  fsync(9</a>) = 0", 0, 0}, {"10  fsync(9</b>)              = 0", 1, 4}, {"11  --- SIGURG {si_pid=1} ---", 2, 2}, {"11  close(9) = 0", 3, 5}, {"", 6, 6}}
	if !slices.Equal(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
}

// checkOrder wants every step to have ended before the next one begins.
func checkOrder(t *testing.T, log, folder, target string) {
	t.Helper()
	trace := tracedCalls(log)
	temporary := regexp.QuoteMeta(folder+"/."+target+".samlogin-") + `[0-9a-f]{32}\.tmp`
	steps := []struct {
		what    string
		pattern *regexp.Regexp
	}{
		{"create", regexp.MustCompile(`openat\(.*"` + temporary + `", O_WRONLY\|O_CREAT\|O_EXCL\|O_NONBLOCK\|O_NOFOLLOW\|O_CLOEXEC`)},
		{"write", regexp.MustCompile(`write\([0-9]+<` + temporary + `>`)},
		{"fsync", regexp.MustCompile(`fsync\([0-9]+<` + temporary + `>`)},
		{"rename", regexp.MustCompile(`rename.*"` + temporary + `".*"` + regexp.QuoteMeta(folder+"/"+target) + `"`)},
		{"fsync of the folder", regexp.MustCompile(`fsync\([0-9]+<` + regexp.QuoteMeta(folder) + `>\)`)},
	}
	at := -1
	for _, step := range steps {
		var seen []tracedCall
		for _, call := range trace {
			if step.pattern.MatchString(call.text) {
				seen = append(seen, call)
			}
		}
		if step.what == "fsync of the folder" { // one for each file renamed in it
			for len(seen) > 0 && seen[0].begins < at {
				seen = seen[1:]
			}
		}
		if len(seen) == 0 || seen[0].begins < at || step.what != "fsync of the folder" && len(seen) != 1 {
			t.Errorf("%s: %s is at %+v of the trace, the step before ended at %d:\n%s", target, step.what, seen, at, log)
			return
		}
		at = seen[0].ends
	}
	path := `"` + folder + "/" + target + `"`
	for _, traced := range trace {
		if call := traced.text; strings.Contains(call, path) && regexp.MustCompile(`O_WRONLY|O_RDWR|O_TRUNC|O_CREAT|truncate|creat\(`).MatchString(call) {
			t.Errorf("%s was opened for writing: %s", target, call)
		}
	}
}
