package state

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/samlogin/samlogin/saml/secret"
)

const canary = "c4nary-Session-Token"

// clock is a computer whose times a test sets.
type clock struct {
	wall time.Time
	up   time.Duration
}

func (c *clock) pass(d time.Duration) { c.wall, c.up = c.wall.Add(d), c.up+d }

func newClock() *clock {
	return &clock{time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC), 100 * time.Hour}
}

func (c *clock) folder(t testing.TB, dir string) *Folder {
	t.Helper()
	f, err := Open(Options{Dir: dir, Now: func() time.Time { return c.wall }, Uptime: func() time.Duration { return c.up }, Host: "laptop"})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func testFolder(t testing.TB) (*Folder, *clock) {
	t.Helper()
	c := newClock()
	return c.folder(t, filepath.Join(t.TempDir(), "above", "samlogin")), c
}

func put(t testing.TB, f *Folder, kind, identity, value string, life time.Duration) {
	t.Helper()
	if err := f.Put(Entry{Kind: kind, Identity: identity, Value: secret.New(value), Expires: f.now().Add(life), Description: []byte(`{"of":"` + identity + `"}`)}); err != nil {
		t.Fatal(err)
	}
}

// holds checks what is kept; "": nothing.
func holds(t testing.TB, f *Folder, kind, identity, want string) {
	t.Helper()
	value, _, err := f.Get(kind, identity)
	if want == "" {
		if !errors.Is(err, ErrNone) || !value.Empty() {
			t.Errorf("%s %s: got an entry (%v), want none", kind, identity, err)
		}
	} else if err != nil || value.Reveal() != want {
		t.Errorf("%s %s: not what was put (%v)", kind, identity, err)
	}
}

func entryFile(t testing.TB, f *Folder, kind, identity string) string {
	t.Helper()
	k, err := f.readKey()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(f.dir, k.name(kind, identity))
}

func TestWhatWasPutIsGivenBack(t *testing.T) {
	f, c := testFolder(t)
	holds(t, f, Role, "a", "")
	if names := f.names(); names != nil {
		t.Errorf("Get wrote %v", names)
	}
	put(t, f, Role, "a", canary, time.Hour)
	put(t, f, Role, "b", strings.Repeat("x", maxValue), time.Hour)
	put(t, f, IdP, "a", "other kind", time.Hour)
	holds(t, f, Role, "a", canary)
	holds(t, f, Role, "b", strings.Repeat("x", maxValue))
	holds(t, f, IdP, "a", "other kind")
	put(t, f, Role, "a", "newer", 2*time.Hour)
	holds(t, f, Role, "a", "newer")
	if _, expires, _ := f.Get(Role, "a"); !expires.Equal(c.wall.Add(2 * time.Hour)) {
		t.Errorf("expires %v", expires)
	}
	if err := errors.Join(f.Delete(Role, "a"), f.Delete(Role, "a"), f.Delete("no", "such")); err != nil {
		t.Error(err)
	}
	holds(t, f, Role, "a", "")
	holds(t, f, IdP, "a", "other kind")
}

func TestNotKept(t *testing.T) {
	f, c := testFolder(t)
	for name, e := range map[string]Entry{
		"too large":        {Kind: Role, Value: secret.New(strings.Repeat("x", maxValue+1)), Expires: c.wall.Add(time.Hour)},
		"long description": {Kind: Role, Description: make([]byte, maxDescription+1), Expires: c.wall.Add(time.Hour)},
		"long kind":        {Kind: strings.Repeat("k", maxKind+1), Expires: c.wall.Add(time.Hour)},
		"no kind":          {Expires: c.wall.Add(time.Hour)},
		"ended":            {Kind: Role, Expires: c.wall},
	} {
		var fe *FileError
		if err := f.Put(e); !errors.As(err, &fe) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Open(Options{Dir: "relative"}); err == nil {
		t.Error("a relative folder was taken")
	}
}

// security case 90
func TestIdentitiesDoNotRunTogether(t *testing.T) {
	seen := map[string][]string{}
	for _, parts := range [][]string{{"a", "bc"}, {"ab", "c"}, {"abc"}, {"abc", ""}, {"", "abc"}, {"a", "b", "c"}, {}, {""}, {"", ""}} {
		id := Identity(parts...)
		if other, ok := seen[id]; ok {
			t.Errorf("%q and %q are one identity", parts, other)
		}
		seen[id] = parts
	}
}

// An entry that is put in the place of another one, of the same kind or not, does not open.
//
// security case 117
func TestSwappedIsAbsent(t *testing.T) {
	f, _ := testFolder(t)
	put(t, f, Role, "a", "account a", time.Hour)
	put(t, f, Role, "b", "account b", time.Hour)
	a, b := entryFile(t, f, Role, "a"), entryFile(t, f, Role, "b")
	textA, textB := read(t, a), read(t, b)
	write(t, b, textA)
	holds(t, f, Role, "b", "")
	if list := f.List(Role); len(list) != 1 {
		t.Errorf("%d entries listed, want 1", len(list))
	}
	// The value of another entry of the same name behind the old header: a later end for older keys.
	put(t, f, Role, "a", "account A", 2*time.Hour)
	newer := read(t, a)
	if len(newer) != len(textA) {
		t.Fatal("the two files have to be alike")
	}
	front := len(textA) - len("account a") - sealOverhead
	write(t, a, append(bytes.Clone(newer[:front]), textA[front:]...))
	holds(t, f, Role, "a", "")
	write(t, a, newer)
	write(t, b, textB)
	holds(t, f, Role, "a", "account A")
	holds(t, f, Role, "b", "account b")
}

func read(t testing.TB, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func write(t testing.TB, path string, text []byte) {
	t.Helper()
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

// security case 116
func TestDamagedIsAbsentAndReplaced(t *testing.T) {
	f, _ := testFolder(t)
	put(t, f, Role, "a", canary, time.Hour)
	path := entryFile(t, f, Role, "a")
	whole := read(t, path)
	for n := range whole {
		write(t, path, whole[:n])
		holds(t, f, Role, "a", "")
		flipped := bytes.Clone(whole)
		flipped[n] ^= 1 << (n % 8)
		write(t, path, flipped)
		holds(t, f, Role, "a", "")
	}
	for name, text := range map[string][]byte{"longer": append(bytes.Clone(whole), 0), "garbage": []byte("{}"), "10 MiB": make([]byte, 10<<20), "old schema": append([]byte("SLS0"), whole[4:]...)} {
		write(t, path, text)
		if _, _, err := f.Get(Role, "a"); !errors.Is(err, ErrNone) {
			t.Errorf("%s: %v", name, err)
		}
		if len(f.List("")) > 0 && name != "longer" { // List does not open values
			t.Errorf("%s: listed", name)
		}
	}
	put(t, f, Role, "a", "again", time.Hour)
	holds(t, f, Role, "a", "again")
}

func TestKeyLostOrChanged(t *testing.T) {
	for name, spoil := range map[string]func(path string) error{
		"lost":    os.Remove,
		"empty":   func(path string) error { return os.Truncate(path, 0) },
		"cut":     func(path string) error { return os.Truncate(path, keyBytes-1) },
		"longer":  func(path string) error { return os.Truncate(path, keyBytes+1) },
		"another": func(path string) error { return os.WriteFile(path, make([]byte, keyBytes), 0o600) },
	} {
		t.Run(name, func(t *testing.T) {
			f, _ := testFolder(t)
			put(t, f, Role, "a", canary, time.Hour)
			if err := spoil(filepath.Join(f.dir, keyName)); err != nil {
				t.Fatal(err)
			}
			holds(t, f, Role, "a", "")
			if len(f.List("")) > 0 {
				t.Error("listed without the key")
			}
			put(t, f, Role, "a", "again", time.Hour)
			holds(t, f, Role, "a", "again")
			if len(read(t, filepath.Join(f.dir, keyName))) != keyBytes {
				t.Error("the key is still damaged")
			}
		})
	}
}

// security case 118
func TestNeverServedPastItsEnd(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*clock)
		served bool
	}{
		"at once":                            {func(*clock) {}, true},
		"a moment before the end":            {func(c *clock) { c.pass(time.Hour - time.Millisecond) }, true},
		"at the end":                         {func(c *clock) { c.pass(time.Hour) }, false},
		"clock set back 2 h":                 {func(c *clock) { c.wall = c.wall.Add(-2 * time.Hour) }, false},
		"clock set forward 2 h":              {func(c *clock) { c.wall = c.wall.Add(2 * time.Hour) }, false},
		"set back 30 min after 70 min":       {func(c *clock) { c.pass(70 * time.Minute); c.wall = c.wall.Add(-30 * time.Minute) }, false},
		"set back 30 min after 40 min":       {func(c *clock) { c.pass(40 * time.Minute); c.wall = c.wall.Add(-30 * time.Minute) }, true},
		"set back a second":                  {func(c *clock) { c.wall = c.wall.Add(-time.Second) }, true},
		"asleep for 2 h with a stopped RTC":  {func(c *clock) { c.up += 2 * time.Hour }, false},
		"restarted after 10 min":             {func(c *clock) { c.pass(10 * time.Minute); c.up = time.Minute }, true},
		"restarted, up for long, set back":   {func(c *clock) { c.up = 102 * time.Hour }, false},
		"a day later, restarted, as was set": {func(c *clock) { c.pass(24 * time.Hour); c.up = 0 }, false},
	} {
		t.Run(name, func(t *testing.T) {
			f, clock := testFolder(t)
			put(t, f, Role, "a", canary, time.Hour)
			c.change(clock)
			want := ""
			if c.served {
				want = canary
			}
			holds(t, f, Role, "a", want)
			if listed := len(f.List("")) == 1; listed != c.served {
				t.Errorf("listed: %v", listed)
			}
		})
	}
}

// The uptime of another computer, which shares the home, says nothing.
func TestAnotherComputersUptime(t *testing.T) {
	f, _ := testFolder(t)
	put(t, f, Role, "a", canary, time.Hour)
	f.host, f.uptime = "server", func() time.Duration { return 9999 * time.Hour }
	holds(t, f, Role, "a", canary)
}

func TestListForStatus(t *testing.T) {
	f, c := testFolder(t)
	put(t, f, Role, "later", "1", 2*time.Hour)
	put(t, f, Role, "sooner", "2", time.Hour)
	put(t, f, Role, "ended", "3", time.Minute)
	put(t, f, IdP, "session", "4", 3*time.Hour)
	write(t, filepath.Join(f.dir, "secrets.json"), []byte("{}"))
	c.pass(time.Minute)
	var got []string
	for _, k := range f.List("") {
		got = append(got, fmt.Sprintf("%s %s %v", k.Kind, k.Description, k.Expires.Sub(k.Made)))
	}
	if want := []string{`role {"of":"sooner"} 1h0m0s`, `role {"of":"later"} 2h0m0s`, `idp {"of":"session"} 3h0m0s`}; !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	list := f.List(Role)
	if len(list) != 2 || f.Remove(list[0]) != nil || f.Remove(list[0]) != nil {
		t.Fatalf("%d role entries", len(list))
	}
	holds(t, f, Role, "sooner", "")
	holds(t, f, Role, "later", "1")
}

// security case 119
func TestClearLeavesNothing(t *testing.T) {
	f, _ := testFolder(t)
	if err := f.Clear(); err != nil {
		t.Error("nothing to clear:", err)
	}
	put(t, f, Role, "a", canary, time.Hour)
	write(t, filepath.Join(f.dir, temporaryPrefix+"x"), []byte("x"))
	write(t, filepath.Join(f.dir, "secrets.json"), []byte("{}"))
	for _, name := range f.names() {
		if strings.Contains(name, canary) || bytes.Contains(read(t, filepath.Join(f.dir, name)), []byte(canary)) {
			t.Errorf("%s shows the value", name)
		}
	}
	if err := f.Clear(); err != nil {
		t.Fatal(err)
	}
	names := f.names()
	slices.Sort(names)
	if !slices.Equal(names, []string{"secrets.json", sweptName}) {
		t.Errorf("left: %v", names)
	}
}

func TestNeverGrowsWithoutBound(t *testing.T) {
	f, c := testFolder(t)
	f.most = 20
	for i := range 50 {
		put(t, f, Role, fmt.Sprint(i), "v", time.Hour+time.Duration(i)*time.Minute)
		if n := len(f.List("")); n > f.most {
			t.Fatalf("%d entries, %d allowed", n, f.most)
		}
	}
	holds(t, f, Role, "49", "v") // those that end first have gone
	holds(t, f, Role, "0", "")
	left := filepath.Join(f.dir, temporaryPrefix+"killed")
	young := filepath.Join(f.dir, temporaryPrefix+"young")
	write(t, left, nil)
	write(t, young, nil)
	old := time.Now().Add(-2 * time.Hour)
	if err := os.Chtimes(left, old, old); err != nil {
		t.Fatal(err)
	}
	c.pass(3 * time.Hour)
	put(t, f, Role, "new", "v", time.Hour)
	var names []string
	for _, name := range f.names() {
		if isName(name) || strings.HasPrefix(name, temporaryPrefix) {
			names = append(names, name)
		}
	}
	if len(names) != 2 || !slices.Contains(names, filepath.Base(young)) {
		t.Errorf("left after the sweep: %q", names)
	}
}

func TestLocksNobodyUsesAreSwept(t *testing.T) {
	f, c := testFolder(t)
	fly := func(identity string, lead func()) {
		done := false
		_ = f.Fly(t.Context(), Flight{Kind: IdP, Identity: identity, Look: func() bool { return done }, Lead: func(_ context.Context) error { lead(); done = true; return nil }})
	}
	locks := func() (n int) {
		for _, name := range f.names() {
			if isLock(name) {
				n++
			}
		}
		return n
	}
	fly("old", func() {})
	fly("held", func() {
		c.wall = time.Now().Add(2 * lockAge)
		f.Sweep()
		if n := locks(); n != 1 {
			t.Errorf("%d locks, want the held one", n)
		}
	})
}

func TestLocate(t *testing.T) {
	for name, c := range map[string]struct {
		system, want string
		env          map[string]string
	}{
		"XDG":          {"linux", "/x/samlogin", map[string]string{"XDG_STATE_HOME": "/x", "HOME": "/h"}},
		"relative XDG": {"linux", "/h/.local/state/samlogin", map[string]string{"XDG_STATE_HOME": "x", "HOME": "/h"}},
		"home":         {"darwin", "/h/.local/state/samlogin", map[string]string{"HOME": "/h"}},
		"Windows":      {"windows", "/l/samlogin", map[string]string{"LocalAppData": "/l", "HOME": "/h"}},
		"none":         {"linux", "", nil},
	} {
		if os.PathSeparator != '/' {
			for k, v := range c.env {
				c.env[k] = strings.Replace(v, "/", `C:\`, 1)
			}
			c.want = strings.ReplaceAll(strings.Replace(c.want, "/", `C:\`, 1), "/", `\`)
		}
		got, err := locate(c.system, func(k string) string { return c.env[k] })
		if got != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

func FuzzOpen(f *testing.F) {
	k, err := newKeys(make([]byte, keyBytes))
	if err != nil {
		f.Fatal(err)
	}
	name := k.name(Role, "a")
	sealed := k.seal(name, header{kind: Role, description: []byte("{}")}, []byte(canary))
	f.Add(sealed)
	f.Add(sealed[:40])
	f.Add([]byte(magic))
	f.Fuzz(func(t *testing.T, file []byte) {
		h, value, err := k.open(name, file)
		if err == nil && (string(value) != canary || h.kind != Role) {
			t.Errorf("opened what was not sealed: %q", value)
		}
		if h, ok := decodeHeader(file); ok && !bytes.Equal(h.encode(), file) {
			again, ok := decodeHeader(h.encode())
			if !ok || again.kind != h.kind || !again.made.Equal(h.made) {
				t.Error("a header changes when it is written again")
			}
		}
	})
}

func BenchmarkGet(b *testing.B) {
	for _, others := range []int{0, 1000, 10_000} {
		b.Run(fmt.Sprint(others, " others"), func(b *testing.B) {
			f, _ := benchFolder(b, others)
			b.ReportAllocs()
			for b.Loop() {
				if _, _, err := f.Get(Role, "the one"); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkList1000(b *testing.B) {
	f, _ := benchFolder(b, 1000)
	b.ReportAllocs()
	for b.Loop() {
		if len(f.List(Role)) != 1001 {
			b.Fatal("entries are missing")
		}
	}
}

func BenchmarkPut(b *testing.B) {
	f, _ := benchFolder(b, 1000)
	b.ReportAllocs()
	for b.Loop() {
		put(b, f, Role, "the one", canary, time.Hour)
	}
}

func benchFolder(b *testing.B, others int) (*Folder, *clock) {
	f, c := testFolder(b)
	put(b, f, Role, "the one", strings.Repeat("t", 1500), time.Hour)
	k, err := f.readKey()
	if err != nil {
		b.Fatal(err)
	}
	for i := range others {
		name := k.name(Role, fmt.Sprint(i))
		h := header{made: c.wall, expires: c.wall.Add(time.Hour), kind: Role, description: []byte(`{"profile":"p"}`)}
		if err := f.place(name, k.seal(name, h, make([]byte, 1500)), h.expires); err != nil {
			b.Fatal(err)
		}
	}
	return f, c
}
