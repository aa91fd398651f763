// Package profiles reads and writes the two files that AWS clients share: ~/.aws/credentials and ~/.aws/config.
//
// The promise of the writer: of a file that it changes, only the lines that samlogin writes for the profiles named
// change. Every other byte stays: comments, order, spacing, line ends, the mode of the file, the symbolic link that
// leads to it. The file is replaced whole or not at all, under a lock that other samlogin processes respect, and it
// is compared again right before it is replaced, because the AWS CLI rewrites the same files in place without a lock.
//
// Where the formats are read differently by different AWS clients, the package writes only what all of them read
// alike, and refuses to edit a section that they read differently.
package profiles

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// The environment variables that say where the files are.
// Source: AWS SDKs and Tools Reference Guide, "Location of the shared config and credentials files".
const (
	credentialsVariable = "AWS_SHARED_CREDENTIALS_FILE"
	configVariable      = "AWS_CONFIG_FILE"
)

// Files are the two files that AWS clients read, as absolute paths. They may be symbolic links, and need not exist.
type Files struct {
	Credentials string // ~/.aws/credentials
	Config      string // ~/.aws/config
}

// Locate says where the files are: at AWS_SHARED_CREDENTIALS_FILE and AWS_CONFIG_FILE, where these are set and not
// empty ("~/" is the home folder, a relative path counts from the working directory, as for AWS clients), else in
// the folder .aws of the home folder, which is HOME (on Windows USERPROFILE).
//
// A home folder that is needed and is unset, empty, relative, missing or not a folder is a *FileError that names the
// variable: there is no second guess, so that credentials never land in / or in the working directory.
func Locate(env func(string) string) (Files, error) {
	var files Files
	for _, one := range []struct {
		path           *string
		variable, name string
	}{
		{&files.Credentials, credentialsVariable, "credentials"},
		{&files.Config, configVariable, "config"},
	} {
		path, err := locate(env, one.variable, one.name)
		if err != nil {
			return Files{}, err
		}
		*one.path = path
	}
	return files, nil
}

func locate(env func(string) string, variable, name string) (string, error) {
	given := env(variable)
	rest, fromHome := inHome(given)
	switch {
	case given == "":
		home, err := homeFolder(env)
		if err != nil {
			return "", err
		}
		return filepath.Join(home, ".aws", name), nil
	case fromHome:
		home, err := homeFolder(env)
		if err != nil {
			return "", err
		}
		return filepath.Join(home, rest), nil
	case filepath.IsAbs(given):
		return given, nil // not cleaned: a ".." after a symbolic link means what the system makes of it
	}
	path, err := filepath.Abs(given)
	if err != nil {
		return "", &FileError{Path: given, Step: "find the file of " + variable, Err: err}
	}
	return path, nil
}

// inHome cuts the "~" and the separator off a path that starts at the home folder. "~jane/x" is not one: AWS clients
// differ on it.
func inHome(path string) (rest string, ok bool) {
	rest, ok = strings.CutPrefix(path, "~")
	if !ok || rest == "" {
		return rest, ok
	}
	if rest[0] == '/' || os.IsPathSeparator(rest[0]) {
		return rest[1:], true
	}
	return "", false
}

// homeFolder is the home folder by the variable that AWS clients read.
func homeFolder(env func(string) string) (string, error) {
	variable := "HOME"
	if runtime.GOOS == "windows" {
		variable = "USERPROFILE"
	}
	home := env(variable)
	fail := func(err error) (string, error) {
		return "", &FileError{Path: home, Step: "find the home folder by " + variable, Err: err}
	}
	if home == "" {
		return fail(fmt.Errorf("%s is not set, or is empty", variable))
	}
	if !filepath.IsAbs(home) {
		return fail(fmt.Errorf("%s is not an absolute path", variable))
	}
	info, err := os.Stat(home)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fail(fmt.Errorf("the folder that %s names does not exist", variable))
	case err != nil:
		return fail(err)
	case !info.IsDir():
		return fail(fmt.Errorf("what %s names is not a folder", variable))
	}
	return home, nil
}
