package keychain

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zalando/go-keyring"

	"github.com/samlogin/samlogin/saml/secret"
)

const canary = "c4nary-Pass wörd\x00\n"

var jane = Key{"https://adfs.example.com", `CORP\jane`, Password}

// keys that a careless encoding would confuse.
func confusable() []Key {
	var all []Key
	for _, origin := range []string{"https://adfs.example.com", "https://adfs.example.com:8443", "https://adfs.example.co", "https://other.example.com"} {
		for _, user := range []string{`CORP\jane`, "jane@corp.example.com", "jane", "jane/password/x", "a b", "a%20b", "a%b", "ä", "a:b", `"a"`, "a\x00b", "a\nb", "", strings.Repeat("u", 2000), "/samlogin/v1/password/jane"} {
			for _, kind := range []Kind{Password, Seed} {
				all = append(all, Key{origin, user, kind})
			}
		}
	}
	return all
}

func TestNoTwoKeysMeet(t *testing.T) { // security case 108
	addresses, attributes := map[string]Key{}, map[string]Key{}
	for _, k := range confusable() {
		if other, taken := addresses[k.address()]; taken {
			t.Errorf("%q and %q have one address", k, other)
		}
		if other, taken := attributes[service(k)+"|"+userAttribute(k.User)]; taken {
			t.Errorf("%q and %q are one entry of a key store", k, other)
		}
		addresses[k.address()], attributes[service(k)+"|"+userAttribute(k.User)] = k, k
		if back, ok := keyOf(k.address()); !ok || back != k {
			t.Errorf("%q is read back as %q", k, back)
		}
	}
	for _, foreign := range []string{"https://index.docker.io/v1/", "https://adfs.example.com/samlogin/v1/other/jane", "https://x/samlogin/v1/password/%zz", "https://x/samlogin/v1/password/a b"} {
		if k, ok := keyOf(foreign); ok {
			t.Errorf("%s is read as %q", foreign, k)
		}
	}
}

func TestEntriesAreReadBack(t *testing.T) {
	for _, text := range []string{canary, "x", " ", strings.Repeat("s", 1000), "samlogin1 - eA=="} {
		for _, at := range []time.Time{{}, time.Date(2026, 11, 21, 8, 0, 0, 0, time.UTC)} {
			line := Entry{secret.New(text), at}.encode()
			e, err := decode(line)
			if err != nil || e.Secret.Reveal() != text || !e.Refused.Equal(at) {
				t.Errorf("%q at %v is read back as %q at %v, %v", text, at, e.Secret.Reveal(), e.Refused, err)
			}
			if strings.ContainsAny(line.Reveal(), "\n\x00ö") {
				t.Errorf("%q is not one line of ASCII", line.Reveal())
			}
			if e, err := decode(secret.New(line.Reveal() + "\r\n")); err != nil || e.Secret.Reveal() != text {
				t.Errorf("with a line end: %v", err)
			}
		}
	}
	for _, damaged := range []string{"", "hunter2", "samlogin2 - eA==", "samlogin1 - ", "samlogin1 - !!", "samlogin1 yesterday eA==", "samlogin1 - eA== x", "samlogin1 - eR=="} {
		if e, err := decode(secret.New(damaged)); err == nil {
			t.Errorf("%q is read as %q", damaged, e.Secret.Reveal())
		} else if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("the error shows it: %v", err)
		}
	}
}

// fakeRing is a key store that does as it is told. Calls that were left behind may end beside each other.
type fakeRing struct {
	mu   sync.Mutex
	held map[string]string
	err  error
	hang chan struct{}
}

func (f *fakeRing) do() error {
	if f.hang != nil {
		<-f.hang
	}
	return f.err
}

func (f *fakeRing) Get(service, user string) (string, error) {
	if err := f.do(); err != nil {
		return "", err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	value, ok := f.held[service+"|"+user]
	if !ok {
		return "", keyring.ErrNotFound
	}
	return value, nil
}

func (f *fakeRing) Set(service, user, value string) error {
	if err := f.do(); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.held[service+"|"+user] = value
	return nil
}

func (f *fakeRing) Delete(service, user string) error {
	if _, err := f.Get(service, user); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.held, service+"|"+user)
	return nil
}

// behaves is what every store has to do.
func behaves(t *testing.T, s Store) {
	t.Helper()
	ctx := t.Context()
	if _, err := s.Get(ctx, jane); !errors.Is(err, ErrNotFound) {
		t.Fatalf("empty: Get gives %v", err)
	}
	if err := s.Delete(ctx, jane); !errors.Is(err, ErrNotFound) {
		t.Fatalf("empty: Delete gives %v", err)
	}
	at := time.Date(2026, 11, 21, 8, 0, 0, 0, time.UTC)
	others := []Key{jane, {jane.Origin, jane.User, Seed}, {"https://other.example.com", jane.User, Password}, {jane.Origin, "jane@corp.example.com", Password}}
	for i, k := range others {
		if err := s.Set(ctx, k, Entry{Secret: secret.New(canary + strings.Repeat("x", i))}); err != nil {
			t.Fatalf("Set: %v", err)
		}
	}
	if err := s.Set(ctx, jane, Entry{Secret: secret.New("new"), Refused: at}); err != nil {
		t.Fatalf("Set again: %v", err)
	}
	if e, err := s.Get(ctx, jane); err != nil || e.Secret.Reveal() != "new" || !e.Refused.Equal(at) {
		t.Errorf("Get gives %v, %v", e.Refused, err)
	}
	if keys, err := s.List(ctx); !errors.Is(err, ErrCannotList) && (err != nil || len(keys) != len(others)) {
		t.Errorf("List gives %v, %v", keys, err)
	}
	if err := s.Delete(ctx, jane); err != nil {
		t.Errorf("Delete: %v", err)
	}
	if _, err := s.Get(ctx, jane); !errors.Is(err, ErrNotFound) {
		t.Errorf("after Delete Get gives %v", err)
	}
	for i, k := range others[1:] {
		if e, err := s.Get(ctx, k); err != nil || e.Secret.Reveal() != canary+strings.Repeat("x", i+1) {
			t.Errorf("another secret is %q, %v", e.Secret.Reveal(), err)
		}
	}
}

func TestSystemBehaves(t *testing.T) { // security case 108
	behaves(t, &system{ring: &fakeRing{held: map[string]string{}}, limit: time.Minute})
}

func TestTroubleOfKeyStoresIsNamed(t *testing.T) { // security case 107
	for text, problem := range map[string]Problem{
		"The name org.freedesktop.secrets was not provided by any .service files":        Absent,
		"dial unix /run/user/0/bus: connect: connection refused":                         Absent,
		"failed to unlock correct collection '/org/freedesktop/secrets/aliases/default'": Locked,
		"Prompt was dismissed":                               Denied,
		"org.freedesktop.DBus.Error.AccessDenied: rejected":  Denied,
		"dbus: connection closed by user":                    Broken,
		"Remote peer disconnected while waiting for a reply": Broken,
	} {
		s := &system{ring: &fakeRing{err: errors.New(text)}, limit: time.Minute}
		_, err := s.Get(t.Context(), jane)
		var failed *StoreError
		if !errors.As(err, &failed) || failed.Problem != problem || errors.Is(err, ErrNotFound) {
			t.Errorf("%s: got %v, want problem %d", text, err, problem)
		}
	}
	s := &system{ring: &fakeRing{held: map[string]string{service(jane) + "|" + jane.User: "hunter2"}}, limit: time.Minute}
	var failed *StoreError
	if _, err := s.Get(t.Context(), jane); !errors.As(err, &failed) || failed.Problem != Broken || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("an entry of somebody else's: %v", err)
	}
	if err := s.Set(t.Context(), jane, Entry{Secret: secret.New(strings.Repeat("x", 2000))}); !errors.As(err, &failed) || failed.Problem != TooLarge {
		t.Errorf("too large: %v", err)
	}
}

// A service that takes the call and never answers is left behind after 3 seconds, on the clock of the test.
func TestAKeyStoreThatHangs(t *testing.T) { // security case 107
	synctest.Test(t, func(t *testing.T) {
		for interactive, want := range map[bool]time.Duration{false: 3 * time.Second, true: 30 * time.Second} {
			hang := make(chan struct{})
			s := &system{ring: &fakeRing{hang: hang, held: map[string]string{}}, limit: Options{Interactive: interactive}.deadline()}
			start := time.Now()
			_, err := s.Get(t.Context(), jane)
			var failed *StoreError
			if !errors.As(err, &failed) || failed.Problem != Slow || time.Since(start) != want || failed.Hint() == "" {
				t.Errorf("got %v after %v", err, time.Since(start))
			}
			gone := errors.New("interrupted")
			ctx, cancel := context.WithCancelCause(t.Context())
			cancel(gone)
			if err := s.Set(ctx, jane, Entry{Secret: secret.New("x")}); !errors.Is(err, gone) {
				t.Errorf("an ended context: %v", err)
			}
			close(hang)
		}
	})
}

func TestWhetherThereIsAKeyStore(t *testing.T) {
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		if !SystemPresent(func(string) string { return "" }) {
			t.Error("this system always has one")
		}
		return
	}
	for name, env := range map[string]map[string]string{"nothing": {}, "no socket": {"XDG_RUNTIME_DIR": t.TempDir()}} {
		if SystemPresent(func(n string) string { return env[n] }) {
			t.Errorf("%s: a key store is seen", name)
		}
	}
	if !SystemPresent(func(n string) string { return map[string]string{"DBUS_SESSION_BUS_ADDRESS": "unix:path=/x"}[n] }) {
		t.Error("with an address of a bus none is seen")
	}
}

func TestPlacesThatAreNone(t *testing.T) {
	for _, place := range []string{"", "none", "auto", "system:x", "helper:", "helper:../evil", "helper:a/b", "helper:.hidden", "helper:a b", "file:relative", "file"} {
		if s, err := Open(place, Options{}); err == nil {
			t.Errorf("%q opens %s", place, s.Name())
		}
	}
}
