// Package clash says what AWS's clients make of the credentials file, the config file and the environment, and where
// they will not do what was meant: static keys above a credential_process, a token left over, a section that only some
// of them find.
//
// It is a model of other programs, and knows of each what was measured of it: the AWS CLI and boto3 (botocore), the
// SDKs for JavaScript v3 and v2, the SDKs for Go v2 and v1. It reads no file and no variable by itself.
package clash

import (
	"strings"
	"unicode"

	"github.com/samlogin/samlogin/profiles"
)

// Client is a program, or a library in programs, that takes keys from the files.
type Client int

// The clients. Terraform and other programs in Go are Go2, since 2023.
const (
	CLI         Client = iota // the AWS CLI, version 1 and 2
	Boto3                     // the SDK for Python
	JavaScript3               // the SDK for JavaScript v3
	Go2                       // the SDK for Go v2
	JavaScript2               // past its end of support
	Go1                       // past its end of support
)

func (c Client) String() string {
	return [...]string{"the AWS CLI", "boto3", "the SDK for JavaScript", "the SDK for Go", "the SDK for JavaScript v2", "the SDK for Go v1"}[c]
}

// Supported are the clients that AWS still supports.
func Supported() []Client { return []Client{CLI, Boto3, JavaScript3, Go2} }

// python reports clients that read by botocore.
func (c Client) python() bool { return c == CLI || c == Boto3 }

func (c Client) javascript() bool { return c == JavaScript3 || c == JavaScript2 }

// finds reports whether a section is about a profile to the client.
func (c Client) finds(s profiles.Section, profile string, inConfig bool) bool {
	if c.python() && s.Joined {
		return false
	}
	name, trimmed := s.Header, strings.TrimFunc(s.Header, unicode.IsSpace)
	golang := c == Go2 || c == Go1
	if !inConfig {
		if c == Go1 && trimmed == "profile "+profile {
			return true
		}
		return name == profile || golang && trimmed == profile
	}
	if golang {
		name = trimmed
	}
	if name == "default" && profile == "default" || name == profile && (c == JavaScript2 || c == Go1) {
		return true
	}
	rest, ok := strings.CutPrefix(name, "profile")
	if !ok || rest == "" {
		return false
	}
	blanks := rest[:len(rest)-len(strings.TrimLeft(rest, " \t"))]
	rest = rest[len(blanks):]
	switch c {
	case CLI, Boto3: // Python's shlex takes quotes off
		if n := len(rest); n > 2 && (rest[0] == '"' || rest[0] == '\'') && rest[n-1] == rest[0] {
			rest = rest[1 : n-1]
		}
	case JavaScript3, JavaScript2:
		if len(blanks) != 1 {
			return false
		}
	case Go1:
		if blanks != " " {
			return false
		}
	}
	return blanks != "" && rest == profile
}

// sees reports whether a key is one to the client.
func (c Client) sees(k profiles.Key) bool {
	switch {
	case c.python():
		return !k.Joined
	case c.javascript():
		return !k.Colon && k.Written == k.Name
	case c == Go1:
		return k.Written == k.Name
	}
	return true
}

// reads is a value as the client takes it.
func (c Client) reads(written string) string {
	if c.python() {
		return written
	}
	for _, mark := range []string{" #", " ;", "\t#", "\t;"} {
		written, _, _ = strings.Cut(written, mark)
	}
	written = strings.TrimSpace(written)
	if n := len(written); !c.javascript() && n > 1 && (written[0] == '"' || written[0] == '\'') && written[n-1] == written[0] {
		written = written[1 : n-1]
	}
	return written
}

// refuses is why the client reads nothing of a file, for any profile; "" where it reads it.
func (c Client) refuses(l profiles.Layout) (line int, why string) {
	for _, f := range l.Faults {
		if c.python() && f.Fatal() || c == Go1 && (strings.HasPrefix(f.Why, "a byte order") || strings.HasPrefix(f.Why, "a section header")) {
			return f.Line, f.String()
		}
	}
	return 0, ""
}
