package settings

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Loader reads settings together with what they include: files of a team that many people's settings begin with.
//
// House rules: what is included says which IdPs and profiles there are, and nothing that could run a program, name a
// place for secrets, or send one elsewhere; the person's own settings win, key by key; and nobody but root and the person
// can change what is included without the person noticing: a file belongs to one of them, and an address has the hash of
// what is behind it.
type Loader struct {
	CheckDuration func(string) error // as for Load
	// Folder is where copies of what is behind addresses are kept, one a hash; "": nowhere.
	Folder string
	// Fetch gets what is behind an address, with the means of the person's own settings. nil: the network is not asked,
	// and what is not kept is missing.
	Fetch func(own Choices, address string) ([]byte, error)
}

// Include is one file that settings include.
type Include struct {
	Path    string // of a file on this computer, "" for an address
	Address string // https, without the hash
	Sum     string // SHA-256 of what is behind the address, in hex
	Kept    string // the copy that is kept, "" none
	Fetched bool   // the network was asked for it now
	Line    int    // of the person's own file, where it is named
}

// String names the file for people.
func (i Include) String() string { return i.Path + i.Address }

// IncludeError reports something included that cannot be had, or is not what it was when the person agreed to it.
type IncludeError struct {
	Path    string // the file that includes it
	Line    int    // of that
	Include string // what it includes
	Got     string // the hash of what is there now, where it is not the one given; else ""
	Err     error  // why it could not be fetched; nil: the network was not asked
}

func (e *IncludeError) Error() string {
	s := fmt.Sprintf("%s:%d: include: %s ", clean(e.Path), e.Line, clean(e.Include))
	switch {
	case e.Got != "":
		return s + "is not what it was when it was included: it has sha256=" + e.Got + " now"
	case e.Err != nil:
		return s + "cannot be fetched: " + clean(e.Err.Error())
	}
	return s + "has not been fetched yet"
}

func (e *IncludeError) Unwrap() error { return e.Err }

// Hint says what to do.
func (e *IncludeError) Hint() string {
	switch {
	case e.Got != "":
		return "ask whoever looks after it whether that is the hash of a new version, and put it into your include"
	case e.Err != nil:
		return "once it has been fetched it is kept, and the network is not needed for it"
	}
	return "samlogin login fetches it, once"
}

// mostIncludes is how many files one may include.
const mostIncludes = 16

const hashMark = "sha256="

// checkInclude takes an absolute path, or an https address with the hash of what is behind it.
func checkInclude(s string) error {
	if !strings.Contains(s, "://") {
		if !filepath.IsAbs(s) {
			return errors.New("not an absolute path, and not an https address")
		}
		return nil
	}
	u, err := url.Parse(s)
	switch {
	case err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.RawQuery != "":
		return errors.New("not an https address without user name and query")
	case !strings.HasPrefix(u.Fragment, hashMark) || !isSum(u.Fragment[len(hashMark):]):
		return errors.New("an address needs the hash of what is behind it: https://…#sha256=… with 64 hex digits; sha256sum FILE prints it")
	}
	return nil
}

func isSum(s string) bool {
	b, err := hex.DecodeString(s)
	return err == nil && len(b) == sha256.Size
}

// include puts what a file includes below its own keys. Of two included files the one that is named first is nearer.
func (l Loader) include(path string, own *tree) ([]Include, error) {
	alone, wrong := decode(*own, true, l.CheckDuration)
	if wrong != nil {
		return nil, wrong
	}
	if n := len(alone.Include); n > mostIncludes {
		return nil, alone.at.fault(path, fmt.Sprintf("%d files are included; %d can be", n, mostIncludes), "include")
	}
	var all []Include
	for n, written := range alone.Include {
		i := Include{Line: own.at[join([]string{"include", strconv.Itoa(n)})].line}
		data, err := l.fetch(path, alone, written, &i)
		if err != nil {
			return nil, err
		}
		t, wrong := grow(i.String(), data)
		if wrong == nil {
			_, wrong = decode(t, true, l.CheckDuration)
		}
		if wrong == nil {
			wrong = t.forbidden()
		}
		if wrong != nil {
			return nil, wrong
		}
		own.below(t)
		all = append(all, i)
	}
	return all, nil
}

// fault is an error at the place of a key.
func (at places) fault(path, reason string, key ...string) *Error {
	p := at[join(key)]
	return &Error{Path: path, Line: p.line, Column: p.column, Key: dotted(key), Reason: reason}
}

// fetch gives the text of an included file, and says in the Include where it came from.
func (l Loader) fetch(path string, own *Settings, written string, i *Include) ([]byte, error) {
	if !strings.Contains(written, "://") {
		i.Path = written
		data, err := readIncluded(written)
		if errors.Is(err, fs.ErrNotExist) {
			e := &Error{Path: path, Line: i.Line, Key: "include", Reason: "there is no file " + clean(written)}
			return nil, e
		}
		return data, err
	}
	address, sum, _ := strings.Cut(written, "#"+hashMark)
	i.Address, i.Sum = address, strings.ToLower(sum)
	fail := func(got string, err error) ([]byte, error) {
		return nil, &IncludeError{Path: path, Line: i.Line, Include: address, Got: got, Err: err}
	}
	if l.Folder != "" {
		kept := filepath.Join(l.Folder, i.Sum+".toml")
		if data := readKept(kept); data != nil && sumOf(data) == i.Sum {
			i.Kept = kept
			return data, nil
		}
	}
	if l.Fetch == nil {
		return fail("", nil)
	}
	data, err := l.Fetch(own.General, address)
	if err == nil && len(data) > maxSize {
		err = fmt.Errorf("longer than %d MiB", maxSize>>20)
	}
	if err != nil {
		return fail("", err)
	}
	if got := sumOf(data); got != i.Sum {
		return fail(got, nil)
	}
	i.Fetched = true
	if l.Folder != "" && keep(filepath.Join(l.Folder, i.Sum+".toml"), data) == nil {
		i.Kept = filepath.Join(l.Folder, i.Sum+".toml")
	}
	return data, nil
}

func sumOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// readIncluded is read with the stricter look at who can change the file that Windows needs outside a person's own folders.
func readIncluded(path string) ([]byte, error) {
	if err := checkIncluded(path); err != nil {
		return nil, err
	}
	return read(path)
}

// readKept reads a copy, nil if there is none. Whose it is does not matter: its hash is looked at.
func readKept(path string) []byte {
	f, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer func() { _ = f.Close() }()
	data, err := io.ReadAll(io.LimitReader(f, maxSize+1))
	if err != nil {
		return nil
	}
	return data
}

// keep puts a copy into the folder. One that cannot be kept is fetched again.
func keep(path string, data []byte) error {
	folder := filepath.Dir(path)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(folder, ".new-*")
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return err
}

// below puts another tree below this one: of each key the nearer tree counts. Tables of IdPs, profiles, groups and
// accounts are put together; every other value is one or the other.
func (t *tree) below(farther tree) {
	file := len(t.files)
	t.files = append(t.files, farther.files...)
	t.values = merged(t.values, farther.values, 0)
	for key, p := range farther.at {
		if _, nearer := t.at[key]; !nearer {
			p.file = file
			t.at[key] = p
		}
	}
}

// merged goes two levels deep: [kind.NAME].
func merged(near, far map[string]any, depth int) map[string]any {
	if near == nil {
		near = map[string]any{}
	}
	for key, v := range far {
		have, there := near[key]
		a, isTable := have.(map[string]any)
		b, areTables := v.(map[string]any)
		switch {
		case !there:
			near[key] = v
		case isTable && areTables && (depth == 1 || depth == 0 && slices.Contains([]string{"idp", "profile", "group", "accounts"}, key)):
			near[key] = merged(a, b, depth+1)
		}
	}
	return near
}
