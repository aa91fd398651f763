package saml

import (
	"encoding/xml"
	"strings"
)

// The namespaces whose elements are read, by their names in the standards.
const (
	nsProtocol   = "urn:oasis:names:tc:SAML:2.0:protocol"
	nsAssertion  = "urn:oasis:names:tc:SAML:2.0:assertion"
	nsEncryption = "http://www.w3.org/2001/04/xmlenc#"
	nsXML        = "http://www.w3.org/XML/1998/namespace"
	nsXMLNS      = "http://www.w3.org/2000/xmlns/"
)

// scope is what prefixes stand for at one place of a document (Namespaces in XML 1.0), more strictly than the standard:
// while a prefix stands for one namespace it may not come to stand for another one, because what a reader that
// looks at prefixes sees would then differ from what we see. The default namespace may change, as AD FS's does.
type scope struct {
	prefixes map[string]string
	standard string // the default namespace, "" for none
}

// namespaces is what an element's declarations changed.
type namespaces struct {
	added    []string
	standard string
}

func newScope() scope { return scope{prefixes: map[string]string{"xml": nsXML}} }

// declare takes the declarations among an element's attributes. The rule is what they break, "" for nothing.
func (s *scope) declare(attrs []xml.Attr) (undo namespaces, rule string) {
	undo.standard = s.standard
	standards := 0
	for _, a := range attrs {
		switch {
		case a.Name.Space == "xmlns":
			rule = s.bind(a.Name.Local, a.Value, &undo)
		case a.Name.Space == "" && a.Name.Local == "xmlns":
			if standards++; standards > 1 {
				return undo, "the default namespace is declared twice"
			}
			rule = s.bindStandard(a.Value)
		}
		if rule != "" {
			return undo, rule
		}
	}
	return undo, ""
}

func (s *scope) bind(prefix, space string, undo *namespaces) (rule string) {
	bound, known := s.prefixes[prefix]
	switch {
	case prefix == "xml" && space == nsXML:
		return ""
	case prefix == "xml" || prefix == "xmlns" || space == nsXML || space == nsXMLNS:
		return "a namespace declaration misuses a reserved name"
	case space == "":
		return "a prefix is bound to no namespace"
	case known && bound != space:
		return "a prefix is bound again, to another namespace"
	case !known:
		s.prefixes[prefix] = space
		undo.added = append(undo.added, prefix)
	}
	return ""
}

func (s *scope) bindStandard(space string) (rule string) {
	switch {
	case space == nsXML || space == nsXMLNS:
		return "a namespace declaration misuses a reserved name"
	case space == "" && s.standard != "":
		return "the default namespace is taken away"
	}
	s.standard = space
	return ""
}

// leave takes back what an element's declarations changed.
func (s *scope) leave(undo namespaces) {
	s.standard = undo.standard
	for _, prefix := range undo.added {
		delete(s.prefixes, prefix)
	}
}

func (s *scope) element(written xml.Name) (name xml.Name, rule string) {
	if written.Space == "" && !strings.Contains(written.Local, ":") {
		return xml.Name{Space: s.standard, Local: written.Local}, ""
	}
	return s.resolve(written)
}

// attributes gives an element's attributes without the declarations. One without a prefix has no namespace.
func (s *scope) attributes(written []xml.Attr) (attrs []xml.Attr, rule string) {
	declared := make([]string, 0, 4)
	for _, a := range written {
		if len(a.Value) > maxText {
			return nil, "an attribute is longer than 64 KiB"
		}
		if a.Name.Space == "" && a.Name.Local == "xmlns" {
			continue
		}
		if a.Name.Space == "xmlns" {
			for _, d := range declared {
				if d == a.Name.Local {
					return nil, "a prefix is declared twice"
				}
			}
			declared = append(declared, a.Name.Local)
			continue
		}
		if a.Name.Space != "" || strings.Contains(a.Name.Local, ":") {
			if a.Name, rule = s.resolve(a.Name); rule != "" {
				return nil, rule
			}
		}
		for _, b := range attrs {
			if a.Name == b.Name {
				return nil, "an element has the same attribute twice"
			}
		}
		attrs = append(attrs, a)
	}
	return attrs, ""
}

// resolve puts the namespace in the place of a prefix. encoding/xml leaves a name whose colon stands first or last as it is.
func (s *scope) resolve(written xml.Name) (name xml.Name, rule string) {
	if written.Space == "" || strings.Contains(written.Local, ":") {
		return xml.Name{}, "a name has a colon too many"
	}
	space, known := s.prefixes[written.Space]
	if !known {
		return xml.Name{}, "a prefix is not bound to a namespace"
	}
	return xml.Name{Space: space, Local: written.Local}, ""
}
