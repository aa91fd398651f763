package secret_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/samlogin/samlogin/saml/secret"
)

const canary = "c4nary-Passw0rd"

func TestNeverPrinted(t *testing.T) {
	s := secret.New(canary)
	type outer struct {
		Name   string
		hidden secret.Text
		Shown  secret.Text
		List   []secret.Text
		Map    map[string]secret.Text
		Ptr    *secret.Text
	}
	v := outer{"n", s, s, []secret.Text{s}, map[string]secret.Text{"k": s}, &s}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%T"} {
		for _, x := range []any{s, &s, v, &v, []any{s}, fmt.Errorf("wrapped: %v", s)} {
			if out := fmt.Sprintf(verb, x); strings.Contains(out, canary) || strings.Contains(out, fmt.Sprintf("%x", canary)) {
				t.Errorf("%s of %T shows the secret", verb, x)
			}
		}
	}
	if got := fmt.Sprint(s); got != secret.Hidden {
		t.Errorf("Sprint = %q, want %q", got, secret.Hidden)
	}
	if got := s.String(); got != secret.Hidden {
		t.Errorf("String = %q, want %q", got, secret.Hidden)
	}
	var buf bytes.Buffer
	for _, h := range []slog.Handler{slog.NewTextHandler(&buf, nil), slog.NewJSONHandler(&buf, nil)} {
		slog.New(h).Info("login", "password", s, "all", v)
	}
	if strings.Contains(buf.String(), canary) {
		t.Error("slog shows the secret")
	}
}

func TestEncodersRefuse(t *testing.T) {
	s := secret.New(canary)
	if out, err := json.Marshal(map[string]any{"p": s}); err == nil {
		t.Errorf("json.Marshal gave %d bytes, want an error", len(out))
	}
	if out, err := xml.Marshal(struct{ P secret.Text }{s}); err == nil {
		t.Errorf("xml.Marshal gave %d bytes, want an error", len(out))
	}
	_, err := s.MarshalText()
	if err == nil || strings.Contains(err.Error(), canary) || errors.Is(err, nil) {
		t.Errorf("MarshalText: %v", err)
	}
}

func TestRevealAndEmpty(t *testing.T) {
	var zero secret.Text
	if !zero.Empty() || zero.Reveal() != "" {
		t.Error("the zero Text is not the empty secret")
	}
	if !secret.New("").Empty() {
		t.Error(`New("") is not empty`)
	}
	if s := secret.New(canary); s.Empty() || s.Reveal() != canary {
		t.Error("Reveal does not give the value back")
	}
}
