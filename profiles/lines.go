package profiles

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// kind says what a line is.
type kind uint8

const (
	blankLine   kind = iota
	commentLine      // "# ..." or "; ...", also indented
	headerLine       // "[name]"
	keyLine          // "key = value", for every client a key of the section
	strayLine        // "key = value", for some clients a key of the section, for others part of the value above
	nestedLine       // part of the value above, for every client
	junkLine         // none of these; botocore then refuses the whole file
)

// line is one line of a file. Its offsets are bytes from the start of the file.
type line struct {
	start, end, next int // text is [start, end); the line end is [end, next), empty for a last line without one
	kind             kind
	indent           int    // bytes of the blanks before the text
	column           int    // characters of the same, which is what botocore compares
	key, value       string // of keyLine and strayLine; the key in lower case, as every client compares it
	continues        bool   // botocore joins the line to the value above
}

// section is a header and the lines up to the next one.
type section struct {
	name    string // between the brackets, as written
	header  int    // index of the header's line
	after   int    // index of the line after the last one
	trouble *Fault // why the section must not be edited, or nil
}

// document is a file taken apart. text is never changed; an edit makes a new text.
//
// The rules are botocore's (Python's RawConfigParser, strict, no default section), because the AWS CLI is the client
// that people have: a line indented deeper than the key above goes on with that key's value; a key ends at the first
// "=" or ":"; a bare carriage return ends a line. Where the AWS SDK for Go (package config/internal/ini) sees a key
// and botocore does not, or the other way round, the line is a strayLine.
type document struct {
	text     string
	lines    []line
	sections []section
	faults   []Fault
	bom      bool
}

// byteOrderMark in UTF-8.
const byteOrderMark = "\uFEFF"

// parse takes a file apart. It never fails: what it cannot make sense of becomes a fault.
func parse(text string) *document {
	d := &document{text: text, lines: make([]line, 0, strings.Count(text, "\n")+1)}
	p := parser{document: d, section: -1, column: -1, headers: map[string]int{}}
	if strings.HasPrefix(text, byteOrderMark) {
		d.bom = true
		p.fault(0, "a byte order mark")
	}
	for at := 0; at < len(text); {
		l := p.cutLine(at)
		at = l.next
		p.take(l)
	}
	if p.section >= 0 {
		d.sections[p.section].after = len(d.lines)
	}
	return d
}

// parser keeps what the meaning of a line takes from the lines above.
type parser struct {
	*document
	section int      // index of the section being read, -1 before the first
	column  int      // of the last line that was not joined to the one above
	open    bool     // there is a key above in this section, that botocore can join a line to
	nest    bool     // its value is empty: botocore takes the lines joined to it for keys, and wants "=" in each
	goOpen  bool     // the AWS SDK for Go has a key above whose value is empty: indented keys are nested in it
	keys    seenKeys // that botocore has seen in this section
	headers map[string]int
	feed    int    // offset of the next line feed, where it is known: at or behind the line being cut
	carried *Fault // of the line above, which makes this one's section one that must not be edited too
}

// cutLine finds the line that starts at an offset. It ends with LF, CRLF or a CR alone.
func (p *parser) cutLine(at int) line {
	if p.feed < at || at == 0 { // looked for once, also where a file with CR alone has none for megabytes
		if n := strings.IndexByte(p.text[at:], '\n'); n >= 0 {
			p.feed = at + n
		} else {
			p.feed = len(p.text)
		}
	}
	if n := strings.IndexByte(p.text[at:p.feed], '\r'); n >= 0 {
		end := at + n
		if end+1 == p.feed && p.feed < len(p.text) {
			return line{start: at, end: end, next: end + 2}
		}
		return line{start: at, end: end, next: end + 1}
	}
	return line{start: at, end: p.feed, next: min(p.feed+1, len(p.text))}
}

func (p *parser) take(l line) {
	number := len(p.lines)
	whole := p.text[l.start:l.end]
	if number == 0 {
		whole = strings.TrimPrefix(whole, byteOrderMark)
	}
	if !utf8.ValidString(whole) {
		p.fault(number, "bytes that are not UTF-8")
	}
	text := strings.TrimLeftFunc(whole, space)
	l.indent = len(whole) - len(text)
	l.column = utf8.RuneCountInString(whole[:l.indent])
	text = strings.TrimRightFunc(text, space)
	// botocore: only a value above, and a deeper indent, make a line part of that value.
	l.continues = p.open && l.column > p.column
	switch {
	case text == "":
		l.kind, l.continues = blankLine, false
	case text[0] == '#' || text[0] == ';':
		l.kind, l.continues = commentLine, false
	case text[0] == '[' && len(text) > 2 && strings.Contains(text[2:], "]"):
		l.kind = headerLine
		p.header(number, l, text)
	default:
		p.content(number, &l, text)
	}
	p.lines = append(p.lines, l)
	if strings.ContainsAny(whole, "\x1c\x1d\x1e\x1f") {
		p.trouble(&Fault{Line: number + 1, Why: "a control character"}) // a blank to Python, and none to the AWS SDK for Go
	}
	// Clients that break lines at LF only see this line and the next one as one.
	p.trouble(p.carried)
	p.carried = nil
	if l.next == l.end+1 && p.text[l.end] == '\r' {
		p.carried = p.fault(number, "a carriage return without a line feed")
		p.trouble(p.carried)
	}
}

// content reads a line that is neither blank, comment nor header.
func (p *parser) content(number int, l *line, text string) {
	key, value, isKey := cutKey(text)
	if text[0] == '[' && !l.continues {
		p.trouble(p.fault(number, "a section header that is not closed"))
	}
	if l.continues && p.nest && !nestedKeys(text) {
		p.fault(number, "a line that is no key = value, in a nested block")
	}
	goNested := l.indent > 0 && p.goOpen
	switch {
	case l.continues && (goNested || !isKey):
		l.kind = nestedLine
		return
	case l.continues, isKey && goNested && l.indent > 0:
		l.kind = strayLine
	case !isKey:
		l.kind, p.column = junkLine, l.column
		if text[0] != '[' {
			p.fault(number, "a line that is no key = value")
		}
		return
	default:
		l.kind = keyLine
	}
	l.key, l.value = strings.ToLower(key), value
	if !goNested {
		p.goOpen = goValue(value) == ""
	}
	if l.continues {
		return
	}
	p.column, p.open, p.nest = l.column, true, value == ""
	if p.section < 0 {
		p.fault(number, "a key before the first section")
		return
	}
	if first, doubled := p.keys.add(l.key, number); doubled {
		p.faults = append(p.faults, Fault{Line: number + 1, Why: "a key for the second time in its section", First: first + 1})
	}
}

// header starts a section. An indented header below a key is a header to four of the six AWS clients tried, and part
// of the key's value to botocore, so that neither its section nor the one above can be edited.
func (p *parser) header(number int, l line, text string) {
	inside, rest, _ := strings.Cut(text[1:], "]")
	rest = strings.TrimLeftFunc(rest, space)
	s := section{name: inside, header: number}
	switch {
	case l.continues:
		s.trouble = p.fault(number, "an indented section header")
		p.trouble(s.trouble)
	case rest != "" && rest[0] != '#' && rest[0] != ';', strings.Contains(rest, "]"):
		s.trouble = p.fault(number, "text after a section header")
		p.trouble(s.trouble) // clients that do not take it for a header go on with the section above
	case l.column > 0:
		p.trouble(&Fault{Line: number + 1, Why: "an indented section header"}) // below a new key it would be part of its value
	}
	if number == 0 && p.bom {
		s.trouble = &Fault{Line: 1, Why: "a byte order mark"} // the AWS SDK for Go loses a section right behind it
	}
	if first, doubled := p.headers[inside]; doubled {
		p.faults = append(p.faults, Fault{Line: number + 1, Why: "a section for the second time", First: first + 1})
	} else {
		p.headers[inside] = number
	}
	if p.section >= 0 {
		p.sections[p.section].after = number
	}
	p.sections = append(p.sections, s)
	p.section = len(p.sections) - 1
	p.goOpen = false
	if !l.continues { // else botocore is still in the section above
		p.column, p.open = l.column, false
		p.keys.clear()
	}
}

func (p *parser) fault(number int, why string) *Fault {
	p.faults = append(p.faults, Fault{Line: number + 1, Why: why})
	return &Fault{Line: number + 1, Why: why}
}

// trouble marks the section being read as one that must not be edited.
func (p *parser) trouble(f *Fault) {
	if f != nil && p.section >= 0 && p.sections[p.section].trouble == nil {
		p.sections[p.section].trouble = f
	}
}

// cutKey splits "key = value". There is no key without a name.
func cutKey(text string) (key, value string, ok bool) {
	n := strings.IndexAny(text, "=:")
	if n < 0 {
		return "", "", false
	}
	key = strings.TrimRightFunc(text[:n], space)
	return key, strings.TrimLeftFunc(text[n+1:], space), key != ""
}

// nestedKeys reports whether botocore (configloader.py, _parse_nested) can read a line of a nested block: there must be
// "=" in each of the lines that Python's str.splitlines makes of it.
func nestedKeys(text string) bool {
	for part := range strings.FieldsFuncSeq(text, lineBreak) {
		if strings.TrimFunc(part, space) != "" && !strings.Contains(part, "=") {
			return false
		}
	}
	return true
}

// lineBreak is what Python's str.splitlines breaks at.
func lineBreak(r rune) bool {
	return r >= '\n' && r <= '\r' || r >= 0x1C && r <= 0x1E || r == 0x85 || r == 0x2028 || r == 0x2029
}

// goValue is a value without what the AWS SDK for Go takes for a comment.
func goValue(value string) string {
	if strings.HasPrefix(value, "#") || strings.HasPrefix(value, ";") {
		return ""
	}
	return strings.Trim(value, `"'`)
}

// space is what Python's str.strip takes off.
func space(r rune) bool { return unicode.IsSpace(r) || r >= 0x1C && r <= 0x1F }
