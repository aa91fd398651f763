package settings

import (
	"os"
	"path/filepath"
	"testing"
)

// Settings are read at every start, also when credentials is called by machines.
func BenchmarkLoad(b *testing.B) {
	path := filepath.Join(b.TempDir(), "config.toml")
	if err := os.WriteFile(path, []byte(whole), 0o600); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := Load(path, true, plain); err != nil {
			b.Fatal(err)
		}
	}
}
