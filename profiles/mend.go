package profiles

import "context"

// Mend takes out of profiles that are samlogin's what keeps AWS clients from what samlogin wrote: its own keys where it
// also wrote a credential_process, which every client asks only where there are no keys; and an aws_security_token that
// is not the token of the keys, which the AWS CLI and boto3 prefer to it. Profiles that are not samlogin's are left
// alone. What is in order is not written again. Errors are those of Save.
func (w *Writer) Mend(ctx context.Context, profiles []string) error {
	s := w.saving()
	err := s.change(ctx, change{
		credentials: func(config, text string) (string, error) { return s.mendCredentials(profiles, config, text) },
	})
	s.tell(err)
	return err
}

func (s *saving) mendCredentials(profiles []string, config, text string) (string, error) {
	e := s.edit(s.Files.Credentials, text, false)
	set := s.open(s.Files.Config, config, true)
	for _, profile := range profiles {
		kept, there := e.keysOf(profile), set.keysOf(profile)
		_, process := there[keyProcess]
		switch {
		case kept[keyMark].value != markManaged || inspect(e, set, profile).Standing != Managed:
		case process && ownProcess(there) && hasKeys(kept):
			if err := e.remove(profile, written()); err != nil {
				return "", err
			}
		case kept[keyOldToken].value != kept[keyToken].value: // no line changes where there is no such key
			if err := e.set(profile, []setting{{key: keyOldToken, drop: true}}); err != nil {
				return "", err
			}
		}
	}
	return e.text(), nil
}
