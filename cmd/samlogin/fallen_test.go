package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// Wherever samlogin falls, nothing is on stdout, and stderr has two lines that say where and nothing of what was in
// memory. What the run after it finds is whole.
func TestAFaultIsTwoLines(t *testing.T) { // security case 84
	const canary = "c4nary-of-the-panic"
	r := newMachineRig(t, "a=111111111111/Admin", "b=111111111111/ReadOnly")
	now, env := r.app.now, r.app.env
	var left atomic.Int64
	falls := func() {
		if left.Add(-1) == 0 {
			panic(canary)
		}
	}
	r.app.now = func() time.Time { falls(); return now() }
	r.app.env = func(name string) string { falls(); return env(name) }
	said := regexp.MustCompile(`^samlogin: error: a fault of samlogin's own, at [a-z/]+/[a-z_]+\.go:\d+ of version .+\nsamlogin: hint: .+\n$`)
	for _, args := range [][]string{{"login", "a", "b", "--force"}, {"credentials", "a"}} {
		fell, step := 0, 1
		for k := int64(1); ; k += int64(step) {
			if k > 60 {
				step = 7 // most of what follows is one call or another in a loop
			}
			if err := os.RemoveAll(filepath.Join(r.home, ".local")); err != nil {
				t.Fatal(err)
			}
			left.Store(k)
			code := r.next(t, goodPassword, args...)
			if left.Load() > 0 {
				if code != exitDone {
					t.Fatalf("%v without a fall: exit %d\n%s", args, code, r.errOut.String())
				}
				break
			}
			fell++
			stderr := r.errOut.String()
			if begins := strings.Index(stderr, "samlogin: error:"); begins >= 0 { // notices may stand before
				stderr = stderr[begins:]
			}
			if code != exitFault || r.out.Len() > 0 && args[0] == "credentials" || !said.MatchString(stderr) {
				t.Errorf("%v, falling at call %d: exit %d, %d bytes on stdout, stderr:\n%s", args, k, code, r.out.Len(), r.errOut.String())
			}
			if strings.Contains(r.out.String()+r.errOut.String(), canary) {
				t.Errorf("%v, falling at call %d, shows what was in memory", args, k)
			}
		}
		t.Logf("%v: fell %d times", args, fell)
	}
}

// The place is that of the panic, not of who caught it, also when it was in work beside.
func TestWhereItFell(t *testing.T) {
	catch := func(f func()) (at string) {
		defer func() { at = fallen(recover()).at }()
		f()
		return ""
	}
	var none map[string]int
	falls := func() { none["x"] = 1 }
	beside := func() {
		var c crew
		c.Go(falls)
		c.Go(func() {})
		c.Wait()
	}
	for _, f := range []func(){falls, beside} {
		if at := catch(f); !regexp.MustCompile(`^cmd/samlogin/fallen_test\.go:\d+$`).MatchString(at) {
			t.Errorf("it fell at %q", at)
		}
	}
}
