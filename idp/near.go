package idp

import (
	"fmt"
	"strings"
)

// Near tells how near a recogniser came to a page that it did not know.
type Near struct {
	Name     string   // of the recogniser
	Marks    int      // that its pages have
	Missing  []string // of them, those that this page has not
	InTheWay []string // what this page has, and its pages never have
}

func (n Near) String() string {
	text := fmt.Sprintf("%s: it has %d of %d marks", n.Name, n.Marks-len(n.Missing), n.Marks)
	if len(n.Missing) > 0 {
		text += "; missing: " + strings.Join(n.Missing, ", ")
	}
	if len(n.InTheWay) > 0 {
		text += "; in the way: " + strings.Join(n.InTheWay, ", ")
	}
	if len(n.Missing)+len(n.InTheWay) == 0 {
		text += ", but is put together otherwise"
	}
	return text
}

// nearest is the recogniser of whose marks a page has the greatest share, with the least in the way; the first of
// several. It is nil where the page has no mark of any.
func nearest(p *Page, all []Recogniser) *Near {
	var best *Near
	share := 0.0
	for _, k := range all {
		near := &Near{Name: k.Name, Marks: len(k.Marks)}
		for _, m := range k.Marks {
			if !m.on(p) {
				near.Missing = append(near.Missing, m.Says)
			}
		}
		for _, m := range k.Never {
			if m.on(p) {
				near.InTheWay = append(near.InTheWay, m.Says)
			}
		}
		got := float64(near.Marks-len(near.Missing)) / float64(max(near.Marks, 1))
		if got > share || best != nil && got == share && len(near.InTheWay) < len(best.InTheWay) {
			best, share = near, got
		}
	}
	return best
}

func (m Mark) on(p *Page) bool { return p.Doc.Find(m.Selector).Length() > m.Over }

// notRecognised reports this page as one that no recogniser knows, with the one that came nearest.
func (p *Page) notRecognised(why string, all []Recogniser) *PageError {
	e := p.NotUnderstood(why)
	e.Near = nearest(p, all)
	return e
}
