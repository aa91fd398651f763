package idptest

import (
	"encoding/base64"
	"encoding/hex"
	"html"
	"net/url"
	"strings"
	"testing"
)

// Absent fails the test if a text holds a secret, as it is or in a spelling that programs give secrets by accident.
func Absent(t testing.TB, secret, where, text string) {
	t.Helper()
	for name, spelt := range map[string]string{
		"as it is": secret, "as a query": url.QueryEscape(secret), "as a path": url.PathEscape(secret),
		"as HTML": html.EscapeString(secret), "in hex": hex.EncodeToString([]byte(secret)),
		"in UTF-16": strings.Join(strings.Split(secret, ""), "\x00"),
	} {
		if strings.Contains(text, spelt) {
			t.Errorf("%s holds a secret %s: %q", where, name, text)
		}
	}
	// Base64 has three spellings, by where in a group of three bytes the secret begins; the ends depend on what
	// stands beside it and are left out.
	for shift := range 3 {
		encoded := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("x", shift) + secret))
		core := encoded[4 : len(encoded)-4]
		if len(core) >= 8 && strings.Contains(text, core) {
			t.Errorf("%s holds a secret in base64: %q", where, text)
		}
	}
}
