package settings

import (
	"errors"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// section is a part of a file: what stands above all tables, or a header and its keys.
type section struct {
	path   []string
	list   bool // [[…]]
	header int  // where the line of the header begins, 0 for what stands above all tables
	end    int  // behind the line of the last key, or of the header
}

// entry is one key = value.
type entry struct {
	path       []string // from the top of the file
	key        int      // where the key begins
	value, end int      // where the value begins and ends
	section    int
	within     bool // of an inline table
	table      bool // the value is an inline table
	array      bool
	elements   []string // of an array that has only texts
	last       int      // where the last element ends, or the last entry of an inline table; 0 if there is none
}

// layout says where everything in a text stands, as byte offsets.
type layout struct {
	text     string
	sections []section
	entries  []entry
}

var errNotUnderstood = errors.New("the text around it is not understood")

func lay(text string) (*layout, error) {
	l := &layout{text: text, sections: []section{{}}}
	var p unstable.Parser
	p.Reset([]byte(text))
	for p.NextExpression() {
		e := p.Expression()
		var err error
		switch e.Kind {
		case unstable.Table, unstable.ArrayTable:
			path, start, end := keyParts(nil, e)
			l.sections = append(l.sections, section{path: path, list: e.Kind == unstable.ArrayTable, header: l.lineStart(start), end: l.lineEnd(end)})
		case unstable.KeyValue:
			here, at := len(l.sections)-1, len(l.entries)
			if err = l.note(l.sections[here].path, here, e, false); err == nil {
				l.sections[here].end = l.lineEnd(l.entries[at].end)
			}
		}
		if err != nil {
			return nil, err
		}
	}
	return l, p.Error()
}

// keyParts appends the parts of an expression's key to a path, and says where the key stands.
func keyParts(path []string, e *unstable.Node) (_ []string, start, end int) {
	path = slices.Clip(path)
	start = -1
	for k := e.Key(); k.Next(); {
		raw := k.Node().Raw
		if start < 0 {
			start = int(raw.Offset)
		}
		end = int(raw.Offset + raw.Length)
		path = append(path, string(k.Node().Data))
	}
	return path, start, end
}

// note keeps where a key and its value stand, and those within an inline table.
func (l *layout) note(table []string, section int, node *unstable.Node, within bool) error {
	path, start, end := keyParts(table, node)
	e := entry{path: path, key: start, section: section, within: within}
	e.value = l.skip(end)
	if e.value >= len(l.text) || l.text[e.value] != '=' {
		return errNotUnderstood
	}
	e.value = l.skip(e.value + 1)
	if e.end = valueEnd(l.text, e.value); e.end <= e.value {
		return errNotUnderstood
	}
	v := node.Value()
	at := len(l.entries)
	l.entries = append(l.entries, e)
	switch v.Kind {
	case unstable.InlineTable:
		l.entries[at].table = true
		for c := v.Children(); c.Next(); {
			if err := l.note(path, section, c.Node(), true); err != nil {
				return err
			}
		}
		for _, inner := range l.entries[at+1:] {
			l.entries[at].last = max(l.entries[at].last, inner.end)
		}
	case unstable.Array:
		l.entries[at].array = true
		l.entries[at].elements = []string{}
		for c := v.Children(); c.Next(); {
			n := c.Node()
			if n.Kind == unstable.Comment {
				continue
			}
			if n.Kind != unstable.String || n.Raw.Length == 0 {
				l.entries[at].elements = nil
				break
			}
			l.entries[at].elements = append(l.entries[at].elements, string(n.Data))
			l.entries[at].last = int(n.Raw.Offset + n.Raw.Length)
		}
	}
	return nil
}

func (l *layout) skip(at int) int {
	for at < len(l.text) && (l.text[at] == ' ' || l.text[at] == '\t') {
		at++
	}
	return at
}

func (l *layout) lineStart(at int) int { return strings.LastIndexByte(l.text[:at], '\n') + 1 }

// lineEnd is the place behind the line end that follows a place.
func (l *layout) lineEnd(at int) int {
	if n := strings.IndexByte(l.text[at:], '\n'); n >= 0 {
		return at + n + 1
	}
	return len(l.text)
}

// valueEnd is the place behind a value, -1 where none is seen. What it takes for the end is judged by reading the
// edited text again.
func valueEnd(text string, at int) int {
	depth := 0
	for at < len(text) {
		rest := text[at:]
		switch c := rest[0]; {
		case c == '"' || c == '\'':
			n := stringEnd(rest)
			if n < 0 {
				return -1
			}
			at += n
		case c == '[' || c == '{':
			depth++
			at++
		case c == ']' || c == '}':
			if depth == 0 {
				return at
			}
			depth--
			at++
		case depth > 0 && c == '#':
			n := strings.IndexByte(rest, '\n')
			if n < 0 {
				return -1
			}
			at += n
			continue
		case depth > 0:
			at++
			continue
		default: // a number, a date, true or false
			n := strings.IndexAny(rest, ",]}#\r\n")
			if n < 0 {
				n = len(rest)
			}
			return at + len(strings.TrimRight(rest[:n], " \t"))
		}
		if depth == 0 {
			return at
		}
	}
	return -1
}

// stringEnd is the length of the string that a text begins with, quotes included; -1 where it does not end.
func stringEnd(text string) int {
	quote, literal := text[:1], text[0] == '\''
	if triple := strings.Repeat(quote, 3); strings.HasPrefix(text, triple) {
		quote = triple
	}
	for at := len(quote); at < len(text); at++ {
		switch {
		case text[at] == '\\' && !literal:
			at++
		case strings.HasPrefix(text[at:], quote):
			at += len(quote)
			for n := 0; n < 2 && len(quote) == 3 && at < len(text) && text[at] == quote[0]; n++ { // """" ends with a quote in it
				at++
			}
			return at
		}
	}
	return -1
}
