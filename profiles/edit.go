package profiles

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// The house rules of an edit:
//   - a line is written as "key = value", without indent, and with the line end of the lines around it;
//   - a key that is there is replaced where it stands, and keeps the indent it has: its neighbours may have the same
//     one, and would become part of its value if it lost it;
//   - a new key goes below the last key of its section: what follows may be the comment of the next section;
//   - a new section goes to the end of the file, after one blank line.

// setting is one key to be as given after an edit.
type setting struct {
	key, value string
	ifThere    bool // change it only where it is there
	drop       bool // take it out
}

// splice replaces the bytes [start, end) of a text.
type splice struct {
	start, end int
	text       string
}

// edit collects the changes of one document.
type edit struct {
	path     string
	doc      *document
	inConfig bool
	of       map[string][]int // sections by profile
	splices  []splice
	appended []appendix
}

type appendix struct {
	header   string
	settings []setting
}

func newEdit(path string, doc *document, inConfig bool) *edit {
	return &edit{path: path, doc: doc, inConfig: inConfig, of: doc.profiles(inConfig)}
}

// profiles are the sections of each profile, in the order of the file.
func (d *document) profiles(inConfig bool) map[string][]int {
	of := make(map[string][]int, len(d.sections))
	each := make([]int, len(d.sections)) // one allocation for the common case of one section each
	for n, s := range d.sections {
		name, _ := s.profile(inConfig)
		if name == "" {
			continue
		}
		if all, ok := of[name]; ok {
			of[name] = append(all, n)
			continue
		}
		each[n] = n
		of[name] = each[n : n+1 : n+1]
	}
	return of
}

// set makes the settings hold for a profile. The error is a *BrokenFileError.
func (e *edit) set(profile string, settings []setting) error {
	of := e.of[profile]
	if err := e.doc.unsound(e.path, profile, of, e.inConfig); err != nil {
		return err
	}
	if slices.ContainsFunc(settings, func(s setting) bool { return !s.drop }) {
		if err := e.doc.inherited(e.path); err != nil {
			return err
		}
	}
	if len(of) == 0 {
		header := profile
		if e.inConfig && profile != "default" {
			header = "profile " + profile
		}
		settings = slices.DeleteFunc(slices.Clone(settings), func(s setting) bool { return s.ifThere || s.drop })
		if len(settings) > 0 {
			e.appended = append(e.appended, appendix{header, settings})
		}
		return nil
	}
	for _, n := range of {
		if err := e.setIn(n, profile, settings); err != nil {
			return err
		}
	}
	return nil
}

// setIn makes the settings hold in one section.
func (e *edit) setIn(n int, profile string, settings []setting) error {
	d, s := e.doc, e.doc.sections[n]
	at := make([]int, len(settings)) // line of each setting, 0 if it is not there: line 0 cannot be in a section
	last := s.header                 // the last line that is not a blank, not a comment, and stays
	block := false                   // below a line of ours that only some clients see as a key, and that opens a block for them
	for i := s.header + 1; i < s.after; i++ {
		l := d.lines[i]
		if l.kind == blankLine || l.kind == commentLine {
			continue
		}
		own := -1
		if l.kind == keyLine || l.kind == strayLine {
			own = slices.IndexFunc(settings, func(s setting) bool { return s.key == l.key })
		}
		switch {
		case own >= 0 && at[own] != 0:
			return &BrokenFileError{Path: e.path, Line: i + 1, Why: fmt.Sprintf("profile %s has %s for the second time, the first is at line %d", profile, l.key, at[own]+1)}
		case own >= 0:
			at[own] = i
			block = l.kind == strayLine && goValue(l.value) == ""
			if l.kind == keyLine && !settings[own].drop {
				last = i
			}
		default:
			if block = block && l.kind != keyLine; block { // without our line it would become something else
				return &BrokenFileError{Path: e.path, Line: i + 1, Why: "a line of profile " + profile + " is indented below one that only some AWS clients take as a key"}
			}
			if l.continues && e.ownAbove(i, settings) {
				return &BrokenFileError{Path: e.path, Line: i + 1, Why: "a line of profile " + profile + " is indented, so that the AWS CLI takes it as part of the key above"}
			}
			if (l.kind == nestedLine || l.kind == junkLine) && l.indent > 0 && e.ownAboveForGo(i, settings) {
				return &BrokenFileError{Path: e.path, Line: i + 1, Why: "a line of profile " + profile + " is indented and no key = value, so that some AWS clients take it as part of the key above"}
			}
			last = i
		}
	}
	var fresh []setting
	for k, st := range settings {
		i := at[k]
		switch {
		case i == 0 && !st.ifThere && !st.drop:
			fresh = append(fresh, st)
		case i == 0:
		case st.drop:
			e.cut(i)
		case d.lines[i].kind == strayLine:
			e.cut(i) // one that only some clients see moves to where all of them see it
			fresh = append(fresh, st)
		default:
			l := d.lines[i]
			if d.text[l.start+l.indent:l.end] != st.line() {
				e.splices = append(e.splices, splice{l.start + l.indent, l.end, st.line()})
			}
		}
	}
	e.insert(last, fresh)
	return nil
}

// ownAbove reports whether the key that botocore joins a line to is one of the settings.
func (e *edit) ownAbove(i int, settings []setting) bool {
	for i--; i >= 0; i-- {
		switch l := e.doc.lines[i]; {
		case l.kind == headerLine:
			return false
		case l.kind == keyLine, l.kind == strayLine && !l.continues:
			return slices.ContainsFunc(settings, func(s setting) bool { return s.key == l.key })
		}
	}
	return false
}

// ownAboveForGo reports whether the key that the AWS SDK for Go joins a line without "=" to is one of the settings: its
// nearest key, at whatever indent.
func (e *edit) ownAboveForGo(i int, settings []setting) bool {
	for i--; i >= 0; i-- {
		switch l := e.doc.lines[i]; {
		case l.kind == headerLine:
			return false
		case l.kind == keyLine, l.kind == strayLine && l.continues:
			return slices.ContainsFunc(settings, func(s setting) bool { return s.key == l.key })
		}
	}
	return false
}

func (st setting) line() string { return st.key + " = " + st.value }

// cut takes out a whole line.
func (e *edit) cut(i int) {
	l := e.doc.lines[i]
	e.splices = append(e.splices, splice{l.start, l.next, ""})
}

// insert puts lines below a line.
func (e *edit) insert(below int, fresh []setting) {
	if len(fresh) == 0 {
		return
	}
	l := e.doc.lines[below]
	eol := e.doc.lineEnd(below)
	var b strings.Builder
	if l.end == l.next {
		b.WriteString(eol)
	}
	for _, st := range fresh {
		b.WriteString(st.line())
		b.WriteString(eol)
	}
	e.splices = append(e.splices, splice{l.next, l.next, b.String()})
}

// lineEnd is the line end in use at a line: its own, or where it has none (the last line of a file) that of the line
// above.
func (d *document) lineEnd(i int) string {
	for ; i >= 0; i-- {
		switch l := d.lines[i]; d.text[l.end:l.next] {
		case "\r\n":
			return "\r\n"
		case "\n":
			return "\n"
		}
	}
	return "\n"
}

// text is the document with the changes made.
func (e *edit) text() string {
	if len(e.splices) == 0 && len(e.appended) == 0 {
		return e.doc.text
	}
	// A line put in comes before one taken out at the same place.
	slices.SortFunc(e.splices, func(a, b splice) int { return cmp.Or(a.start-b.start, a.end-b.end) })
	var b strings.Builder
	b.Grow(len(e.doc.text) + 2048*(len(e.appended)+1))
	at := 0
	for _, s := range e.splices {
		b.WriteString(e.doc.text[at:s.start])
		b.WriteString(s.text)
		at = s.end
	}
	b.WriteString(e.doc.text[at:])
	if len(e.appended) == 0 {
		return b.String()
	}
	eol := e.doc.lineEnd(len(e.doc.lines) - 1)
	for _, a := range e.appended {
		so := b.String()
		if so != "" && !strings.HasSuffix(so, "\n") {
			b.WriteString(eol)
		}
		if so != "" && !endsBlank(so) {
			b.WriteString(eol)
		}
		b.WriteString("[" + a.header + "]" + eol)
		for _, st := range a.settings {
			b.WriteString(st.line() + eol)
		}
	}
	return b.String()
}

// endsBlank reports whether the last line of a text is a blank one.
func endsBlank(text string) bool {
	rest := strings.TrimRight(text, "\r\n\t ")
	return rest == "" || strings.Count(text[len(rest):], "\n") > 1
}
