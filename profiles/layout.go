package profiles

import (
	"errors"
	"io/fs"
	"strings"

	"github.com/samlogin/samlogin/saml/secret"
)

// Layout is what is written in one of the files, line by line and without a judgement: AWS clients differ on what it
// means. Package clash says what each of them makes of it.
type Layout struct {
	Path     string
	Faults   []Fault
	Sections []Section // in the order of the file
}

// Section is a header and the keys below it.
type Section struct {
	Header string // between the brackets, as written: somebody else's text, show it cleaned
	Line   int    // counted from 1
	Joined bool   // an indented header, which the AWS CLI and boto3 take for a part of the value above
	Keys   []Key
}

// Key is one "key = value". Those that every client takes for a part of the value above are left out.
type Key struct {
	Name    string      // in lower case
	Written string      // as it is written
	Value   secret.Text // as it is written: with quotes and comments, and possibly empty
	Line    int         // counted from 1
	Colon   bool        // ":" stands between, not "="
	Joined  bool        // it is indented below another key, so that the AWS CLI and boto3 take it for a part of that
}

// LayOut takes a text apart. path is only noted.
func LayOut(path, text string) Layout {
	d := parse(text)
	out := Layout{Path: path, Faults: d.faults, Sections: make([]Section, 0, len(d.sections))}
	for _, s := range d.sections {
		one := Section{Header: s.name, Line: s.header + 1, Joined: d.lines[s.header].continues}
		for i := s.header + 1; i < s.after; i++ {
			l := d.lines[i]
			if l.kind != keyLine && l.kind != strayLine {
				continue
			}
			written := d.text[l.start+l.indent : l.end]
			at := strings.IndexAny(written, "=:")
			one.Keys = append(one.Keys, Key{
				Name: l.key, Written: strings.TrimRightFunc(written[:at], space), Value: secret.New(l.value),
				Line: i + 1, Colon: written[at] == ':', Joined: l.continues,
			})
		}
		out.Sections = append(out.Sections, one)
	}
	return out
}

// ReadLayout reads one of the files as it is at this moment. A file that does not exist is empty. Errors are *FileError.
func ReadLayout(path string) (Layout, error) {
	now, err := readFile(system{}, path, follow)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return Layout{Path: path}, err
	}
	return LayOut(path, now.text), nil
}

// Fatal reports whether the AWS CLI and boto3 refuse the whole file for it, for every profile: Python's configparser
// does (strict mode), or botocore where it reads a nested block.
func (f Fault) Fatal() bool {
	for _, read := range []string{"an indented", "text after", "a carriage"} {
		if strings.HasPrefix(f.Why, read) {
			return false
		}
	}
	return true
}
