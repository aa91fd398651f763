package profiles

// credentialKeys are all keys from which some AWS client takes credentials for a profile (AWS SDKs and Tools Reference
// Guide, "Standardized credential providers").
func credentialKeys() []setting {
	var all []setting
	for _, key := range append([]string{
		keyID, keySecret, keyToken, keyOldToken, keyProcess, keyRoleARN, "source_profile", "credential_source", "web_identity_token_file", "login_session",
	}, outranking[:]...) {
		all = append(all, setting{key: key, drop: true})
	}
	return all
}

// WithoutCredentials gives the texts of both files without the credentials of one profile, and whether that is a
// change at all. Nothing is written. For programs that are to take their credentials elsewhere: AWS's clients look at
// the profile "default" before they ask a container's endpoint.
//
// Errors are *FileError and *BrokenFileError.
func (f Files) WithoutCredentials(profile string) (config, credentials string, changed bool, err error) {
	c, k, err := f.documents()
	if err != nil {
		return "", "", false, err
	}
	texts := [2]string{c.text, k.text}
	for i, e := range []*edit{newEdit(f.Config, c, true), newEdit(f.Credentials, k, false)} {
		if err := e.set(profile, credentialKeys()); err != nil {
			return "", "", false, err
		}
		text, err := e.sound()
		if err != nil {
			return "", "", false, err
		}
		changed = changed || text != texts[i]
		texts[i] = text
	}
	return texts[0], texts[1], changed, nil
}
