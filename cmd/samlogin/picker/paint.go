package picker

import (
	"bytes"
	"fmt"
	"os"
	"runtime"

	survey "github.com/AlecAivazis/survey/v2/terminal"
)

// painter brings lines to the screen and writes only those that changed.
type painter struct {
	out    *frame
	cursor *survey.Cursor
	shown  []string
	at     int // the line that the cursor is in
	made   int // lines that there are to move in, beyond the first
}

// forget begins with an empty screen.
func (p *painter) forget() { p.shown, p.at, p.made = nil, 0, 0 }

func (p *painter) draw(lines []string) {
	for i, line := range lines {
		if i < len(p.shown) && p.shown[i] == line {
			continue
		}
		p.move(i)
		fmt.Fprint(p.out, line)
		if i < len(p.shown) {
			_ = survey.EraseLine(p.out, survey.ERASE_LINE_END)
		}
	}
	for i := len(lines); i < len(p.shown); i++ {
		p.move(i)
		_ = survey.EraseLine(p.out, survey.ERASE_LINE_ALL)
	}
	if len(lines) == 0 {
		p.move(0)
	}
	p.shown = lines
}

// move goes to the beginning of a line.
func (p *painter) move(to int) {
	if down := min(to, p.made) - p.at; down > 0 {
		_ = p.cursor.Down(down)
	} else if down < 0 {
		_ = p.cursor.Up(-down)
	}
	fmt.Fprint(p.out, "\r")
	for ; p.made < to; p.made++ {
		fmt.Fprint(p.out, "\r\n")
	}
	p.at = to
}

// frame gathers what is drawn, so that it reaches the terminal in one piece and does not flicker over a slow line. On
// Windows survey moves the cursor by calls to the console, past any buffer: there everything is written at once.
type frame struct {
	pending bytes.Buffer
	file    *os.File
}

func (f *frame) Write(b []byte) (int, error) {
	if runtime.GOOS == "windows" {
		return f.file.Write(b)
	}
	return f.pending.Write(b)
}

func (f *frame) Fd() uintptr { return f.file.Fd() }

func (f *frame) flush() { _, _ = f.pending.WriteTo(f.file) }
