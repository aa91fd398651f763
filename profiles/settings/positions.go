package settings

import (
	"strconv"
	"strings"
	"unicode"

	"github.com/pelletier/go-toml/v2/unstable"

	"github.com/samlogin/samlogin/saml/foreign"
)

// place is a line and a column, both from 1, in one of the files that settings come from: 0 is the person's own.
type place struct{ line, column, file int }

func (p place) before(q place) bool {
	if p.file != q.file {
		return p.file < q.file
	}
	return p.line < q.line || (p.line == q.line && p.column < q.column)
}

// places tells where the first mention of a key, table or array element stands; keys are joined by join.
type places map[string]place

// join makes one string of a key's parts. No part has a NUL: control characters are refused.
func join(parts []string) string { return strings.Join(parts, "\x00") }

// The limits of what is surveyed. The settings themselves nest five deep; mfa_adapter tables may nest deeper.
const (
	maxDepth  = 16     // keys and array elements within each other
	maxKey    = 256    // bytes of one key
	maxPlaces = 20_000 // keys, tables and array elements
)

// survey notes where everything stands, and refuses what no setting has: deep nesting, and control or
// direction-changing characters, which TOML lets through as escapes. Syntax errors are left to the decoder.
func survey(data []byte) (places, *Error) {
	s := surveyor{places: places{}, lengths: map[string]int{}}
	s.parser.Reset(data)
	var table []string
	for s.parser.NextExpression() {
		e := s.parser.Expression()
		switch e.Kind {
		case unstable.Table, unstable.ArrayTable:
			written := s.key(nil, e)
			s.check(written)
			table = s.numbered(written, e.Kind == unstable.ArrayTable)
		case unstable.KeyValue:
			s.keyValue(table, e)
		}
		if s.wrong != nil {
			return nil, s.wrong
		}
	}
	return s.places, nil
}

type surveyor struct {
	parser  unstable.Parser
	places  places
	lengths map[string]int // of the arrays of tables so far
	here    place
	wrong   *Error
}

// numbered is the path of a header with the place in each array of tables on its way: the second [[x.page]] is x.page.1.
func (s *surveyor) numbered(written []string, element bool) []string {
	var path []string
	for i, part := range written {
		path = append(path, part)
		at := join(path)
		if element && i == len(written)-1 {
			s.lengths[at]++
		}
		if n := s.lengths[at]; n > 0 {
			path = append(path, strconv.Itoa(n-1))
		}
	}
	if len(path) > maxDepth {
		s.fail(path[:maxDepth], "nested too deep")
		return path[:maxDepth]
	}
	if len(path) > len(written) {
		s.note(path)
	}
	return path
}

// key appends the parts of an expression's key to a path and notes the place of each.
func (s *surveyor) key(path []string, e *unstable.Node) []string {
	path = path[:len(path):len(path)]
	for k := e.Key(); k.Next(); {
		start := s.parser.Shape(k.Node().Raw).Start
		s.here = place{line: start.Line, column: start.Column}
		path = append(path, string(k.Node().Data))
		if len(path) > maxDepth {
			s.fail(path[:maxDepth], "nested too deep")
			break
		}
		s.note(path)
	}
	return path
}

func (s *surveyor) note(path []string) {
	if s.wrong != nil {
		return
	}
	if len(s.places) >= maxPlaces {
		s.fail(nil, "has too many keys and values")
		return
	}
	if len(path[len(path)-1]) > maxKey {
		s.fail(nil, "a key is longer than 256 bytes")
		return
	}
	if at := join(path); s.places[at] == (place{}) {
		s.places[at] = s.here
	}
}

func (s *surveyor) keyValue(table []string, e *unstable.Node) {
	path := s.key(table, e)
	s.check(path)
	s.value(path, e.Value())
}

// check looks at the characters of a key. Its parts may be names, so they are people's words.
func (s *surveyor) check(path []string) {
	for _, part := range path {
		if acting(part) {
			s.fail(path, "has a control character")
		}
	}
}

func (s *surveyor) value(path []string, v *unstable.Node) {
	if s.wrong != nil {
		return
	}
	if len(path) > maxDepth {
		s.fail(path[:maxDepth], "nested too deep")
		return
	}
	switch v.Kind {
	case unstable.String:
		if acting(string(v.Data)) {
			s.fail(path, "its text has a control character")
		}
	case unstable.InlineTable:
		for c := v.Children(); c.Next(); {
			s.keyValue(path, c.Node())
		}
	case unstable.Array:
		index, here := 0, s.here
		for c := v.Children(); c.Next(); index++ {
			element := append(path[:len(path):len(path)], strconv.Itoa(index))
			s.here = here
			if raw := c.Node().Raw; raw.Length > 0 {
				start := s.parser.Shape(raw).Start
				s.here = place{line: start.Line, column: start.Column}
			}
			s.note(element)
			s.value(element, c.Node())
		}
	}
}

func (s *surveyor) fail(path []string, reason string) {
	if s.wrong == nil {
		s.wrong = &Error{Line: s.here.line, Column: s.here.column, Key: dotted(path), Reason: reason}
	}
}

// acting reports whether a text has a character that acts on a terminal or on a line of a file: the controls, the
// line and paragraph separators, and those that change the direction of reading.
func acting(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool {
		return unicode.IsControl(r) || r == 0x2028 || r == 0x2029 || unicode.Is(unicode.Bidi_Control, r)
	})
}

// dotted writes a key's path for people.
func dotted(path []string) string { return strings.Join(path, ".") }

func clean(s string) string { return foreign.Text(s).String() }

func trimToml(s string) string { return strings.TrimPrefix(s, "toml: ") }
