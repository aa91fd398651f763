package profiles

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/samlogin/samlogin/saml/secret"
)

func TestValuesThatWouldChangeOtherLines(t *testing.T) { // security case 55
	const before = "[default]\nx = 1\n"
	for _, evil := range []string{"a\nb", "a\r[evil]\rx=1", "a\x00", "a\tb", "\x1b[2J", "a\x7f", "a\u0085b", "a\u009fb", "a b", "a ", " a", "é", "\xff", "a\u2028b", `"a"`, "'a'", "#a", ";a"} {
		for key, with := range map[string]func(*Keys, string){
			keyID:        func(k *Keys, v string) { k.AccessKeyID = v },
			keySecret:    func(k *Keys, v string) { k.SecretAccessKey = secret.New(v) },
			keyToken:     func(k *Keys, v string) { k.SessionToken = secret.New(v) },
			keyPrincipal: func(k *Keys, v string) { k.PrincipalARN = v },
			keyRegion:    func(k *Keys, v string) { k.Region = v },
		} {
			h := homeWith(t, before)
			good, bad := testKeys("good"), testKeys("bad")
			with(&bad, "c4nary"+evil+"c4nary")
			if evil[0] == '#' || evil[0] == ';' {
				with(&bad, evil)
			}
			err := h.save(ReplaceLongTerm, good, bad)
			var refused *ValueError
			if !errors.As(err, &refused) || refused.Key != key || refused.Profile != "bad" || refused.Position == 0 {
				t.Errorf("%s %q: got %v, want a ValueError", key, evil, err)
			} else if strings.Contains(err.Error(), "c4nary") {
				t.Errorf("the message shows the value: %v", err)
			}
			if got := h.read(h.Credentials); got != before {
				t.Errorf("%s %q: the file became %q", key, evil, got)
			}
			h.only("credentials")
		}
	}
}

func TestKeysThatAreNotComplete(t *testing.T) {
	for key, without := range map[string]func(*Keys){
		keyID:      func(k *Keys) { k.AccessKeyID = "" },
		keySecret:  func(k *Keys) { k.SecretAccessKey = secret.Text{} },
		keyToken:   func(k *Keys) { k.SessionToken = secret.New("") },
		keyExpires: func(k *Keys) { k.Expiration = time.Time{} },
	} {
		h := newHome(t)
		k := testKeys("p")
		without(&k)
		var refused *ValueError
		if err := h.save(OwnOnly, k); !errors.As(err, &refused) || refused.Key != key {
			t.Errorf("%s: got %v, want a ValueError", key, err)
		}
		if _, err := os.Stat(h.folder); err == nil {
			t.Errorf("%s: the folder was made", key)
		}
	}
	h := newHome(t)
	var twice *NameError
	if err := h.save(OwnOnly, testKeys("p"), testKeys("p")); !errors.As(err, &twice) {
		t.Errorf("the same profile twice: got %v, want a NameError", err)
	}
	if err := h.save(OwnOnly); err != nil {
		t.Errorf("no profile: %v", err)
	}
}

func TestManyProfilesAreOneWrite(t *testing.T) {
	h := newHome(t)
	var all []Keys
	want := ""
	for i := range 20 {
		k := testKeys(fmt.Sprintf("p%d", i))
		k.Region = "eu-west-1"
		all = append(all, k)
		want += fmt.Sprintf("\n[p%d]\n%s", i, testLines("\n"))
	}
	w := h.writer()
	counting := &faultyDisk{disk: system{}}
	w.disk = counting
	if err := w.Save(t.Context(), all, OwnOnly); err != nil {
		t.Fatal(err)
	}
	if got := h.read(h.Credentials); got != strings.TrimPrefix(want, "\n") {
		t.Errorf("got %q", got)
	}
	if n := strings.Count(strings.Join(counting.calls, " "), "Rename "); n != 2 {
		t.Errorf("%d renames, want one for each file; calls: %q", n, counting.calls)
	}
	h.only("credentials", "config")

	// What is there already is not written again.
	counting.calls = nil
	if err := w.Save(t.Context(), all, OwnOnly); err != nil {
		t.Fatal(err)
	}
	if calls := strings.Join(counting.calls, " "); strings.Contains(calls, "Rename") || strings.Contains(calls, "Create") {
		t.Errorf("a second save writes: %q", counting.calls)
	}
}

func TestRefusedForOneIsWrittenForNone(t *testing.T) {
	h := homeWith(t, "[long]\naws_access_key_id = AKIAEXAMPLE000000001\naws_secret_access_key = s\n")
	before := h.read(h.Credentials)
	k, long := testKeys("p"), testKeys("long")
	k.Region, long.Region = "eu-west-1", "eu-west-1"
	var refused *NotOursError
	if err := h.save(ReplaceForeign, k, long); !errors.As(err, &refused) || refused.Profile != "long" {
		t.Errorf("got %v, want a NotOursError", err)
	}
	if got := h.read(h.Credentials); got != before {
		t.Errorf("the file became %q", got)
	}
	h.only("credentials")
}

func TestAnEndedContextWritesNothing(t *testing.T) {
	h := homeWith(t, "")
	ctx, cancel := context.WithCancelCause(t.Context())
	gone := errors.New("interrupted")
	cancel(gone)
	if err := h.writer().Save(ctx, []Keys{testKeys("p")}, OwnOnly); !errors.Is(err, gone) {
		t.Errorf("got %v, want the context's cause", err)
	}
	if got := h.read(h.Credentials); got != "" {
		t.Errorf("the file became %q", got)
	}
	h.only("credentials")
}

func TestSavedThenRemovedIsAsBefore(t *testing.T) {
	for name, before := range map[string]string{
		"empty":    "",
		"sections": "[a]\nx = 1\n\n[b]\ny = 1\n",
		"CRLF":     "[a]\r\nx = 1\r\n",
		"comments": "# top\n[a]\nx = 1\n# end\n",
		"settings": "[p]\nregion = x\n\n# about a\n[a]\n",
		"empty p":  "[a]\nx = 1\n[p]\n# mine\nregion = x\n[b]\n",
	} {
		t.Run(name, func(t *testing.T) {
			h := homeWith(t, before)
			h.mustSave(testKeys("p"), testKeys("q"))
			if err := h.writer().Remove(t.Context(), []string{"p", "q", "a", "not there"}); err != nil {
				t.Fatal(err)
			}
			if got := h.read(h.Credentials); got != before {
				t.Errorf("got %q, want %q", got, before)
			}
		})
	}
}

func TestRemoveTakesOnlyWhatSamloginWrote(t *testing.T) {
	for _, c := range []struct{ name, before, after string }{
		{"not marked", "[p]\naws_access_key_id = ASIA1\naws_secret_access_key = s\naws_session_token = t\nx_security_token_expires = x\n", "="},
		{"long-term keys in a marked section", "[p]\naws_access_key_id = AKIAEXAMPLE000000001\naws_secret_access_key = s\naws_session_token = t\nsamlogin = managed\n", "="},
		{"a key of the person's", "[p]\n" + old + "cli_pager =\n", "[p]\ncli_pager =\n"},
		{"a comment between", "[p]\n# mine\n" + old + "[b]\n", "[p]\n# mine\n[b]\n"},
		{"the next section's comment", "[p]\n" + old + "# about b\n[b]\n", "# about b\n[b]\n"},
		{"the middle one", "[a]\nx = 1\n\n[p]\n" + old + "\n[b]\ny = 1\n", "[a]\nx = 1\n\n[b]\ny = 1\n"},
		{"blank lines inside", "[p]\n\naws_session_token = t\n\nsamlogin = managed\n", ""},
		{"no newline at the end", "[a]\nx = 1\n[p]\nsamlogin = managed", "[a]\nx = 1\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.after == "=" {
				c.after = c.before
			}
			h := homeWith(t, c.before)
			if err := h.writer().Remove(t.Context(), []string{"p"}); err != nil {
				t.Fatal(err)
			}
			if got := h.read(h.Credentials); got != c.after {
				t.Errorf("got %q, want %q", got, c.after)
			}
		})
	}
	h := homeWith(t, "[p]\nsamlogin = managed\n[p]\nsamlogin = managed\n")
	var broken *BrokenFileError
	if err := h.writer().Remove(t.Context(), []string{"p"}); !errors.As(err, &broken) {
		t.Errorf("section twice: got %v, want a BrokenFileError", err)
	}
}

func TestReadAndNames(t *testing.T) {
	h := homeWith(t, "[a b]\nAWS_Session_Token: x=y \n[default]\ns3 =\n  region = nested\n")
	h.write(h.Config, "[profile \"a b\"]\nregion = r\n[profile c]\n[default]\n[sso-session s]\n[ignored]\n", 0o600)
	names, err := h.Names()
	if err != nil || strings.Join(names, ",") != "a b,c,default" {
		t.Errorf("names %q, %v", names, err)
	}
	stored, err := h.Read("a b")
	if err != nil || stored.Credentials[keyToken].Reveal() != "x=y" || stored.Config[keyRegion].Reveal() != "r" {
		t.Errorf("stored %d and %d values, %v", len(stored.Credentials), len(stored.Config), err)
	}
	if shown := fmt.Sprintf("%+v", stored); strings.Contains(shown, "x=y") {
		t.Errorf("a stored value prints: %s", shown)
	}
	stored, err = h.Read("default")
	if err != nil || len(stored.Credentials) != 0 {
		t.Errorf("nested keys were read: %v, %v", stored, err)
	}
	empty := newHome(t)
	if names, err := empty.Names(); err != nil || len(names) != 0 {
		t.Errorf("no files: %q, %v", names, err)
	}
}
