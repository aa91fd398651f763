package profiles

// written are the keys of the credentials file that samlogin takes out again.
func written() []setting {
	var all []setting
	for _, key := range []string{keyID, keySecret, keyToken, keyOldToken, keyExpires, keyPrincipal, keyMark} {
		all = append(all, setting{key: key, drop: true})
	}
	return all
}

// remove takes lines of a profile out, those that samlogin wrote, and the header where nothing else is left of the
// section. Comments above the last of these lines are something left; what is below may be about the next section. Where
// none of the lines is there, nothing changes.
func (e *edit) remove(profile string, own []setting) error {
	before := len(e.splices)
	if err := e.set(profile, own); err != nil {
		return err
	}
	if len(e.splices) == before {
		return nil
	}
	gone := make(map[int]bool, len(e.splices)-before) // by offset of the line's start; the blank lines around profiles removed before are not ours
	for _, s := range e.splices[before:] {
		if s.text == "" {
			gone[s.start] = true
		}
	}
	for _, n := range e.of[profile] {
		e.removeHeader(e.doc.sections[n], gone)
	}
	return nil
}

func (e *edit) removeHeader(s section, gone map[int]bool) {
	d, last := e.doc, s.header
	for i := s.header + 1; i < s.after; i++ {
		if gone[d.lines[i].start] {
			last = i
		}
	}
	for i := s.header + 1; i < s.after; i++ {
		l := d.lines[i]
		if kept := l.kind != blankLine && !gone[l.start]; kept && (l.kind != commentLine || i < last) {
			return
		}
	}
	e.cut(s.header)
	for i := s.header + 1; i < last; i++ {
		if d.lines[i].kind == blankLine {
			e.cut(i) // blanks between the lines taken out
		}
	}
	// The blank line that set the section apart goes too, where one is left on the other side, or the file ends.
	if above := s.header - 1; above >= 0 && d.lines[above].kind == blankLine &&
		(last+1 == len(d.lines) || d.lines[last+1].kind == blankLine) {
		e.cut(above)
	}
}
