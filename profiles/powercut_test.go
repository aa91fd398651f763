//go:build !windows

package profiles

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
)

const (
	jane    = "/home/jane"
	janeAWS = jane + "/.aws"
)

// janesDisk has a home folder, the folder .aws unless bare, and files by name, from the home folder.
func janesDisk(bare bool, files map[string]string) *model {
	d := newModel()
	for _, folder := range []string{"/home", jane, jane + "/dot", janeAWS} {
		if bare && folder == janeAWS {
			continue
		}
		if err := d.mkdir(folder); err != nil {
			panic(err)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		d.put(jane+"/"+name, files[name], 0o600)
	}
	return d
}

// powerCut is a change of the files, during which the power fails: after every call, in every way.
type powerCut struct {
	disk  func() *model
	files Files
	make  func(context.Context, *Writer) error
}

// atHome are the files where they are unless a variable says otherwise.
var atHome = Files{janeAWS + "/credentials", janeAWS + "/config"}

func saves(all ...Keys) func(context.Context, *Writer) error {
	return func(ctx context.Context, w *Writer) error { return w.Save(ctx, all, OwnOnly) }
}

func regional(profile string) Keys {
	k := testKeys(profile)
	k.Region = "eu-west-1"
	return k
}

func powerCuts() map[string]powerCut {
	const dot = jane + "/dot"
	with := func(credentials, config string) func() *model {
		return func() *model {
			return janesDisk(false, map[string]string{".aws/credentials": credentials, ".aws/config": config})
		}
	}
	crlf := func(text string) string { return strings.ReplaceAll(text, "\n", "\r\n") }
	long := person + strings.Repeat("# a line that makes the file longer\n", 20)
	mounted := func(credentials string) func() *model {
		return func() *model {
			d := with(credentials, "[default]\n")()
			d.put(janeAWS+"/credentials", credentials, 0o600).mount = true
			return d
		}
	}
	remove := func(ctx context.Context, w *Writer) error { return w.Remove(ctx, []string{"p", "q"}) }
	return map[string]powerCut{
		"new file":                  {func() *model { return janesDisk(false, nil) }, atHome, saves(testKeys("p"))},
		"two new files":             {func() *model { return janesDisk(false, nil) }, atHome, saves(regional("p"))},
		"no folder":                 {func() *model { return janesDisk(true, nil) }, atHome, saves(regional("p"))},
		"existing":                  {with(long, ""), atHome, saves(testKeys("p"))},
		"config and credentials":    {with(person, "[default]\nregion = x\n"), atHome, saves(regional("p"))},
		"CRLF":                      {with(crlf(person), crlf("[default]\nregion = x\n")), atHome, saves(regional("p"))},
		"no line end":               {with("[a]\nx = 1", "[default]"), atHome, saves(regional("p"))},
		"several profiles":          {with(person+"\n[q]\n"+testLines("\n"), "[profile r]\noutput = json\n"), atHome, saves(regional("p"), regional("q"), regional("r"))},
		"a newer login":             {with("[p]\n"+old+"# kept\n", "[profile p]\nregion = us-east-1\n"), atHome, saves(regional("p"))},
		"mode of others taken away": {func() *model { d := with(person, "")(); d.put(atHome.Credentials, person, 0o644); return d }, atHome, saves(testKeys("p"))},
		"only the mode": {func() *model {
			d := with("[p]\n"+testLines("\n"), "")()
			d.put(atHome.Credentials, "[p]\n"+testLines("\n"), 0o644)
			return d
		}, atHome, saves(testKeys("p"))},
		"remove":            {with(person+"\n[p]\n"+testLines("\n")+"\n[q]\n"+testLines("\n")+"x = 1\n", ""), atHome, remove},
		"in place":          {mounted(person), atHome, saves(regional("p"))},
		"in place, longer":  {mounted(long), atHome, saves(regional("p"))},
		"in place, shorter": {mounted(person + "[p]\n" + strings.Replace(testLines("\n"), testToken, strings.Repeat("token", 50), 1)), atHome, saves(testKeys("p"))},
		"in place, remove":  {mounted(person + "[p]\n" + testLines("\n")), atHome, remove},
		"symbolic link":     {linked(person), atHome, saves(regional("p"))},
		"dangling link":     {linked(""), atHome, saves(regional("p"))},
		"two folders": {func() *model {
			return janesDisk(false, map[string]string{".aws/credentials": person, "dot/config": person})
		}, Files{atHome.Credentials, dot + "/config"}, saves(regional("p"))},
		"two folders, nothing in them": {func() *model { return janesDisk(true, nil) }, Files{atHome.Credentials, dot + "/config"}, saves(regional("p"))},
	}
}

// linked is a home whose files are links into another folder, where there is one file, or none.
func linked(text string) func() *model {
	return func() *model {
		d := janesDisk(false, nil)
		for _, name := range []string{"credentials", "config"} {
			if err := d.symlink("../dot/"+name, janeAWS+"/"+name); err != nil {
				panic(err)
			}
			if text != "" {
				d.put(jane+"/dot/"+name, text, 0o600)
			}
		}
		return d
	}
}

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
	states int
	found  map[string]*finding
}

func (v *verdict) add(kind, format string, args ...any) {
	f := v.found[kind]
	if f == nil {
		f = &finding{first: fmt.Sprintf(format, args...)}
		v.found[kind] = f
	}
	f.n++
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
			v.states++
			c.judge(ctx, op, state, was, is, v)
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
	if err := c.on(ctx, state.process()); err != nil {
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

// cutsOf tries changes, and gives what came of it.
func cutsOf(t *testing.T, names []string, try func(context.Context, powerCut, *verdict)) verdict {
	t.Helper()
	sum := verdict{found: map[string]*finding{}}
	synctest.Test(t, func(t *testing.T) { // for its clock
		all := powerCuts()
		for _, name := range names {
			v := verdict{found: map[string]*finding{}}
			try(t.Context(), all[name], &v)
			t.Logf("%6d states: %s", v.states, name)
			sum.states += v.states
			for kind, f := range v.found {
				for range f.n {
					sum.add(kind, "%s: %s", name, f.first)
				}
			}
		}
		t.Logf("%6d states", sum.states)
	})
	return sum
}

// sound wants nothing to be found.
func (v verdict) sound(t *testing.T) {
	t.Helper()
	for kind, f := range v.found {
		t.Errorf("%s: %d times, first %s", kind, f.n, f.first)
	}
}

func TestAPowerCutLeavesOldOrNew(t *testing.T) { // security case 71
	cutsOf(t, slices.Sorted(maps.Keys(powerCuts())), func(ctx context.Context, c powerCut, v *verdict) { c.try(ctx, c.disk(), v) }).sound(t)
}

// TestAPowerCutAfterAKill is about what a killed process leaves unsynced, and the next save finds as if it were safe.
func TestAPowerCutAfterAKill(t *testing.T) { // security case 71
	names := []string{"no folder", "config and credentials", "two folders", "two folders, nothing in them", "dangling link", "remove", "only the mode"}
	if testing.Short() {
		names = names[:2]
	}
	cutsOf(t, names, func(ctx context.Context, c powerCut, v *verdict) { c.tryAgain(ctx, v) }).sound(t)
}

// TestThePowerCutsHaveTeeth takes fsync away: what the tests above forbid must then be found.
func TestThePowerCutsHaveTeeth(t *testing.T) { // security case 71
	for _, one := range []struct {
		name, change string
		lie          func(*model)
		want         []string
	}{
		{"no fsync of files", "existing", func(d *model) { d.noSyncs = true }, []string{torn, forgotten}},
		{"no fsync of folders", "config and credentials", func(d *model) { d.noFolder = true }, []string{forgotten, early}},
		{"no fsync of folders", "in place", func(d *model) { d.noFolder = true }, []string{torn, early}},
	} {
		t.Run(one.name+", "+one.change, func(t *testing.T) {
			v := cutsOf(t, []string{one.change}, func(ctx context.Context, c powerCut, v *verdict) {
				d := c.disk()
				one.lie(d)
				c.try(ctx, d, v)
			})
			for _, kind := range one.want {
				if v.found[kind] == nil {
					t.Errorf("not found: %s", kind)
				}
			}
			for kind, f := range v.found {
				t.Logf("%s: %d times, first %s", kind, f.n, f.first)
			}
		})
	}
}
