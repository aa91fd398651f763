//go:build !windows

package profiles

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// turns lets several saves on one model make one call at a time, in an order drawn by a seed. Between two calls of
// theirs time may pass, so that waits end while another process stands still.
type turns struct {
	rng    *rand.Rand
	all    []*turn
	killed int // calls until the first of them is killed, 0: it is not
}

type turn struct {
	process *process
	ask     chan struct{} // received from when its call may be made
	asks    atomic.Bool
	done    atomic.Bool
	err     error
}

// enter adds a save.
func (s *turns) enter(d *model, noLocks bool, save func(*process) error) {
	w := &turn{process: d.process(), ask: make(chan struct{})}
	w.process.before = func(op, _ string) *failure {
		w.asks.Store(true)
		w.ask <- struct{}{}
		if noLocks && op == "Lock" {
			return &failure{err: syscall.ENOLCK}
		}
		return nil
	}
	s.all = append(s.all, w)
	go func() {
		w.err = save(w.process)
		w.done.Store(true)
	}()
}

// run gives turns until all are done.
func (s *turns) run() {
	for {
		synctest.Wait() // all wait for a turn, or for time to pass
		var ready []*turn
		left := false
		for _, w := range s.all {
			left = left || !w.done.Load()
			if w.asks.Load() {
				ready = append(ready, w)
			}
		}
		switch {
		case !left:
			return
		case len(ready) == 0, s.rng.IntN(12) == 0:
			time.Sleep(time.Duration(1+s.rng.IntN(5)) * time.Millisecond)
			continue
		}
		w := ready[s.rng.IntN(len(ready))]
		w.asks.Store(false)
		if w == s.all[0] && s.killed > 0 {
			if s.killed--; s.killed == 0 {
				w.process.kill()
			}
		}
		<-w.ask
	}
}

// TestTwoSavesInAnyOrder interleaves two saves of two profiles, call by call.
func TestTwoSavesInAnyOrder(t *testing.T) { // security cases 72, 76, 79
	runs := 250
	if testing.Short() {
		runs = 25
	}
	config := "[default]\r\nregion = x\r\n"
	for name, one := range map[string]struct{ noLocks, kill bool }{
		"with locks": {}, "with locks, and one is killed": {kill: true}, "without locks": {noLocks: true}, "without locks, and one is killed": {true, true},
	} {
		t.Run(name, func(t *testing.T) {
			lost, killed := 0, 0
			synctest.Test(t, func(t *testing.T) {
				for seed := range uint64(runs) {
					d := janesDisk(false, map[string]string{".aws/credentials": crowdFile, ".aws/config": config})
					s := &turns{rng: rand.New(rand.NewPCG(seed, 72))}
					if one.kill {
						s.killed = 1 + s.rng.IntN(120)
					}
					for _, profile := range []string{"p", "q"} {
						s.enter(d, one.noLocks, func(p *process) error {
							return (&Writer{Files: atHome, disk: p}).Save(t.Context(), []Keys{regional(profile)}, OwnOnly)
						})
					}
					s.run()
					for i, w := range s.all {
						if w.process.killed {
							killed++
						} else if w.err != nil {
							t.Fatalf("seed %d: save %d: %v", seed, i, w.err)
						}
					}
					for _, problem := range judgeTwo(d, s, one.noLocks, config, &lost) {
						t.Errorf("seed %d: %s", seed, problem)
					}
					if t.Failed() {
						return
					}
				}
			})
			t.Logf("%d orders, %d killed, %d profiles lost to the other save", runs, killed, lost)
		})
	}
}

// judgeTwo looks at the files after two saves. Without locks one may be lost to the other, which then is there; others'
// bytes and the keys of one login never are.
func judgeTwo(d *model, s *turns, noLocks bool, config string, lost *int) (problems []string) {
	say := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	there := 0
	for file, before := range map[string]string{atHome.Credentials: crowdFile, atHome.Config: config} {
		text, _ := d.text(file)
		if !strings.HasPrefix(text, before) {
			say("others' bytes of %s: %q", file, text)
		}
		document := parse(text)
		if len(document.faults) > 0 {
			say("%s: %v", file, document.faults)
		}
		inConfig := file == atHome.Config
		e := newEdit("", document, inConfig)
		for i, profile := range []string{"p", "q"} {
			want := testKeys(profile).credentialSettings()
			if inConfig {
				want = regional(profile).configSettings()
			}
			at, found := e.keysOf(profile), 0
			for _, one := range want {
				if !one.ifThere && at[one.key].value == one.value {
					found++
				}
			}
			switch whole := len(want); {
			case found == whole || found == whole-1 && !inConfig: // one is written only where it is there already
				there++
			case found > 0:
				say("%s of %s is not whole: %q", profile, file, text)
			case s.all[i].process.killed:
			case noLocks:
				*lost++
			default:
				say("%s is not in %s: %q", profile, file, text)
			}
		}
	}
	if there < 2 { // one save at least, in both files
		say("%d parts of saves are there", there)
	}
	if d.held != 0 {
		say("a lock is still held")
	}
	for i, w := range s.all {
		if left := d.ours(janeAWS, ""); len(left) > 0 && !s.all[0].process.killed && !w.process.killed {
			say("save %d: %q is left", i, left)
			break
		}
	}
	return problems
}
