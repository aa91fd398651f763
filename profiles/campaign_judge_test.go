//go:build !windows

package profiles

import (
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
)

// reading is what a text is to the judge.
type reading struct {
	text   string
	theirs string // the lines that are not ours, each with the section that it is in
	faults int
	logins map[string]int // of the credentials file: whose keys it has, by profile
}

// tornLogin is the login of a profile whose keys are not of one.
const tornLogin = -1

// look reads a text, or remembers what it read in it.
func (w *world) look(file int, text string) reading {
	last := &w.other[file].last
	if last.logins != nil && last.text == text {
		return *last
	}
	d := parse(text)
	e := newEdit("", d, file == 1)
	var b strings.Builder
	in, name := -1, ""
	for i, l := range d.lines {
		if in+1 < len(d.sections) && d.sections[in+1].header == i {
			in++
			name, _ = d.sections[in].profile(file == 1)
		}
		ours := len(name) == 2 && name[0] == 'p' && name[1] >= '0' && name[1] < '0'+profilesIn
		if l.kind == blankLine || ours && (l.kind == headerLine || l.kind == keyLine && isWritten(file, l.key)) {
			continue
		}
		if in >= 0 {
			b.WriteString(d.sections[in].name)
		}
		b.WriteByte(0)
		b.WriteString(text[l.start:l.end])
		b.WriteString(d.lineEnd(i))
	}
	*last = reading{text: text, theirs: b.String(), faults: len(d.faults), logins: map[string]int{}}
	for name := range e.of {
		if at := e.keysOf(name); file == 0 && name[0] == 'p' && hasAny(at) {
			last.logins[name] = loginOf(at)
		}
	}
	return *last
}

// isWritten tells the keys that samlogin writes to a file.
func isWritten(file int, key string) bool {
	switch key {
	case keyRegion:
		return file == 1
	case keyID, keySecret, keyToken, keyOldToken, keyExpires, keyPrincipal, keyMark:
		return file == 0
	}
	return false
}

func hasAny(at map[string]found) bool {
	return at[keyMark].value == markManaged || hasKeys(at)
}

// loginOf is the login whose keys these are, whole.
func loginOf(at map[string]found) int {
	digits := strings.TrimPrefix(at[keyID].value, "ASIAEXAMPLE")
	login, err := strconv.Atoi(digits)
	if err != nil || at[keySecret].value != secretMark+digits || at[keyToken].value != secretMark+"TOKEN"+digits ||
		at[keyExpires].value != expiry.Add(time.Duration(login)*time.Second).Format(time.RFC3339) || at[keyMark].value != markManaged {
		return tornLogin
	}
	return login
}

// judge looks at the files after a step, and at what was said. login 0 is a removal.
func (w *world) judge(some []string, login int, err error) string {
	if problem := w.judgeWords(err); problem != "" {
		return problem
	}
	if w.held != 0 {
		return "a lock is still held"
	}
	for file := range w.real {
		if problem := w.judgeFile(file, some, login, err); problem != "" {
			if !w.other[file].inPlace || err == nil || !w.restore(file) {
				return path.Base(w.real[file]) + ": " + problem
			}
			if problem := w.judgeFile(file, nil, 0, err); problem != "" {
				return path.Base(w.real[file]) + ", put back: " + problem
			}
		}
		w.settleOther(file, w.content(file)) // ours is what it is from now on
	}
	if problem := w.judgeRegion(some, login); problem != "" {
		return problem
	}
	return w.judgeFolders(err)
}

func (w *world) judgeFile(file int, some []string, login int, err error) string {
	a, text := &w.other[file], w.content(file)
	is := w.look(file, text)
	if a.window {
		if is.theirs != a.want.theirs {
			w.sum.lost++
		}
		for _, login := range is.logins {
			if login == tornLogin && a.inPlace {
				w.overwrite(w.real[file], a.want.text) // two programs wrote in place at once; a person mends it
			}
		}
		return ""
	}
	if is.theirs != a.want.theirs {
		return fmt.Sprintf("others' lines were %q, are %q", a.want.theirs, is.theirs)
	}
	if is.faults > a.want.faults {
		return fmt.Sprintf("%d faults, were %d", is.faults, a.want.faults)
	}
	if here, missing := w.find(w.real[file]); missing == nil && err == nil && file == 0 && here.node.perm&0o077 != 0 {
		return fmt.Sprintf("mode %04o", here.node.perm)
	}
	if file == 1 {
		return ""
	}
	for n := range profilesIn {
		profile := ourProfiles[n]
		is, was, ours := is.logins[profile], a.want.logins[profile], slices.Contains(some, profile)
		switch {
		case is == tornLogin:
			return "the keys of " + profile + " are not of one login"
		case ours && is == login:
		case is == was && (!ours || err != nil || a.unseen):
		default:
			return fmt.Sprintf("%s is of login %d, was of %d, saved %d", profile, is, was, login)
		}
	}
	return ""
}

// judgeRegion wants the region to be there where the keys are: it is written first.
func (w *world) judgeRegion(some []string, login int) string {
	if login == 0 || w.keys("", login).Region == "" || w.other[1].window || w.other[1].wasOver {
		return ""
	}
	at := newEdit("", parse(w.content(1)), true)
	for profile, is := range w.look(0, w.content(0)).logins {
		if is == login && slices.Contains(some, profile) && at.keysOf(profile)[keyRegion].value != region(login) {
			return profile + " has its keys, and not its region"
		}
	}
	return ""
}

// judgeWords wants every error to be one of the package's, with a step, and no secret in what is said.
func (w *world) judgeWords(err error) string {
	said := strings.Join(w.notices, "\n")
	if err != nil {
		said += err.Error()
		var file *FileError
		var lock *LockError
		var unsafe *UnsafeError
		var broken *BrokenFileError
		var notOurs *NotOursError
		switch {
		case errors.As(err, &file):
			if file.Step == "" || file.Path == "" {
				return "an error without a step"
			}
		case !errors.As(err, &lock) && !errors.As(err, &unsafe) && !errors.As(err, &broken) && !errors.As(err, &notOurs):
			return fmt.Sprintf("an error of type %T", err)
		}
		if hint, ok := err.(interface{ Hint() string }); ok {
			said += hint.Hint()
		}
	}
	if strings.Contains(said, secretMark) {
		return "a secret is shown: " + said
	}
	return ""
}

// judgeFolders wants no file of ours to be left, but by a process that was killed or could not remove it; copies of
// what was being written in place may be left where that failed.
func (w *world) judgeFolders(err error) string {
	for _, folder := range []string{janeAWS, jane + "/dot"} {
		for _, name := range w.ours(folder, "") {
			copied := strings.HasSuffix(name, backupSuffix) && err != nil && strings.Contains(err.Error(), name)
			if !w.now.killed && !w.unremoved[name] && !copied {
				return name + " is left"
			}
			if err := w.remove(folder + "/" + name); err != nil {
				return err.Error()
			}
		}
	}
	return ""
}

// restore puts back the copy of a file that could not be written in place to the end, as a person would.
func (w *world) restore(file int) bool {
	folder, base := path.Split(w.real[file])
	a := &w.other[file]
	for _, name := range w.ours(folder, backupSuffix) {
		text, _ := w.text(folder + name)
		is := w.look(file, text)
		if strings.HasPrefix(name, "."+base+".") && is.theirs == a.whole.theirs && maps.Equal(is.logins, a.whole.logins) {
			a.want = is // whatever others wrote since was made of half a file
			w.overwrite(w.real[file], text)
			w.sum.restored++
			return true
		}
	}
	return false
}
