package settings

import (
	"slices"
	"strings"
)

// withChange makes one change in the text of a settings file. The text is one that can be read.
func withChange(text string, c Change) (string, error) {
	l, err := lay(text)
	if err != nil {
		return "", err
	}
	path := c.path()
	var within *entry // the innermost inline table that the key would be in
	for i, e := range l.entries {
		switch {
		case slices.Equal(e.path, path):
			return l.replace(e, c.Value)
		case e.table && len(e.path) < len(path) && slices.Equal(e.path, path[:len(e.path)]):
			within = &l.entries[i]
		}
	}
	if c.Value == nil {
		return text, nil
	}
	assignment := func(below []string) string {
		var names []string
		for _, part := range path[len(below):] {
			names = append(names, keyName(part))
		}
		return strings.Join(names, ".") + " = " + written(c.Value)
	}
	if within != nil {
		return l.insertWithin(*within, assignment(within.path)), nil
	}
	table := path[:len(path)-1]
	for i, s := range l.sections {
		switch {
		case !slices.Equal(s.path, table) || s.list:
		case i > 0 || s.end > 0:
			return l.insertLines(s.end, assignment(table)), nil
		case len(l.sections) == 1: // nothing but comments
			return l.insertLines(len(text), assignment(table)), nil
		}
	}
	for _, e := range slices.Backward(l.entries) { // a table that is made of dotted keys
		if !e.within && len(e.path) > len(table) && len(table) > 0 && slices.Equal(e.path[:len(table)], table) {
			if s := l.sections[e.section]; !s.list {
				return l.insertLines(l.lineEnd(e.end), assignment(s.path)), nil
			}
		}
	}
	if len(table) == 0 { // the first key above all tables: above the comment of the first of them
		at := l.commentAbove(l.sections[1].header)
		return text[:at] + assignment(nil) + l.eol() + l.eol() + text[at:], nil
	}
	return l.insertTable(table, assignment(table)), nil
}

// replace puts another value in the place of one, or takes the key out.
func (l *layout) replace(e entry, value any) (string, error) {
	switch v := value.(type) {
	case nil:
		if e.within {
			return "", errInline
		}
		return l.text[:l.lineStart(e.key)] + l.text[l.lineEnd(e.end):], nil
	case []string:
		if e.elements != nil && slices.Equal(e.elements, v) {
			return l.text, nil
		}
		if n := len(e.elements); n > 0 && len(v) > n && slices.Equal(e.elements, v[:n]) {
			return l.appendElements(e, v[n:]), nil
		}
	}
	return l.text[:e.value] + written(value) + l.text[e.end:], nil
}

// appendElements adds to an array in the way it is written: in its line, or a line for each.
func (l *layout) appendElements(e entry, more []string) string {
	var b strings.Builder
	if !strings.Contains(l.text[e.value:e.last], "\n") {
		for _, s := range more {
			b.WriteString(", " + written(s))
		}
		return l.text[:e.last] + b.String() + l.text[e.last:]
	}
	first := l.lineStart(e.last)
	indent := l.text[first:l.skip(first)]
	for _, s := range more {
		b.WriteString(indent + written(s) + "," + l.eol())
	}
	comma := ","
	for rest := l.text[e.last:e.end]; rest != ""; { // there may be one already, with comments around it
		rest = strings.TrimLeft(rest, " \t\r\n")
		if strings.HasPrefix(rest, ",") {
			comma = ""
		}
		if !strings.HasPrefix(rest, "#") {
			break
		}
		_, rest, _ = strings.Cut(rest, "\n")
	}
	end := l.lineStart(e.end - 1) // of the line with the closing bracket
	if end <= e.last {            // which stands behind the last element
		return l.text[:e.last] + comma + l.eol() + strings.TrimRight(b.String(), ",\r\n") + l.text[e.last:]
	}
	return l.text[:e.last] + comma + l.text[e.last:end] + b.String() + l.text[end:]
}

// insertWithin adds to an inline table.
func (l *layout) insertWithin(e entry, assignment string) string {
	if e.last == 0 {
		return l.text[:e.value] + "{ " + assignment + " }" + l.text[e.end:]
	}
	return l.text[:e.last] + ", " + assignment + l.text[e.last:]
}

// insertLines puts lines at a place that is behind a line end, or at the end of a text that does not end with one.
func (l *layout) insertLines(at int, lines ...string) string {
	eol := l.eol()
	before := l.text[:at]
	if before != "" && !strings.HasSuffix(before, "\n") {
		before += eol
	}
	return before + strings.Join(lines, eol) + eol + l.text[at:]
}

// insertTable puts a new table below the last one of its kind, with the comment that stands right below that; the first
// of its kind goes to the end of the file.
func (l *layout) insertTable(table []string, assignment string) string {
	at := len(l.text)
	for i, s := range l.sections {
		if len(s.path) > 0 && s.path[0] == table[0] && i+1 < len(l.sections) {
			at = l.commentBelow(s.end)
		} else if len(s.path) > 0 && s.path[0] == table[0] {
			at = len(l.text)
		}
	}
	lines := []string{header(table), assignment}
	if before := l.text[:at]; strings.TrimSpace(before) != "" && !endsBlank(before) {
		lines = append([]string{""}, lines...)
	}
	if rest := l.text[at:]; rest != "" && strings.TrimSpace(strings.SplitN(rest, "\n", 2)[0]) != "" {
		lines = append(lines, "")
	}
	return l.insertLines(at, lines...)
}

// commentBelow is the place behind the comment lines at a place, unless a header follows them, whose comment they are.
func (l *layout) commentBelow(at int) int {
	for end := at; ; end = l.lineEnd(end) {
		switch rest := strings.TrimLeft(l.text[end:], " \t"); {
		case strings.HasPrefix(rest, "#"):
		case strings.HasPrefix(rest, "["):
			return at
		default:
			return end
		}
	}
}

// commentAbove is where the comment lines right above a place begin.
func (l *layout) commentAbove(at int) int {
	for at > 0 {
		above := l.lineStart(at - 1)
		if !strings.HasPrefix(strings.TrimLeft(l.text[above:at], " \t"), "#") {
			break
		}
		at = above
	}
	return at
}

func endsBlank(text string) bool {
	rest := strings.TrimRight(text, "\r\n\t ")
	return strings.Count(text[len(rest):], "\n") > 1
}

// eol is the line end in use.
func (l *layout) eol() string {
	if first, _, found := strings.Cut(l.text, "\n"); found && strings.HasSuffix(first, "\r") {
		return "\r\n"
	}
	return "\n"
}
