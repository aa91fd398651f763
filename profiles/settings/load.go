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

// Load reads and checks a settings file. A file that does not exist gives empty settings, unless it is required.
// checkDuration judges the text of each duration key, so that flags and settings have one grammar, which belongs
// to the package that asks STS; this one only says where in the file the fault is.
//
// Errors: *Error (wrong settings; also a required file that does not exist), *UnsafeError, *ReadError.
func Load(path string, required bool, checkDuration func(string) error) (*Settings, error) {
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
	s, wrong := parse(data, checkDuration)
	if wrong != nil {
		wrong.Path = path
		return nil, wrong
	}
	s.Path = path
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

// parse reads and checks the text of a settings file.
func parse(data []byte, checkDuration func(string) error) (*Settings, *Error) {
	if bytes.HasPrefix(data, []byte("\xef\xbb\xbf")) {
		return nil, &Error{Line: 1, Column: 1, Reason: "begins with a byte order mark", Advice: "save the file as UTF-8 without BOM"}
	}
	if !utf8.Valid(data) {
		line, column := firstInvalid(data)
		return nil, &Error{Line: line, Column: column, Reason: "not UTF-8", Advice: "save the file as UTF-8"}
	}
	at, wrong := survey(data)
	if wrong != nil {
		return nil, wrong
	}
	var tree map[string]any
	if err := toml.Unmarshal(data, &tree); err != nil {
		return nil, syntax(err)
	}
	return decode(tree, at, checkDuration)
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
