package keychain

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/gofrs/flock"
)

// Ledger is the file that says which secrets are remembered where. It holds no secret: key stores cannot list what is
// in them, so that without it nobody could say what is to be removed. A file that is missing or damaged is an empty one.
type Ledger struct {
	Path string // absolute; "": there is no place for it
}

// Line is what the ledger says of one secret.
type Line struct {
	Origin   string `json:"origin"`
	User     string `json:"user"`
	Kind     Kind   `json:"kind"`
	Store    string `json:"store,omitempty"`     // as given to Open; "": it is remembered nowhere
	Declined bool   `json:"declined,omitempty"`  // the person does not want to be asked whether to remember it
	LastStep int64  `json:"last_step,omitempty"` // of a TOTP seed: the newest time step of which a code was used
}

// Key is the secret that a line is about.
func (l Line) Key() Key { return Key{Origin: l.Origin, User: l.User, Kind: l.Kind} }

const (
	ledgerBytes    = 1 << 20
	ledgerLockWait = 3 * time.Second
	ledgerPause    = 20 * time.Millisecond
)

type ledgerFile struct {
	Version int    `json:"version"`
	Lines   []Line `json:"secrets"`
}

// Lines are all lines, sorted by origin, user and kind.
func (l Ledger) Lines() []Line {
	f, err := os.Open(l.Path)
	if err != nil {
		return nil
	}
	defer func() { _ = f.Close() }()
	text, err := io.ReadAll(io.LimitReader(f, ledgerBytes))
	var file ledgerFile
	if err != nil || json.Unmarshal(text, &file) != nil || file.Version != 1 {
		return nil
	}
	return file.Lines
}

// Line is what is known of a secret; a line of that key alone if nothing is.
func (l Ledger) Line(k Key) Line {
	for _, line := range l.Lines() {
		if line.Key() == k {
			return line
		}
	}
	return Line{Origin: k.Origin, User: k.User, Kind: k.Kind}
}

// Change changes the line of a secret under the ledger's lock, which is waited for 3 seconds at most. A line that says
// nothing any more is taken out. The file and its folder are for their owner only.
func (l Ledger) Change(ctx context.Context, k Key, change func(*Line)) error {
	fail := func(err error) error { return fmt.Errorf("noting in %s what is remembered: %w", l.Path, err) }
	if l.Path == "" {
		return errors.New("what is remembered cannot be noted: there is no home folder")
	}
	if err := os.MkdirAll(filepath.Dir(l.Path), 0o700); err != nil {
		return fail(err)
	}
	wait, cancel := context.WithTimeout(ctx, ledgerLockWait)
	defer cancel()
	lock := flock.New(l.Path+".lock", flock.SetPermissions(0o600))
	if held, err := lock.TryLockContext(wait, ledgerPause); err != nil || !held {
		return fail(errors.Join(errors.New("its lock is held"), err))
	}
	defer func() { _ = lock.Unlock() }()
	lines := slices.DeleteFunc(l.Lines(), func(line Line) bool { return line.Key() == k })
	line := l.Line(k)
	change(&line)
	if line != (Line{Origin: k.Origin, User: k.User, Kind: k.Kind}) {
		lines = append(lines, line)
	}
	slices.SortFunc(lines, func(a, b Line) int {
		return slices.Compare([]string{a.Origin, a.User, string(a.Kind)}, []string{b.Origin, b.User, string(b.Kind)})
	})
	text, err := json.MarshalIndent(ledgerFile{1, lines}, "", "  ")
	if err != nil {
		return fail(err)
	}
	if err := replaceFile(l.Path, append(text, '\n')); err != nil {
		return fail(err)
	}
	return nil
}
