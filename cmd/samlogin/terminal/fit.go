package terminal

import (
	"strings"

	"github.com/rivo/uniseg"

	"github.com/samlogin/samlogin/saml/foreign"
)

// Fit cuts a text to a width in columns of the terminal; what is cut off is replaced by an ellipsis.
func Fit(s string, width int) string {
	s = foreign.Clean(s)
	if width < 1 {
		width = 1
	}
	if len(s) <= width || uniseg.StringWidth(s) <= width { // no character has more columns than bytes
		return s
	}
	var b strings.Builder
	used := 0
	for g := uniseg.NewGraphemes(s); g.Next(); {
		if used+g.Width() > width-1 {
			break
		}
		used += g.Width()
		b.WriteString(g.Str())
	}
	return b.String() + "…"
}
