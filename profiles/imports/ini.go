package imports

import "strings"

// entry is one line of an INI file: a header (key "") or a key with its value.
type entry struct {
	at
	value string
	odd   string // why it cannot be read; its value is not to be used
}

// dialect says how the tool reads its file.
type dialect int

const (
	goINI     dialect = iota // gopkg.in/ini.v1: quotes, backquotes, comments behind values, "\" at the end goes on
	pythonINI                // Python's configparser: none of these; indented lines go on
)

// maxEntries is how many lines are read; what lies beyond is one line that says so.
const maxEntries = 20_000

// scan takes an INI file apart. What stands before the first header has no section.
func scan(text string, by dialect) []entry {
	var out []entry
	section, above := "", -1 // index of the key that an indented line would go on with
	for n, raw := range strings.Split(strings.TrimPrefix(text, "\uFEFF"), "\n") {
		raw = strings.TrimSuffix(raw, "\r")
		line := strings.TrimSpace(raw)
		here := at{number: n + 1, section: section}
		if len(out) >= maxEntries {
			return append(out, entry{at: here, odd: "the file has too many lines; the rest was not read"})
		}
		switch {
		case line == "":
		case line[0] == '#' || line[0] == ';':
		case line[0] == '[':
			end := strings.LastIndexByte(line, ']')
			if end < 0 {
				out = append(out, entry{at: here, odd: "a section header that is not closed"})
				continue
			}
			section = strings.TrimSpace(line[1:end])
			here.section, above = section, -1
			out = append(out, entry{at: here})
		case by == pythonINI && above >= 0 && (raw[0] == ' ' || raw[0] == '\t'):
			out[above].odd = "a value of several lines"
			if out[above].value == "" {
				out[above].odd = "" // a nested block, as s3 has
			}
		case by == goINI && above >= 0 && strings.HasSuffix(out[above].value, `\`):
			out[above].odd, above = "a value of several lines", -1
		default:
			e := keyLine(line, here, by)
			if e.odd == "" {
				above = len(out)
			}
			out = append(out, e)
		}
	}
	return out
}

func keyLine(line string, here at, by dialect) entry {
	cut := strings.IndexAny(line, "=:")
	if cut <= 0 {
		return entry{at: here, odd: "a line that is no key = value"}
	}
	here.key = strings.TrimSpace(line[:cut])
	e := entry{at: here, value: strings.TrimSpace(line[cut+1:])}
	if by == goINI {
		e.key = strings.Trim(e.key, "\"`")
		e.unquote()
	} else {
		e.key = strings.ToLower(e.key)
	}
	return e
}

// unquote takes off what ini.v1 takes off: quotes, or what it holds for a comment behind the value.
func (e *entry) unquote() {
	v := e.value
	if v == "" {
		return
	}
	switch q := v[0]; q {
	case '"', '\'', '`':
		if strings.HasPrefix(v, `"""`) {
			e.odd = "a value of several lines"
			return
		}
		end := strings.IndexByte(v[1:], q)
		if end < 0 {
			e.odd = "a quote that is not closed"
			return
		}
		e.value = v[1 : 1+end]
	default:
		if n := strings.IndexAny(v, "#;"); n >= 0 {
			e.value = strings.TrimSpace(v[:n])
		}
	}
	if strings.Contains(e.value, "%(") {
		e.odd = "a value that refers to another one"
	}
}

// section is a header with its keys, each key once: the last one counts, as these readers have it.
type section struct {
	at
	entries []entry
}

// sections groups entries by their header. A header that comes again goes on with the first one.
func (d *draft) sections(entries []entry) []*section {
	var out []*section
	known := map[string]*section{}
	for _, e := range entries {
		if e.odd != "" && e.key == "" {
			d.left(e.at, e.odd)
			continue
		}
		s := known[e.section]
		if s == nil {
			s = &section{at: at{number: e.number, section: e.section}}
			known[e.section] = s
			out = append(out, s)
		}
		if e.key != "" {
			s.entries = append(s.entries, e)
		}
	}
	return out
}

// get is the value of a key, "" if it is not there or cannot be read.
func (s *section) get(key string) string {
	for i := len(s.entries) - 1; i >= 0; i-- {
		if e := s.entries[i]; e.key == key && e.odd == "" {
			return e.value
		}
	}
	return ""
}

// everyKey is for files that are the tool's alone.
func everyKey(string) bool { return true }

// each gives the keys that count and have a value. Those that cannot be read, that another one of the same name
// replaces, or that are empty, are told of. Of keys that are not the tool's own nothing is said: theirs is false for them.
func (d *draft) each(s *section, theirs func(key string) bool, judge func(p at, key, value string)) {
	last := map[string]int{}
	for i, e := range s.entries {
		last[e.key] = i
	}
	for i, e := range s.entries {
		switch {
		case !theirs(e.key):
		case last[e.key] != i:
			d.needless(e.at, "the same key stands below once more, and counts there")
		case e.odd != "":
			d.left(e.at, e.odd)
		case e.value == "":
			d.needless(e.at, "empty")
		default:
			judge(e.at, e.key, e.value)
		}
	}
}
