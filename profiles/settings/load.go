package settings

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"unicode/utf8"

	toml "github.com/pelletier/go-toml/v2"
)

// maxSize is the longest settings file read, in bytes.
const maxSize = 1 << 20

// Load reads and checks a settings file, with the files on this computer that it includes. A file that does not exist
// gives empty settings, unless it is required. checkDuration judges the text of each duration key, so that flags and
// settings have one grammar, which belongs to the package that asks STS; this one only says where in the file the fault is.
//
// Errors: *Error (wrong settings; also a required file that does not exist), *UnsafeError, *ReadError, *IncludeError.
func Load(path string, required bool, checkDuration func(string) error) (*Settings, error) {
	return Loader{CheckDuration: checkDuration}.Load(path, required)
}

// Load reads and checks a settings file and what it includes. Errors are those of the function Load.
func (l Loader) Load(path string, required bool) (*Settings, error) {
	data, err := read(path)
	if errors.Is(err, fs.ErrNotExist) && !required {
		return empty(""), nil
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &Error{Path: path, Reason: "there is no such file"}
	}
	if err != nil {
		return nil, err
	}
	return l.whole(path, data)
}

// Planned reads the settings as they are going to be once an edit is saved, together with what they include, as Load
// would then. Errors are *Error and *IncludeError, and for what is included *UnsafeError and *ReadError.
func (l Loader) Planned(e *Edit) (*Settings, error) { return l.whole(e.Path, []byte(e.after)) }

// whole reads the text of a settings file and what it includes.
func (l Loader) whole(path string, data []byte) (*Settings, error) {
	t, wrong := grow(path, data)
	if wrong != nil {
		return nil, wrong
	}
	var includes []Include
	if t.includes() {
		var err error
		if includes, err = l.include(path, &t); err != nil {
			return nil, err
		}
	}
	s, wrong := decode(t, false, l.CheckDuration)
	if wrong != nil {
		return nil, wrong
	}
	s.Path, s.Includes = path, includes
	return s, nil
}

func empty(path string) *Settings {
	return &Settings{Path: path, Accounts: map[string]string{}, IdPs: map[string]*IdP{}, Profiles: map[string]*Profile{}, Groups: map[string]*Group{}}
}

// read gives the bytes of a file that only its owner can change. The file looked at is the file read.
func read(path string) ([]byte, error) {
	if info, err := os.Stat(path); err != nil {
		return nil, readError(path, err)
	} else if !info.Mode().IsRegular() { // opening a pipe would wait for a writer
		return nil, &ReadError{path, errors.New("not a file")}
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, readError(path, err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, readError(path, err)
	}
	if !info.Mode().IsRegular() {
		return nil, &ReadError{path, errors.New("not a file")}
	}
	if err := checkOwner(path, info); err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(f, maxSize+1))
	if err != nil {
		return nil, readError(path, err)
	}
	if len(data) > maxSize {
		return nil, &Error{Path: path, Reason: fmt.Sprintf("longer than %d MiB", maxSize>>20)}
	}
	return data, nil
}

// readError leaves the path out of the system's words, as it stands before them.
func readError(path string, err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		err = p.Err
	}
	return &ReadError{path, err}
}

// parse reads and checks the text of a settings file alone. One that includes others need not be complete.
func parse(data []byte, checkDuration func(string) error) (*Settings, *Error) {
	t, wrong := grow("", data)
	if wrong != nil {
		return nil, wrong
	}
	return decode(t, t.includes(), checkDuration)
}

// tree is what the text of one or more files means, and where each key of it stands.
type tree struct {
	values map[string]any
	at     places
	files  []string // the names of the files, by place.file
}

// includes reports whether other files complete this one.
func (t tree) includes() bool { return t.values["include"] != nil }

// grow reads the text of a file without judging its keys.
func grow(path string, data []byte) (tree, *Error) {
	fail := func(e *Error) (tree, *Error) {
		e.Path = path
		return tree{}, e
	}
	if bytes.HasPrefix(data, []byte("\xef\xbb\xbf")) {
		return fail(&Error{Line: 1, Column: 1, Reason: "begins with a byte order mark", Advice: "save the file as UTF-8 without BOM"})
	}
	if !utf8.Valid(data) {
		line, column := firstInvalid(data)
		return fail(&Error{Line: line, Column: column, Reason: "not UTF-8", Advice: "save the file as UTF-8"})
	}
	at, wrong := survey(data)
	if wrong != nil {
		return fail(wrong)
	}
	t := tree{at: at, files: []string{path}}
	if err := toml.Unmarshal(data, &t.values); err != nil {
		return fail(syntax(err))
	}
	return t, nil
}

// syntax reports what is wrong with the TOML itself. The parser's words name keys and single characters, never a value.
func syntax(err error) *Error {
	e := &Error{Reason: "not TOML"}
	var d *toml.DecodeError
	if errors.As(err, &d) {
		e.Line, e.Column = d.Position()
		e.Reason = clean(trimToml(d.Error()))
	}
	return e
}

func firstInvalid(data []byte) (line, column int) {
	i := 0
	for i < len(data) {
		r, n := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && n == 1 {
			break
		}
		i += n
	}
	before := data[:i]
	return bytes.Count(before, []byte("\n")) + 1, i - bytes.LastIndexByte(before, '\n')
}
