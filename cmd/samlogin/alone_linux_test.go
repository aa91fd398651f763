package main

import (
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
		zone := time.Local
		for _, name := range []string{"Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Pacific/Chatham", "Pacific/Kiritimati"} {
			var err error
			if time.Local, err = time.LoadLocation(name); err != nil {
				t.Fatal(err)
			}
			code := r.next(t, "", "credentials", "p") // from what is kept
			time.Local = zone
			if got := printed(t, r.out.Bytes()).Expiration; code != exitDone || got != want {
				t.Errorf("in %s: exit %d, they end at %s, want %s", name, code, got, want)
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
