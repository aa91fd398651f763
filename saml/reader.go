package saml

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Limits of what is read (a real response is a tenth of each).
const (
	maxDepth      = 64
	maxAttributes = 256
	maxValue      = 64 << 10 // bytes of one text or attribute, encrypted data left out
)

// The namespaces that count; elements of any other are passed over.
const (
	nsProtocol  = "urn:oasis:names:tc:SAML:2.0:protocol"
	nsAssertion = "urn:oasis:names:tc:SAML:2.0:assertion"
	nsXML       = "http://www.w3.org/XML/1998/namespace"
	nsXMLNS     = "http://www.w3.org/2000/xmlns/"
)

// reader goes over the document once, token by token, and refuses whatever two XML readers could see differently:
// Go's own readers disagree on processing instructions inside text, keep the last of two equal attributes, match
// attributes by local name alone, and never look behind the first root. There is no tree that could be searched for
// the wrong element: what counts is only what stands in its exact place.
type reader struct {
	document []byte
	decoder  *xml.Decoder
	at       int // where the token under work begins

	open   []element
	scopes []binding
	bound  map[string]string // prefix -> the one namespace it may have in this document
	ids    map[string]bool
	rooted bool
	ended  bool

	value *strings.Builder // text of the value that is being read; nil outside of one
	sink  visitor
}

// element is one that is open now.
type element struct {
	prefix, namespace, local string
	scopes                   int // how many bindings were there before it
	value                    bool
}

type binding struct{ prefix, namespace string }

// visitor is told of elements and values in document order.
type visitor interface {
	// begin is told of an element; it says whether its text is a value to be read.
	begin(path []element, attributes map[xml.Name]string) (value bool, err error)
	// end is told of an element's end, with its text if begin wanted it.
	end(path []element, text string) error
}

func read(document []byte, sink visitor) error {
	r := &reader{document: document, decoder: xml.NewDecoder(bytes.NewReader(document)), bound: map[string]string{"xml": nsXML}, ids: map[string]bool{}, sink: sink}
	r.decoder.Strict = true
	for {
		r.at = int(r.decoder.InputOffset())
		token, err := r.decoder.RawToken()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return r.refuse("it is not well-formed XML")
		}
		if err := r.token(token); err != nil {
			return err
		}
	}
	if !r.ended {
		return r.refuse("it is cut off")
	}
	return nil
}

func (r *reader) refuse(format string, args ...any) error {
	return &FormatError{Rule: fmt.Sprintf(format, args...), Offset: r.at}
}

func (r *reader) token(token xml.Token) error {
	switch t := token.(type) {
	case xml.StartElement:
		return r.begin(t)
	case xml.EndElement:
		return r.end(t)
	case xml.CharData:
		return r.text(t)
	case xml.Comment:
		if r.value != nil {
			return r.refuse("a comment stands inside the value of %s", r.open[len(r.open)-1].local)
		}
	case xml.ProcInst:
		if t.Target != "xml" || r.at != 0 {
			return r.refuse("it holds a processing instruction")
		}
		if encoding := declaredEncoding(t.Inst); encoding != "" && !strings.EqualFold(encoding, "utf-8") {
			return r.refuse("it declares another character set than UTF-8")
		}
	default:
		return r.refuse("it holds a DOCTYPE or another directive")
	}
	return nil
}

func declaredEncoding(inst []byte) string {
	_, after, ok := strings.Cut(string(inst), "encoding")
	if !ok {
		return ""
	}
	return strings.Trim(strings.SplitN(strings.TrimLeft(after, " \t\r\n="), "?", 2)[0], `"' `)
}

func (r *reader) text(t xml.CharData) error {
	if len(r.open) == 0 {
		if len(bytes.Trim(t, " \t\r\n")) > 0 {
			return r.refuse("text stands outside its root")
		}
		return nil
	}
	if len(t) > maxValue && !r.within("EncryptedAssertion") {
		return r.refuse("a text is longer than 64 KiB")
	}
	if r.value == nil {
		return nil
	}
	if bytes.HasPrefix(r.document[r.at:], []byte("<![CDATA[")) {
		return r.refuse("a CDATA section stands inside the value of %s", r.open[len(r.open)-1].local)
	}
	r.value.Write(t)
	return nil
}

func (r *reader) within(local string) bool {
	for _, e := range r.open {
		if e.local == local {
			return true
		}
	}
	return false
}

func (r *reader) begin(t xml.StartElement) error {
	switch {
	case r.value != nil:
		return r.refuse("an element stands inside the value of %s", r.open[len(r.open)-1].local)
	case len(r.open) == 0 && r.rooted:
		return r.refuse("it has a second root")
	case len(r.open) >= maxDepth:
		return r.refuse("its elements are nested more than %d deep", maxDepth)
	case len(t.Attr) > maxAttributes:
		return r.refuse("an element has more than %d attributes", maxAttributes)
	}
	r.rooted = true
	e := element{prefix: t.Name.Space, local: t.Name.Local, scopes: len(r.scopes)}
	for _, a := range t.Attr {
		if err := r.declare(a, e.scopes); err != nil {
			return err
		}
	}
	var err error
	if e.namespace, err = r.resolve(t.Name, true); err != nil {
		return err
	}
	attributes, err := r.attributes(t.Attr)
	if err != nil {
		return err
	}
	r.open = append(r.open, e)
	value, err := r.sink.begin(r.open, attributes)
	if err != nil {
		return r.placed(err)
	}
	if value {
		r.open[len(r.open)-1].value = true
		r.value = &strings.Builder{}
	}
	return nil
}

// placed adds the place to a refusal of the visitor, which does not know it.
func (r *reader) placed(err error) error {
	if f, ok := err.(*FormatError); ok && f.Offset < 0 {
		f.Offset = r.at
	}
	return err
}

// declare takes up a namespace declaration. A prefix has one meaning in the whole document; the default namespace may
// change from element to element, as AD FS does between Response, Assertion and Signature.
//
// own is where the bindings of the element itself begin; those of its parents are before.
func (r *reader) declare(a xml.Attr, own int) error {
	prefix := ""
	switch {
	case a.Name.Space == "xmlns":
		prefix = a.Name.Local
	case a.Name.Space == "" && a.Name.Local == "xmlns":
	default:
		return nil
	}
	if a.Value == "" {
		return r.refuse("a namespace is undeclared")
	}
	if prefix == "xmlns" || a.Value == nsXMLNS || (a.Value == nsXML) != (prefix == "xml") {
		return r.refuse("a reserved namespace is declared")
	}
	if was, known := r.bound[prefix]; prefix != "" && known && was != a.Value {
		return r.refuse("the prefix %q changes its meaning", prefix)
	}
	if prefix != "" {
		r.bound[prefix] = a.Value
	}
	for _, b := range r.scopes[own:] {
		if b.prefix == prefix {
			return r.refuse("a namespace is declared twice")
		}
	}
	r.scopes = append(r.scopes, binding{prefix, a.Value})
	return nil
}

func (r *reader) resolve(n xml.Name, isElement bool) (string, error) {
	if strings.Contains(n.Local, ":") || strings.Contains(n.Space, ":") || n.Local == "" {
		return "", r.refuse("it has a name with a stray colon")
	}
	if n.Space == "" && !isElement {
		return "", nil // an attribute without a prefix has no namespace
	}
	if n.Space == "xml" {
		return nsXML, nil
	}
	for i := len(r.scopes) - 1; i >= 0; i-- {
		if r.scopes[i].prefix == n.Space {
			return r.scopes[i].namespace, nil
		}
	}
	if n.Space == "" {
		return "", nil
	}
	return "", r.refuse("the prefix %q is not declared", n.Space)
}

func (r *reader) attributes(all []xml.Attr) (map[xml.Name]string, error) {
	out := make(map[xml.Name]string, len(all))
	for _, a := range all {
		if a.Name.Space == "xmlns" || (a.Name.Space == "" && a.Name.Local == "xmlns") {
			continue
		}
		namespace, err := r.resolve(a.Name, false)
		if err != nil {
			return nil, err
		}
		name := xml.Name{Space: namespace, Local: a.Name.Local}
		if _, twice := out[name]; twice {
			return nil, r.refuse("an element has the attribute %q twice", a.Name.Local)
		}
		if len(a.Value) > maxValue {
			return nil, r.refuse("an attribute is longer than 64 KiB")
		}
		if namespace == "" && a.Name.Local == "ID" {
			if r.ids[a.Value] {
				return nil, r.refuse("two elements have the same ID")
			}
			r.ids[a.Value] = true
		}
		out[name] = a.Value
	}
	return out, nil
}

func (r *reader) end(t xml.EndElement) error {
	if len(r.open) == 0 {
		return r.refuse("an element ends that did not begin")
	}
	e := r.open[len(r.open)-1]
	if e.prefix != t.Name.Space || e.local != t.Name.Local {
		return r.refuse("an element ends by another name than it began")
	}
	text := ""
	if e.value {
		text, r.value = r.value.String(), nil
	}
	if err := r.sink.end(r.open, text); err != nil {
		return r.placed(err)
	}
	r.open = r.open[:len(r.open)-1]
	r.scopes = r.scopes[:e.scopes]
	r.ended = len(r.open) == 0
	return nil
}
