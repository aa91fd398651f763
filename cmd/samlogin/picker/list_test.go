package picker

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/hinshun/vt10x"
	"github.com/rivo/uniseg"

	survey "github.com/AlecAivazis/survey/v2/terminal"

	"github.com/samlogin/samlogin/cmd/samlogin/terminal"
	"github.com/samlogin/samlogin/saml"
	"github.com/samlogin/samlogin/saml/foreign"
)

// security case 50
func TestLinesFitAnyTerminal(t *testing.T) {
	offered := []saml.Role{someRole(t, "111111111111", "Admin"), someRole(t, "222222222222", strings.Repeat("p/", 200)+"ReadOnly"), someRole(t, "333333333333", "X")}
	names := map[string]string{
		"111111111111": strings.Repeat("wide-", 2000), "222222222222": strings.Repeat("管理", 500), "333333333333": "e" + strings.Repeat("\u0301", 300) + "\x1b[2J",
	}
	for _, width := range []int{1, 2, 5, 19, 80, 300} {
		for _, height := range []int{1, 2, 3, 10, 24} {
			l := New(offered, names)
			for range offered {
				lines := l.lines(width, height)
				if len(lines) > max(height, 2) {
					t.Errorf("%d lines on a screen of %d", len(lines), height)
				}
				for _, line := range lines {
					if foreign.Clean(line) != line {
						t.Errorf("a line acts on the terminal: %q", line)
					}
					if w := uniseg.StringWidth(line); w > width {
						t.Errorf("a line of %d columns on a screen of %d: %.60q", w, width, line)
					}
				}
				l.move(1)
			}
		}
	}
}

func someRole(t testing.TB, account, path string) saml.Role {
	t.Helper()
	r, err := saml.NewRole("arn:aws:iam::"+account+":role/"+path, "arn:aws:iam::"+account+":saml-provider/ADFS")
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func someRoles(t testing.TB) ([]saml.Role, map[string]string) {
	var all []saml.Role
	for _, r := range [][2]string{
		{"111111111111", "Admin"}, {"111111111111", "ReadOnly"}, {"222222222222", "Admin"}, {"222222222222", "team/Deploy"},
		{"333333333333", "Administrator"}, {"333333333333", "ops/Admin"}, {"333333333333", "ViewProductionLogs"},
	} {
		all = append(all, someRole(t, r[0], r[1]))
	}
	return all, map[string]string{"111111111111": "production", "222222222222": "Big Bank", "333333333333": "ŻÓŁW"}
}

// What is typed leaves the roles that fit it, in their order, with the bar on the first that fits best.
func TestFilter(t *testing.T) {
	offered, names := someRoles(t)
	for _, c := range []struct{ typed, fitting, bar string }{
		{"", "0123456", "0"},
		{"admin", "0245", "0"},
		{"administrator", "4", "4"},
		{"3333 admin", "45", "5"}, // the whole name is better than its beginning
		{"prod", "016", "0"},
		{"only", "1", "1"},
		{"prod/admin", "0", "0"},
		{"prod*ad", "01", "0"}, // ReadOnly has it inside
		{"BIG dep", "3", "3"},
		{"żółw view", "6", "6"},
		{"rdonly", "1", "1"},          // letters left out
		{"proadm", "0", "0"},          // across the account and the role
		{"admin zzz", "", ""},         // every word has to fit
		{"2222", "23", "2"},           //
		{"team", "3", "3"},            // the path
		{"logs", "6", "6"},            // a word within the name
		{"  admin   bank ", "2", "2"}, //
		{"arn:aws:iam::222222222222:role/team/Deploy", "3", "3"},
		{"\u202e", "", ""},
	} {
		l := New(offered, names)
		l.filter(c.typed)
		got, bar := "", ""
		for _, i := range l.fitting {
			got += fmt.Sprint(i)
		}
		if l.any() {
			bar = fmt.Sprint(l.fitting[l.bar])
		}
		if got != c.fitting || bar != c.bar {
			t.Errorf("%q leaves %q with the bar on %q, want %q and %q", c.typed, got, bar, c.fitting, c.bar)
		}
	}
}

// A role that the person went to stays under the bar while it fits.
func TestTheBarStays(t *testing.T) {
	offered, names := someRoles(t)
	l := New(offered, names)
	l.move(2)
	for _, typed := range []string{"a", "ad", "adm", "admi"} {
		if l.filter(typed); l.underBar().role != offered[2] {
			t.Errorf("at %q the bar is on %s", typed, l.underBar().role.ARN)
		}
	}
	if l.filter("prod"); l.underBar().role != offered[0] {
		t.Errorf("the bar is on %s", l.underBar().role.ARN)
	}
	if l.filter(""); l.underBar().role != offered[0] {
		t.Errorf("then on %s", l.underBar().role.ARN)
	}
}

// What a filter found is to be seen, in the role and in its account.
func TestMatchesAreMarked(t *testing.T) {
	offered, names := someRoles(t)
	for typed, want := range map[string]string{
		"admin":    "Role: admin▏ 4 of 7|  111111111111 (production)|  > [Admin]|  222222222222 (Big Bank)|    [Admin]|  333333333333 (ŻÓŁW)|    [Admin]istrator|    ops/[Admin]|",
		"prod on":  "Role: prod on▏ 3 of 7|  111111111111 ([prod]ucti[on])|    Admin|  > Read[On]ly|  333333333333 (ŻÓŁW)|    View[Prod]ucti[on]Logs|",
		"3333 ół":  "Role: 3333 ół▏ 3 of 7|  [3333]33333333 (Ż[ÓŁ]W)|  > Administrator|    ops/Admin|    ViewProductionLogs|",
		"rdonly":   "Role: rdonly▏ 1 of 7|  111111111111 (production)|  > [R]ea[dOnly]|",
		"bankdply": "Role: bankdply▏ 1 of 7|  222222222222 ([B]ig B[ank])|  > team/[D]e[pl]o[y]|",
	} {
		l := New(offered, names)
		l.under = "["
		l.filter(typed)
		lines := l.lines(79, 20)
		got := strings.ReplaceAll(strings.Join(lines[:len(lines)-1], "|")+"|", "\x1b[24m", "]")
		if got != want {
			t.Errorf("%q shows\n%s, want\n%s", typed, got, want)
		}
	}
}

// Favourites come first, then what was taken last, the latest before the others; the rest as ever.
func TestFavouritesAndRecentRolesFirst(t *testing.T) {
	offered, names := someRoles(t)
	l := New(offered, names)
	l.Prefer(Picks{Favourites: []string{offered[6].ARN, "arn:aws:iam::999999999999:role/Gone"}, Recent: []string{offered[3].ARN, offered[6].ARN, offered[0].ARN}})
	want := `Role: ▏ 7 of 7
Favourites
  333333333333 (ŻÓŁW)
  > ViewProductionLogs ★
Recent
  222222222222 (Big Bank)
    team/Deploy
  111111111111 (production)
    Admin
All others
  111111111111 (production)
    ReadOnly
  222222222222 (Big Bank)
    Admin
  333333333333 (ŻÓŁW)
    Administrator
    ops/Admin
return takes it · type to filter · ↑ ↓ · * favourite`
	if got := strings.Join(l.lines(79, 20), "\n"); got != want {
		t.Errorf("the list is\n%s", got)
	}
	l.move(5)
	l.favour()
	if got := strings.Join(l.lines(79, 20), "\n"); !strings.Contains(got, "  > Administrator ★") || l.underBar().role != offered[4] {
		t.Errorf("a new favourite left its place:\n%s", got)
	}
}

// security case 50
func TestEveryWindowShowsTheBar(t *testing.T) {
	offered, names := someRoles(t)
	for range 4 {
		offered = append(offered, offered...)
	}
	for _, width := range []int{1, 3, 8, 19, 79, 200} {
		for height := 1; height < 24; height++ {
			l := New(offered, names)
			l.Several = true
			l.Prefer(Picks{Favourites: []string{offered[6].ARN}, Recent: []string{offered[3].ARN}})
			l.filter("a")
			l.rows[l.fitting[0]].marked = true
			for _, by := range []int{0, 1, 1, 1, 5, 20, -3, 1000, -1, -1, -40, -1000} {
				l.move(by)
				lines := l.lines(width, height)
				bars := 0
				for _, line := range lines {
					if w := uniseg.StringWidth(line); w > width {
						t.Errorf("a line of %d columns on a screen of %d: %.60q", w, width, line)
					}
					if strings.HasPrefix(line[min(len(line), strings.IndexAny(line+">", ">")):], "> ") {
						bars++
					}
				}
				if len(lines) > max(height, 2) || (width > 8 && bars != 1) {
					t.Fatalf("%d×%d after %d: %d bars in\n%s", width, height, by, bars, strings.Join(lines, "\n"))
				}
			}
		}
	}
}

// What is drawn in pieces is the same on the screen as what would be drawn whole, and it is few bytes.
func TestOnlyWhatChangedIsDrawn(t *testing.T) {
	offered, names := someRoles(t)
	l := New(offered, names)
	l.Several = true
	file, err := os.Create(filepath.Join(t.TempDir(), "screen"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	out := &frame{file: file}
	p := &painter{out: out, cursor: &survey.Cursor{In: file, Out: out}}
	vt := vt10x.New(vt10x.WithSize(80, 24))
	press := &screen{list: l, paint: p}
	for n, key := range []rune{0, terminal.KeyDown, 'a', 'd', terminal.KeyDown, '\t', 'm', '\x7f', '*', terminal.KeyEnd, 'z', 'z', '\x1b', terminal.KeyPageDown, terminal.KeyAll, terminal.KeyHome, '\t'} {
		if _, err := press.press(key); err != nil {
			t.Fatal(err)
		}
		lines := l.lines(79, 20)
		p.draw(lines)
		wrote := out.pending.Len()
		_, _ = out.pending.WriteTo(vt)
		var shown []string
		for _, line := range strings.Split(strings.TrimRight(vt.String(), " \n"), "\n") {
			shown = append(shown, strings.TrimRight(line, " "))
		}
		if !slices.Equal(shown, lines) {
			t.Fatalf("after key %d the screen is\n%s\nwant\n%s", n, strings.Join(shown, "\n"), strings.Join(lines, "\n"))
		}
		if n > 0 && key == terminal.KeyDown && wrote > 120 {
			t.Errorf("one line down took %d bytes", wrote)
		}
	}
	p.draw(nil)
	_, _ = out.pending.WriteTo(vt)
	if left := strings.TrimSpace(vt.String()); left != "" {
		t.Errorf("left on the screen is %q", left)
	}
}

// An answer that is not numbers of roles, all of it, is words.
func TestNumbers(t *testing.T) {
	for answer, want := range map[string]string{
		"1": "[0]", " 2, 4-5 ": "[1 3 4]", "3 3 2-3": "[2 1]", "0": "", "6": "[5]", "04": "", "4-7": "", "7": "", "5-4": "", "1x": "", "admin": "", "": "", "111111111111": "", "-1": "", "1-": "",
	} {
		got := ""
		if numbers, ok := numbersOf(answer, 6); ok {
			got = fmt.Sprint(numbers)
		}
		if got != want {
			t.Errorf("%q takes %s, want %s", answer, got, want)
		}
	}
}

// The way from a key press to what is written, with a thousand roles.
func BenchmarkPickerKey(b *testing.B) {
	var offered []saml.Role
	names := map[string]string{}
	for a := range 100 {
		account := fmt.Sprintf("4%011d", a)
		names[account] = fmt.Sprintf("acme-%d", a)
		for r := range 10 {
			offered = append(offered, someRole(b, account, fmt.Sprintf("Team%02d", r)))
		}
	}
	for name, keys := range map[string]string{"typing": "acme-42 team07", "down": strings.Repeat(string(terminal.KeyDown), 40), "pages": strings.Repeat(string(terminal.KeyPageDown), 20)} {
		b.Run(name, func(b *testing.B) {
			file, err := os.Open(os.DevNull)
			if err != nil {
				b.Fatal(err)
			}
			defer func() { _ = file.Close() }()
			wrote, pressed := 0, 0
			for b.Loop() {
				l := New(offered, names)
				l.Highlight()
				out := &frame{file: file}
				s := &screen{list: l, paint: &painter{out: out, cursor: &survey.Cursor{In: file, Out: out}}}
				s.paint.draw(l.lines(79, 20))
				out.pending.Reset()
				for _, key := range keys {
					if _, err := s.press(key); err != nil {
						b.Fatal(err)
					}
					s.paint.draw(l.lines(79, 20))
					wrote += out.pending.Len()
					out.pending.Reset()
					pressed++
				}
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(pressed), "µs/key")
			b.ReportMetric(float64(wrote)/float64(pressed), "bytes/key")
			b.ReportMetric(0, "ns/op")
		})
	}
}
