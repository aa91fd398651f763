package settings

import (
	"errors"
	"fmt"
	"strings"
)

var errInline = errors.New("it is in an inline table, from which nothing is taken out")

// written is a value as TOML. A text with a backslash and nothing that forbids it is a literal one: 'CORP\jane'.
func written(value any) string {
	switch v := value.(type) {
	case bool:
		return fmt.Sprint(v)
	case []string:
		all := make([]string, len(v))
		for i, s := range v {
			all[i] = written(s)
		}
		return "[" + strings.Join(all, ", ") + "]"
	}
	s, _ := value.(string)
	if strings.ContainsAny(s, `\"`) && !strings.Contains(s, "'") && !acting(s) {
		return "'" + s + "'"
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case acting(string(r)):
			fmt.Fprintf(&b, `\u%04X`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// keyName is one part of a key: bare where TOML lets it, else in quotes.
func keyName(part string) string {
	if part != "" && strings.Trim(part, lower+"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") == "" {
		return part
	}
	return written(part)
}

func header(table []string) string {
	parts := make([]string, len(table))
	for i, p := range table {
		parts[i] = keyName(p)
	}
	return "[" + strings.Join(parts, ".") + "]"
}
