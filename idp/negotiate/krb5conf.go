package negotiate

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/jcmturner/gokrb5/v8/config"
)

// krb5 is what this computer knows of Kerberos.
type krb5 struct{ env func(string) string }

const maxConfBytes = 1 << 20

// errNoFile says that a ticket cache is not kept in a file.
var errNoFile = errors.New("the ticket cache is not in a file")

// conf reads krb5.conf: $KRB5_CONFIG (several, with the list separator of the system between them), else
// /etc/krb5.conf. Without any there are the defaults, with the KDCs from DNS. include and includedir, which the library
// does not know, are read here, and sections that come twice are put together.
func (k *krb5) conf() (*config.Config, string, error) {
	paths := []string{"/etc/krb5.conf"}
	given := k.env("KRB5_CONFIG")
	if given != "" {
		paths = filepath.SplitList(given)
	}
	c := &confText{sections: map[string][]string{}}
	for _, path := range paths {
		if err := c.read(path, 0); err != nil && (given != "" || !errors.Is(err, os.ErrNotExist)) {
			return nil, "", fmt.Errorf("%s: %w", path, cause(err))
		}
	}
	text := c.String()
	var parsed *config.Config
	err := guarded(func() (err error) {
		parsed, err = config.NewFromString(text)
		return err
	})
	var unsupported config.UnsupportedDirective
	if err != nil && (parsed == nil || !errors.As(err, &unsupported)) {
		return nil, "", fmt.Errorf("%s: %w", strings.Join(paths, ", "), err)
	}
	parsed.LibDefaults.UDPPreferenceLimit = 1 // TCP: what proves a password is sent once, and no answer is too long
	if !strings.Contains(text, "dns_lookup_kdc") {
		parsed.LibDefaults.DNSLookupKDC = true // as MIT's library has it
	}
	return parsed, text, nil
}

// cause leaves out the operation and the path that the system puts before a cause.
func cause(err error) error {
	var path *os.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}

// confText is the text of one or more files, by section.
type confText struct {
	order    []string
	sections map[string][]string
	bytes    int
}

func (c *confText) read(path string, depth int) error {
	if depth > 4 {
		return errors.New("files include each other")
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return errors.New("it is not a file")
	}
	if c.bytes += int(info.Size()); info.Size() > maxConfBytes || c.bytes > maxConfBytes {
		return errors.New("it is larger than 1 MiB")
	}
	body, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	section := ""
	for _, line := range strings.Split(string(body), "\n") {
		trimmed := strings.TrimSpace(line)
		word, rest, _ := strings.Cut(trimmed, " ")
		switch {
		case strings.HasPrefix(trimmed, "["):
			if section = trimmed; !slices.Contains(c.order, section) {
				c.order = append(c.order, section)
			}
		case word == "include":
			if err := c.read(strings.TrimSpace(rest), depth+1); err != nil {
				return err
			}
		case word == "includedir":
			if err := c.folder(strings.TrimSpace(rest), depth); err != nil {
				return err
			}
		default:
			c.sections[section] = append(c.sections[section], line)
		}
	}
	return nil
}

// folder reads the files of an includedir: letters, digits, - and _, or anything that ends in .conf and does not begin
// with a dot (krb5.conf, "Including configuration files").
func (c *confText) folder(path string, depth int) error {
	entries, err := os.ReadDir(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	plain := regexp.MustCompile(`^[A-Za-z0-9_-]+$`)
	for _, e := range entries {
		name := e.Name()
		if plain.MatchString(name) || (strings.HasSuffix(name, ".conf") && !strings.HasPrefix(name, ".")) {
			if err := c.read(filepath.Join(path, name), depth+1); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *confText) String() string {
	var b strings.Builder
	for _, section := range c.order {
		b.WriteString(section + "\n" + strings.Join(c.sections[section], "\n") + "\n")
	}
	return b.String()
}

// cachePath is the file of the ticket cache: $KRB5CCNAME, else default_ccache_name of krb5.conf, else /tmp/krb5cc_UID
// (MIT's kerberos(7)). The error is errNoFile for a cache of another kind.
func (k *krb5) cachePath() (string, error) {
	name := k.env("KRB5CCNAME")
	if name == "" {
		if _, text, err := k.conf(); err == nil {
			if m := regexp.MustCompile(`(?m)^\s*default_ccache_name\s*=\s*(\S+)`).FindStringSubmatch(text); m != nil {
				name = m[1]
			}
		}
	}
	uid := strconv.Itoa(os.Getuid())
	if name == "" {
		name = "/tmp/krb5cc_" + uid
	}
	name = strings.NewReplacer("%{uid}", uid, "%{euid}", uid, "%{USERID}", uid).Replace(name)
	kind, path, named := strings.Cut(name, ":")
	switch {
	case named && strings.EqualFold(kind, "FILE"):
		return path, nil
	case named && len(kind) > 1: // one letter is a drive
		return "", fmt.Errorf("%w but of the kind %s", errNoFile, kind)
	}
	return name, nil
}

// keytabPath is the file of $KRB5_CLIENT_KTNAME, "" where there is none.
func (k *krb5) keytabPath() string {
	return strings.TrimPrefix(k.env("KRB5_CLIENT_KTNAME"), "FILE:")
}
