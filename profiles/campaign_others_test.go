//go:build !windows

package profiles

import (
	"fmt"
	"strings"
	"time"
)

// act is something that another program does to a file: it has a section of its own there, with a number in it that
// it counts up. It reads the file, changes its line, and writes all of it back, as the AWS CLI and editors do.
type act struct{ how, file int }

const (
	inPlaceAtOnce  = iota
	inPlaceHalting // empties the file, and fills it a millisecond later
	byRename
	ofStaleText // writes back, in place, what it read some time ago
	acts
)

func (w *world) act(a act) {
	o, at := &w.other[a.file], w.real[a.file]
	here, err := w.find(at)
	if err != nil && here.folder == nil {
		return // no folder yet
	}
	for _, d := range w.due {
		if d.node == here.node {
			return // it is at it already, and others do not write at the same time: that would be their quarrel
		}
	}
	before := w.content(a.file)
	if o.stale == "" {
		o.stale = before
	}
	w.sum.others++
	after := counted(before)
	switch a.how {
	case inPlaceAtOnce:
		w.overwrite(at, after)
	case byRename:
		if here.node == nil || !here.node.mount {
			w.put(at+".theirs", after, 0o600)
			if err := w.rename(at+".theirs", at); err != nil {
				panic(err)
			}
		} else {
			w.overwrite(at, after)
		}
	case inPlaceHalting:
		w.due = append(w.due, dueWrite{time.Now().Add(time.Millisecond), w.overwrite(at, ""), after})
	case ofStaleText:
		after = counted(o.stale)
		w.overwrite(at, after)
		o.wasOver, o.unseen = true, !o.replaced
		w.sum.stale++
	}
	w.sayf("  call %d: another program writes %s, way %d: %q", w.calls, at, a.how, after)
	o.stale = before
	o.unread = o.suspect && o.unread || a.how == byRename || a.how == inPlaceHalting && before == "" // an open file is the old one; its time was looked at
	o.suspect = true
	w.settleOther(a.file, after)
}

// overwrite writes a file in place, and keeps its mode.
func (w *world) overwrite(at, text string) *inode {
	here, err := w.find(at)
	if err != nil {
		return w.put(at, text, 0o600)
	}
	return w.put(at, text, here.node.perm)
}

// write makes the writes that are due.
func (w *world) write(now time.Time) {
	left := w.due[:0]
	for _, d := range w.due {
		if now.Before(d.when) {
			left = append(left, d)
			continue
		}
		d.node.data = []byte(d.text)
	}
	w.due = left
}

// finish lets the others end what they are at.
func (w *world) finish() { w.write(time.Now().Add(time.Hour)) }

// counted is a text with the number counted up.
func counted(text string) string {
	const mine = "[other]\nn = "
	i := strings.Index(text, mine)
	if i < 0 {
		if text != "" && !strings.HasSuffix(text, "\n") {
			text += "\n"
		}
		return text + mine + "1\n"
	}
	rest := text[i+len(mine):]
	digits := len(rest) - len(strings.TrimLeft(rest, "0123456789"))
	n := 0
	_, _ = fmt.Sscan(rest[:digits], &n)
	return text[:i+len(mine)] + fmt.Sprint(n+1) + rest[digits:]
}

// watch notes whether what others wrote can have been seen before we replace a file. The moment between the last read
// of the comparison and the rename is one that no program can close without a lock that the others respect; any call
// that is not about the file itself ends the excuse.
func (w *world) watch(op string, on bool, a *account) {
	switch {
	case !on, op == "Open":
		a.suspect = false
	case op == "Read":
		a.suspect = a.suspect && a.unread
	}
	if !on {
		return
	}
	switch op {
	case "Open":
		a.unseen, a.replaced = false, false
	case "Rewrite":
		a.inPlace, a.whole = true, a.want
		w.sum.inPlace++
	case "Rename", "Write", "Truncate":
		if a.suspect && !a.window {
			a.window = true
			w.sum.windows++
		}
		a.replaced = true
	}
}

// settleOther takes a text as what others want the file to be.
func (w *world) settleOther(file int, text string) {
	w.other[file].want = w.look(file, text)
}

func (w *world) content(file int) string {
	text, _ := w.text(w.real[file])
	return text
}
