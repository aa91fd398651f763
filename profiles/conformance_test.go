//go:build !windows

package profiles

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// stage is a disk to be tried out: the real one, or the model, from which the other tests draw their conclusions.
type stage struct {
	disk
	root    string
	symlink func(to, at string) error
	link    func(from, at string) error
	fifo    func(at string) error
	open    map[string]file
	unlock  map[string]func() error
}

func realStage(t *testing.T) *stage {
	t.Helper()
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return &stage{
		disk: system{}, root: root, symlink: os.Symlink, link: os.Link,
		fifo: func(at string) error { return syscall.Mkfifo(at, 0o600) },
	}
}

func modelStage() *stage {
	d := newModel()
	return &stage{disk: d.process(), symlink: d.symlink, link: d.hardlink, fifo: d.mkfifo}
}

// run makes the calls of a script, one a line, and gives what came of each.
func (s *stage) run(script []string) (results []string) {
	s.open, s.unlock = map[string]file{}, map[string]func() error{}
	for _, line := range script {
		result, err := s.call(strings.Fields(line))
		if err != nil {
			result = s.plain(err)
		}
		results = append(results, line+": "+result)
	}
	for _, f := range s.open {
		_ = f.Close()
	}
	for _, unlock := range s.unlock {
		_ = unlock()
	}
	return results
}

// plain is an error without the names of calls and folders, which are not the same on both disks.
func (s *stage) plain(err error) string {
	var number syscall.Errno
	switch {
	case errors.As(err, &number):
		return number.Error()
	case errors.Is(err, fs.ErrClosed):
		return "closed"
	}
	return strings.ReplaceAll(err.Error(), s.root, "")
}

func (s *stage) call(words []string) (result string, err error) {
	op, name, arg := words[0], words[1], ""
	at := s.root + "/" + name
	if len(words) > 2 {
		arg = words[2]
	}
	handle := func(f file, err error) (string, error) {
		if err != nil {
			return "", err
		}
		if old := s.open[name]; old != nil {
			_ = old.Close()
		}
		s.open[name] = f
		return "ok", nil
	}
	switch op {
	case "open":
		return handle(s.Open(at))
	case "create":
		return handle(s.Create(at))
	case "rewrite":
		return handle(s.Rewrite(at))
	case "lstat":
		m, err := s.Lstat(at)
		return shown(m), err
	case "readlink":
		return s.Readlink(at)
	case "follow":
		real, err := s.Follow(at)
		return strings.TrimPrefix(real, s.root), err
	case "list":
		names, err := s.List(at)
		slices.Sort(names)
		return strings.Join(names, " "), err
	case "mkdir":
		return "ok", s.Mkdir(at)
	case "remove":
		return "ok", s.Remove(at)
	case "rename":
		return "ok", s.Rename(at, s.root+"/"+arg)
	case "syncfolder":
		return "ok", s.SyncFolder(at)
	case "symlink":
		return "ok", s.symlink(arg, at)
	case "link":
		return "ok", s.link(s.root+"/"+arg, at)
	case "fifo":
		return "ok", s.fifo(at)
	case "lock":
		unlock, err := s.Lock(at)
		if err == nil {
			s.unlock[name] = unlock
		}
		return "ok", err
	case "unlock":
		if unlock := s.unlock[name]; unlock != nil {
			return "ok", unlock()
		}
		return "no lock", nil
	}
	f := s.open[name]
	if f == nil {
		return "not open", nil
	}
	switch op {
	case "read":
		text, err := io.ReadAll(f)
		return string(text), err
	case "write":
		n, err := f.Write([]byte(arg))
		return fmt.Sprint(n), err
	case "truncate":
		return "ok", f.Truncate(int64(len(arg)))
	case "chmod":
		return "ok", f.Chmod(map[string]fs.FileMode{"": 0o600, "r": 0o644, "g": 0o660}[arg])
	case "stat":
		m, err := f.Stat()
		return shown(m), err
	case "sync":
		return "ok", f.Sync()
	case "close":
		return "ok", f.Close()
	}
	return "", errors.New("no such call: " + op)
}

// shown is what a save looks at in a meta, where file systems agree on it.
func shown(m meta) string {
	s := fmt.Sprint(m.Mode.Type(), m.Mine)
	if m.Mode.Type() != fs.ModeSymlink { // Linux has no permissions of links, others do
		s += fmt.Sprint(" ", m.Mode.Perm())
	}
	if m.Mode.IsRegular() {
		s += fmt.Sprintf(" %d bytes, %d names", m.Size, m.Links)
	}
	return s
}

// conformance are the calls of a save, and those that get into its way.
var conformance = map[string]string{
	"a file":             "create a; write a hello; stat a; sync a; close a; lstat a; open a; read a; read a; close a; stat a; read a; close a",
	"nothing there":      "lstat a; open a; rewrite a; readlink a; follow a; remove a; rename a b; list a; syncfolder a; lstat x/a; create x/a; mkdir x/y; lock x/a",
	"taken":              "create a; create a; mkdir a; mkdir d; mkdir d; create d; symlink d s; create s; mkdir s; symlink nowhere n; create n; mkdir n",
	"in place":           "create a; write a 123456; close a; rewrite a; write a AB; truncate a 1234; write a C; sync a; close a; open a; read a; rewrite a; write a Z; open a; read a",
	"while it is open":   "create a; write a old; close a; open a; create b; write b new; close b; rename b a; read a; stat a; open a; read a; open b",
	"removed while open": "create a; write a 12; remove a; write a 34; stat a; open a; create a; stat a",
	"grown while open":   "create a; write a 12; open b; symlink a s; link b a; open b; read b; write a 34; read b; rewrite b; read b; write b xy",
	"modes":              "create a; chmod a r; stat a; chmod a g; lstat a; chmod a; lstat a; mkdir d; lstat d",
	"rename":             "create a; write a 1; create b; rename a b; lstat a; lstat b; rename a b; mkdir d; rename b d; rename x d; rename b d/b; lstat d/b; rename d/b d/x/b; symlink d s; rename d/b s; readlink s; lstat s",
	"hard links":         "create a; link b a; lstat a; lstat b; rename a b; lstat a; create c; rename c a; lstat b; remove b; link b x; link a b; symlink a s; link t s; lstat t",
	"symbolic links":     "mkdir d; create d/f; symlink d s; symlink s r; follow r; follow r/; list r/; open r; open s/f; lstat r; lstat r/; lstat r/f; readlink r; readlink d; rewrite s; symlink d/f g; rewrite g; open g; follow g; follow g/; lstat g/; lstat d/f/; follow s/../d/; follow s/./f",
	"circles":            "symlink b a; symlink a b; follow a; follow a/; lstat a; lstat a/x; open a; create a/x; lock a; symlink c c; follow c; remove a; remove b; remove c",
	"dangling":           "symlink x/y s; follow s; lstat s; open s; create s/f; rewrite s; remove s; lstat s",
	"folders":            "mkdir d; mkdir d/e/; create d/f; list d; remove d; remove d/f; remove d/e; remove d; open d; mkdir e; open e; stat e; read e; rewrite e; list e; syncfolder e; follow e; follow e/; follow ./e/../e; lstat e/.; mkdir e/..; create e/../z; lstat z",
	"a file as a folder": "create a; lstat a/b; create a/b; mkdir a/b; follow a/; follow a/b; list a; rename a/b c; remove a/b; lock a/b; open a/",
	"pipes":              "fifo p; lstat p; rewrite p; open p; stat p; create a; rename a p; lstat p; fifo p; lock q; fifo q",
	"locks":              "lock l; lock l; lstat l; unlock l; lock l; unlock l; unlock l; lock l; remove l; lock l; unlock l; symlink l s; lock s; mkdir d; lock d; lock d/l; lock l/l",
}

// TestTheModelBehavesLikeTheDisk makes the same calls on both and wants the same answers.
func TestTheModelBehavesLikeTheDisk(t *testing.T) {
	same := func(t *testing.T, script []string) {
		t.Helper()
		want, got := realStage(t).run(script), modelStage().run(script)
		for i := range want {
			if got[i] != want[i] {
				t.Fatalf("the model: %s\nthe disk:  %s\nafter %q", got[i], want[i], want[:i])
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(conformance)) {
		t.Run(name, func(t *testing.T) { same(t, strings.Split(conformance[name], "; ")) })
	}
	t.Run("any calls", func(t *testing.T) {
		files, folders := []string{"a", "b", "d/a", "s/b", "d/e/a", "c"}, []string{"d", "d/e", "s", "d/../d"}
		for seed := range uint64(300) {
			rng := rand.New(rand.NewPCG(seed, 0))
			f, g := func() string { return files[rng.IntN(len(files))] }, func() string { return folders[rng.IntN(len(folders))] }
			script := []string{"mkdir d", "symlink d s", "mkdir d/e"}
			for range 40 {
				script = append(script, []string{
					"create " + f(), "open " + f(), "rewrite " + f(), "write " + f() + " abcdef", "write " + f() + " Z", "truncate " + f() + " xyz", "read " + f(), "stat " + f(),
					"close " + f(), "lstat " + f(), "remove " + f(), "rename " + f() + " " + f(), "rename " + f() + " " + f(), "rename " + f() + " " + g(), "symlink " + f() + " " + f(), "readlink " + f(),
					"link " + f() + " " + f(), "chmod " + f() + " r", "follow " + f(), "follow " + g() + "/", "list " + g(), "mkdir " + g(), "remove d/e", "lock " + f(), "unlock " + f(), "lstat " + g(),
				}[rng.IntN(26)])
			}
			same(t, script)
		}
	})
	t.Run("saves", func(t *testing.T) {
		on := func(s *stage) (said []string) {
			if err := s.Mkdir(s.root + "/.aws"); err != nil {
				t.Fatal(err)
			}
			for name, text := range map[string]string{"credentials": person, "config": "[profile p]\r\noutput = json\r\n"} {
				f, err := s.Create(s.root + "/.aws/" + name)
				if err != nil {
					t.Fatal(err)
				}
				_, err = io.WriteString(f, text)
				if err := errors.Join(err, f.Chmod(0o644), f.Close()); err != nil {
					t.Fatal(err)
				}
			}
			notice := func(text string) { said = append(said, strings.ReplaceAll(text, s.root, "")) }
			w := &Writer{Files: Files{s.root + "/.aws/credentials", s.root + "/.aws/config"}, disk: s.disk, Notice: notice}
			k := testKeys("p")
			k.Region = "eu-west-1"
			for _, err := range []error{
				w.Save(t.Context(), []Keys{k, testKeys("q")}, OwnOnly), w.Remove(t.Context(), []string{"q"}), w.Save(t.Context(), []Keys{testKeys("a\n")}, OwnOnly),
			} {
				said = append(said, fmt.Sprint(err))
			}
			return append(said, s.run(strings.Split("lstat .aws/credentials; open .aws/credentials; read .aws/credentials; lstat .aws/config; open .aws/config; read .aws/config; list .aws", "; "))...)
		}
		want, got := on(realStage(t)), on(modelStage())
		if !slices.Equal(got, want) {
			t.Errorf("the model: %q\nthe disk:  %q", got, want)
		}
	})
}
