package settings

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"path/filepath"
	"strings"
)

// The checks of values. None of their messages holds the value: a secret may stand in the wrong place.

const lower = "abcdefghijklmnopqrstuvwxyz"

// nameCharacters are those that the names of written AWS profiles are made of; groups and IdPs keep to them too,
// as all three are typed as one kind of NAME.
const nameCharacters = lower + "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._@+:/-"

func checkName(t *table, name string) {
	if name == "" || len(name) > 128 || strings.Trim(name, nameCharacters) != "" || strings.HasPrefix(name, "-") {
		t.add(t.path, Error{Reason: "a name has 1 to 128 letters, digits and ._@+:/- and does not begin with -"})
	}
}

// checkTrimmed takes the name of a relying party: an identifier, or its label on the page that lists them, which may
// have blanks in it.
func checkTrimmed(s string) error {
	if strings.TrimSpace(s) != s {
		return errors.New("begins or ends with a blank")
	}
	return nil
}

// checkURL takes an https address, or a host with or without port and path.
func checkURL(s string) error {
	if !strings.Contains(s, "://") {
		s = "https://" + s
	}
	u, err := url.Parse(s)
	switch {
	case err != nil || u.Hostname() == "" || strings.ContainsAny(u.Host, " \t"):
		return errors.New("not an address such as https://adfs.example.com")
	case u.Scheme != "https":
		return errors.New("not an https address: a password is sent over https only")
	case u.User != nil:
		return errors.New("an address has no user name or password in it here; use username")
	}
	return nil
}

// checkOrigin takes scheme, host and port, and nothing else.
func checkOrigin(s string) error {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" || u.Hostname() == "" || s != "https://"+u.Host || strings.ContainsAny(u.Host, " *\t") {
		return errors.New("not an origin such as https://mfa.example.com: https, host and port only")
	}
	return nil
}

// checkEndpoint takes what may get an assertion: https, or http to this computer itself.
func checkEndpoint(s string) error {
	u, err := url.Parse(s)
	if err != nil || u.Hostname() == "" || (u.Scheme != "https" && u.Scheme != "http") || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return errors.New("not an address such as https://sts.eu-west-1.amazonaws.com")
	}
	address, err := netip.ParseAddr(u.Hostname())
	if u.Scheme == "http" && !strings.EqualFold(u.Hostname(), "localhost") && (err != nil || !address.IsLoopback()) {
		return errors.New("not an https address: an assertion is sent over https only")
	}
	return nil
}

// checkRegion takes what every name of an AWS region looks like: words and a number, joined by hyphens.
func checkRegion(s string) error {
	words := strings.Split(s, "-")
	good := len(s) <= 40 && len(words) >= 3 && len(words) <= 5
	for i, w := range words {
		characters := lower
		if i == len(words)-1 {
			characters = "0123456789"
		}
		good = good && w != "" && strings.Trim(w, characters) == ""
	}
	if !good {
		return errors.New("not the name of a region such as eu-west-1")
	}
	return nil
}

func checkARN(s string) error {
	parts := strings.SplitN(s, ":", 6)
	if len(parts) != 6 || parts[0] != "arn" || !strings.HasPrefix(parts[1], "aws") || parts[5] == "" || strings.ContainsAny(s, " \t") {
		return errors.New("not an ARN such as arn:aws:iam::aws:policy/ReadOnlyAccess")
	}
	return nil
}

func checkPrincipal(s string) error {
	if checkARN(s) != nil || !strings.HasPrefix(strings.SplitN(s, ":", 6)[5], "saml-provider/") {
		return errors.New("not the ARN of a SAML provider such as arn:aws:iam::111111111111:saml-provider/ADFS")
	}
	return nil
}

// quoted shows a name that stands in the settings; names are not secrets.
func quoted(name string) string { return fmt.Sprintf("%q", clean(name)) }

// checkStore takes the places for secrets.
func checkStore(s string) error {
	switch kind, name, named := strings.Cut(s, ":"); {
	case !named && (s == "auto" || s == "none" || s == "system" || s == "file"):
		return nil
	case kind == "helper" && name != "" && strings.Trim(name, nameCharacters) == "" && !strings.ContainsAny(name, "/:"):
		return nil
	case kind == "file" && filepath.IsAbs(name):
		return nil
	}
	return errors.New("none of auto, none, system, file, file:/ABSOLUTE/PATH and helper:NAME")
}
