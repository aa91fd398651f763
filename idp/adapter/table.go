package adapter

import (
	_ "embed"
	"fmt"
	"sync"

	toml "github.com/pelletier/go-toml/v2"
)

//go:embed table.toml
var table []byte

// Known are the adapters that samlogin comes with.
var Known = sync.OnceValues(func() ([]Adapter, error) {
	var all struct {
		Adapter []map[string]any `toml:"adapter"`
	}
	if err := toml.Unmarshal(table, &all); err != nil {
		return nil, fmt.Errorf("the table of MFA adapters: %w", err)
	}
	var out []Adapter
	for _, t := range all.Adapter {
		name, _ := t["name"].(string)
		delete(t, "name")
		a, err := Read(name, t)
		if err != nil {
			return nil, fmt.Errorf("the table of MFA adapters: %s: %w", name, err)
		}
		out = append(out, a)
	}
	return out, nil
})
