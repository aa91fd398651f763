// Package secret holds values that must never be printed: passwords, one-time codes, assertions, keys.
//
// It imports only the standard library, so that every other package can hand secrets on by this type.
package secret

import (
	"errors"
	"fmt"
	"log/slog"
)

// Hidden is what a Text prints as, under every verb and in every log.
const Hidden = "***"

// Text is a password, code, assertion or key. It prints as Hidden under every verb and in slog; JSON, XML and
// TOML encoders refuse it. It holds a pointer, so that even where fmt cannot call its methods (inside an
// unexported field) only an address shows. Only Reveal gives the value; the zero Text is the empty secret.
type Text struct{ value *string }

// New wraps a value.
func New(value string) Text { return Text{&value} }

// Reveal gives the value. Every caller should be able to say where the value goes next.
func (t Text) Reveal() string {
	if t.value == nil {
		return ""
	}
	return *t.value
}

// Empty reports whether there is no value, without revealing it.
func (t Text) Empty() bool { return t.value == nil || *t.value == "" }

// Format implements fmt.Formatter: every verb and flag prints Hidden.
func (t Text) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(Hidden)) }

// String is Hidden, for the callers that do not go through fmt.
func (t Text) String() string { return Hidden }

// LogValue implements slog.LogValuer.
func (t Text) LogValue() slog.Value { return slog.StringValue(Hidden) }

// errEncoded is what an encoder gets: whoever stores a secret has to say Reveal.
var errEncoded = errors.New("secret: a secret is not encoded; call Reveal where it must be stored")

// MarshalText always fails, so that no JSON, XML or TOML encoder writes a secret by accident.
func (t Text) MarshalText() ([]byte, error) { return nil, errEncoded }
