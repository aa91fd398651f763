package keychain

import (
	"errors"

	"github.com/danieljoos/wincred"
	"golang.org/x/sys/windows"

	"github.com/samlogin/samlogin/saml/secret"
)

// readOther looks for a generic credential of saml2aws: its target is the name, and it has a label
// (github.com/Versent/saml2aws, helper/wincred).
func readOther(_ Other, name string) (Saved, error) {
	entry, err := wincred.GetGenericCredential(name)
	if errors.Is(err, windows.ERROR_NOT_FOUND) || (err == nil && entry == nil) {
		return Saved{}, ErrNotFound
	}
	if err != nil {
		return Saved{}, err
	}
	for _, a := range entry.Attributes {
		if a.Keyword == "label" && string(a.Value) == "saml2aws Credentials" && len(entry.CredentialBlob) > 0 {
			return Saved{User: entry.UserName, Secret: secret.New(string(entry.CredentialBlob))}, nil
		}
	}
	return Saved{}, ErrNotFound
}
