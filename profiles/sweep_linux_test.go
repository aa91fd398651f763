package profiles

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// The sweep runs real processes under strace, which makes one system call of each fail or be the last one: every call
// that such a process makes, each with every fault. SAMLOGIN_CAMPAIGN makes it complete; without it some runs of each
// kind are tried.

// limitFiles makes every write beyond a size a short one, and the next one fail with EFBIG (setrlimit(2), RLIMIT_FSIZE).
func limitFiles(bytes uint64) error {
	signal.Ignore(syscall.SIGXFSZ)
	return syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: bytes, Max: bytes})
}

// scenario is one thing that a process does to files.
type scenario struct {
	name                string
	task                string
	credentials, config string // before; "-" for a file that is not there
	wantCred, wantConf  string // afterwards
	inject              string // in every run
}

func scenarios() []scenario {
	own := strings.NewReplacer(testID, "ASIAEXAMPLE000000001", "secret0123/+abc", "c4nary-secret", testToken, "c4nary-token").Replace(testLines("\n"))
	conf := "# mine\n[default]\nregion = x\n"
	region := "[profile p]\nregion = eu-west-1\n"
	return []scenario{
		{"save", "save", person, conf, person + "\n[p]\n" + own, conf + "\n" + region, ""},
		{"save where nothing is", "save", "-", "-", "[p]\n" + own, region, ""},
		{"save over another login", "save", "[p]\n" + old + "# mine\n", conf, "[p]\n" + own + "# mine\n", conf + "\n" + region, ""},
		{"remove", "remove", person + "\n[p]\n" + own, conf, person, conf, ""},
		{"save in place", "save", person, conf, person + "\n[p]\n" + own, conf + "\n" + region, "renameat:error=EBUSY"},
	}
}

// sweeper is a sweep under way.
type sweeper struct {
	t      *testing.T
	strace string

	mu     sync.Mutex
	runs   int
	points map[string]bool // places at which something was injected
	left   int             // temporary files found after a kill
}

func (s *sweeper) home(sc scenario) *home {
	h := newHome(s.t)
	h.folder = filepath.Join(s.t.TempDir(), ".aws")
	h.Files = Files{filepath.Join(h.folder, "credentials"), filepath.Join(h.folder, "config")}
	if sc.credentials != "-" {
		h.write(h.Credentials, sc.credentials, 0o600)
		h.write(h.Config, sc.config, 0o600)
	}
	return h
}

// process runs one process under strace and gives its trace and its end.
func (s *sweeper) process(h *home, sc scenario, task string, options ...string) (trace []string, said string, err error) {
	log := filepath.Join(filepath.Dir(h.folder), "trace")
	args := []string{"-f", "-qq", "-o", log}
	if sc.inject != "" {
		args = append(args, "-e", "inject="+sc.inject)
	}
	args = append(append(args, options...), os.Args[0])
	cmd := exec.CommandContext(s.t.Context(), s.strace, args...)
	cmd.Env = append(os.Environ(), childVariable+"="+h.folder+" sweep "+task, "GOMAXPROCS=1")
	out, err := cmd.CombinedOutput()
	text, _ := os.ReadFile(log)
	return strings.Split(string(text), "\n"), string(out), err
}

var callName = regexp.MustCompile(`^(\d+) +([a-z0-9_]+)\(`)

// init keeps the work of a sweep's process on one thread: strace counts the calls of each thread by itself, and on a busy
// machine Go moves its goroutines from one to another, so that the number of a call would be another one in each run.
func init() {
	if strings.Contains(os.Getenv(childVariable), " sweep ") {
		runtime.LockOSThread()
	}
}

// calls that a save makes of the file system. A fault of each kind makes sense only for some.
var calls = map[string][]string{
	"openat": {"EIO", "EMFILE", "EINTR", "EROFS"}, "read": {"EIO", "EINTR"}, "write": {"ENOSPC", "EIO", "EDQUOT", "EINTR"}, "fsync": {"EIO", "ENOSPC", "EINTR"},
	"fstat": {"EIO"}, "newfstatat": {"EIO"}, "flock": {"EIO", "ENOLCK", "ENOSYS", "EOPNOTSUPP", "EINTR"}, "renameat": {"EIO", "ENOSPC", "EROFS"}, "renameat2": {"EIO"},
	"unlinkat": {"EIO", "EROFS"}, "close": {"EIO", "EINTR"}, "fchmod": {"EIO"}, "mkdirat": {"ENOSPC", "EROFS"}, "getdents64": {"EIO"}, "readlinkat": {"EIO"}, "ftruncate": {"EIO", "ENOSPC"},
	"fcntl": {"EIO"}, "lseek": {"EIO"},
}

// TestEverySystemCallOfASave: whichever call of a save fails, or is the last one before the process is killed, the files
// are the old ones or the new ones, whole, and the next save works.
func TestEverySystemCallOfASave(t *testing.T) { // security case 67, 68
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Skip("strace is not installed: faults of single system calls are not tried")
	}
	s := &sweeper{t: t, strace: strace, points: map[string]bool{}}
	type run struct {
		sc           scenario
		call, fault  string
		number, when int
	}
	var runs []run
	for _, sc := range scenarios() {
		names := slices.Sorted(func(yield func(string) bool) {
			for name := range calls {
				if !yield(name) {
					return
				}
			}
		})
		trace, said, err := s.process(s.home(sc), sc, sc.task, "-e", "trace="+strings.Join(names, ","))
		if err != nil {
			if strings.Contains(said, "ptrace") {
				t.Skipf("processes cannot be traced here: faults of single system calls are not tried: %s", said)
			}
			t.Fatalf("%s: %v: %s", sc.name, err, said)
		}
		before, total, begun, thread := map[string]int{}, map[string]int{}, false, ""
		for _, line := range trace {
			if strings.Contains(line, sweepMark) {
				thread, _, _ = strings.Cut(line, " ")
			}
		}
		for _, line := range trace {
			if strings.Contains(line, sweepMark) {
				begun = true
			}
			if m := callName.FindStringSubmatch(line); m != nil && m[1] == thread {
				total[m[2]]++
				if !begun {
					before[m[2]]++
				}
			}
		}
		if !begun {
			t.Fatalf("%s: the mark is not in the trace:\n%s", sc.name, strings.Join(trace, "\n"))
		}
		for _, name := range names {
			for k := 1; k <= total[name]-before[name]; k++ {
				for _, fault := range append([]string{"kill"}, calls[name]...) {
					if name == "renameat" && sc.inject != "" {
						continue // strace takes one injection for a call
					}
					runs = append(runs, run{sc, name, fault, k, before[name] + k})
				}
			}
		}
	}
	all := len(runs)
	if os.Getenv("SAMLOGIN_CAMPAIGN") == "" { // some of all, the same ones each time; .ci/run takes them all
		rand.New(rand.NewPCG(67, 0)).Shuffle(len(runs), func(i, j int) { runs[i], runs[j] = runs[j], runs[i] })
		n := 120
		if testing.Short() {
			n = 20
		}
		runs = runs[:min(n, len(runs))]
	}
	queue := make(chan run)
	var workers sync.WaitGroup
	for range runtime.NumCPU() {
		workers.Go(func() {
			for r := range queue {
				inject := fmt.Sprintf("inject=%s:error=%s:when=%d", r.call, r.fault, r.when)
				if r.fault == "kill" {
					inject = fmt.Sprintf("inject=%s:signal=SIGKILL:when=%d", r.call, r.when)
				}
				s.one(r.sc, fmt.Sprintf("%s: %s %d %s", r.sc.name, r.call, r.number, r.fault), r.fault == "kill", inject)
			}
		})
	}
	for _, r := range runs {
		queue <- r
	}
	close(queue)
	workers.Wait()
	t.Logf("%d of %d runs, %d distinct points, %d temporary files left by kills", s.runs, all, len(s.points), s.left)
	if len(s.points) < len(runs)/2 {
		t.Errorf("of %d injections only %d hit", len(runs), len(s.points))
	}
}

// one does one run and looks at what it left.
func (s *sweeper) one(sc scenario, name string, kill bool, inject string) {
	h := s.home(sc)
	trace, said, err := s.process(h, sc, sc.task, "-e", inject)
	hit := false
	for _, line := range trace {
		hit = hit || strings.Contains(line, "(INJECTED)") && !strings.Contains(line, "EBUSY") || strings.Contains(line, "killed by SIGKILL")
	}
	s.mu.Lock()
	s.runs++
	if hit {
		s.points[name] = true
	}
	s.mu.Unlock()
	s.judge(h, sc, name, kill, said, err)
}

func (s *sweeper) judge(h *home, sc scenario, name string, kill bool, said string, failed error) {
	t := s.t
	if strings.Contains(said, "fatal error: runtime") { // the fault met a call of the Go runtime's own, which ends a process
		kill = true
		said, _, _ = strings.Cut(said, "fatal error: runtime")
	}
	if strings.Contains(said, "c4nary") || strings.Contains(said, "panic") || strings.Contains(said, "goroutine ") {
		t.Errorf("%s: it said\n%s", name, said)
	}
	// strace counts calls of each thread: the fault can meet the writing of the error as well.
	mute := said == "" && strings.Contains(name, ": write ")
	if failed != nil && !kill && !mute && !strings.Contains(said, h.folder) {
		t.Errorf("%s: the error names no file: %v\n%s", name, failed, said)
	}
	state := func(path, before, after string) string {
		text, err := os.ReadFile(path)
		switch {
		case err != nil && before == "-":
			return "old"
		case err == nil && string(text) == after:
			return "new"
		case err == nil && string(text) == before:
			return "old"
		}
		return fmt.Sprintf("neither: %q, %v", text, err)
	}
	cred, conf := state(h.Credentials, sc.credentials, sc.wantCred), state(h.Config, sc.config, sc.wantConf)
	names, _ := filepath.Glob(filepath.Join(h.folder, ".*.samlogin-*"))
	for i, file := range []*string{&cred, &conf} {
		if !strings.HasPrefix(*file, "neither") || sc.inject == "" {
			continue
		}
		// In place, a file may be torn: then what it held is in the copy beside it.
		path, before := h.Credentials, sc.credentials
		if i == 1 {
			path, before = h.Config, sc.config
		}
		for _, n := range names {
			if text, err := os.ReadFile(n); err == nil && strings.HasSuffix(n, backupSuffix) && strings.Contains(n, "."+filepath.Base(path)+".") && string(text) == before {
				*file = "old, in the copy"
				if err := os.WriteFile(path, text, 0o600); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	if strings.HasPrefix(cred, "neither") || strings.HasPrefix(conf, "neither") {
		t.Errorf("%s: credentials are %s; config is %s", name, cred, conf)
		return
	}
	if cred == "new" && conf != "new" && sc.task == "save" {
		t.Errorf("%s: there are keys without their region", name)
	}
	if failed == nil && (cred != "new" || conf != "new") {
		t.Errorf("%s: it says that all is well; credentials are %s, config is %s", name, cred, conf)
	}
	for _, n := range names {
		if strings.HasSuffix(n, temporarySuffix) {
			s.mu.Lock()
			s.left++
			s.mu.Unlock()
			if !kill && !strings.Contains(name, "unlinkat") && !strings.Contains(name, "close") {
				t.Errorf("%s: %s is left", name, filepath.Base(n))
			}
			if err := os.Chtimes(n, time.Time{}, time.Now().Add(-2*time.Hour)); err != nil {
				t.Fatal(err)
			}
		}
	}
	// The next one, without faults: it does all, and takes away what a killed one left.
	if err := sweepTask(t.Context(), &Writer{Files: h.Files}, sc.task, nil); err != nil {
		t.Errorf("%s: the next one fails: %v", name, err)
		return
	}
	if cred, conf := state(h.Credentials, "-", sc.wantCred), state(h.Config, "-", sc.wantConf); cred != "new" || conf != "new" {
		t.Errorf("%s: after the next one credentials are %s, config is %s", name, cred, conf)
	}
	if left, _ := filepath.Glob(filepath.Join(h.folder, ".credentials.samlogin-*"+temporarySuffix)); len(left) > 0 && sc.task == "save" && sc.inject == "" && cred != "new" {
		t.Errorf("%s: the next one leaves %q", name, left)
	}
}

// TestShortWrites lets files grow to each size only: the kernel then writes a part and refuses the rest.
func TestShortWrites(t *testing.T) { // security case 68
	s := &sweeper{t: t, points: map[string]bool{}}
	for _, sc := range scenarios()[:3] {
		for bytes := 0; bytes <= max(len(sc.wantCred), len(sc.wantConf)); bytes++ {
			if os.Getenv("SAMLOGIN_CAMPAIGN") == "" && bytes%23 != 0 {
				continue
			}
			h := s.home(sc)
			cmd := exec.CommandContext(t.Context(), os.Args[0])
			cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%s sweep short %d", childVariable, h.folder, bytes))
			out, err := cmd.CombinedOutput()
			s.judge(h, sc, fmt.Sprintf("%s: %d bytes", sc.name, bytes), false, string(out), err)
			if err == nil && bytes < len(sc.wantCred) {
				t.Errorf("%s: %d bytes are enough for %d", sc.name, bytes, len(sc.wantCred))
			}
			s.runs++
		}
	}
	t.Logf("%d runs", s.runs)
}
