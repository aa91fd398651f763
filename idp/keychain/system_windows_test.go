package keychain

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/samlogin/samlogin/saml/secret"
)

// TestCredentialManager uses the real one, where it was said that its entries do not matter.
func TestCredentialManager(t *testing.T) {
	if os.Getenv("SAMLOGIN_TEST_KEYRING") == "" {
		t.Skip("SAMLOGIN_TEST_KEYRING is not set: the Credential Manager of this user is left alone")
	}
	s := &system{ring: systemRing{}, limit: 30 * time.Second}
	behaves(t, s)
	var failed *StoreError
	if err := s.Set(t.Context(), jane, Entry{Secret: secret.New(strings.Repeat("x", 3000))}); !errors.As(err, &failed) || failed.Problem != TooLarge {
		t.Errorf("3,000 bytes: %v", err)
	}
}
