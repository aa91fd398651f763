package saml

import (
	"bytes"
	"encoding/base64"
	"errors"
	"unicode/utf8"
)

// maxDocument is the longest decoded response in bytes. STS takes 100,000 characters of base64; beyond a megabyte no
// honest IdP goes, and a dishonest one shall not make us work.
const maxDocument = 1 << 20

// decode gives the XML of a response. It is stricter than most readers: standard alphabet, padding, no trailing bits
// (RFC 4648, sections 3.5 and 4); of all white space only line breaks, which MIME writers put in.
func decode(encoded string) ([]byte, error) {
	at := func(rule string, position int) error {
		return &FormatError{Rule: rule, Encoded: true, Position: position}
	}
	// Two line breaks a character are more than any writer makes, and bound the work.
	if len(encoded) > 3*base64.StdEncoding.EncodedLen(maxDocument) {
		return nil, at("it is longer than 1 MiB", -1)
	}
	doc := make([]byte, base64.StdEncoding.DecodedLen(len(encoded)))
	n, err := base64.StdEncoding.Strict().Decode(doc, []byte(encoded))
	switch {
	case err != nil:
		position := -1
		var corrupt base64.CorruptInputError
		if errors.As(err, &corrupt) {
			position = int(corrupt)
		}
		return nil, at("it is not strict base64", position)
	case n == 0:
		return nil, at("it is empty", -1)
	case n > maxDocument:
		return nil, at("it is longer than 1 MiB", -1)
	}
	return doc[:n], checkText(doc[:n])
}

// checkText wants UTF-8 without marks: in every other encoding, two readers can see two documents.
func checkText(doc []byte) error {
	if bytes.HasPrefix(doc, []byte("\xEF\xBB\xBF")) {
		return &FormatError{Rule: "it begins with a byte order mark"}
	}
	if i := bytes.IndexByte(doc, 0); i >= 0 {
		return &FormatError{Rule: "it has a NUL byte (it may be UTF-16)", Position: i}
	}
	if !utf8.Valid(doc) {
		i := 0
		for i < len(doc) {
			r, n := utf8.DecodeRune(doc[i:])
			if r == utf8.RuneError && n == 1 {
				break
			}
			i += n
		}
		return &FormatError{Rule: "it is not UTF-8", Position: i}
	}
	return nil
}
