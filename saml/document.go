package saml

import (
	"bytes"
	"encoding/xml"
	"regexp"
	"strings"
	"sync"

	"github.com/samlogin/samlogin/saml/foreign"
)

// The limits of a document. Honest responses stay far below them.
const (
	maxDepth      = 64
	maxAttributes = 256
	maxText       = 64 << 10 // bytes, of one attribute or of one element's text
)

// element is one element of a document that readDocument took.
type element struct {
	name     xml.Name // Space is the namespace's name, not its prefix
	attrs    []xml.Attr
	children []*element
	text     string // what it holds; complete only where value says so
	impure   string // "a comment": what makes that readers see different texts; "" for nothing
	offset   int    // of its "<", in bytes
}

// reading is the walk over the tokens of one document. encoding/xml only cuts the text into tokens (RawToken); what
// they mean, and everything that encoding/xml overlooks, is decided here: it does not compare start and end tags,
// takes a doctype, the last of two equal attributes and only the first of two roots, and gives CDATA as plain text.
type reading struct {
	source []byte
	tokens *xml.Decoder
	from   int // offset of the token in hand
	root   *element
	open   []frame
	scope  scope
}

// frame is an element that is not closed yet.
type frame struct {
	*element
	tag    xml.Name // as written, with the prefix
	length int      // bytes of text so far, kept or not
	undo   namespaces
}

// readDocument reads a whole document strictly, once. The error is a *FormatError.
func readDocument(source []byte) (*element, error) {
	r := &reading{source: source, tokens: xml.NewDecoder(bytes.NewReader(source)), scope: newScope()}
	for {
		r.from = int(r.tokens.InputOffset())
		if r.from == len(source) && len(r.open) == 0 {
			break
		}
		token, err := r.tokens.RawToken()
		if err != nil {
			// The text of encoding/xml's error can hold parts of the document, so it is not passed on.
			return nil, r.refuse("it is not well-formed XML, or it ends early", int(r.tokens.InputOffset()))
		}
		switch t := token.(type) {
		case xml.StartElement:
			err = r.start(t)
		case xml.EndElement:
			err = r.end(t)
		case xml.CharData:
			err = r.charData(t)
		case xml.Comment:
			r.spoil("a comment")
		case xml.ProcInst:
			err = r.instruction(t)
		case xml.Directive:
			err = r.refuse("it has a document type or another directive", r.from)
		}
		if err != nil {
			return nil, err
		}
	}
	if r.root == nil {
		return nil, r.refuse("it is not XML", 0)
	}
	return r.root, nil
}

func (r *reading) refuse(rule string, position int) error {
	e := &FormatError{Rule: rule, Position: position}
	if n := len(r.open); n > 0 {
		e.Element = shown(r.open[n-1].name.Local)
	}
	return e
}

// shown makes a name from a document fit for a message.
func shown(name string) string { return foreign.Cut(foreign.Clean(name), 40) }

func (r *reading) start(t xml.StartElement) error {
	switch {
	case len(r.open) == 0 && r.root != nil:
		return r.refuse("it has a second root element", r.from)
	case len(r.open) == maxDepth:
		return r.refuse("its elements are nested more than 64 deep", r.from)
	case len(t.Attr) > maxAttributes:
		return r.refuse("an element has more than 256 attributes", r.from)
	}
	undo, rule := r.scope.declare(t.Attr)
	if rule != "" {
		return r.refuse(rule, r.from)
	}
	e := &element{offset: r.from}
	if e.name, rule = r.scope.element(t.Name); rule == "" {
		e.attrs, rule = r.scope.attributes(t.Attr)
	}
	if rule != "" {
		return r.refuse(rule, r.from)
	}
	if n := len(r.open); n > 0 {
		parent := r.open[n-1].element
		parent.children = append(parent.children, e)
	} else {
		r.root = e
	}
	r.open = append(r.open, frame{element: e, tag: t.Name, undo: undo})
	return nil
}

func (r *reading) end(t xml.EndElement) error {
	n := len(r.open) - 1
	if n < 0 || r.open[n].tag != t.Name {
		return r.refuse("an end tag does not fit its start tag", r.from)
	}
	r.scope.leave(r.open[n].undo)
	r.open = r.open[:n]
	return nil
}

func (r *reading) charData(t xml.CharData) error {
	written := r.source[r.from:r.tokens.InputOffset()]
	if len(r.open) == 0 {
		// What is written counts: outside the root neither CDATA nor &#32; may stand, whatever they stand for.
		if trimSpace(string(written)) != "" {
			return r.refuse("it has text outside its root element", r.from)
		}
		return nil
	}
	f := &r.open[len(r.open)-1]
	f.length += len(t)
	// Encrypted content is the one text that is rightly longer: it is as long as the assertion. Nobody reads it here.
	if f.length > maxText && f.name != (xml.Name{Space: nsEncryption, Local: "CipherValue"}) {
		return r.refuse("a text is longer than 64 KiB", r.from)
	}
	if bytes.HasPrefix(written, []byte("<![CDATA[")) {
		r.spoil("CDATA")
	}
	// Text that no reading may use is not kept: joining it piece by piece would let a small document cost much.
	if f.impure == "" && len(f.children) == 0 {
		f.text += string(t)
	}
	return nil
}

// spoil notes that the element in hand holds something that makes readers see different texts.
func (r *reading) spoil(by string) {
	if n := len(r.open); n > 0 {
		r.open[n-1].impure = by
	}
}

// declaration is the closed form of the only instruction that a response may have.
var declaration = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^<\?xml\s+version=(?:"1\.0"|'1\.0')(?:\s+encoding=(?:"(?i:utf-8)"|'(?i:utf-8)'))?` +
		`(?:\s+standalone=(?:"(?:yes|no)"|'(?:yes|no)'))?\s*\?>$`)
})

func (r *reading) instruction(t xml.ProcInst) error {
	switch {
	case t.Target != "xml" || r.from != 0:
		return r.refuse("it has a processing instruction", r.from)
	case !declaration().Match(r.source[:r.tokens.InputOffset()]):
		return r.refuse("its XML declaration is not that of XML 1.0 in UTF-8", r.from)
	}
	return nil
}

// is reports whether an element has a name of a SAML namespace. Prefixes never count.
func (e *element) is(space, local string) bool {
	return e.name.Local == local && e.name.Space == space
}

// attr gives an attribute that has no namespace, as all of SAML's have.
func (e *element) attr(local string) (string, bool) {
	for _, a := range e.attrs {
		if a.Name.Space == "" && a.Name.Local == local {
			return a.Value, true
		}
	}
	return "", false
}

// all gives the direct children of a name.
func (e *element) all(space, local string) []*element {
	var found []*element
	for _, c := range e.children {
		if c.is(space, local) {
			found = append(found, c)
		}
	}
	return found
}

// one gives the only direct child of a name, nil if there is none. Two are refused: readers would choose differently.
func (e *element) one(space, local string) (*element, error) {
	found := e.all(space, local)
	switch len(found) {
	case 0:
		return nil, nil
	case 1:
		return found[0], nil
	}
	return nil, found[1].refuse("there are two of an element that may stand once")
}

// each calls visit for the element and everything below it.
func (e *element) each(visit func(*element)) {
	visit(e)
	for _, c := range e.children {
		c.each(visit)
	}
}

// value gives the text of an element that holds nothing but text, without white space around it.
func (e *element) value() (string, error) {
	if e.impure != "" {
		return "", e.refuse(e.impure + " stands inside a value")
	}
	if len(e.children) > 0 {
		return "", e.refuse("an element stands inside a value")
	}
	return trimSpace(e.text), nil
}

func (e *element) refuse(rule string) error {
	return &FormatError{Rule: rule, Element: shown(e.name.Local), Position: e.offset}
}

// trimSpace trims what XML calls white space (XML 1.0, section 2.3), and nothing else.
func trimSpace(s string) string { return strings.Trim(s, " \t\r\n") }
