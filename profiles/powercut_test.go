//go:build !windows

package profiles

import (
	"context"
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

// cutsOf tries changes, and gives what came of it.
func cutsOf(t *testing.T, names []string, try func(context.Context, powerCut, *verdict)) *verdict {
	t.Helper()
	sum := newVerdict()
	synctest.Test(t, func(t *testing.T) { // for its clock
		all, different := powerCuts(), 0
		for _, name := range names {
			v := newVerdict()
			try(t.Context(), all[name], v)
			t.Logf("%6d states, %5d different: %s", v.states, len(v.known), name)
			sum.states += v.states
			different += len(v.known)
			for kind, f := range v.found {
				for range f.n {
					sum.add(kind, "%s: %s", name, f.first)
				}
			}
		}
		t.Logf("%6d states, %5d different", sum.states, different)
	})
	return sum
}

// sound wants nothing to be found.
func (v *verdict) sound(t *testing.T) {
	t.Helper()
	for kind, f := range v.found {
		t.Errorf("%s: %d times, first %s", kind, f.n, f.first)
	}
}

func TestAPowerCutLeavesOldOrNew(t *testing.T) { // security case 71
	cutsOf(t, slices.Sorted(maps.Keys(powerCuts())), func(ctx context.Context, c powerCut, v *verdict) { c.try(ctx, c.disk(), v) }).sound(t)
}

// TestAPowerCutMayTearARename: on a file system that does not even rename in one step.
func TestAPowerCutMayTearARename(t *testing.T) { // security case 71
	cutsOf(t, slices.Sorted(maps.Keys(powerCuts())), func(ctx context.Context, c powerCut, v *verdict) {
		d := c.disk()
		d.tears = true
		c.try(ctx, d, v)
	}).sound(t)
}

// TestAPowerCutAfterAKill is about what a killed process leaves unsynced, and the next save finds as if it were safe.
func TestAPowerCutAfterAKill(t *testing.T) { // security case 71
	names := []string{"no folder", "config and credentials", "two folders, nothing in them"}
	switch {
	case testing.Short():
		names = names[:1]
	case fromEnv(t, campaignVariable, 0) > 0:
		names = append(names, "two folders", "dangling link", "several profiles", "remove", "only the mode", "no line end")
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
