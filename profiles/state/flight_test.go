package state

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/samlogin/samlogin/saml/secret"
)

// child is what a process of this test does: it wants the IdP entry, and leads in a given way.
type child struct {
	Dir  string
	Lead string // "put" and "fail": once stdin ends; "slow": put after many others, each told on stdout, and once stdin ends
}

const childVariable = "SAMLOGIN_STATE_CHILD"

func TestMain(m *testing.M) {
	var c child
	if text := os.Getenv(childVariable); text != "" {
		if err := json.Unmarshal([]byte(text), &c); err != nil {
			panic(err)
		}
		fmt.Println("result", c.run())
		return
	}
	os.Exit(m.Run())
}

func (c child) run() string {
	f, err := Open(Options{Dir: c.Dir})
	if err != nil {
		return err.Error()
	}
	var once sync.Once
	err = f.Fly(context.Background(), Flight{
		Kind: IdP, Identity: "idp and user",
		Look: func() bool {
			_, _, err := f.Get(IdP, "idp and user")
			once.Do(func() { fmt.Println("looks", err) })
			return err == nil
		},
		Lead: func(context.Context) error {
			log, err := os.OpenFile(c.Dir+".leads", os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
			if err != nil {
				return err
			}
			fmt.Fprintln(log, os.Getpid())
			_ = log.Close()
			fmt.Println("leads", os.Getpid())
			switch c.Lead {
			case "put":
				_, _ = io.Copy(io.Discard, os.Stdin)
			case "fail":
				_, _ = io.Copy(io.Discard, os.Stdin)
				return errors.New("the password is wrong")
			case "slow":
				for i := range 200 {
					if err := f.Put(Entry{Kind: Role, Identity: fmt.Sprint(i), Value: secret.New(fmt.Sprint("role ", i)), Expires: time.Now().Add(time.Hour)}); err != nil {
						return err
					}
					fmt.Println("step", i)
				}
				_, _ = io.Copy(io.Discard, os.Stdin)
			}
			return f.Put(Entry{Kind: IdP, Identity: "idp and user", Value: secret.New("assertion"), Expires: time.Now().Add(time.Hour)})
		},
		Share: func(err error) (Failure, bool) { return Failure{"refused", err.Error()}, true },
		Heed:  failureLife, // of a hundred processes the last one may be late
	})
	if err != nil {
		return err.Error()
	}
	value, _, err := f.Get(IdP, "idp and user")
	return fmt.Sprint(value.Reveal(), " ", err)
}

// process is a running child, whose lines are read one by one.
type process struct {
	cmd   *exec.Cmd
	lines *bufio.Scanner
	stdin io.WriteCloser
}

func start(t *testing.T, c child) *process {
	t.Helper()
	text, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), childVariable+"="+string(text))
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return &process{cmd, bufio.NewScanner(out), in}
}

// until reads lines up to one that begins so; "": the process ended before.
func (p *process) until(begin string) string {
	for p.lines.Scan() {
		if rest, ok := strings.CutPrefix(p.lines.Text(), begin+" "); ok {
			return rest
		}
	}
	return ""
}

func leads(t *testing.T, f *Folder) int {
	t.Helper()
	return strings.Count(string(read(t, f.dir+".leads")), "\n")
}

func realFolder(t *testing.T) *Folder {
	t.Helper()
	f, err := Open(Options{Dir: filepath.Join(t.TempDir(), "samlogin")})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// security case 82
func TestHundredProcessesOneLogin(t *testing.T) {
	for lead, want := range map[string]string{"put": "assertion <nil>", "fail": "the password is wrong"} {
		t.Run(lead, func(t *testing.T) {
			f := realFolder(t)
			var all []*process
			for range 100 {
				all = append(all, start(t, child{f.dir, lead}))
			}
			for _, p := range all { // all of them have seen that there is nothing
				if got := p.until("looks"); !strings.HasPrefix(got, ErrNone.Error()) {
					t.Fatalf("a process found %q before anybody led", got)
				}
			}
			for _, p := range all {
				_ = p.stdin.Close()
			}
			for _, p := range all {
				if got := p.until("result"); got != want {
					t.Errorf("a process got %q, want %q", got, want)
				}
				_ = p.cmd.Wait()
			}
			if n := leads(t, f); n != 1 {
				t.Errorf("%d logins, want 1", n)
			}
		})
	}
}

// security case 82
func TestKilledLeaderHandsOver(t *testing.T) {
	f := realFolder(t)
	const processes, kills = 8, 6
	type told struct {
		p    *process
		line string
	}
	lines := make(chan told)
	var readers sync.WaitGroup
	var all []*process
	for range processes {
		p := start(t, child{f.dir, "slow"})
		all = append(all, p)
		readers.Go(func() {
			for p.lines.Scan() {
				lines <- told{p, p.lines.Text()}
			}
			_ = p.cmd.Wait()
		})
	}
	go func() { readers.Wait(); close(lines) }()
	killed, finished, steps := map[*process]bool{}, 0, rand.N(150)
	for l := range lines {
		switch {
		case strings.HasPrefix(l.line, "result "):
			finished++
			if l.line != "result assertion <nil>" {
				t.Errorf("a process got %q", l.line)
			}
		case killed[l.p] || len(killed) == kills || strings.HasPrefix(l.line, "looks "):
		case steps > 0:
			steps--
		default:
			if err := l.p.cmd.Process.Kill(); err != nil {
				t.Error(err)
			}
			killed[l.p], steps = true, rand.N(150)
			for _, p := range all {
				if len(killed) == kills { // the next one may finish
					_ = p.stdin.Close()
				}
			}
		}
	}
	if n := leads(t, f); n != kills+1 || finished != processes-kills {
		t.Errorf("%d led and %d got what they wanted; %d were killed of %d", n, finished, kills, processes)
	}
	for i := range 200 {
		if v, _, err := f.Get(Role, fmt.Sprint(i)); err != nil || v.Reveal() != fmt.Sprint("role ", i) {
			t.Errorf("entry %d: %v", i, err)
		}
	}
}

// security case 78
func TestHungLeaderIsNotWaitedForForEver(t *testing.T) {
	f := realFolder(t)
	leader := start(t, child{f.dir, "put"})
	if leader.until("leads") == "" {
		t.Fatal("it does not lead")
	}
	if err := stop(leader.cmd.Process); err != nil && !errors.Is(err, os.ErrInvalid) {
		t.Fatal(err)
	}
	gaveUp := errors.New("no more time")
	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	noticed := 0
	err := f.Fly(ctx, Flight{
		Kind: IdP, Identity: "idp and user", Look: func() bool { return false },
		Lead:    func(context.Context) error { t.Error("two lead"); return nil },
		Waiting: func() { noticed++; cancel(gaveUp) },
	})
	var wait *WaitError
	if !errors.As(err, &wait) || !errors.Is(err, gaveUp) || wait.Hint() == "" || noticed != 1 {
		t.Errorf("%v, %d notices", err, noticed)
	}
	// Others are not held up, nor are entries.
	led := false
	if err := f.Fly(t.Context(), Flight{Kind: IdP, Identity: "another user", Look: func() bool { return led }, Lead: func(context.Context) error { led = true; return nil }}); err != nil || !led {
		t.Error("another user's login waits", err)
	}
	put(t, f, Role, "a", canary, time.Hour)
	holds(t, f, Role, "a", canary)
	if err := leader.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = leader.cmd.Wait()
	led = false
	if err := f.Fly(t.Context(), Flight{Kind: IdP, Identity: "idp and user", Look: func() bool { return led }, Lead: func(context.Context) error { led = true; return nil }}); err != nil || !led {
		t.Error("nobody took over:", err)
	}
}

// Twelve profiles take their own role with one login, also as goroutines of one process.
//
// security case 82
func TestTwelveProfilesOneLogin(t *testing.T) {
	f := realFolder(t)
	var mu sync.Mutex
	count := map[string]int{}
	lead := func(kind, identity string, before func(context.Context) error) func(context.Context) error {
		return func(ctx context.Context) error {
			if err := before(ctx); err != nil {
				return err
			}
			mu.Lock()
			count[kind+identity]++
			mu.Unlock()
			return f.Put(Entry{Kind: kind, Identity: identity, Value: secret.New(identity), Expires: time.Now().Add(time.Hour)})
		}
	}
	flight := func(kind, identity string, before func(context.Context) error) Flight {
		return Flight{Kind: kind, Identity: identity, Look: func() bool { _, _, err := f.Get(kind, identity); return err == nil }, Lead: lead(kind, identity, before)}
	}
	var all sync.WaitGroup
	for i := range 36 {
		all.Go(func() {
			role := fmt.Sprint("role ", i%12)
			err := f.Fly(t.Context(), flight(Role, role, func(ctx context.Context) error {
				return f.Fly(ctx, flight(IdP, "corp", func(context.Context) error { return nil }))
			}))
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	for what, n := range count {
		if n != 1 {
			t.Errorf("%s: fetched %d times", what, n)
		}
	}
	if len(count) != 13 {
		t.Errorf("fetched %v", count)
	}
}

func TestWhatAFailureMeansForOthers(t *testing.T) {
	refused := errors.New("wrong password")
	for name, c := range map[string]struct {
		heed, later time.Duration
		share       bool
		leadsAgain  bool
	}{
		"a program a moment later":            {10 * time.Second, 2 * time.Second, true, false},
		"a program after a while":             {10 * time.Second, 11 * time.Second, true, true},
		"a person who types again":            {0, 0, true, true},
		"a failure that is the leader's only": {10 * time.Second, 0, false, true},
		"the clock was set back":              {10 * time.Second, -time.Second, true, true},
	} {
		t.Run(name, func(t *testing.T) {
			f, clock := testFolder(t)
			led := 0
			fl := Flight{
				Kind: IdP, Identity: "x", Heed: c.heed, Look: func() bool { return false },
				Lead:  func(context.Context) error { led++; return refused },
				Share: func(err error) (Failure, bool) { return Failure{"refused", strings.Repeat("ä", 3000)}, c.share },
			}
			if err := f.Fly(t.Context(), fl); err != refused {
				t.Fatal(err)
			}
			clock.pass(c.later)
			err := f.Fly(t.Context(), fl)
			var shared *SharedError
			if again := led == 2; again != c.leadsAgain || errors.As(err, &shared) == again {
				t.Errorf("led %d times: %v", led, err)
			}
			if shared != nil && (shared.Failure.Class != "refused" || len(shared.Error()) > failureWords+3 || !strings.HasSuffix(shared.Error(), "ä…")) {
				t.Errorf("told %q", shared.Failure.Class)
			}
		})
	}
}

// Who gets the lock looks once more: the one that had it may have failed a moment before.
func TestFailureWhileTheLockIsTaken(t *testing.T) {
	f, _ := testFolder(t)
	looks := 0
	fl := Flight{Kind: IdP, Identity: "x", Lead: func(context.Context) error { t.Error("it led"); return nil }}
	fl.Look = func() bool {
		if looks++; looks == 2 { // with the lock
			put(t, f, failureKind, fl.failureIdentity(), `{"class":"refused","words":"wrong password"}`, failureLife)
		}
		return false
	}
	var shared *SharedError
	if err := f.Fly(t.Context(), fl); !errors.As(err, &shared) || shared.Error() != "wrong password" || looks != 2 {
		t.Errorf("%v after %d looks", err, looks)
	}
}

// A lock that is swept while others try to take it is still one that only one can have.
func TestSweptLockHasOneHolder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x"+lockSuffix)
	var holders atomic.Int32
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 1000 {
				dropLock(path)
				release, err := tryLock(path)
				if err != nil {
					continue
				}
				if n := holders.Add(1); n != 1 {
					t.Errorf("%d hold the lock", n)
				}
				runtime.Gosched()
				holders.Add(-1)
				release()
			}
		})
	}
	all.Wait()
}

func TestSuccessForgetsTheFailure(t *testing.T) {
	f, _ := testFolder(t)
	wrong, led := errors.New("wrong"), 0
	fl := Flight{Kind: IdP, Identity: "x", Look: func() bool { return false }, Lead: func(context.Context) error { led++; return wrong }, Share: func(error) (Failure, bool) { return Failure{}, true }}
	_ = f.Fly(t.Context(), fl)
	wrong = nil
	_ = f.Fly(t.Context(), fl) // a person
	fl.Heed = 10 * time.Second
	if err := f.Fly(t.Context(), fl); err != nil || led != 3 {
		t.Errorf("%v, led %d times", err, led)
	}
}

// A leader that is interrupted has not failed for others, and one that panics does not keep the lock.
func TestTheLeadersOwnEnd(t *testing.T) {
	f, _ := testFolder(t)
	ctx, cancel := context.WithCancel(t.Context())
	fl := Flight{
		Kind: IdP, Identity: "x", Heed: 10 * time.Second, Look: func() bool { return false },
		Lead:  func(context.Context) error { cancel(); return ctx.Err() },
		Share: func(error) (Failure, bool) { return Failure{}, true },
	}
	if err := f.Fly(ctx, fl); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if err := f.Fly(ctx, fl); !errors.Is(err, context.Canceled) {
		t.Error("with an ended context:", err)
	}
	func() {
		defer func() { _ = recover() }()
		fl.Lead = func(context.Context) error { panic("a fault") }
		_ = f.Fly(t.Context(), fl)
	}()
	led := false
	fl.Lead = func(context.Context) error { led = true; return nil }
	if err := f.Fly(t.Context(), fl); err != nil || !led {
		t.Error(err)
	}
}

func TestKeyIsMadeOnce(t *testing.T) {
	f, _ := testFolder(t)
	var all sync.WaitGroup
	for i := range 50 {
		all.Go(func() { put(t, f, Role, fmt.Sprint(i), "v", time.Hour) })
	}
	all.Wait()
	for i := range 50 {
		holds(t, f, Role, fmt.Sprint(i), "v")
	}
}
