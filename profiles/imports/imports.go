// Package imports reads the settings of other tools that log in to AWS by way of SAML, and says line by line what of them
// can be said in the settings of samlogin.
//
// House rules: nothing is written here; no value of a line that is not taken over is ever shown, as it may be a secret;
// a line that is not understood is told of, never dropped in silence; whatever a file holds, reading it ends.
package imports

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/samlogin/samlogin/profiles/settings"
	"github.com/samlogin/samlogin/saml/foreign"
)

// Tool is another tool, by the name of its command.
type Tool string

// The tools whose settings can be read.
const (
	Saml2AWS Tool = "saml2aws"
	AWSADFS  Tool = "aws-adfs"
	Clisso   Tool = "clisso"
	AWSVault Tool = "aws-vault"
)

// Tools are all of them.
func Tools() []Tool { return []Tool{Saml2AWS, AWSADFS, Clisso, AWSVault} }

// maxSize is the longest file read, in bytes.
const maxSize = 1 << 20

// Locate says where the tool keeps its settings: ~/.saml2aws (or SAML2AWS_CONFIGFILE), ~/.clisso.yaml, and for those that
// keep theirs in the config file of AWS's clients that one (or AWS_CONFIG_FILE). It does not look at the disk. The error
// is a *FileError where there is no home folder.
func (t Tool) Locate(env func(string) string) (string, error) {
	variable, within := "", ""
	switch t {
	case Saml2AWS:
		variable, within = "SAML2AWS_CONFIGFILE", ".saml2aws"
	case Clisso:
		within = ".clisso.yaml"
	default:
		variable, within = "AWS_CONFIG_FILE", filepath.Join(".aws", "config")
	}
	name := "HOME"
	if runtime.GOOS == "windows" {
		name = "USERPROFILE"
	}
	given := ""
	if variable != "" {
		given = env(variable)
	}
	rest, atHome := strings.CutPrefix(given, "~")
	atHome = atHome && (rest == "" || os.IsPathSeparator(rest[0]))
	if given != "" && !atHome {
		return filepath.Clean(given), nil
	}
	if !filepath.IsAbs(env(name)) {
		return "", &FileError{Path: within, Err: fmt.Errorf("%s is unset or not an absolute path, so it is not known where it is", name)}
	}
	if atHome {
		within = rest
	}
	return filepath.Join(env(name), within), nil
}

// FileError reports a file that is not there or cannot be read.
type FileError struct {
	Path string
	Err  error
}

func (e *FileError) Error() string {
	return fmt.Sprintf("%s: %s", foreign.Clean(e.Path), foreign.Line(e.Err.Error()))
}

func (e *FileError) Unwrap() error { return e.Err }

// Fate is what became of a line.
type Fate string

// The fates.
const (
	Taken    Fate = "taken"    // it says the same in our settings
	Look     Fate = "look"     // taken over, but a person should look at it
	Left     Fate = "left"     // it cannot be said, or not safely
	Needless Fate = "needless" // nothing to say: the default, or about the other tool alone
)

// Line is what became of one line of the file.
type Line struct {
	Number  int    // from 1
	Section string // as it stands in the file: somebody else's text
	Key     string // the same; "" is the section itself
	Fate    Fate
	To      []string // the keys of ours, dotted, that say it: "idp.corp.url"
	Why     string   // "" for what is plainly taken over

	idp     *idp
	profile *profile
	ours    string // the key in one of these
	asked   string // the name that the file has for the profile, where it has one
}

// Stored is an entry of the tool's own in a key store, which may hold a password that goes with what was read.
type Stored struct {
	Account string // what the tool calls it: an account of saml2aws, a provider of clisso
	URL     string // of the IdP, as the tool has it
	IdP     string // the name of the IdP in our settings
	User    string // "" not known
}

// Result is what a file says in our words.
type Result struct {
	Tool     Tool
	Path     string
	Accounts int    // accounts, profiles or apps found in it
	Lines    []Line // by number
	Changes  []settings.Change
	Profiles []string // of ours, those that were there already too
	Stored   []Stored
}

// Ours is what the result has to fit into.
type Ours struct {
	Settings      *settings.Settings
	Rename        map[string]string  // a proposed name of an IdP or a profile → the name wanted
	CheckDuration func(string) error // as given to settings.Load
}

// Read reads the file of a tool. Errors are *FileError and, for a wish about names that cannot be met, *NameError. A
// file that makes no sense is no error: its lines say so.
func Read(t Tool, path string, ours Ours) (*Result, error) {
	text, err := read(path)
	if err != nil {
		return nil, err
	}
	return Parse(t, path, text, ours)
}

func read(path string) (string, error) {
	fail := func(err error) (string, error) {
		var p *fs.PathError
		if errors.As(err, &p) {
			err = p.Err
		}
		return "", &FileError{path, err}
	}
	info, err := os.Stat(path)
	if err != nil {
		return fail(err)
	}
	if !info.Mode().IsRegular() { // opening a pipe would wait for a writer
		return fail(errors.New("not a file"))
	}
	f, err := os.Open(path)
	if err != nil {
		return fail(err)
	}
	defer func() { _ = f.Close() }()
	text, err := io.ReadAll(io.LimitReader(f, maxSize+1))
	if err != nil {
		return fail(err)
	}
	if len(text) > maxSize {
		return fail(fmt.Errorf("longer than %d MiB", maxSize>>20))
	}
	return string(text), nil
}

// Parse is Read for a text that was read already.
func Parse(t Tool, path, text string, ours Ours) (*Result, error) {
	d := &draft{tool: t, check: func(table, key string, value any) error {
		return settings.Check(table, key, value, ours.CheckDuration)
	}}
	switch t {
	case Saml2AWS:
		d.saml2aws(text)
	case AWSADFS:
		d.awsADFS(text)
	case Clisso:
		d.clisso(text)
	case AWSVault:
		d.awsVault(text)
	default:
		return nil, &NameError{Name: string(t), Why: "is no tool whose settings are known"}
	}
	r := &Result{Tool: t, Path: path, Accounts: d.accounts}
	if err := d.settle(r, ours); err != nil {
		return nil, err
	}
	slices.SortStableFunc(r.Lines, func(a, b Line) int { return a.Number - b.Number })
	return r, nil
}
