package main

import (
	"strings"

	"github.com/rivo/uniseg"
)

// overdrawn is a line of the terminal that is drawn again and again in its place.
type overdrawn struct {
	plain bool // no escape sequence may be used: what is left of the line before is covered by blanks
	wide  int  // columns of what is on the screen; counted only where plain
}

// over is what puts a text in the place of the one before; "" takes it away. The text has no escape sequence where
// plain is set.
func (o *overdrawn) over(text string) string {
	if !o.plain {
		return "\r\x1b[K" + text
	}
	before := o.wide
	o.wide = uniseg.StringWidth(text)
	out := "\r" + text + strings.Repeat(" ", max(before-o.wide, 0))
	if text == "" {
		out += "\r"
	}
	return out
}
