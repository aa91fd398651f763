package profiles

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// Writer changes the files. Its zero value with Files set is ready. It may be used by several goroutines, and by any
// number of processes at the same time.
type Writer struct {
	Files    Files
	Now      func() time.Time // nil: time.Now
	Notice   func(string)     // is given one-line texts without secrets for the person to see; nil: nobody is told
	LockWait time.Duration    // for the locks of other samlogin processes, each; 0: 10 s

	// A region has no mark of samlogin's, so it is for the caller to remember which ones are. Placed is told of each that
	// a save put into the config file, and which one stood there before, "" none; nil: nobody is. Remove takes those out
	// that are in Regions, by profile, and still stand there.
	Placed  func(profile, before, region string)
	Regions map[string]string

	disk disk // nil: the real one
}

// Check says what Save would refuse as the files are now, so that nobody types a password in vain. Of the keys only
// Profile and Region need be there. It changes nothing, and gives no notice. Errors are those of Save.
func (w *Writer) Check(ctx context.Context, all []Keys, consent Consent) error {
	s := w.saving()
	paths := []string{w.Files.Credentials}
	for _, k := range all {
		if err := CheckName(k.Profile); err != nil {
			return err
		}
		if k.Region != "" && len(paths) == 1 {
			paths = append(paths, w.Files.Config)
		}
	}
	for _, path := range paths {
		if err := s.safe(path); err != nil {
			return err
		}
	}
	config, credentials, err := s.glanceBoth(ctx)
	if err != nil {
		return err
	}
	if _, err := s.saveConfig(all, consent, credentials.text, config.text); err != nil {
		return err
	}
	if s.processes && len(paths) == 1 {
		if err := s.safe(w.Files.Config); err != nil {
			return err
		}
	}
	_, err = s.saveCredentials(all, consent, config.text, credentials.text)
	return err
}

// Save writes the keys of any number of profiles, each file once: first the regions to the config file, so that a
// profile with keys never has a region to come, then the keys to the credentials file. Where a profile may not be
// written nothing is, for any of them. What is in place already is not written again. A credential_process of samlogin's
// own is taken out once the keys are there.
//
// Errors: *NameError, *ValueError, *NotOursError, *BrokenFileError, *UnsafeError, *LockError, *FileError, and the cause
// of a context that ended before the credentials were in place.
func (w *Writer) Save(ctx context.Context, all []Keys, consent Consent) error {
	named := map[string]bool{}
	for _, k := range all {
		if err := k.check(); err != nil {
			return err
		}
		if named[k.Profile] {
			return &NameError{Name: k.Profile, Why: "is given to two roles"}
		}
		named[k.Profile] = true
	}
	if len(all) == 0 {
		return nil
	}
	s := w.saving()
	err := s.change(ctx, change{
		config:      func(credentials, text string) (string, error) { return s.saveConfig(all, consent, credentials, text) },
		credentials: func(config, text string) (string, error) { return s.saveCredentials(all, consent, config, text) },
	})
	if err == nil {
		s.tellPlaced()
		if s.processes {
			err = s.withdraw(ctx, all)
		}
	}
	s.tell(err)
	return err
}

// Remove takes the lines that samlogin wrote for the profiles out of the credentials file, and its credential_process
// and the regions of Regions out of the config file, with the header of a section of which nothing else is left.
// Profiles that are not marked as samlogin's are left alone. Errors are those of Save.
func (w *Writer) Remove(ctx context.Context, profiles []string) error {
	s := w.saving()
	err := s.change(ctx, change{
		config: func(credentials, text string) (string, error) {
			return s.removeFromConfig(profiles, credentials, text)
		},
		credentials: func(config, text string) (string, error) { return s.removeCredentials(profiles, config, text) },
	})
	s.tell(err)
	return err
}

func (s *saving) saveConfig(all []Keys, consent Consent, credentials, text string) (string, error) {
	kept := s.open(s.Files.Credentials, credentials, false)
	e := s.edit(s.Files.Config, text, true)
	for _, k := range all {
		i := inspect(kept, e, k.Profile)
		notice, err := permit(k.Profile, i, consent)
		if err != nil {
			return "", err
		}
		s.later(notice)
		if err := s.canWithdraw(e, k.Profile); err != nil {
			return "", err
		}
		s.place(e, k.Profile, k.Region)
		settings := k.configSettings()
		if !OwnOnly.covers(i.Standing) {
			settings = append(settings, replaced(true)...)
		}
		if len(settings) == 0 {
			continue
		}
		if err := e.set(k.Profile, settings); err != nil {
			return "", err
		}
	}
	return e.sound()
}

func (s *saving) saveCredentials(all []Keys, consent Consent, config, text string) (string, error) {
	e := s.edit(s.Files.Credentials, text, false)
	set := s.open(s.Files.Config, config, true)
	for _, k := range all {
		i := inspect(e, set, k.Profile)
		notice, err := permit(k.Profile, i, consent)
		if err != nil {
			return "", err
		}
		s.later(notice)
		settings := k.credentialSettings()
		if !OwnOnly.covers(i.Standing) {
			settings = append(settings, replaced(false)...)
		}
		if at, ok := e.keysOf(k.Profile)[keyRegion]; ok && k.Region != "" && at.value != k.Region {
			s.later(fmt.Sprintf("profile %s: the region in %s, line %d, is another one, and AWS clients prefer it", k.Profile, shownPath(at.path), at.line))
		}
		if err := e.set(k.Profile, settings); err != nil {
			return "", err
		}
	}
	return e.sound()
}

func (s *saving) removeCredentials(profiles []string, config, text string) (string, error) {
	e := s.edit(s.Files.Credentials, text, false)
	set := s.open(s.Files.Config, config, true)
	for _, profile := range profiles {
		managed := e.keysOf(profile)[keyMark].value == markManaged
		if i := inspect(e, set, profile); !managed || i.Standing != Managed {
			continue
		}
		if err := e.remove(profile, written()); err != nil {
			return "", err
		}
	}
	return e.text(), nil
}

// edit starts an edit, and remembers to say what is wrong with the file already.
func (s *saving) edit(path, text string, inConfig bool) *edit {
	e := s.open(path, text, inConfig)
	s.later(faultNotice(path, e.doc.faults))
	return e
}

// open takes a text apart, or finds it among those that were: a save looks at the same text several times.
func (s *saving) open(path, text string, inConfig bool) *edit {
	for _, e := range s.opened {
		if e.inConfig == inConfig && e.doc.text == text {
			return &edit{path: path, doc: e.doc, inConfig: inConfig, of: e.of}
		}
	}
	e := newEdit(path, parse(text), inConfig)
	if s.opened = append(s.opened, e); len(s.opened) > 4 {
		s.opened = s.opened[1:]
	}
	return &edit{path: path, doc: e.doc, inConfig: inConfig, of: e.of}
}

// sound is the text after an edit. A file that is not text in UTF-8 at all is refused: lines added to it would not be
// read by anyone.
func (e *edit) sound() (string, error) {
	text := e.text()
	if text != e.doc.text && strings.ContainsRune(e.doc.text, 0) {
		return "", &FileError{Path: e.path, Step: "edit it", Err: errNotText}
	}
	return text, nil
}
