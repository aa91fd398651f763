package keychain

import (
	ss "github.com/zalando/go-keyring/secret_service"
)

// readOther looks for an item of saml2aws in the login collection: its attribute "profile" is the key, its secret the
// item as JSON (github.com/99designs/keyring, libsecret.go).
func readOther(of Other, name string) (Saved, error) {
	service, err := ss.NewSecretService()
	if err != nil {
		return Saved{}, err
	}
	collection := service.GetLoginCollection()
	if err := service.Unlock(collection.Path()); err != nil {
		return Saved{}, err
	}
	items, err := service.SearchItems(collection, map[string]string{"profile": name})
	if err != nil {
		return Saved{}, err
	}
	session, err := service.OpenSession()
	if err != nil {
		return Saved{}, err
	}
	defer func() { _ = service.Close(session) }()
	for _, item := range items {
		value, err := service.GetSecret(item, session.Path())
		if err != nil {
			return Saved{}, err
		}
		saved, err := sealedItem(value.Value, of)
		clear(value.Value)
		if err == nil {
			return saved, nil
		}
	}
	return Saved{}, ErrNotFound
}
