package keychain

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
)

func TestLedger(t *testing.T) {
	l := Ledger{filepath.Join(t.TempDir(), "state", "samlogin", "secrets.json")}
	k := Key{Origin: "https://adfs.example.com", User: `CORP\jane`, Kind: Password}
	if got := l.Line(k); got.Store != "" || got.Key() != k {
		t.Errorf("nothing noted: got %+v", got)
	}
	set := func(k Key, store string) {
		t.Helper()
		if err := l.Change(t.Context(), k, func(line *Line) { line.Store = store }); err != nil {
			t.Fatal(err)
		}
	}
	set(k, "system")
	set(Key{k.Origin, `CORP\anna`, Seed}, "file")
	if lines := l.Lines(); len(lines) != 2 || lines[0].User != `CORP\anna` || lines[1].Store != "system" {
		t.Errorf("got %+v", lines)
	}
	set(k, "")
	if lines := l.Lines(); len(lines) != 1 {
		t.Errorf("a line that says nothing is kept: %+v", lines)
	}
	for path, want := range map[string]os.FileMode{l.Path: 0o600, filepath.Dir(l.Path): 0o700} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want && runtime.GOOS != "windows" {
			t.Errorf("%s: %v, %v; want mode %o", path, info.Mode(), err, want)
		}
	}
	if entries, _ := os.ReadDir(filepath.Dir(l.Path)); len(entries) != 2 {
		t.Errorf("%d files, want the ledger and its lock", len(entries))
	}
	for _, damaged := range []string{"", "{", `{"version":2,"secrets":[{"user":"x"}]}`, strings.Repeat("x", 2*ledgerBytes)} {
		if err := os.WriteFile(l.Path, []byte(damaged), 0o600); err != nil {
			t.Fatal(err)
		}
		if lines := l.Lines(); len(lines) != 0 {
			t.Errorf("damaged: got %+v", lines)
		}
		set(k, "system")
		if l.Line(k).Store != "system" {
			t.Error("a damaged ledger is not begun anew")
		}
	}
}

func TestTheLedgerTakesManyChangesAtOnce(t *testing.T) {
	l := Ledger{filepath.Join(t.TempDir(), "secrets.json")}
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			k := Key{Origin: "https://adfs.example.com", User: fmt.Sprint(i), Kind: Seed}
			if err := l.Change(t.Context(), k, func(line *Line) { line.LastStep = int64(i) + 1 }); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n := len(l.Lines()); n != 20 {
		t.Errorf("%d lines, want 20", n)
	}
}
