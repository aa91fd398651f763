package profiles

import (
	"context"
	"fmt"
)

// InspectForProcess says what SaveProcess would replace under the name of a profile. Other than Inspect it counts keys
// in the config file beside samlogin's own in the credentials file: keys outrank those, a process does not. Errors are
// *FileError for a file that cannot be read.
func (f Files) InspectForProcess(profile string) (Inspection, error) {
	config, credentials, err := f.documents()
	if err != nil {
		return Inspection{}, err
	}
	return inspectForProcess(newEdit(f.Credentials, credentials, false), newEdit(f.Config, config, true), profile), nil
}

func inspectForProcess(credentials, config *edit, profile string) Inspection {
	both := inspect(credentials, config, profile)
	none := newEdit(credentials.path, parse(""), false)
	if alone := inspect(none, config, profile); alone.Standing > both.Standing {
		return alone
	}
	return both
}

// CheckProcess says what SaveProcess would refuse as the files are now. It changes nothing, and gives no notice. Errors
// are those of SaveProcess.
func (w *Writer) CheckProcess(ctx context.Context, all []Process, consent Consent) error {
	s := w.saving()
	for _, p := range all {
		if err := p.check(); err != nil {
			return err
		}
	}
	config, credentials, err := s.glanceBoth(ctx)
	if err != nil {
		return err
	}
	if err := s.safe(w.Files.Config); err != nil {
		return err
	}
	if credentials.exists {
		if err := s.safe(w.Files.Credentials); err != nil {
			return err
		}
	}
	if _, err := s.saveProcesses(all, consent, credentials.text, config.text); err != nil {
		return err
	}
	_, err = s.takeKeysOut(all, consent, config.text, credentials.text)
	return err
}

// SaveProcess writes the command for any number of profiles, each file once: first credential_process, a mark and the
// region to the config file, then it takes keys of samlogin's out of the credentials file, which every client prefers
// to a process. Where a profile may not be written nothing is, for any of them. What is in place already is not written
// again.
//
// Errors: *NameError, *ValueError, *NotOursError, *BrokenFileError, *UnsafeError, *LockError, *FileError, and the cause
// of a context that ended before both files were as they should be.
func (w *Writer) SaveProcess(ctx context.Context, all []Process, consent Consent) error {
	named := map[string]bool{}
	for _, p := range all {
		if err := p.check(); err != nil {
			return err
		}
		if named[p.Profile] {
			return &NameError{Name: p.Profile, Why: "is given to two roles"}
		}
		named[p.Profile] = true
	}
	if len(all) == 0 {
		return nil
	}
	s := w.saving()
	err := s.change(ctx, change{
		config: func(credentials, text string) (string, error) {
			return s.saveProcesses(all, consent, credentials, text)
		},
		credentials: func(config, text string) (string, error) { return s.takeKeysOut(all, consent, config, text) },
	})
	if err == nil {
		s.tellPlaced()
	}
	s.tell(err)
	return err
}

func (s *saving) saveProcesses(all []Process, consent Consent, credentials, text string) (string, error) {
	kept := s.open(s.Files.Credentials, credentials, false)
	e := s.edit(s.Files.Config, text, true)
	for _, p := range all {
		i := inspectForProcess(kept, e, p.Profile)
		if err := s.permitProcess(p.Profile, i, consent); err != nil {
			return "", err
		}
		s.place(e, p.Profile, p.Region)
		settings, err := p.settings(!OwnOnly.covers(i.Standing))
		if err != nil {
			return "", err
		}
		if err := e.set(p.Profile, settings); err != nil {
			return "", err
		}
	}
	return e.sound()
}

func (s *saving) takeKeysOut(all []Process, consent Consent, config, text string) (string, error) {
	e := s.edit(s.Files.Credentials, text, false)
	set := s.open(s.Files.Config, config, true)
	for _, p := range all {
		i := inspectForProcess(e, set, p.Profile)
		if err := s.permitProcess(p.Profile, i, consent); err != nil {
			return "", err
		}
		own := written()
		if !OwnOnly.covers(i.Standing) {
			own = append(own, without(credentialKeys(), own)...)
		}
		if at, ok := e.keysOf(p.Profile)[keyRegion]; ok && p.Region != "" && at.value != p.Region {
			s.later(fmt.Sprintf("profile %s: the region in %s, line %d, is another one, and AWS clients prefer it", p.Profile, shownPath(at.path), at.line))
		}
		if err := e.remove(p.Profile, own); err != nil {
			return "", err
		}
	}
	return e.sound()
}

// without are the settings whose keys are not among others.
func without(all, others []setting) []setting {
	has := map[string]bool{}
	for _, o := range others {
		has[o.key] = true
	}
	var rest []setting
	for _, st := range all {
		if !has[st.key] {
			rest = append(rest, st)
		}
	}
	return rest
}

// permitProcess is permit, with what is true where keys are taken out instead of replaced.
func (s *saving) permitProcess(profile string, i Inspection, consent Consent) error {
	notice, err := permit(profile, i, consent)
	if i.Standing == Adopted {
		notice = fmt.Sprintf("profile %s: temporary keys that another tool wrote are taken out, as AWS clients would prefer them (%s)", profile, shownPath(i.Path))
	}
	s.later(notice)
	return err
}

// canWithdraw notes that a profile that gets keys has a credential_process of samlogin's, and tries whether its lines
// can be taken out, before anything is written.
func (s *saving) canWithdraw(config *edit, profile string) error {
	if !ownProcess(config.keysOf(profile)) {
		return nil
	}
	s.processes = true
	return newEdit(config.path, config.doc, true).remove(profile, processLines())
}

// withdraw takes the credential_process of samlogin's out of profiles that have its keys by now. That comes last: with
// both there AWS clients take the keys, with neither they would have nothing.
func (s *saving) withdraw(ctx context.Context, all []Keys) error {
	return s.change(ctx, change{
		config: func(credentials, text string) (string, error) {
			kept := s.open(s.Files.Credentials, credentials, false)
			e := s.open(s.Files.Config, text, true)
			for _, k := range all {
				keys := kept.keysOf(k.Profile)
				if keys[keyMark].value != markManaged || !hasKeys(keys) || !ownProcess(e.keysOf(k.Profile)) {
					continue
				}
				if err := e.remove(k.Profile, processLines()); err != nil {
					return "", err
				}
			}
			return e.text(), nil
		},
		credentials: func(_, text string) (string, error) { return text, nil },
	})
}
