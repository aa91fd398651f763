package keychain

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"

	"github.com/samlogin/samlogin/saml/secret"
)

// Other names a password that another tool may have put into the key store of this computer.
type Other struct {
	Tool    string // "saml2aws": the only one whose entries are of use
	Account string // what the tool calls the account
	URL     string // of the IdP, as the tool has it
	User    string // "" not known
}

// Saved is such a password.
type Saved struct {
	User   string // "" not said
	Secret secret.Text
}

// names are the keys of the entry: newer versions of saml2aws address it by the account's name, older ones by the URL
// (github.com/Versent/saml2aws, helper/credentials).
func (o Other) names() []string {
	return []string{"saml2aws_credentials_" + o.Account, o.URL}
}

// FromOther reads a password of another tool from the key store of this computer: on Linux from the Secret Service, on
// macOS from the Keychain, on Windows from the Credential Manager. Other places that such tools know (KWallet, pass) are
// not read. The errors are ErrNotFound, *StoreError or the cause of a context that ended.
func FromOther(ctx context.Context, o Options, of Other) (Saved, error) {
	if of.Tool != "saml2aws" {
		return Saved{}, ErrNotFound
	}
	if !SystemPresent(o.Env) {
		return Saved{}, &StoreError{Store: systemName, Problem: Absent}
	}
	found := make(chan Saved, 1)
	s := &system{limit: o.deadline()}
	err := s.within(ctx, func() error {
		for _, name := range of.names() {
			saved, err := readOther(of, name)
			if err == nil {
				found <- saved
			}
			if err == nil || !notThere(err) {
				return err
			}
		}
		return ErrNotFound
	})
	if err != nil {
		return Saved{}, err
	}
	return <-found, nil
}

// notThere reports the errors that say that there is no such entry.
func notThere(err error) bool { return judged(err) == ErrNotFound || err == ErrNotFound }

// sealedItem is an entry as github.com/99designs/keyring writes it, and within it as saml2aws does.
func sealedItem(text []byte, of Other) (Saved, error) {
	var item struct{ Data []byte }
	var kept struct{ ServerURL, Username, Secret string }
	if json.Unmarshal(text, &item) != nil || json.Unmarshal(item.Data, &kept) != nil || kept.Secret == "" {
		return Saved{}, ErrNotFound
	}
	if kept.ServerURL != "" && !sameOrigin(kept.ServerURL, of.URL) {
		return Saved{}, ErrNotFound // a password belongs to the address that it was saved for
	}
	return Saved{User: kept.Username, Secret: secret.New(kept.Secret)}, nil
}

func sameOrigin(a, b string) bool {
	u, err := url.Parse(a)
	v, err2 := url.Parse(b)
	return err == nil && err2 == nil && strings.EqualFold(u.Scheme, v.Scheme) && strings.EqualFold(u.Host, v.Host)
}
