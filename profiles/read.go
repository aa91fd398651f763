package profiles

import (
	"errors"
	"io/fs"
	"slices"

	"github.com/samlogin/samlogin/saml/secret"
)

// Stored is what the two files hold for one profile: key in lower case, value as written. Every value is a secret
// to the type system, because any of them may be one.
type Stored struct {
	Credentials map[string]secret.Text
	Config      map[string]secret.Text
}

// Read gives the values of a profile in each file, empty maps where there are none. Keys nested in another key, and
// keys without a value, are left out. Errors are *FileError for a file that cannot be read.
func (f Files) Read(profile string) (Stored, error) {
	config, credentials, err := f.documents()
	if err != nil {
		return Stored{}, err
	}
	values := func(e *edit) map[string]secret.Text {
		all := map[string]secret.Text{}
		for key, at := range e.keysOf(profile) {
			all[key] = secret.New(at.value)
		}
		return all
	}
	return Stored{values(newEdit(f.Credentials, credentials, false)), values(newEdit(f.Config, config, true))}, nil
}

// Names are the names of the profiles in both files, sorted, each once. They are somebody else's text: show them
// cleaned. Errors are *FileError for a file that cannot be read.
func (f Files) Names() ([]string, error) {
	config, credentials, err := f.documents()
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range []*edit{newEdit(f.Credentials, credentials, false), newEdit(f.Config, config, true)} {
		for name := range e.of {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

// documents reads both files as they are at this moment, without a lock.
func (f Files) documents() (config, credentials *document, err error) {
	if config, err = readDocument(f.Config); err != nil {
		return nil, nil, err
	}
	credentials, err = readDocument(f.Credentials)
	return config, credentials, err
}

func readDocument(path string) (*document, error) {
	now, err := readFile(system{}, path, follow)
	if errors.Is(err, fs.ErrNotExist) {
		return parse(""), nil
	}
	if err != nil {
		return nil, err
	}
	return parse(now.text), nil
}
