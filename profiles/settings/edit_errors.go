package settings

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/samlogin/samlogin/profiles"
	"github.com/samlogin/samlogin/saml/foreign"
)

// EditError says that a change cannot be made in the text of a settings file. Nothing was changed.
type EditError struct {
	Path   string
	Change Change
	Why    string
}

func (e *EditError) Error() string {
	return fmt.Sprintf("%s: %s cannot be set: %s", foreign.Clean(e.Path), clean(dotted(e.Change.path())), e.Why)
}

// Hint gives the lines to write by hand.
func (e *EditError) Hint() string {
	path := e.Change.path()
	table, key := path[:len(path)-1], keyName(path[len(path)-1])
	if e.Change.check() != nil {
		return ""
	}
	if e.Change.Value == nil {
		return "take " + key + " out with an editor"
	}
	where := "above all tables"
	if len(table) > 0 {
		where = "in " + header(table)
	}
	return "write it with an editor, " + where + ": " + key + " = " + written(e.Change.Value)
}

// ChangedError says that a settings file is not the one that was shown: somebody changed it meanwhile. Nothing was
// changed by this process.
type ChangedError struct{ Path string }

func (e *ChangedError) Error() string {
	return foreign.Clean(e.Path) + ": the file was changed meanwhile by another program, so nothing was written"
}

// Hint says what to do.
func (e *ChangedError) Hint() string {
	return "run the same command again, which looks at the file as it is now"
}

// SaveError says that a settings file could not be locked or written. It is as it was.
type SaveError struct {
	Path string
	Err  error // of profiles.Writer.SaveText
}

func (e *SaveError) Error() string { return strings.TrimSpace(e.Err.Error()) }

func (e *SaveError) Unwrap() error { return e.Err }

// Hint says what to do, "" if nothing is known.
func (e *SaveError) Hint() string {
	var file *profiles.FileError
	if errors.As(e.Err, &file) { // whose own hint is about the variables of the AWS files
		if errors.Is(e.Err, fs.ErrPermission) {
			return "see who owns the file and its folder, or name another file with --config"
		}
		return ""
	}
	var hinted interface{ Hint() string }
	if errors.As(e.Err, &hinted) {
		return hinted.Hint()
	}
	return ""
}
