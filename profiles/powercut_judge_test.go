//go:build !windows

package profiles

import (
	"context"
	"errors"
	"fmt"
)

// texts are both files, "" for one that does not exist.
type texts struct{ credentials, config string }

func (c powerCut) texts(d *model) texts {
	credentials, _ := d.text(c.files.Credentials)
	config, _ := d.text(c.files.Config)
	return texts{credentials, config}
}

// on makes the change on a disk.
func (c powerCut) on(ctx context.Context, p *process) error {
	return c.make(ctx, &Writer{Files: c.files, disk: p})
}

// finding is what was found of a kind, and the first of it.
type finding struct {
	n     int
	first string
}

// verdict is what came of all states.
type verdict struct {
	states int             // all that are possible
	known  map[string]bool // the different ones, which are judged once each
	found  map[string]*finding
}

func newVerdict() *verdict { return &verdict{known: map[string]bool{}, found: map[string]*finding{}} }

// fresh counts a state, and reports whether it is one that was not judged yet.
func (v *verdict) fresh(state *model) bool {
	v.states++
	print := state.fingerprint()
	was := v.known[print]
	v.known[print] = true
	return !was
}

func (v *verdict) add(kind, format string, args ...any) {
	f := v.found[kind]
	if f == nil {
		f = &finding{first: fmt.Sprintf("%.400s", fmt.Sprintf(format, args...))}
		v.found[kind] = f
	}
	f.n++
}

// hopeless: enough is found to be said, and more would take for ever.
func (v *verdict) hopeless() bool {
	n := 0
	for _, f := range v.found {
		n += f.n
	}
	return n > 2000
}

const (
	torn      = "a file is neither old nor new"
	early     = "the keys are there before the region is"
	wide      = "others can read what was saved"
	forgotten = "what was saved is gone"
	stuck     = "the next save fails"
	littered  = "the next save leaves a file of its own"
)

// try lets the power fail at each moment of the change, and judges every state that this can leave.
func (c powerCut) try(ctx context.Context, d *model, v *verdict) {
	was := c.texts(d)
	is := c.outcome(ctx, d)
	c.watch(ctx, d, was, is, v)
}

// tryAgain has a process killed at each moment of the change, and lets the power fail during the next one, which finds
// what is not synced yet.
func (c powerCut) tryAgain(ctx context.Context, v *verdict) {
	was, is := c.texts(c.disk()), c.outcome(ctx, c.disk())
	for n := 1; ; n++ {
		d := c.disk()
		d.persist()
		p := d.process()
		calls := 0
		p.before = func(op, _ string) *failure {
			if changing(op) {
				if calls++; calls == n {
					p.kill()
				}
			}
			return nil
		}
		_ = c.on(ctx, p)
		if !p.killed {
			return
		}
		c.watch(ctx, d, was, is, v)
	}
}

// outcome is what the change makes of the files.
func (c powerCut) outcome(ctx context.Context, d *model) texts {
	reference := d.copy()
	if err := c.on(ctx, reference.process()); err != nil {
		panic(err)
	}
	return c.texts(reference)
}

func (c powerCut) watch(ctx context.Context, d *model, was, is texts, v *verdict) {
	p := d.process()
	p.after = func(op string) {
		if !changing(op) {
			return
		}
		for state := range d.cuts() {
			if v.hopeless() {
				return
			}
			if v.fresh(state) {
				c.judge(ctx, op, state, was, is, v)
			}
		}
	}
	if err := c.on(ctx, p); err != nil {
		panic(err)
	}
	c.lasts(d, is, v)
}

// changing tells calls that change what is on the disk from those that only look.
func changing(op string) bool {
	switch op {
	case "Mkdir", "Create", "Write", "Truncate", "Chmod", "Sync", "Rename", "SyncFolder", "Remove", "Lock":
		return true
	}
	return false
}

// lasts wants the new texts in every state that a power cut can leave after a save has succeeded.
func (c powerCut) lasts(d *model, is texts, v *verdict) {
	for state := range d.cuts() {
		if v.hopeless() {
			return
		}
		v.states++
		if got := c.texts(state); got != is {
			v.add(forgotten, "%q", got)
		}
	}
}

// judge looks at what a power cut has left.
func (c powerCut) judge(ctx context.Context, op string, state *model, was, is texts, v *verdict) {
	got := c.texts(state)
	if got.config != was.config && got.config != is.config {
		v.add(torn, "after %s: config %q", op, got.config)
		return
	}
	if got.credentials != was.credentials && got.credentials != is.credentials {
		if !c.restore(state, was.credentials) {
			v.add(torn, "after %s: credentials %q", op, got.credentials)
			return
		}
		got = c.texts(state)
	}
	if got.credentials == is.credentials && is.credentials != was.credentials && got.config != is.config {
		v.add(early, "after %s: %q", op, got)
	}
	if steps, err := state.walk(c.files.Credentials, true); err == nil && got.credentials == is.credentials && is.credentials != was.credentials {
		if n := steps[len(steps)-1].node; n.perm&0o077 != 0 {
			v.add(wide, "after %s: mode %04o", op, n.perm)
		}
	}
	if state.noSyncs || state.noFolder {
		return
	}
	before := len(state.ours(janeAWS, ""))
	var unsafe *UnsafeError
	switch err := c.on(ctx, state.process()); {
	case state.tears && errors.As(err, &unsafe): // it has two names; nothing is written
		return
	case err != nil:
		v.add(stuck, "after %s: %v", op, err)
		return
	}
	if got := c.texts(state); got != is {
		v.add(stuck, "after %s and a save: %q", op, got)
	}
	if now := len(state.ours(janeAWS, "")); now > before {
		v.add(littered, "after %s: %q", op, state.ours(janeAWS, ""))
	}
	c.lasts(state, is, v)
}

// restore puts back the copy that is kept while a file is written in place, as a person would.
func (c powerCut) restore(state *model, old string) bool {
	for _, name := range state.ours(janeAWS, backupSuffix) {
		if text, _ := state.text(janeAWS + "/" + name); text == old {
			state.put(c.files.Credentials, old, 0o600)
			state.persist()
			return true
		}
	}
	return false
}
