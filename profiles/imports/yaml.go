package imports

import "strings"

// leaf is one key of a YAML file, with the keys above it.
type leaf struct {
	path   []string
	number int
	value  string
	odd    string // why it cannot be read
}

// The limits of what is read.
const maxDepth = 8

// leaves reads the part of YAML that settings are written in: keys within keys, with plain or quoted values on one line
// (YAML 1.2.2, chapters 7.3 and 8.2). Of everything else (lists, anchors, tags, flow style, values of several lines) the
// line is told of. A whole YAML reader would be a third of this program's parsers, and anchors its easiest way to hang.
func leaves(text string) []leaf {
	type open struct {
		indent int
		key    string
	}
	var out []leaf
	var above []open
	skip := -1 // lines indented deeper than this belong to a value that was told of
	for n, raw := range strings.Split(strings.TrimPrefix(text, "\uFEFF"), "\n") {
		raw = strings.TrimRight(raw, " \t\r")
		line := strings.TrimLeft(raw, " ")
		indent := len(raw) - len(line)
		if len(out) >= maxEntries {
			return append(out, leaf{number: n + 1, odd: "the file has too many lines; the rest was not read"})
		}
		switch {
		case line == "" || line[0] == '#' || line == "---" || line == "...":
			continue
		case skip >= 0 && indent > skip:
			continue
		}
		skip = -1
		for len(above) > 0 && above[len(above)-1].indent >= indent {
			above = above[:len(above)-1]
		}
		l := leaf{number: n + 1}
		for _, o := range above {
			l.path = append(l.path, o.key)
		}
		key, rest, ok := yamlKey(line)
		switch {
		case line[0] == '\t':
			l.odd = "indented with a tab"
		case line == "-" || strings.HasPrefix(line, "- "):
			l.odd, skip = "a list", indent
		case !ok:
			l.odd, skip = "a line that is no key: value", indent
		case len(above) >= maxDepth:
			l.odd, skip = "nested too deep", indent
		default:
			l.path = append(l.path, key)
			l.value, l.odd = yamlValue(rest)
			if l.odd != "" {
				skip = indent
			} else if l.value == "" {
				above = append(above, open{indent, key})
			}
		}
		out = append(out, l)
	}
	return out
}

// yamlKey cuts a line at the colon behind its key.
func yamlKey(line string) (key, rest string, ok bool) {
	if q := line[0]; q == '"' || q == '\'' {
		end := strings.IndexByte(line[1:], q)
		if end < 0 || !strings.HasPrefix(line[end+2:], ":") {
			return "", "", false
		}
		return line[1 : end+1], line[end+3:], true
	}
	if strings.HasSuffix(line, ":") && !strings.Contains(line, ": ") {
		return strings.TrimSuffix(line, ":"), "", true
	}
	key, rest, ok = strings.Cut(line, ": ")
	return strings.TrimSpace(key), rest, ok && key != "" && !strings.ContainsAny(key[:1], "&*!|>{}[]?%@`")
}

// yamlValue reads a plain or quoted value.
func yamlValue(s string) (value, odd string) {
	s = strings.TrimSpace(s)
	if s == "" || s[0] == '#' || s == "{}" || s == "[]" || s == "~" || s == "null" {
		return "", ""
	}
	switch s[0] {
	case '\'':
		body, after, closed := s[1:], "", false
		for i := 0; i < len(body); i++ { // a quote is written twice
			if body[i] != '\'' {
				continue
			}
			if i+1 < len(body) && body[i+1] == '\'' {
				i++
				continue
			}
			body, after, closed = body[:i], strings.TrimSpace(body[i+1:]), true
			break
		}
		if !closed || (after != "" && after[0] != '#') {
			return "", "a quote that is not closed on its line"
		}
		return strings.ReplaceAll(body, "''", "'"), ""
	case '"':
		body, after, closed := strings.Cut(s[1:], `"`)
		if !closed || strings.Contains(body, `\`) || (strings.TrimSpace(after) != "" && strings.TrimSpace(after)[0] != '#') {
			return "", "a value with escapes, or of several lines"
		}
		return body, ""
	case '&', '*', '!', '|', '>', '{', '[', '@', '`', '%', '?':
		return "", "a value that is not plain"
	}
	if n := strings.Index(s, " #"); n >= 0 {
		s = strings.TrimSpace(s[:n])
	}
	return s, ""
}
