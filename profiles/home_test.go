package profiles

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/samlogin/samlogin/saml/secret"
)

// home is a throw-away ~/.aws.
type home struct {
	*testing.T
	Files
	folder  string
	notices []string
}

func newHome(t *testing.T) *home {
	t.Helper()
	folder := filepath.Join(t.TempDir(), ".aws")
	return &home{T: t, folder: folder, Files: Files{Credentials: filepath.Join(folder, "credentials"), Config: filepath.Join(folder, "config")}}
}

// homeWith has a credentials file with a text, mode 0600.
func homeWith(t *testing.T, credentials string) *home {
	t.Helper()
	h := newHome(t)
	h.write(h.Credentials, credentials, 0o600)
	return h
}

func (h *home) write(path, text string, mode os.FileMode) {
	h.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		h.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		h.Fatal(err)
	}
	before := time.Now().Add(-time.Minute) // a save waits for one that is empty or has no last line end, and was changed just now
	if err := errors.Join(os.Chtimes(path, before, before), os.Chmod(path, mode)); err != nil {
		h.Fatal(err)
	}
}

func (h *home) read(path string) string {
	h.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		h.Fatal(err)
	}
	return string(text)
}

func (h *home) writer() *Writer {
	return &Writer{Files: h.Files, Notice: func(s string) { h.notices = append(h.notices, s) }}
}

func (h *home) save(consent Consent, all ...Keys) error {
	h.Helper()
	return h.writer().Save(h.Context(), all, consent)
}

func (h *home) mustSave(all ...Keys) {
	h.Helper()
	if err := h.save(OwnOnly, all...); err != nil {
		h.Fatal(err)
	}
}

// wantNotice wants exactly one notice with a text in it.
func (h *home) wantNotice(part string) {
	h.Helper()
	n := 0
	for _, notice := range h.notices {
		if strings.Contains(notice, part) {
			n++
		}
	}
	if n != 1 {
		h.Errorf("%d notices with %q, want 1; all: %q", n, part, h.notices)
	}
}

// only wants these names in the folder, and the lock files, and nothing else: no temporary file is left.
func (h *home) only(names ...string) {
	h.Helper()
	entries, err := os.ReadDir(h.folder)
	if err != nil {
		h.Fatal(err)
	}
	want := map[string]bool{}
	for _, name := range names {
		want[name] = true
	}
	for _, e := range entries {
		if !want[e.Name()] && !strings.HasSuffix(e.Name(), ".samlogin"+lockSuffix) {
			h.Errorf("%s is left in the folder", e.Name())
		}
		delete(want, e.Name())
	}
	for name := range want {
		h.Errorf("%s is not in the folder", name)
	}
}

var expiry = time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)

const (
	testID    = "ASIAEXAMPLE000000001"
	testToken = "token0123456789+/=="
	testARN   = "arn:aws:sts::111111111111:assumed-role/Admin/jane@example.com"
)

func testKeys(profile string) Keys {
	return Keys{
		Profile: profile, AccessKeyID: testID, SecretAccessKey: secret.New("secret0123/+abc"), SessionToken: secret.New(testToken),
		Expiration: expiry, PrincipalARN: testARN,
	}
}

// testLines are the lines of testKeys, with a line end.
func testLines(eol string) string {
	return strings.Join([]string{
		"aws_access_key_id = " + testID,
		"aws_secret_access_key = secret0123/+abc",
		"aws_session_token = " + testToken,
		"x_security_token_expires = 2030-01-02T03:04:05Z",
		"x_principal_arn = " + testARN,
		"samlogin = managed",
	}, eol) + eol
}
