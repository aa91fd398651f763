package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// With keys that are fresh samlogin is alone: it opens no connection and starts no program, be it to look for a newer
// version of itself.
func TestAloneWithFreshKeys(t *testing.T) { // security case 149
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Skip("strace is not installed: whom samlogin talks to with fresh keys is not tested (Debian package: strace)")
	}
	r := newMachineRig(t, "p=111111111111/Admin")
	if code := r.next(t, goodPassword, "credentials", "p"); code != exitDone {
		t.Fatalf("exit %d\n%s", code, r.errOut.String())
	}
	for _, args := range [][]string{{"credentials", "p"}, {"env", "p"}, {"status"}, {"status", "--prompt"}, {"version"}, {"help", "ci"}, {"logout"}} {
		cmd, _, stderr := r.process(t, "", args...)
		log := filepath.Join(t.TempDir(), "calls")
		cmd.Path, cmd.Args = strace, append([]string{strace, "-f", "-qq", "-e", "trace=network,execve", "-o", log}, cmd.Args...)
		if err := cmd.Run(); err != nil {
			t.Fatalf("%v: %v\n%s", args, err, stderr)
		}
		calls, err := os.ReadFile(log)
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSpace(string(calls)), "\n")
		if !strings.Contains(lines[0], "execve(") { // samlogin itself
			t.Fatalf("%v: nothing was traced:\n%s", args, calls)
		}
		for _, line := range lines[1:] {
			if !strings.Contains(line, "+++") && !strings.Contains(line, "---") {
				t.Errorf("%v: %s", args, line)
			}
		}
	}
}

// zoneVariable is the time of the child of TestTimesInEveryZone.
const zoneVariable = "ZONE_TEST_NOW"

// zoneChild prints the keys that are kept of p, in the zone of TZ.
func zoneChild(at string) {
	now, err := time.Parse(time.RFC3339Nano, at)
	fatal(err)
	a := &app{in: strings.NewReader(""), out: os.Stdout, errOut: os.Stderr, now: func() time.Time { return now.Local() }, env: os.Getenv}
	os.Exit(run(context.Background(), a, []string{"credentials", "p"}))
}

// nextLastSunday is the next one of a month, when it begins in Greenwich.
func nextLastSunday(now time.Time, month time.Month) time.Time {
	for year := now.UTC().Year(); ; year++ {
		last := time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC)
		if day := last.AddDate(0, 0, -int(last.Weekday())); day.After(now) {
			return day
		}
	}
}

// Times on disk and for machines are the same in every place, zone and language, on both sides of the hour that summer
// time takes or gives.
func TestTimesInEveryZone(t *testing.T) { // security case 154
	if at := os.Getenv(zoneVariable); at != "" {
		zoneChild(at)
	}
	utc := regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$`)
	for _, month := range []time.Month{time.March, time.October} { // Europe goes to summer time and back at 1:00 of the last Sunday
		begins := nextLastSunday(time.Now(), month).Add(45 * time.Minute)
		if time.Until(begins) > 364*24*time.Hour {
			t.Logf("the double's certificate ends before %v", begins) // on some days of some years; the other one is nearer
			continue
		}
		r := newMachineRig(t, "p=111111111111/Admin")
		r.ahead.Store(int64(time.Until(begins)))
		if code := r.next(t, goodPassword, "credentials", "p"); code != exitDone {
			t.Fatalf("exit %d\n%s", code, r.errOut.String())
		}
		want := printed(t, r.out.Bytes()).Expiration
		if end, err := time.Parse(time.RFC3339, want); err != nil || !utc.MatchString(want) || end.Sub(begins).Round(time.Minute) != time.Hour {
			t.Fatalf("the keys of %v end at %q", begins, want)
		}
		for _, name := range []string{"Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Pacific/Chatham", "Pacific/Kiritimati"} {
			if _, err := time.LoadLocation(name); err != nil {
				t.Fatal(err)
			}
			// From what is kept, by a process: the zone of this one is read while its servers run.
			cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestTimesInEveryZone$")
			cmd.Env = append(r.environ(), "TZ="+name, zoneVariable+"="+r.app.now().UTC().Format(time.RFC3339Nano))
			stdout, err := cmd.Output()
			if err != nil {
				t.Fatalf("in %s: %v\n%s", name, err, stdout)
			}
			if got := printed(t, stdout).Expiration; got != want {
				t.Errorf("in %s they end at %s, want %s", name, got, want)
			}
		}
	}

	// A comma in numbers and a Turkish i are no concern of what is read.
	r := newMachineRig(t, "infra=111111111111/Admin")
	for _, language := range []string{"C", "de_DE.UTF-8", "tr_TR.UTF-8"} {
		cmd, out, stderr := r.process(t, goodPassword, "login", "infra", "--duration", "1h30m", "--no-input", "--force", "--output", "json")
		cmd.Env = append(cmd.Env, "LC_ALL="+language, "LANG="+language)
		if err := cmd.Run(); err != nil || !strings.Contains(out.String(), `"duration_seconds": 5400`) && !strings.Contains(out.String(), `"duration_seconds":5400`) {
			t.Errorf("%s: %v\n%s%s", language, err, out, stderr)
		}
	}
}
