// Package picker lets a person pick roles from many: a list that is filtered as one types, drawn on a terminal, or
// numbered lines where nothing may be drawn.
package picker

import (
	"slices"
	"strings"

	"github.com/rivo/uniseg"

	"github.com/samlogin/samlogin/saml"
	"github.com/samlogin/samlogin/saml/foreign"
)

// List is the list of roles to pick from, apart from any terminal: what is typed, what fits it, where the bar is,
// what is marked. Its order never changes while it is shown: a filter only leaves roles out, and moves the bar.
type List struct {
	Several bool   // more than one may be taken
	Profile string // the AWS profile that the role is for, where only one may be

	rows    []*item
	typed   string
	words   []string // of what is typed
	fitting []int    // indexes of rows
	bar     int      // index of fitting
	top     int      // the first of fitting that was shown last
	page    int      // how many were shown last
	moved   bool     // the person moved the bar: it stays on its role while that fits
	divided bool     // there are favourites or recent roles before the others

	bold, under string // begin the line under the bar and what the filter found; "" draws neither
}

// item is one role of the list.
type item struct {
	role                saml.Role
	account, name, path field
	roleName            string // in lower case, without its path
	via                 string // its SAML provider, where the same role is there by way of another one, too
	part                part
	favourite, marked   bool
}

// part is a part of the list.
type part int

const (
	favourites part = iota
	recent
	others
)

func (p part) String() string { return [...]string{"Favourites", "Recent", "All others"}[p] }

// New is the list of the roles offered, in their order. names are those of accounts, by number.
func New(offered []saml.Role, names map[string]string) *List {
	l := &List{}
	providers := map[string]string{}
	double := map[string]bool{}
	for _, r := range offered {
		if p, seen := providers[r.ARN]; seen && p != r.PrincipalARN {
			double[r.ARN] = true
		}
		providers[r.ARN] = r.PrincipalARN
	}
	for _, r := range offered {
		row := &item{
			role: r, account: newField(r.Account()), name: newField(foreign.Text(names[r.Account()]).String()), path: newField(foreign.Clean(r.Path())),
			roleName: strings.ToLower(r.Name()), part: others,
		}
		if double[r.ARN] {
			row.via = foreign.Clean(r.PrincipalARN[strings.LastIndexByte(r.PrincipalARN, '/')+1:])
		}
		l.rows = append(l.rows, row)
	}
	l.filter("")
	return l
}

// Highlight shows the line under the bar, and what the filter found, in the terminal's own ways (ECMA-48 SGR).
func (l *List) Highlight() { l.bold, l.under = "\x1b[1m", "\x1b[4m" }

// Prefer puts favourites and the roles taken last before the others.
func (l *List) Prefer(p Picks) {
	for _, row := range l.rows {
		row.favourite = slices.Contains(p.Favourites, row.role.ARN)
		switch at := slices.Index(p.Recent, row.role.ARN); {
		case row.favourite:
			row.part = favourites
		case at >= 0 && at < recentShown:
			row.part = recent
		}
		l.divided = l.divided || row.part != others
	}
	slices.SortStableFunc(l.rows, func(a, b *item) int {
		if a.part != b.part || a.part != recent {
			return int(a.part - b.part)
		}
		return slices.Index(p.Recent, a.role.ARN) - slices.Index(p.Recent, b.role.ARN)
	})
	l.filter("")
}

// filter keeps the roles that every word typed fits, letter for letter where there are such, else loosely. The bar stays
// on a role that the person chose while that fits, and else goes to the first of those that fit best.
func (l *List) filter(typed string) {
	was := -1
	if l.moved && l.any() {
		was = l.fitting[l.bar]
	}
	l.typed, l.words = typed, filterWords(typed)
	least := make([]int, len(l.rows))
	sums := make([]int, len(l.rows))
	best, at, enough := -1, 0, fitsLoosely
	for i, row := range l.rows {
		if least[i], sums[i] = row.fit(l.words); least[i] > fitsLoosely {
			enough = fitsInside
		}
	}
	l.fitting, l.bar, l.top = l.fitting[:0], 0, 0
	stays := false
	for i := range l.rows {
		if least[i] < enough {
			continue
		}
		if i == was {
			l.bar, stays = len(l.fitting), true
		}
		if sums[i] > best {
			best, at = sums[i], len(l.fitting)
		}
		l.fitting = append(l.fitting, i)
	}
	if l.moved = stays; !stays {
		l.bar = at
	}
}

// longestFilter is how much may be typed or pasted, in characters. No name is longer.
const longestFilter = 600

func (l *List) typeText(text string) {
	if len(l.typed)+len(text) <= 4*longestFilter {
		l.filter(l.typed + text)
	}
}

// untype takes back the last character typed, with its accents.
func (l *List) untype() {
	last := 0
	for g := uniseg.NewGraphemes(l.typed); g.Next(); {
		last, _ = g.Positions()
	}
	l.filter(l.typed[:last])
}

func (l *List) move(by int) {
	l.bar = max(0, min(l.bar+by, len(l.fitting)-1))
	l.moved = true
}

func (l *List) any() bool { return len(l.fitting) > 0 }

// underBar is the role under the bar, nil where none fits.
func (l *List) underBar() *item {
	if !l.any() {
		return nil
	}
	return l.rows[l.fitting[l.bar]]
}

// mark marks the role under the bar, or takes its mark back, and moves on.
func (l *List) mark(then int) {
	if row := l.underBar(); row != nil && l.Several {
		row.marked = !row.marked
	}
	l.move(then)
}

// markAll marks every role that fits, or takes their marks back where all have one.
func (l *List) markAll() {
	if !l.Several {
		return
	}
	all := !slices.ContainsFunc(l.fitting, func(i int) bool { return !l.rows[i].marked })
	for _, i := range l.fitting {
		l.rows[i].marked = !all
	}
}

// favour makes the role under the bar a favourite, or not one any more. It keeps its place for now.
func (l *List) favour() {
	if row := l.underBar(); row != nil {
		row.favourite = !row.favourite
	}
}

// marked are the roles that are marked, also those that do not fit the filter.
func (l *List) marked() []saml.Role {
	var out []saml.Role
	for _, row := range l.rows {
		if row.marked {
			out = append(out, row.role)
		}
	}
	return out
}

// taken are the roles that return takes: those that are marked, else the one under the bar.
func (l *List) taken() []saml.Role {
	if marked := l.marked(); len(marked) > 0 {
		return marked
	}
	if row := l.underBar(); row != nil {
		return []saml.Role{row.role}
	}
	return nil
}
