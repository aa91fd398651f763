package profiles

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"time"
)

// How a file is changed, step by step:
//  1. read it until two reads, 2 ms apart, agree: the AWS CLI empties and refills it in place, without a lock; one that
//     was changed a moment ago and is empty, or cut, is read on, as on a busy machine the AWS CLI may stop in between;
//  2. edit; nothing to change: sync the folder, as an earlier save may have been stopped before it could, and done;
//  3. write the new text to a temporary file in the same folder, and sync it: an error here is final;
//  4. read the file once more; where it changed meanwhile, start again from 1;
//  5. rename the temporary file over it, and sync the folder;
//  6. read again as in 1; where what was to be written is not there, start again.
const (
	settle      = 2 * time.Millisecond   // between two reads that have to agree
	settleTries = 500                    // a file that changes for a second is not going to settle
	redos       = 10                     // times that a save starts again
	refill      = 250 * time.Millisecond // for which a file that looks cut is not believed to be whole

	passingWait  = 2 * time.Second // for a file that another program has open (Windows)
	passingPause = 10 * time.Millisecond
)

// errChanged: another program changed the file between reading and replacing it.
var errChanged = errors.New("the file changed meanwhile")

// commit makes the edit hold in a file. edit is a function of the text alone, which finds nothing to do in a text
// that it made itself; it may be called many times.
func (s *saving) commit(ctx context.Context, t target, edit func(text string) (string, error)) error {
	written := ""
	for range redos + 1 {
		before, err := s.settled(ctx, t, written)
		if err != nil {
			return err
		}
		after, err := edit(before.text)
		if err != nil {
			return err
		}
		mode := s.modeFor(before)
		if after == before.text && (!before.exists || mode == before.meta.Mode.Perm()) {
			return s.lasting(t, before.exists)
		}
		if len(after) > largest {
			return &FileError{Path: t.path(), Step: "write it", Err: errTooLarge}
		}
		err = s.replace(ctx, t, before, after, mode)
		if err == nil {
			written = after
			err = s.holds(ctx, t, after, edit)
		}
		if !errors.Is(err, errChanged) {
			return err
		}
		if err := pauseFor(ctx, settle+rand.N(4*settle)); err != nil {
			return err
		}
	}
	return &FileError{Path: t.path(), Step: "save it", Err: errKeepsChanging}
}

// holds reads a file again after it was replaced, and gives errChanged if somebody has written an older state over
// what was saved.
func (s *saving) holds(ctx context.Context, t target, after string, edit func(string) (string, error)) error {
	now, err := s.settled(ctx, t, after)
	if err != nil {
		return err
	}
	if now.text == after {
		return nil
	}
	again, err := edit(now.text)
	if err != nil {
		return err
	}
	if again != now.text {
		return errChanged
	}
	return nil // others have added theirs, ours is there
}

// settled reads a file until two reads agree. One that does not exist is an empty content. known is a text that is whole
// in any case.
func (s *saving) settled(ctx context.Context, t target, known string) (content, error) {
	for range settleTries {
		var now content
		err := s.patiently(ctx, func() (err error) {
			now, err = s.read(t)
			return err
		})
		if err != nil {
			return content{}, err
		}
		if err := pauseFor(ctx, settle); err != nil {
			return content{}, err
		}
		same, err := s.still(t, now)
		if errors.Is(err, errPassing) {
			continue
		}
		if err != nil || same && (now.text == known && known != "" || !s.unfinished(now)) {
			return now, err
		}
	}
	return content{}, &FileError{Path: t.path(), Step: "read it", Err: errKeepsChanging}
}

// unfinished reports whether a file was changed a moment ago, and looks as if there is more to come: it is empty, or ends
// within a line, or where a buffer ends. Python, and so the AWS CLI, refills a file 8192 bytes at a time, and the rest
// when it closes it.
func (s *saving) unfinished(now content) bool {
	cut := !strings.HasSuffix(now.text, "\n") || len(now.text)%4096 == 0
	return now.exists && cut && s.now().Sub(now.meta.Modified).Abs() < refill
}

// read reads a file once, and looks again at what find found safe.
func (s *saving) read(t target) (content, error) {
	t.exists = false // find looked at another moment
	now, err := readTarget(s.disk, t)
	if errors.Is(err, fs.ErrNotExist) {
		return content{}, nil
	}
	if err != nil {
		return content{}, err
	}
	return now, safeFile(t.path(), now.meta)
}

// still reads a file once more, and reports whether it is as it was.
func (s *saving) still(t target, was content) (bool, error) {
	t.exists = false
	c := comparison{rest: was.text}
	m, err := copyTarget(s.disk, t, &c)
	if errors.Is(err, fs.ErrNotExist) {
		return !was.exists, nil
	}
	if err != nil {
		return false, err
	}
	same := was.exists && !c.differs && c.rest == ""
	if was.text == "" && !m.Modified.Equal(was.meta.Modified) {
		same = false // another program has emptied what was empty, and is about to fill it
	}
	return same, safeFile(t.path(), m)
}

// modeFor is the mode of the new file: that of the old one, without what others could do with it.
func (s *saving) modeFor(before content) fs.FileMode {
	if !before.exists {
		return 0o600
	}
	perm := before.meta.Mode.Perm()
	if perm&0o077 == 0 || s.keepMode {
		return perm
	}
	if perm &= 0o600; perm == 0 {
		perm = 0o600
	}
	return perm
}

// replace puts a new text in the place of the one that was read. errChanged: the file is no longer as it was read.
func (s *saving) replace(ctx context.Context, t target, before content, after string, mode fs.FileMode) (err error) {
	name, err := s.writeBeside(t, temporarySuffix, after, mode)
	if err != nil {
		return err
	}
	renamed := false
	defer func() {
		if !renamed {
			_ = s.disk.Remove(name) // the error that is returned is the one that counts
		}
	}()
	mounted := false
	err = s.patiently(ctx, func() error {
		same, err := s.still(t, before)
		if err != nil {
			return err
		}
		if !same {
			return errChanged
		}
		if err := s.disk.Rename(name, t.path()); err != nil {
			mounted = cannotReplace(err)
			return &FileError{Path: t.path(), Step: "put the new file in its place", Err: err}
		}
		return nil
	})
	if mounted {
		return s.rewrite(t, before, after, mode)
	}
	if err != nil {
		return err
	}
	renamed = true
	s.sayNarrowed(t, before, mode)
	if err := s.disk.SyncFolder(t.folder); err != nil {
		return &FileError{Path: t.path(), Step: "make sure that the new file lasts (it is in place)", Err: err}
	}
	if before.exists {
		return nil
	}
	// The folder may be new as well, made by this save or by one that was stopped. One that cannot be read cannot be
	// synced, but then it is not this person's home, and .aws not new in it.
	if err := s.disk.SyncFolder(filepath.Dir(t.folder)); err != nil && !errors.Is(err, fs.ErrPermission) {
		return &FileError{Path: t.path(), Step: "make sure that its folder lasts (it is in place)", Err: err}
	}
	return nil
}

// lasting makes a file last that is as it should be already. An earlier save may have been stopped, or have failed,
// between renaming it and syncing its folder.
func (s *saving) lasting(t target, exists bool) error {
	if !exists {
		return nil
	}
	if err := s.disk.SyncFolder(t.folder); err != nil && !errors.Is(err, fs.ErrPermission) {
		return &FileError{Path: t.path(), Step: "make sure that it lasts (nothing is to be changed in it)", Err: err}
	}
	return nil
}

func (s *saving) sayNarrowed(t target, before content, mode fs.FileMode) {
	if was := before.meta.Mode.Perm(); before.exists && mode != was {
		s.sayf("%s: other users could read it (mode %04o); it is %04o now", shownPath(t.path()), was, mode)
	}
}

// rewrite writes a file in place, which is all that can be done with one that is a mount of its own. A copy of the
// old text is kept beside it until the new one is whole. errChanged: the file is no longer as it was read.
func (s *saving) rewrite(t target, before content, after string, mode fs.FileMode) error {
	backup, err := s.writeBeside(t, backupSuffix, before.text, 0o600)
	if err != nil {
		return err
	}
	if err := s.disk.SyncFolder(t.folder); err != nil {
		return &FileError{Path: t.path(), Step: "sync the folder of its copy " + shownPath(backup), Err: err}
	}
	same, err := s.still(t, before) // the copy took a while
	if err == nil && !same {
		err = errChanged
	}
	if err != nil {
		_ = s.disk.Remove(backup) // nothing was written: the file is what it was
		return err
	}
	if err := s.overwrite(t, after, mode); err != nil {
		return &FileError{Path: t.path(), Step: "write it in place (what it held is in " + shownPath(backup) + ")", Err: err}
	}
	s.sayNarrowed(t, before, mode)
	if err := s.disk.Remove(backup); err != nil {
		return &FileError{Path: backup, Step: "remove the copy that is no longer needed", Err: err}
	}
	s.say(shownPath(t.path()) + ": it cannot be replaced (it is mounted by itself), so it was written in place")
	return nil
}

// overwrite takes from others the right to read before there is anything new to be read.
func (s *saving) overwrite(t target, text string, mode fs.FileMode) error {
	f, err := s.disk.Rewrite(t.path())
	if err != nil {
		return err
	}
	m, err := f.Stat()
	if err == nil && m.Mode.Perm() != mode {
		err = f.Chmod(mode)
	}
	if err == nil {
		_, err = io.WriteString(f, text)
	}
	if err == nil {
		err = f.Truncate(int64(len(text)))
	}
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}
