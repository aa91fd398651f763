package profiles

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
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
		trace := strings.Split(h.read(log), "\n")
		for _, target := range []string{"credentials", "config"} {
			checkOrder(t, trace, h.folder, target)
		}
		made := 0
		for _, call := range trace {
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

func checkOrder(t *testing.T, trace []string, folder, target string) {
	t.Helper()
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
		var seen []int
		for i, call := range trace {
			if step.pattern.MatchString(call) {
				seen = append(seen, i)
			}
		}
		if step.what == "fsync of the folder" { // one for each file renamed in it
			for len(seen) > 0 && seen[0] < at {
				seen = seen[1:]
			}
		}
		if len(seen) == 0 || seen[0] < at || step.what != "fsync of the folder" && len(seen) != 1 {
			t.Errorf("%s: %s is at lines %v of the trace, the step before at %d:\n%s", target, step.what, seen, at, strings.Join(trace, "\n"))
			return
		}
		at = seen[0]
	}
	path := `"` + folder + "/" + target + `"`
	for _, call := range trace {
		if strings.Contains(call, path) && regexp.MustCompile(`O_WRONLY|O_RDWR|O_TRUNC|O_CREAT|truncate|creat\(`).MatchString(call) {
			t.Errorf("%s was opened for writing: %s", target, call)
		}
	}
}
