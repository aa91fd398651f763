package settings

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// faults collects what is wrong and keeps what stands first in the file.
type faults struct {
	at    places
	files []string // by place.file
	part  bool     // of settings that other files complete: what is missing is no fault
	first *Error
	place place // of the first
}

// add notes a fault at the nearest place known for a path: its own, else that of the table around it.
func (f *faults) add(path []string, e Error) {
	var p place
	for n := len(path); n > 0 && p == (place{}); n-- {
		p = f.at[join(path[:n])]
	}
	e.Line, e.Column = p.line, p.column
	if p.file < len(f.files) {
		e.Path = f.files[p.file]
	}
	if e.Key == "" {
		e.Key = dotted(path)
	}
	if q := f.place; f.first != nil && (q.before(p) || (p == q && f.first.Reason <= e.Reason)) { // tables are read in no order: a tie is broken
		return
	}
	f.first, f.place = &e, p
}

// table reads the keys of one table, each once; what is left over at the end is unknown.
type table struct {
	*faults
	path   []string
	values map[string]any
	known  []string
}

func (t *table) under(key string) []string { return append(t.path[:len(t.path):len(t.path)], key) }

// wrong notes a fault of a key's value.
func (t *table) wrong(key, reason string, more ...string) {
	t.add(t.under(key), Error{Reason: reason, Advice: strings.Join(more, "")})
}

// take gives the value of a key and whether it is there.
func (t *table) take(key string) (any, bool) {
	t.known = append(t.known, key)
	v, ok := t.values[key]
	return v, ok
}

// text reads a text that a check may refuse; the check's words must not hold the text.
func (t *table) text(key string, check func(string) error) string {
	v, ok := t.take(key)
	if !ok {
		return ""
	}
	s, isText := v.(string)
	switch {
	case !isText:
		t.wrong(key, "needs a text in quotes, has "+typeName(v))
	case strings.TrimSpace(s) == "":
		t.wrong(key, "is empty", "leave the key out instead")
	case check != nil:
		if err := check(s); err != nil {
			t.wrong(key, err.Error())
		}
	}
	return s
}

// word reads one of a few words, which may be shown.
func (t *table) word(key string, words ...string) string {
	return t.text(key, func(s string) error {
		if slices.Contains(words, s) {
			return nil
		}
		return fmt.Errorf("%q is none of %s%s", clean(s), strings.Join(words, ", "), suggestion(s, words))
	})
}

func suggestion(s string, words []string) string {
	if n := nearest(s, words); n != "" {
		return "; did you mean " + n + "?"
	}
	return ""
}

// flag reads true or false, nil if the key is not there.
func (t *table) flag(key string) *bool {
	v, ok := t.take(key)
	if !ok {
		return nil
	}
	b, isBool := v.(bool)
	if !isBool {
		t.wrong(key, "needs true or false, has "+typeName(v))
	}
	return &b
}

// duration reads a text or a whole number of seconds.
func (t *table) duration(key string, check func(string) error) string {
	if n, isNumber := t.values[key].(int64); isNumber {
		t.values[key] = strconv.FormatInt(n, 10)
	}
	return t.text(key, check)
}

// timeout reads how long the network may take: a text like 90s or 2m, or a whole number of seconds.
func (t *table) timeout(key string) (d time.Duration) {
	t.duration(key, func(s string) (err error) {
		if seconds, e := strconv.Atoi(s); e == nil {
			s = strconv.Itoa(seconds) + "s"
		}
		if d, err = time.ParseDuration(s); err != nil || d < time.Second || d > time.Hour {
			d, err = 0, fmt.Errorf("not a time from 1s to 1h, such as 120s")
		}
		return err
	})
	return d
}

// texts reads a list of texts with at least one element.
func (t *table) texts(key string, check func(string) error) []string {
	v, ok := t.take(key)
	if !ok {
		return nil
	}
	elements, isList := v.([]any)
	if !isList {
		t.wrong(key, "needs a list of texts in [ ], has "+typeName(v))
		return nil
	}
	if len(elements) == 0 {
		t.wrong(key, "is empty", "leave the key out instead")
	}
	var list []string
	for i, e := range elements {
		at := append(t.under(key), strconv.Itoa(i))
		s, isText := e.(string)
		if !isText {
			t.add(at, Error{Key: dotted(t.under(key)), Reason: "needs texts in quotes, has " + typeName(e)})
			continue
		}
		if check != nil {
			if err := check(s); err != nil {
				t.add(at, Error{Key: dotted(t.under(key)), Reason: err.Error()})
			}
		}
		list = append(list, s)
	}
	return list
}

// command reads a program and its arguments. There is no shell, so a line of words would not be taken apart.
func (t *table) command(key string) []string {
	if _, isText := t.values[key].(string); isText {
		t.take(key)
		t.wrong(key, "needs a list: the program and each argument as a text of its own", `write it like ["pass", "show", "corp"]`)
		return nil
	}
	list := t.texts(key, nil)
	if len(list) > 0 && strings.TrimSpace(list[0]) == "" {
		t.wrong(key, "names no program")
	}
	return list
}

// program reads a program as a text, or a program and its arguments.
func (t *table) program(key string) []string {
	if _, isText := t.values[key].(string); isText {
		return []string{t.text(key, nil)}
	}
	return t.command(key)
}

// later reads a key whose meaning is not fixed here: a text, or true or false.
func (t *table) later(key string) any {
	v, ok := t.take(key)
	if !ok {
		return nil
	}
	switch v.(type) {
	case string, bool:
		return v
	}
	t.wrong(key, "needs a text in quotes, or true or false, has "+typeName(v))
	return nil
}

// tables reads the tables in a table: [key.NAME].
func (t *table) tables(key string, read func(name string, t *table)) {
	v, ok := t.take(key)
	if !ok {
		return
	}
	all, isTable := v.(map[string]any)
	if !isTable {
		t.wrong(key, "needs tables, has "+typeName(v), "write ["+key+".NAME]")
		return
	}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		inner := &table{faults: t.faults, path: append(t.under(key), name)}
		if inner.values, isTable = all[name].(map[string]any); !isTable {
			t.add(inner.path, Error{Reason: "needs a table, has " + typeName(all[name]), Advice: "write [" + key + ".NAME]"})
			continue
		}
		read(name, inner)
	}
}

// done refuses the keys that nobody asked for.
func (t *table) done() {
	for key := range t.values {
		if slices.Contains(t.known, key) {
			continue
		}
		e := Error{Reason: "unknown key", Nearest: nearest(key, t.known)}
		if e.Nearest != "" {
			e.Reason += "; the nearest known one is " + e.Nearest
		} else {
			slices.Sort(t.known)
			e.Advice = "known here: " + strings.Join(t.known, ", ")
		}
		switch key {
		case "password", "passwd", "passphrase", "secret", "totp", "totp_seed":
			e = Error{Reason: "a secret is not kept in the settings", Advice: "store it with: samlogin secret set, or name a password_command"}
		case "insecure", "skip_verify", "insecure_skip_verify", "verify", "ssl_verification":
			e = Error{Reason: "checking certificates cannot be switched off", Advice: "give your company's certificate with ca_bundle"}
		}
		t.add(t.under(key), e)
	}
}

func typeName(v any) string {
	switch v.(type) {
	case string:
		return "a text"
	case bool:
		return "true or false"
	case int64, float64:
		return "a number"
	case []any:
		return "a list"
	case map[string]any:
		return "a table"
	}
	return "a date or time"
}
