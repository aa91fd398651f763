//go:build !windows

package profiles

import (
	"fmt"
	"maps"
	"os"
	"runtime/debug"
	"slices"
	"strconv"
	"testing"
	"testing/synctest"
	"time"
)

// The campaign runs random programs of saves, removals and other programs' writes on a disk that fails, and looks at
// the files after each step. Two variables make it larger and move it elsewhere: the number of faults, and the number
// of the first program. A program that fails is named by its number, and one run repeats it.
const (
	campaignVariable     = "SAMLOGIN_CAMPAIGN"
	campaignSeedVariable = "SAMLOGIN_CAMPAIGN_SEED"
)

func fromEnv(t *testing.T, variable string, otherwise int) int {
	t.Helper()
	text := os.Getenv(variable)
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("%s: %v", variable, err)
	}
	return n
}

// tally is what happened in a campaign.
type tally struct {
	programs, steps, failed, kills, faults int
	inPlace, restored                      int            // written in place; put back from the copy beside
	others, stale, windows, lost           int            // writes of others; of a text read earlier; too late to be seen; lost by that
	calls                                  map[string]int // faults by call
	errors                                 map[string]int // faults by error
}

func (c *tally) log(t *testing.T, took time.Duration) {
	t.Helper()
	t.Logf("%d programs, %d steps (%d failed), %d faults, %d kills; %d written in place (%d put back from the copy)",
		c.programs, c.steps, c.failed, c.faults, c.kills, c.inPlace, c.restored)
	t.Logf("%d writes of other programs, %d of a text read earlier, %d between comparison and replacement (%d lost)", c.others, c.stale, c.windows, c.lost)
	for _, of := range []map[string]int{c.calls, c.errors} {
		line := ""
		for _, name := range slices.Sorted(maps.Keys(of)) {
			line += fmt.Sprintf(" %s %d", name, of[name])
		}
		t.Log(line)
	}
	t.Logf("%.0f faults and kills a second", float64(c.faults+c.kills)/took.Seconds())
}

func TestFaultCampaign(t *testing.T) { // security cases 67, 68, 75
	most := 20_000
	if testing.Short() {
		most = 500
	}
	most = fromEnv(t, campaignVariable, most)
	seed := uint64(fromEnv(t, campaignSeedVariable, 1))
	defer debug.SetGCPercent(debug.SetGCPercent(800)) // little is kept, much is made
	start := time.Now()
	sum := &tally{calls: map[string]int{}, errors: map[string]int{}}
	for bad := 0; sum.faults+sum.kills < most && bad < 3; {
		synctest.Test(t, func(t *testing.T) { // for its clock
			for range 200 {
				if sum.faults+sum.kills >= most || bad >= 3 {
					return
				}
				if problem := newWorld(seed, sum).run(t.Context()); problem != "" {
					bad++
					t.Errorf("program %d: %s\nrepeat it with %s=%d %s=1", seed, problem, campaignSeedVariable, seed, campaignVariable)
					again := newWorld(seed, &tally{calls: map[string]int{}, errors: map[string]int{}})
					again.say = t.Logf
					again.run(t.Context())
				}
				seed++
			}
		})
	}
	sum.log(t, time.Since(start))
}
