package profiles

import (
	"fmt"
	"slices"
	"strings"
)

// Fault is something in a file that makes the AWS CLI and boto3 refuse the whole file, for every profile, or that AWS
// clients read differently. samlogin says so, and leaves it as it is.
type Fault struct {
	Line  int    // counted from 1
	Why   string // "a section for the second time", ...
	First int    // the line of what is there twice, 0 if it is not about that
}

func (f Fault) String() string {
	s := fmt.Sprintf("line %d is %s", f.Line, f.Why)
	switch {
	case strings.HasPrefix(f.Why, "bytes"), strings.HasPrefix(f.Why, "text after"), strings.HasPrefix(f.Why, "a byte order"), strings.HasPrefix(f.Why, "a carriage"):
		s = fmt.Sprintf("line %d has %s", f.Line, f.Why)
	}
	if f.First > 0 {
		s += fmt.Sprintf(" (the first is line %d)", f.First)
	}
	return s
}

// faultNotice is what is said of a file that AWS clients do not read as it is, or "".
func faultNotice(path string, faults []Fault) string {
	if len(faults) == 0 {
		return ""
	}
	s := fmt.Sprintf("%s: %v; the AWS CLI and boto3 may refuse the whole file until that is corrected", shownPath(path), faults[0])
	if n := len(faults) - 1; n > 0 {
		s += fmt.Sprintf(" (and %d more)", n)
	}
	return s
}

// unsound finds what an edit of a profile must not touch: a section that is there twice, or whose lines AWS clients
// read differently. of are the sections of the profile, in the order of the file.
func (d *document) unsound(path, profile string, of []int, inConfig bool) error {
	for _, n := range of {
		s := d.sections[n]
		if s.trouble != nil {
			return &BrokenFileError{Path: path, Line: s.trouble.Line, Why: s.trouble.Why + " in the section of profile " + profile + ", which AWS clients read differently"}
		}
		if _, exact := s.profile(inConfig); !exact {
			return &BrokenFileError{Path: path, Line: s.header + 1, Why: "the header of profile " + profile + " has blanks that some AWS clients take as part of the name"}
		}
	}
	if len(of) < 2 {
		return nil
	}
	if first, second := d.sections[of[0]], d.sections[of[1]]; len(of) > 2 || !inConfig || isDefault(first) == isDefault(second) {
		return &BrokenFileError{Path: path, Line: second.header + 1, Why: fmt.Sprintf("profile %s has a second section here, the first is at line %d", profile, first.header+1)}
	}
	return nil // [default] and [profile default]: clients differ on which wins, so both are edited alike
}

// pythonDefaults is a section that the parser of the AWS CLI and boto3 (Python's configparser) takes for the defaults of
// all others. To other AWS clients it is a profile.
const pythonDefaults = "DEFAULT"

// inherited refuses to write a profile into a file whose section DEFAULT gives it a key that botocore prefers to those
// written: the profile would be right for some AWS clients only.
func (d *document) inherited(path string) error {
	for _, s := range d.sections {
		if s.name != pythonDefaults {
			continue
		}
		for i := s.header + 1; i < s.after; i++ {
			if l := d.lines[i]; l.kind == keyLine && (l.key == keyOldToken || l.key == keyRoleARN || slices.Contains(outranking[:], l.key)) {
				return &BrokenFileError{Path: path, Line: i + 1, Why: "the section DEFAULT gives " + l.key + " to every profile, for the AWS CLI and boto3 only"}
			}
		}
	}
	return nil
}

func isDefault(s section) bool { return s.name == "default" }

// profile is the name of the profile that a section is about, "" for none. exact is false where some clients find
// the profile and others do not.
func (s section) profile(inConfig bool) (name string, exact bool) {
	trimmed := strings.TrimFunc(s.name, space)
	if !inConfig {
		return trimmed, trimmed == s.name
	}
	if trimmed == "default" {
		return trimmed, trimmed == s.name
	}
	rest, ok := strings.CutPrefix(trimmed, "profile")
	name = strings.TrimLeftFunc(rest, space)
	if !ok || name == rest {
		return "", true // [sso-session x], [services x], [plugins], or a name without "profile", which is ignored
	}
	if n := len(name); n > 2 && (name[0] == '"' || name[0] == '\'') && name[n-1] == name[0] {
		name = name[1 : n-1]
	}
	return name, strings.HasPrefix(s.name, "profile")
}
