package main

import (
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/samlogin/samlogin/idp/adapter"
	"github.com/samlogin/samlogin/profiles/settings"
)

// adaptersOf reads the MFA adapters that a person described in the settings: tables by name, in the order of their
// names, or a list of tables that say theirs.
func adaptersOf(s *settings.Settings, entry *settings.IdP) ([]adapter.Adapter, error) {
	at := []string{"idp", entry.Name, "mfa_adapter"}
	var out []adapter.Adapter
	read := func(key, name string, value any) error {
		path := append(at[:len(at):len(at)], key)
		table, ok := value.(map[string]any)
		if !ok {
			return s.Fault("needs a table", "write [idp.NAME.mfa_adapter.NAME]", path...)
		}
		if name == "" {
			table = maps.Clone(table)
			if name, ok = table["name"].(string); !ok || name == "" {
				return s.Fault("needs a name", "", path...)
			}
			delete(table, "name")
		}
		one, err := adapter.Read(name, table)
		var word *adapter.WordError
		if errors.As(err, &word) {
			path = append(path, strings.Split(word.Key, ".")...)
			advice := "samlogin help mfa tells how an adapter is described"
			if meant := settings.Closest(path[len(path)-1], word.Known); meant != "" {
				advice = "did you mean " + meant + "? " + advice
			}
			return s.Fault(word.Reason, advice, path...)
		}
		out = append(out, one)
		return err
	}
	switch tables := entry.MFAAdapters.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(tables)) {
			if err := read(name, name, tables[name]); err != nil {
				return nil, err
			}
		}
	case []any:
		for i, table := range tables {
			if err := read(strconv.Itoa(i), "", table); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}
