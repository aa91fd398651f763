// Package totp makes time-based one-time codes (RFC 6238) from a seed, as authenticator apps do.
package totp

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"hash"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/samlogin/samlogin/saml/secret"
)

// Seed is the secret that codes are made from, with how they are made. It prints as ***.
type Seed struct {
	key    secret.Text // bytes
	hash   string      // SHA1, SHA256, SHA512
	digits int
	period time.Duration
}

// String hides the seed, whatever it is printed with.
func (Seed) String() string { return secret.Hidden }

// GoString is String.
func (Seed) GoString() string { return secret.Hidden }

// The usual values, which an address leaves out (Key Uri Format of Google Authenticator).
const (
	usualHash   = "SHA1"
	usualDigits = 6
	usualPeriod = 30 * time.Second
)

// FormatError says why a text is no seed. It never holds the text.
type FormatError struct{ Why string }

func (e *FormatError) Error() string { return "that is no TOTP seed: " + e.Why }

// Parse reads a seed from base32, with or without padding, blanks and dashes, in upper or lower case; or from an
// otpauth://totp/ address, as QR codes hold it. The error is a *FormatError.
func Parse(text secret.Text) (Seed, error) {
	s := Seed{hash: usualHash, digits: usualDigits, period: usualPeriod}
	given := strings.TrimSpace(text.Reveal())
	letters := given
	if len(given) > 10 && strings.EqualFold(given[:10], "otpauth://") {
		u, err := url.Parse(given)
		if err != nil {
			return Seed{}, &FormatError{"the address cannot be read"}
		}
		if !strings.EqualFold(u.Host, "totp") {
			return Seed{}, &FormatError{"the address is of another kind than totp (codes that count instead of following the clock are not supported)"}
		}
		query, err := url.ParseQuery(u.RawQuery)
		if err != nil {
			return Seed{}, &FormatError{"the address cannot be read"}
		}
		for name, values := range query {
			if len(values) != 1 {
				return Seed{}, &FormatError{"the address has something twice"}
			}
			if err := s.set(strings.ToLower(name), values[0]); err != nil {
				return Seed{}, err
			}
		}
		letters = query.Get("secret")
	}
	key, err := bytesOf(letters)
	if err != nil {
		return Seed{}, err
	}
	s.key = secret.New(string(key))
	clear(key)
	return s, nil
}

// set takes one parameter of an address; what is not about the codes is left alone.
func (s *Seed) set(name, value string) error {
	switch name {
	case "algorithm":
		s.hash = strings.ReplaceAll(strings.ToUpper(value), "-", "")
		if s.hasher() == nil {
			return &FormatError{"its algorithm is none of SHA1, SHA256 and SHA512"}
		}
	case "digits":
		n, err := strconv.Atoi(value)
		if err != nil || n < 6 || n > 10 {
			return &FormatError{"its number of digits is not 6 to 10"}
		}
		s.digits = n
	case "period":
		n, err := strconv.Atoi(value)
		if err != nil || n < 1 || n > 3600 {
			return &FormatError{"its period is not 1 to 3600 seconds"}
		}
		s.period = time.Duration(n) * time.Second
	}
	return nil
}

// bytesOf decodes base32 as people copy it.
func bytesOf(letters string) ([]byte, error) {
	var b strings.Builder
	ended := false
	for i, r := range letters {
		switch {
		case r == ' ' || r == '-' || r == '\t':
			continue
		case r == '=':
			ended = true
			continue
		case r >= 'a' && r <= 'z':
			r -= 'a' - 'A'
		}
		if ended || !(r >= 'A' && r <= 'Z' || r >= '2' && r <= '7') {
			return nil, &FormatError{fmt.Sprintf("character %d is none of A to Z and 2 to 7 (base32)", i+1)}
		}
		b.WriteRune(r)
	}
	if b.Len() == 0 {
		return nil, &FormatError{"it is empty"}
	}
	if rest := b.Len() % 8; rest == 1 || rest == 3 || rest == 6 { // RFC 4648, section 6
		return nil, &FormatError{"a part of it is missing (the length is not one that base32 has)"}
	}
	key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(b.String())
	if err != nil {
		return nil, &FormatError{"it is not base32"}
	}
	const fewest = 5 // bytes; RFC 4226 wants 16, and much less is in use
	if len(key) < fewest {
		return nil, &FormatError{"it is too short"}
	}
	return key, nil
}

func (s Seed) hasher() func() hash.Hash {
	return map[string]func() hash.Hash{"SHA1": sha1.New, "SHA256": sha256.New, "SHA512": sha512.New}[s.hash]
}

// Step is the number of the time step that a moment lies in, counted from 1970 (RFC 6238, section 4.2).
func (s Seed) Step(at time.Time) int64 { return at.Unix() / int64(s.period/time.Second) }

// NextStep is the moment at which the next time step begins.
func (s Seed) NextStep(at time.Time) time.Time {
	return time.Unix((s.Step(at)+1)*int64(s.period/time.Second), 0)
}

// Code is the code of the time step that a moment lies in (RFC 4226, section 5.3).
func (s Seed) Code(at time.Time) secret.Text {
	mac := hmac.New(s.hasher(), []byte(s.key.Reveal()))
	_ = binary.Write(mac, binary.BigEndian, s.Step(at)) // a hash takes everything
	sum := mac.Sum(nil)
	from := sum[len(sum)-1] & 0xF
	number := uint64(binary.BigEndian.Uint32(sum[from:]) & 0x7FFFFFFF)
	limit := uint64(1)
	for range s.digits {
		limit *= 10
	}
	return secret.New(fmt.Sprintf("%0*d", s.digits, number%limit))
}

// Text is the seed in the one spelling in which it is stored: an otpauth address with all that was not usual.
func (s Seed) Text() secret.Text {
	q := url.Values{"secret": {base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString([]byte(s.key.Reveal()))}}
	if s.hash != usualHash {
		q.Set("algorithm", s.hash)
	}
	if s.digits != usualDigits {
		q.Set("digits", strconv.Itoa(s.digits))
	}
	if s.period != usualPeriod {
		q.Set("period", strconv.Itoa(int(s.period/time.Second)))
	}
	return secret.New("otpauth://totp/samlogin?" + q.Encode())
}
