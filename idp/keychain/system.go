package keychain

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/zalando/go-keyring"

	"github.com/samlogin/samlogin/saml/secret"
)

// ring is a key store of an operating system.
type ring interface {
	Get(service, user string) (string, error)
	Set(service, user, password string) error
	Delete(service, user string) error
}

// systemRing is that of this computer: macOS Keychain, Windows Credential Manager, Secret Service.
type systemRing struct{}

func (systemRing) Get(service, user string) (string, error) { return keyring.Get(service, user) }
func (systemRing) Set(service, user, value string) error    { return keyring.Set(service, user, value) }
func (systemRing) Delete(service, user string) error        { return keyring.Delete(service, user) }

// SystemPresent says whether it is worth asking for a key store. On Linux that takes a session bus: without the address
// of one the library would start a program from PATH to make it.
func SystemPresent(env func(string) string) bool {
	if runtime.GOOS == "darwin" || runtime.GOOS == "windows" {
		return true
	}
	if env("DBUS_SESSION_BUS_ADDRESS") != "" {
		return true
	}
	folder := env("XDG_RUNTIME_DIR")
	if folder == "" {
		return false
	}
	_, err := os.Stat(filepath.Join(folder, "bus"))
	return err == nil
}

const systemName = "the key store of this computer"

// largestValue is what every key store takes, in bytes: Windows 2,560; macOS 4,096 with everything around it.
const largestValue = 2560

// system is a key store with a deadline: a service that takes calls and never answers is a known trouble of such stores.
type system struct {
	ring  ring
	limit time.Duration
}

func (*system) Name() string { return systemName }

// service is the key without its user, who is an attribute of his own in every key store.
func service(k Key) string { return k.Origin + "/samlogin/v1/" + string(k.Kind) }

func (s *system) Get(ctx context.Context, k Key) (Entry, error) {
	var value string
	err := s.within(ctx, func() (err error) {
		value, err = s.ring.Get(service(k), userAttribute(k.User))
		return err
	})
	if err != nil {
		return Entry{}, err
	}
	e, err := decode(secret.New(value))
	if err != nil {
		return Entry{}, &StoreError{Store: systemName, Problem: Broken, Err: err}
	}
	return e, nil
}

func (s *system) Set(ctx context.Context, k Key, e Entry) error {
	value := e.encode().Reveal()
	if len(value)+len(service(k))+len(userAttribute(k.User)) > largestValue {
		return &StoreError{Store: systemName, Problem: TooLarge}
	}
	return s.within(ctx, func() error { return s.ring.Set(service(k), userAttribute(k.User), value) })
}

func (s *system) Delete(ctx context.Context, k Key) error {
	return s.within(ctx, func() error { return s.ring.Delete(service(k), userAttribute(k.User)) })
}

func (*system) List(context.Context) ([]Key, error) { return nil, ErrCannotList }

// within does a call, and leaves it behind when its time is up: nothing can end it.
func (s *system) within(ctx context.Context, call func() error) error {
	done := make(chan error, 1)
	go func() { done <- call() }()
	timer := time.NewTimer(s.limit)
	defer timer.Stop()
	select {
	case err := <-done:
		return judged(err)
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return &StoreError{Store: systemName, Problem: Slow, Limit: s.limit}
	}
}

// judged gives an error of the library its meaning, by the names that D-Bus and the Secret Service API have for it.
func judged(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, keyring.ErrNotFound):
		return ErrNotFound
	case errors.Is(err, keyring.ErrSetDataTooBig):
		return &StoreError{Store: systemName, Problem: TooLarge}
	}
	e := &StoreError{Store: systemName, Err: err}
	text := err.Error()
	has := func(parts ...string) bool {
		for _, p := range parts {
			if strings.Contains(text, p) {
				return true
			}
		}
		return false
	}
	switch {
	case errors.Is(err, keyring.ErrUnsupportedPlatform), has("not provided by any .service", "ServiceUnknown", "NameHasNoOwner", "connection refused", "no such file", "dbus-launch", "path not found"):
		e.Problem = Absent
	case has("unlock", "locked"):
		e.Problem = Locked
	case has("dismissed", "denied", "AccessDenied", "canceled", "-128"):
		e.Problem = Denied
	}
	return e
}

// userAttribute is a user name as every store can hold it: control characters, blanks and everything beyond ASCII are
// escaped, and so is the escape itself.
func userAttribute(user string) string {
	const digits = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(user) {
		if c := user[i]; c <= 0x20 || c >= 0x7F || c == '%' {
			b.WriteString("%" + string(digits[c>>4]) + string(digits[c&15]))
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}
