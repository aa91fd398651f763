// Package keychain remembers passwords and TOTP seeds: in the key store of this computer, in a credential helper, or in a
// file encrypted with a passphrase.
//
// House rules: a secret belongs to one origin and one user, and is found by no other; nothing is ever stored in plain
// text, also not where a better place fails; every call ends, whatever the other side does.
package keychain

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/samlogin/samlogin/saml/foreign"
	"github.com/samlogin/samlogin/saml/secret"
)

// Kind says what a secret is.
type Kind string

// The kinds.
const (
	Password Kind = "password"
	Seed     Kind = "totp" // of time-based one-time codes
)

// Key names one secret.
type Key struct {
	Origin string // of the IdP: https://host, or https://host:port
	User   string
	Kind   Kind
}

// Entry is what is remembered under a Key.
type Entry struct {
	Secret  secret.Text
	Refused time.Time // when the IdP refused it, so that it is not to be sent again; zero: it did not
}

// Store is a place for secrets. Its methods may be called by several goroutines. Their errors are ErrNotFound, *StoreError
// or the cause of a context that ended.
type Store interface {
	Name() string // for messages: "the key store of this computer"
	Get(ctx context.Context, k Key) (Entry, error)
	Set(ctx context.Context, k Key, e Entry) error
	Delete(ctx context.Context, k Key) error
	// List gives all keys, or ErrCannotList: no key store of an operating system can tell.
	List(ctx context.Context) ([]Key, error)
}

// ErrNotFound: nothing is remembered under the key. ErrCannotList: the store cannot say what it holds.
var (
	ErrNotFound   = errors.New("nothing is remembered there")
	ErrCannotList = errors.New("the store cannot list what it holds")
)

// Problem says why a store did not do what it was asked.
type Problem int

// The problems.
const (
	Broken          Problem = iota // an answer that makes no sense, a damaged file
	Absent                         // there is no such store here
	Locked                         // it is locked, and nobody unlocked it
	Denied                         // it, or the person asked by it, said no
	Slow                           // it did not answer in time
	TooLarge                       // it cannot hold so much
	WrongPassphrase                // of the encrypted file
	Unsafe                         // others can read or replace the file
)

// StoreError reports a store that did not do what it was asked. Its text holds no secret.
type StoreError struct {
	Store   string
	Problem Problem
	Limit   time.Duration // of Slow
	Err     error         // what is behind it; may be nil
}

func (e *StoreError) Error() string {
	s := foreign.Text(e.Store).String()
	switch e.Problem {
	case Absent:
		s += " is not there"
	case Locked:
		s += " is locked"
	case Denied:
		s += " said no"
	case Slow:
		return fmt.Sprintf("%s did not answer within %v", s, e.Limit)
	case TooLarge:
		s += " cannot hold so much"
	case WrongPassphrase:
		return s + ": the passphrase is wrong"
	case Unsafe:
		s += " is not safe to use"
	default:
		s += " cannot be used"
	}
	if e.Err != nil {
		s += ": " + foreign.Line(e.Err.Error()).String()
	}
	return s
}

func (e *StoreError) Unwrap() error { return e.Err }

// Hint says what to do.
func (e *StoreError) Hint() string {
	switch e.Problem {
	case Locked, Slow:
		return `unlock it, or choose another place with secret_store in the settings ("none": no place)`
	case Absent:
		return "secret_store in the settings chooses another place"
	case Unsafe:
		return "chmod 600 mends a file that others can read"
	}
	return ""
}

// Options are what stores need of the world.
type Options struct {
	Env         func(string) string
	Interactive bool     // somebody sits there and may have to unlock the store: 30 s instead of 3
	Terminal    *os.File // for a helper that asks at the terminal itself; nil: none
	// Passphrase is asked for the passphrase of the encrypted file, once; confirm: the file is new, so that a slip of
	// the hand would lock it for ever.
	Passphrase func(ctx context.Context, confirm bool) (secret.Text, error)
	Path       string // of the encrypted file, where the place does not name another
}

// deadline is how long a store may take.
func (o Options) deadline() time.Duration {
	if o.Interactive {
		return 30 * time.Second
	}
	return 3 * time.Second
}

// Open opens a place by its name in the settings: "system", "helper:NAME", "file" or "file:/absolute/path". Nothing is
// asked or started yet.
func Open(place string, o Options) (Store, error) {
	kind, rest, named := strings.Cut(place, ":")
	switch {
	case kind == "system" && !named:
		return &system{ring: systemRing{}, limit: o.deadline()}, nil
	case kind == "helper":
		return newHelper(rest, o)
	case kind == "file" && !named && o.Path != "":
		return &ageFile{path: o.Path, passphrase: o.Passphrase}, nil
	case kind == "file" && filepath.IsAbs(rest):
		return &ageFile{path: rest, passphrase: o.Passphrase}, nil
	}
	return nil, &StoreError{Store: place, Problem: Absent}
}

// address is the key as a URL, which every store can hold and a person can read. It is another one for every key: what is
// before the path is the origin, and the user is escaped.
func (k Key) address() string {
	return k.Origin + "/samlogin/v1/" + string(k.Kind) + "/" + url.PathEscape(k.User)
}

// keyOf reads an address back.
func keyOf(address string) (Key, bool) {
	origin, rest, ok := strings.Cut(address, "/samlogin/v1/")
	kind, user, ok2 := strings.Cut(rest, "/")
	name, err := url.PathUnescape(user)
	k := Key{Origin: origin, User: name, Kind: Kind(kind)}
	return k, ok && ok2 && err == nil && (k.Kind == Password || k.Kind == Seed) && k.address() == address
}

const entryVersion = "samlogin1"

// encode writes an entry as one line of ASCII, since stores differ in what else they can hold: version, time of the
// refusal or a dash, the secret in base64.
func (e Entry) encode() secret.Text {
	refused := "-"
	if !e.Refused.IsZero() {
		refused = e.Refused.UTC().Format(time.RFC3339)
	}
	return secret.New(entryVersion + " " + refused + " " + base64.StdEncoding.EncodeToString([]byte(e.Secret.Reveal())))
}

func decode(s secret.Text) (Entry, error) {
	parts := strings.Split(strings.TrimRight(s.Reveal(), "\r\n"), " ")
	if len(parts) != 3 || parts[0] != entryVersion {
		return Entry{}, errors.New("what is there was not written by this version of samlogin")
	}
	var e Entry
	if parts[1] != "-" {
		at, err := time.Parse(time.RFC3339, parts[1])
		if err != nil {
			return Entry{}, errors.New("what is there is damaged")
		}
		e.Refused = at
	}
	value, err := base64.StdEncoding.Strict().DecodeString(parts[2])
	if err != nil || len(value) == 0 {
		return Entry{}, errors.New("what is there is damaged")
	}
	e.Secret = secret.New(string(value))
	clear(value)
	return e, nil
}
