package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/samlogin/samlogin/idp/keychain"
	"github.com/samlogin/samlogin/saml/secret"
)

// vault is a store in memory that can fail.
type vault struct {
	held map[keychain.Key]keychain.Entry
	fail error
	sets int
}

func (*vault) Name() string { return "the test's vault" }

func (v *vault) Get(_ context.Context, k keychain.Key) (keychain.Entry, error) {
	if v.fail != nil {
		return keychain.Entry{}, v.fail
	}
	e, ok := v.held[k]
	if !ok {
		return e, keychain.ErrNotFound
	}
	return e, nil
}

func (v *vault) Set(_ context.Context, k keychain.Key, e keychain.Entry) error {
	v.sets++
	if v.fail != nil {
		return v.fail
	}
	v.held[k] = e
	return nil
}

func (v *vault) Delete(_ context.Context, k keychain.Key) error {
	delete(v.held, k)
	return v.fail
}

func (v *vault) List(context.Context) ([]keychain.Key, error) { return nil, keychain.ErrCannotList }

// remembering gives a rig a vault as its key store, and takes the password out of its environment.
func (r *rig) remembering(t *testing.T, user string) (v *vault, password, seed keychain.Key) {
	t.Helper()
	path := filepath.Join(r.home, ".config", "samlogin", "config.toml")
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("secret_store = \"system\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	r.app.password = secret.Text{}
	v = &vault{held: map[keychain.Key]keychain.Entry{}}
	r.app.stores().opened["system"] = v
	k := keychain.Key{Origin: r.env["SAMLOGIN_URL"], User: user, Kind: keychain.Password}
	r.args = []string{"login", "--username", user, "--role", "111111111111/Admin", "--no-input"}
	s := k
	s.Kind = keychain.Seed
	return v, k, s
}

// again is the rig's next run: a new process, as far as the app knows.
func (r *rig) again(ctx context.Context) int {
	vault := r.app.stores().opened["system"]
	r.app = &app{in: r.app.in, out: &r.out, errOut: &r.errOut, now: r.app.now, env: r.app.env, wait: r.app.wait, stateless: true}
	r.app.stores().opened["system"] = vault
	r.errOut.Reset()
	return run(ctx, r.app, r.args)
}

func (r *rig) posts() int {
	n := 0
	for _, q := range r.adfs.Log() {
		if q.Method == http.MethodPost {
			n++
		}
	}
	return n
}

func TestARememberedPasswordLogsIn(t *testing.T) { // security case 94
	r := newRig(t, 0, 0)
	v, k, _ := r.remembering(t, `CORP\jane`)
	v.held[k] = keychain.Entry{Secret: secret.New("Correct-Horse-7")}
	if code := r.again(t.Context()); code != exitDone || v.sets != 0 {
		t.Errorf("exit %d, %d writes to the store\n%s", code, v.sets, r.errOut.String())
	}
}

// A password that the IdP refused is marked, and never sent again by itself: three runs, one attempt.
func TestARefusedPasswordIsSentOnce(t *testing.T) {
	r := newRig(t, 0, 0)
	v, k, _ := r.remembering(t, `CORP\jane`)
	v.held[k] = keychain.Entry{Secret: secret.New("the-old-one")}
	if code := r.again(t.Context()); code != exitRefused || r.posts() != 1 || v.held[k].Refused.IsZero() {
		t.Fatalf("exit %d, %d passwords sent, refused %v\n%s", code, r.posts(), v.held[k].Refused, r.errOut.String())
	}
	for range 2 {
		if code := r.again(t.Context()); code != exitNeedsAnswer || r.posts() != 1 || !strings.Contains(r.errOut.String(), "was refused on") {
			t.Errorf("the next run: exit %d, %d passwords sent\n%s", code, r.posts(), r.errOut.String())
		}
	}
	v.held[k] = keychain.Entry{Secret: secret.New("Correct-Horse-7")} // as samlogin secret set does
	if code := r.again(t.Context()); code != exitDone {
		t.Errorf("once replaced: exit %d\n%s", code, r.errOut.String())
	}
}

// A store that can be read and not written loses the refused password rather than sending it again.
func TestARefusedPasswordIsForgottenWhereItCannotBeMarked(t *testing.T) {
	r := newRig(t, 0, 0)
	v, k, _ := r.remembering(t, `CORP\jane`)
	v.held[k] = keychain.Entry{Secret: secret.New("the-old-one")}
	r.app.stores().opened["system"] = readOnly{v}
	if code := r.again(t.Context()); code != exitRefused || len(v.held) != 0 {
		t.Errorf("exit %d, %d secrets left\n%s", code, len(v.held), r.errOut.String())
	}
}

type readOnly struct{ *vault }

func (readOnly) Set(context.Context, keychain.Key, keychain.Entry) error {
	return errors.New("the store is read-only")
}

func TestAStoreThatFailsEndsNoLogin(t *testing.T) { // security case 107
	r := newRig(t, 0, 0)
	v, _, _ := r.remembering(t, `CORP\jane`)
	v.fail = errors.New("the key store did not answer")
	if code := r.again(t.Context()); code != exitNeedsAnswer || strings.Count(r.errOut.String(), "did not answer") != 1 {
		t.Errorf("exit %d\n%s", code, r.errOut.String())
	}
	program := filepath.Join(r.home, "print-it")
	if err := os.WriteFile(program, []byte("#!/bin/sh\necho Correct-Horse-7\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	r.args = append(r.args, "--password-command", program)
	if code := r.again(t.Context()); code != exitDone {
		t.Errorf("with another source: exit %d\n%s", code, r.errOut.String())
	}
}

// What is remembered for one address is not sent to another one, whatever the settings say now.
func TestRememberedForAnotherAddress(t *testing.T) { // security case 140
	r := newRig(t, 0, 0)
	v, k, _ := r.remembering(t, `CORP\jane`)
	k.Origin = "https://adfs.example.com"
	v.held[k] = keychain.Entry{Secret: secret.New("Correct-Horse-7")}
	if code := r.again(t.Context()); code != exitNeedsAnswer || r.posts() != 0 {
		t.Errorf("exit %d, %d passwords sent\n%s", code, r.posts(), r.errOut.String())
	}
}

// Two logins within one time step: the second one waits for the next code, on the clock of the test.
func TestACodeIsUsedOnceInItsStep(t *testing.T) { // security case 25
	r := newRig(t, 0, 0)
	v, k, s := r.remembering(t, `CORP\toby`)
	v.held[k] = keychain.Entry{Secret: secret.New("Correct-Horse-7")}
	v.held[s] = keychain.Entry{Secret: secret.New("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")}
	start := time.Now().Truncate(30 * time.Second).Add(time.Second) // early in the step of now, so that the double takes the next one, too
	r.app.now = func() time.Time { return start }
	var waited []string
	r.app.wait = func(_ context.Context, d time.Duration) error {
		waited = append(waited, d.String())
		return nil
	}
	for n, want := range []string{"[]", "[29s]"} {
		if code := r.again(t.Context()); code != exitDone || fmt.Sprint(waited) != want {
			t.Errorf("login %d: exit %d, waited %v, want %s\n%s", n+1, code, waited, want, r.errOut.String())
		}
	}
	if !strings.Contains(r.errOut.String(), "waiting 29 s for the next") {
		t.Errorf("nothing is said of the wait:\n%s", r.errOut.String())
	}
}

// A run that would have to wait for minutes says so at once.
func TestTooManyCodesAtOnce(t *testing.T) {
	r := newRig(t, 0, 0)
	v, k, s := r.remembering(t, `CORP\toby`)
	v.held[k] = keychain.Entry{Secret: secret.New("Correct-Horse-7")}
	v.held[s] = keychain.Entry{Secret: secret.New("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")}
	now := time.Now()
	r.app.now = func() time.Time { return now } // no step begins meanwhile
	step := now.Unix() / 30
	if err := r.app.ledger().Change(t.Context(), s, func(l *keychain.Line) { l.LastStep = step + aheadSteps }); err != nil {
		t.Fatal(err)
	}
	r.app.wait = func(context.Context, time.Duration) error { t.Error("waited"); return nil }
	if code := r.again(t.Context()); code != exitNeedsAnswer || !strings.Contains(r.errOut.String(), "too many logins") {
		t.Errorf("exit %d\n%s", code, r.errOut.String())
	}
	// A step far ahead is of a clock that was wrong, and counts for nothing.
	if err := r.app.ledger().Change(t.Context(), s, func(l *keychain.Line) { l.LastStep = step + 1e6 }); err != nil {
		t.Fatal(err)
	}
	if code := r.again(t.Context()); code != exitDone {
		t.Errorf("after a clock that was wrong: exit %d\n%s", code, r.errOut.String())
	}
}
