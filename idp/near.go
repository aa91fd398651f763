package idp

import (
	"fmt"
	"strings"
)

// Near tells how near a recogniser came to a page that it did not know.
type Near struct {
	Name    string   // of the recogniser
	Marks   int      // that its pages have
	Missing []string // of them, those that this page has not
}

func (n Near) String() string {
	if len(n.Missing) == 0 {
		return n.Name + ", of which it has every mark; but something else on it does not fit"
	}
	return fmt.Sprintf("%s: it has %d of %d marks; missing: %s", n.Name, n.Marks-len(n.Missing), n.Marks, strings.Join(n.Missing, ", "))
}

// nearest is the recogniser of whose marks a page has the greatest share; the first of several. It is nil where the page
// has no mark of any.
func nearest(p *Page, all []Recogniser) *Near {
	var best *Near
	share := 0.0
	for _, k := range all {
		near := &Near{Name: k.Name, Marks: len(k.Marks)}
		for _, m := range k.Marks {
			if !p.Has(m.Selector) {
				near.Missing = append(near.Missing, m.Says)
			}
		}
		if got := float64(near.Marks-len(near.Missing)) / float64(max(near.Marks, 1)); got > share {
			best, share = near, got
		}
	}
	return best
}

// notRecognised reports this page as one that no recogniser knows, with the one that came nearest.
func (p *Page) notRecognised(why string, all []Recogniser) *PageError {
	e := p.NotUnderstood(why)
	e.Near = nearest(p, all)
	return e
}
