package main

import (
	"fmt"
	"html"
	"strings"

	"github.com/hinshun/vt10x"
)

// A theme is the colours of a picture of a terminal.
type theme struct {
	name, back, frame, text string
	ansi                    [16]string
}

func themes() []theme {
	return []theme{
		{"light", "#ffffff", "#d0d7de", "#1f2328", [16]string{
			"#24292f", "#cf222e", "#116329", "#7d4e00", "#0550ae", "#8250df", "#1b7c83", "#6e7781",
			"#8c959f", "#a40e26", "#1a7f37", "#633c01", "#0969da", "#6639ba", "#3192aa", "#1f2328",
		}},
		{"dark", "#0d1117", "#30363d", "#e6edf3", [16]string{
			"#484f58", "#ff7b72", "#3fb950", "#d29922", "#58a6ff", "#bc8cff", "#39c5cf", "#b1bac4",
			"#6e7681", "#ffa198", "#56d364", "#e3b341", "#79c0ff", "#d2a8ff", "#56d4dd", "#ffffff",
		}},
	}
}

const (
	cellWide, cellHigh = 8.4, 19.0 // of a monospaced font of 14 pixels
	margin, titleHigh  = 16.0, 34.0
	bold               = 4 // vt10x's bit for it
)

// svg draws what a terminal shows, line by line, in runs of one look. Each run has its width, so that the columns stand
// below each other whatever font the reader has.
func svg(v vt10x.View, columns int, look theme) string {
	rows := strings.Split(strings.TrimRight(v.String(), "\n "), "\n")
	wide, high := float64(columns)*cellWide+2*margin, float64(len(rows))*cellHigh+titleHigh+margin
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%.0f" height="%.0f" viewBox="0 0 %.0f %.0f">`+"\n", wide, high, wide, high)
	fmt.Fprintf(&b, `<rect x=".5" y=".5" width="%.0f" height="%.0f" rx="8" fill="%s" stroke="%s"/>`+"\n", wide-1, high-1, look.back, look.frame)
	for i := range 3 {
		fmt.Fprintf(&b, `<circle cx="%d" cy="17" r="5" fill="%s"/>`+"\n", 20+i*18, look.frame)
	}
	b.WriteString(`<g font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace" font-size="14">` + "\n")
	for y, row := range rows {
		drawRow(&b, v, y, min(columns, len([]rune(row))), look)
	}
	b.WriteString("</g>\n</svg>\n")
	return b.String()
}

func drawRow(b *strings.Builder, v vt10x.View, y, columns int, look theme) {
	top := titleHigh + float64(y)*cellHigh
	for x := 0; x < columns; {
		first := v.Cell(x, y)
		var text strings.Builder
		from := x
		for ; x < columns; x++ {
			c := v.Cell(x, y)
			if c.FG != first.FG || c.BG != first.BG || c.Mode&bold != first.Mode&bold {
				break
			}
			text.WriteRune(max(c.Char, ' '))
		}
		if first.BG != vt10x.DefaultBG {
			fmt.Fprintf(b, `<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="%s"/>`+"\n", margin+float64(from)*cellWide, top, float64(x-from)*cellWide, cellHigh, look.colour(first.BG, look.text))
		}
		weight, fill := "", look.text
		if first.Mode&bold != 0 {
			weight = ` font-weight="bold"`
		}
		if first.BG != vt10x.DefaultBG {
			fill = look.back
		}
		for _, piece := range svgPieces(text.String()) {
			fmt.Fprintf(b, `<text x="%.1f" y="%.1f" textLength="%.1f" fill="%s"%s>%s</text>`+"\n", margin+float64(from+piece.at)*cellWide, top+cellHigh-5, float64(len([]rune(piece.text)))*cellWide, look.colour(first.FG, fill), weight, html.EscapeString(piece.text))
		}
	}
}

type piece struct {
	at   int // columns from the beginning of the run
	text string
}

// svgPieces are the parts of a text between two blanks or more, which SVG would take for one.
func svgPieces(text string) []piece {
	var out []piece
	cells := []rune(text)
	for at := 0; at < len(cells); {
		if cells[at] == ' ' {
			at++
			continue
		}
		end := at
		for end < len(cells) && (cells[end] != ' ' || end+1 < len(cells) && cells[end+1] != ' ') {
			end++
		}
		out = append(out, piece{at, string(cells[at:end])})
		at = end
	}
	return out
}

func (l theme) colour(c vt10x.Color, otherwise string) string {
	if c < 16 {
		return l.ansi[c]
	}
	return otherwise
}
