package profiles

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"
)

// saving is one call of a Writer: its disk, and what it has to say.
type saving struct {
	*Writer
	disk      disk
	said      map[string]bool
	after     []string // notices to be given once the edit is in place
	opened    []*edit  // the texts last taken apart
	processes bool     // a profile to get keys has a credential_process of samlogin's
	regions   map[string]placed
	keepMode  bool // the file holds no secret: others may read it if they could
}

func (w *Writer) saving() *saving {
	s := &saving{Writer: w, disk: w.disk, said: map[string]bool{}}
	if s.disk == nil {
		s.disk = system{}
	}
	return s
}

// say gives a notice now, each text once.
func (s *saving) say(notice string) {
	if notice == "" || s.said[notice] {
		return
	}
	s.said[notice] = true
	if s.Notice != nil {
		s.Notice(notice)
	}
}

func (s *saving) sayf(format string, args ...any) { s.say(fmt.Sprintf(format, args...)) }

// later keeps a notice that is true only if the edit comes to be. An edit may be made several times.
func (s *saving) later(notice string) { s.after = append(s.after, notice) }

// tell gives the notices kept, if what they say came to be.
func (s *saving) tell(err error) {
	if err != nil {
		return
	}
	for _, notice := range s.after {
		s.say(notice)
	}
}

// change is what is to become of each file, as functions of the text of both: the other one first. nil: no change.
type change struct {
	config      func(credentials, text string) (string, error)
	credentials func(config, text string) (string, error)
}

// change makes a change under the locks of the files that it touches: config first, always, so that two processes
// never wait for each other. Both edits are tried before either file is written.
func (s *saving) change(ctx context.Context, c change) error {
	config, err := s.look(ctx, s.Files.Config)
	if err != nil {
		return err
	}
	credentials, err := s.look(ctx, s.Files.Credentials)
	if err != nil {
		return err
	}
	touchConfig, err := changes(c.config, credentials.text, config.text)
	if err != nil {
		return err
	}
	touchCredentials, err := changes(c.credentials, config.text, credentials.text)
	if err != nil {
		return err
	}
	s.after = nil // said again by the edits that count
	locks := &locks{saving: s}
	defer locks.release()
	var configAt, credentialsAt target
	if touchConfig {
		if configAt, err = locks.take(ctx, s.Files.Config); err != nil {
			return err
		}
	}
	// Also where nothing is to change in its text: its mode may be too wide.
	if touchCredentials || credentials.exists {
		if credentialsAt, err = locks.take(ctx, s.Files.Credentials); err != nil {
			return err
		}
	}
	if touchConfig {
		err := s.commit(ctx, configAt, func(text string) (string, error) {
			now, err := s.look(ctx, s.Files.Credentials)
			if err != nil {
				return "", err
			}
			return c.config(now.text, text)
		})
		if err != nil {
			return err
		}
		s.sweep(configAt, s.now())
	} else if c.config != nil && config.exists {
		t, err := find(s.disk, s.Files.Config, follow)
		if err != nil {
			return err
		}
		if err := s.lasting(t, t.exists); err != nil { // before there are keys that go with it
			return err
		}
	}
	if credentialsAt.base == "" {
		return nil
	}
	err = s.commit(ctx, credentialsAt, func(text string) (string, error) {
		now, err := s.look(ctx, s.Files.Config)
		if err != nil {
			return "", err
		}
		return c.credentials(now.text, text)
	})
	if err == nil {
		s.sweep(credentialsAt, s.now())
	}
	return err
}

func changes(edit func(other, text string) (string, error), other, text string) (bool, error) {
	if edit == nil {
		return false, nil
	}
	after, err := edit(other, text)
	return after != text, err
}

// patiently does what may fail for a moment, again and again for passingWait.
func (s *saving) patiently(ctx context.Context, do func() error) error {
	pause := passingPause
	for left := passingWait; ; left -= pause {
		err := do()
		if !errors.Is(err, errPassing) || left <= 0 {
			return err
		}
		pause = min(2*pause, left)
		if err := pauseFor(ctx, pause); err != nil {
			return err
		}
	}
}

// glance reads a file as it is at this moment, for what is decided again under the lock, or is not decided by it.
func (s *saving) glance(ctx context.Context, path string) (content, error) {
	var now content
	err := s.patiently(ctx, func() (err error) {
		now, err = readFile(s.disk, path, follow)
		return err
	})
	if errors.Is(err, fs.ErrNotExist) {
		return content{}, nil
	}
	return now, err
}

// glanceBoth glances at both files.
func (s *saving) glanceBoth(ctx context.Context) (config, credentials content, err error) {
	if config, err = s.glance(ctx, s.Files.Config); err == nil {
		credentials, err = s.glance(ctx, s.Files.Credentials)
	}
	return config, credentials, err
}

// look is a glance at a file that is not being refilled at the moment: what is decided by the other file would be
// decided by one without profiles.
func (s *saving) look(ctx context.Context, path string) (content, error) {
	for range settleTries {
		now, err := s.glance(ctx, path)
		if err != nil || !s.unfinished(now) {
			return now, err
		}
		if err := pauseFor(ctx, settle); err != nil {
			return content{}, err
		}
	}
	return s.glance(ctx, path)
}

// safe says whether a file could be replaced, without making anything. A folder that is missing is fine: it will be
// made.
func (s *saving) safe(path string) error {
	_, err := find(watching{s.disk}, path, replace)
	if errors.Is(err, errWouldMake) {
		return nil
	}
	return err
}

// watching is a disk on which no folder is made.
type watching struct{ disk }

var errWouldMake = errors.New("the folder would be made")

func (watching) Mkdir(string) error { return errWouldMake }

func (s *saving) now() time.Time {
	if s.Now != nil {
		return s.Now()
	}
	return time.Now()
}

// locks are those that a change holds. Both paths may lead to one file, whose lock is then taken once.
type locks struct {
	saving   *saving
	held     map[string]bool
	releases []func()
}

// take finds the file, takes its lock, and finds it again: the link may have been changed while the lock was waited for.
func (l *locks) take(ctx context.Context, path string) (target, error) {
	t, err := find(l.saving.disk, path, replace)
	if err != nil || l.held[t.path()] {
		return t, err
	}
	release, err := l.saving.lock(ctx, t)
	if err != nil {
		return target{}, err
	}
	l.releases = append(l.releases, release)
	if l.held == nil {
		l.held = map[string]bool{}
	}
	l.held[t.path()] = true
	now, err := find(l.saving.disk, path, replace)
	if err == nil && now.path() != t.path() {
		err = &FileError{Path: path, Step: "lock it", Err: errChanged}
	}
	return now, err
}

func (l *locks) release() {
	for _, release := range l.releases {
		release()
	}
}
