package profiles

import (
	"context"
	"strconv"
	"time"
)

// SetDuration writes duration_seconds into a profile of the person's that has a role, or an MFA device beside long-term
// keys: into the file, and at the place, where it stands already, else below the last key of the section that has the
// role or the device. Nothing else changes.
//
// Errors: *ChainError for a profile that has neither; otherwise those of Save.
func (w *Writer) SetDuration(ctx context.Context, profile string, d time.Duration) error {
	s := w.saving()
	seconds := []setting{{key: keyDuration, value: strconv.Itoa(int(d / time.Second))}}
	here := func(kept, set *edit) (inConfig bool, err error) {
		for _, key := range []string{keyDuration, keyRoleARN, keyMFASerial} {
			if _, ok := kept.keysOf(profile)[key]; ok {
				return false, nil
			}
			if _, ok := set.keysOf(profile)[key]; ok {
				return true, nil
			}
		}
		return false, &ChainError{Profile: profile, What: "has neither role_arn nor mfa_serial: nothing would read a duration there"}
	}
	err := s.change(ctx, change{
		config: func(credentials, text string) (string, error) {
			e := s.edit(s.Files.Config, text, true)
			if inConfig, err := here(s.open(s.Files.Credentials, credentials, false), e); err != nil || !inConfig {
				return text, err
			}
			if err := e.set(profile, seconds); err != nil {
				return "", err
			}
			return e.sound()
		},
		credentials: func(config, text string) (string, error) {
			e := s.edit(s.Files.Credentials, text, false)
			if inConfig, err := here(e, s.open(s.Files.Config, config, true)); err != nil || inConfig {
				return text, err
			}
			if err := e.set(profile, seconds); err != nil {
				return "", err
			}
			return e.sound()
		},
	})
	s.tell(err)
	return err
}
