package keychain

import (
	"errors"
	"net/url"
	"os/exec"
	"strings"

	"github.com/samlogin/samlogin/saml/secret"
)

// itemNotFound is what the program security exits with where there is no such entry (errSecItemNotFound, its low byte).
const itemNotFound = 44

// readOther looks for an internet password of saml2aws: its path is the name, its server the host of a name that is a
// URL (github.com/Versent/saml2aws, helper/osxkeychain). The Keychain asks the person whether samlogin may read it.
func readOther(of Other, name string) (Saved, error) {
	if of.User == "" {
		return Saved{}, ErrNotFound // the program prints either the user or the password
	}
	args := []string{"find-internet-password", "-w", "-a", of.User}
	u, err := url.Parse(name)
	if err != nil {
		return Saved{}, ErrNotFound
	}
	if u.Hostname() != "" {
		args = append(args, "-s", u.Hostname())
	}
	if u.Path != "" {
		args = append(args, "-p", u.Path)
	}
	out, err := exec.Command("/usr/bin/security", args...).Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == itemNotFound {
		return Saved{}, ErrNotFound
	}
	if err != nil {
		return Saved{}, err
	}
	value := strings.TrimSuffix(string(out), "\n")
	clear(out)
	if value == "" {
		return Saved{}, ErrNotFound
	}
	return Saved{User: of.User, Secret: secret.New(value)}, nil
}
