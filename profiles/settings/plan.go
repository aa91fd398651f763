package settings

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"

	toml "github.com/pelletier/go-toml/v2"

	"github.com/samlogin/samlogin/profiles"
)

// Change is one key of the settings to be as given.
type Change struct {
	Table string // "" for what stands above all tables, "accounts", "idp.NAME", "profile.NAME", "group.NAME"; a NAME may have dots
	Key   string
	Value any // string, bool or []string; nil takes the key out
}

// path are the parts of the key's full name. Only the first dot of a table parts kind and name.
func (c Change) path() []string {
	if c.Table == "" {
		return []string{c.Key}
	}
	kind, name, named := strings.Cut(c.Table, ".")
	if !named {
		return []string{kind, c.Key}
	}
	return []string{kind, name, c.Key}
}

// Edit is a change of a settings file that has been thought through and not been made. What it shows is what it saves.
type Edit struct {
	Path   string
	Notice func(string) // is given one-line texts for the person to see while the file is saved; nil: nobody is told

	before, after string
	exists        bool
}

// Plan thinks through changes of a settings file, which need not exist. Of a file that is there every byte stays that is
// not a value to be changed: comments, order, spacing, line ends. A value that is the wanted one already keeps the way it
// is written. New keys go below the last one of their table, new tables below the last one of their kind.
//
// The result is read again, and has to mean what the file meant before, with the changes made and nothing else, and to be
// right by itself (durations, and what files that it includes add, are for Loader.Planned).
//
// Errors: *Error (the file as it is, or as it would be, is wrong), *EditError, *UnsafeError, *ReadError.
func Plan(path string, changes []Change) (*Edit, error) {
	data, err := read(path)
	exists := !errors.Is(err, fs.ErrNotExist)
	if err != nil && exists {
		return nil, err
	}
	e := &Edit{Path: path, before: string(data), exists: exists}
	if _, wrong := parse(data, anyDuration); wrong != nil {
		wrong.Path = path
		return nil, wrong
	}
	e.after = e.before
	for _, c := range changes {
		if err := c.check(); err != nil {
			return nil, &EditError{Path: path, Change: c, Why: err.Error()}
		}
		if e.after, err = withChange(e.after, c); err != nil {
			return nil, &EditError{Path: path, Change: c, Why: err.Error()}
		}
	}
	if _, wrong := parse([]byte(e.after), anyDuration); wrong != nil {
		wrong.Path = path
		return nil, wrong
	}
	if c := e.misread(changes); c != nil {
		return nil, &EditError{Path: path, Change: *c, Why: "the file is written in a way that this cannot be put into"}
	}
	return e, nil
}

func anyDuration(string) error { return nil }

func (c Change) check() error {
	for _, part := range c.path() {
		if part == "" || acting(part) {
			return errors.New("a key or a name is empty, or has a control character")
		}
	}
	switch v := c.Value.(type) {
	case nil, bool, string, []string:
		return nil
	default:
		return fmt.Errorf("a value of type %T cannot be written", v)
	}
}

// misread makes the changes in the tree of values that the old text means, and compares that with the tree of the new
// text. It gives the first change after which the two part, nil if they are the same.
func (e *Edit) misread(changes []Change) *Change {
	var want, got map[string]any
	if toml.Unmarshal([]byte(e.before), &want) != nil || toml.Unmarshal([]byte(e.after), &got) != nil {
		return &Change{}
	}
	for i, c := range changes {
		if !plant(&want, c.path(), c.Value) {
			return &changes[i]
		}
	}
	if len(want) == 0 && len(got) == 0 || reflect.DeepEqual(want, got) {
		return nil
	}
	for i, c := range changes { // the one to name: whose key is not as wanted, else the first
		if !reflect.DeepEqual(find(want, c.path()), find(got, c.path())) {
			return &changes[i]
		}
	}
	return &changes[0]
}

// plant sets a value in a tree, or takes it out. False: there is something else than a table on the way.
func plant(tree *map[string]any, path []string, value any) bool {
	if *tree == nil {
		*tree = map[string]any{}
	}
	at := *tree
	for _, part := range path[:len(path)-1] {
		next, there := at[part]
		if !there && value == nil {
			return true
		}
		if !there {
			next = map[string]any{}
			at[part] = next
		}
		table, isTable := next.(map[string]any)
		if !isTable {
			return false
		}
		at = table
	}
	key := path[len(path)-1]
	switch v := value.(type) {
	case nil:
		delete(at, key)
	case []string:
		list := make([]any, len(v))
		for i, s := range v {
			list[i] = s
		}
		at[key] = list
	default:
		at[key] = v
	}
	return true
}

// find is the value at a path, nil where there is none.
func find(tree map[string]any, path []string) any {
	var at any = tree
	for _, part := range path {
		table, isTable := at.(map[string]any)
		if !isTable {
			return nil
		}
		at = table[part]
	}
	return at
}

// Changes reports whether there is anything to save.
func (e *Edit) Changes() bool { return e.before != e.after }

// New reports whether there is no such file yet.
func (e *Edit) New() bool { return !e.exists }

// Text is the whole file as it will be.
func (e *Edit) Text() string { return e.after }

// Save makes the change, or nothing of it: under a lock, whole, with links and the file's mode kept. A new file is 0600,
// folders that are missing are made 0700. A file that is no longer the one that was planned for is left alone.
//
// Errors: *ChangedError, *SaveError (around those of profiles.Writer.SaveText), and the cause of a context that ended.
func (e *Edit) Save(ctx context.Context) error {
	if !e.Changes() {
		return nil
	}
	path, err := filepath.Abs(e.Path)
	if err == nil {
		err = os.MkdirAll(filepath.Dir(path), 0o700)
	}
	if err != nil {
		return &SaveError{Path: e.Path, Err: &profiles.FileError{Path: e.Path, Step: "make its folder", Err: err}}
	}
	w := &profiles.Writer{Notice: e.Notice}
	err = w.SaveText(ctx, path, func(text string) (string, error) {
		switch text {
		case e.before, e.after:
			return e.after, nil
		}
		return "", &ChangedError{Path: e.Path}
	})
	var changed *ChangedError
	if err == nil || errors.As(err, &changed) || ctx.Err() != nil {
		return err
	}
	return &SaveError{Path: e.Path, Err: err}
}
