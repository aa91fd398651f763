package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/samlogin/samlogin/saml/foreign"
)

// clocks compares the clocks of servers with that of this computer.
type clocks struct {
	now func() time.Time

	mu      sync.Mutex
	offsets []clockOffset
}

type clockOffset struct {
	whose string
	off   time.Duration // positive: this computer's clock is ahead
}

// of takes the first Date of one server.
func (c *clocks) of(whose, host string) func(time.Time) {
	var once sync.Once
	return func(server time.Time) {
		once.Do(func() {
			c.mu.Lock()
			defer c.mu.Unlock()
			c.offsets = append(c.offsets, clockOffset{whose + " (" + foreign.Clean(host) + ")", c.now().Sub(server).Round(time.Second)})
		})
	}
}

func (c *clocks) findings() []finding {
	c.mu.Lock()
	defer c.mu.Unlock()
	f := &findings{section: "clock"}
	slices.SortFunc(c.offsets, func(a, b clockOffset) int { return strings.Compare(a.whose, b.whose) })
	most, told := time.Duration(0), false
	for _, o := range c.offsets {
		most = max(most, o.off.Abs())
		if o.off.Abs() <= clockWorthSaying {
			continue
		}
		told = true
		state, why := warning, "AWS takes what an IdP gives for five minutes only"
		if o.off.Abs() > clockTooFar {
			state, why = bad, "AWS refuses what is too old or not valid yet"
		}
		f.note(state, "clock", "this computer's clock is "+ago(o.off)+" that of "+o.whose+": "+why, "set it right: timedatectl set-ntp true, or the settings of date and time")
	}
	if !told && len(c.offsets) > 0 {
		f.note(good, "clock", fmt.Sprintf("within %s of %s", cmp.Or(most, time.Second), plural(len(c.offsets), "server")), "")
	}
	return f.all
}
