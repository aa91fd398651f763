// Package negotiate signs in to a server that asks for integrated Windows authentication (RFC 4559): with a Kerberos
// ticket, a keytab or a password, with NTLM, or on Windows as the user who is logged on.
//
// It makes tokens and nothing else. Which server gets them, on which connection, and how often, is decided by the walk
// of package idp. The packets that other machines send are read by libraries; one that makes a library panic ends this
// sign-in and not the program.
package negotiate

import (
	"fmt"
	"os"

	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/saml/foreign"
)

// Mode says which ways of signing in are wanted.
type Mode string

// The modes, as the settings name them.
const (
	Off      Mode = "off"
	Auto     Mode = "auto"     // what there is without asking anybody: a ticket, a keytab, the user logged on to Windows
	Kerberos Mode = "kerberos" // the same, then a ticket for the password
	NTLM     Mode = "ntlm"     // by password, for farms without Kerberos
)

// Options are what the methods may use of this computer.
type Options struct {
	Env func(string) string // KRB5_CONFIG, KRB5CCNAME, KRB5_CLIENT_KTNAME
}

// Methods are the ways of a mode in the order in which they are to be tried; none where the mode is Off, or Auto on a
// computer that has nothing for it. Nothing is read but whether files are there.
func Methods(mode Mode, o Options) []idp.WindowsMethod {
	k := &krb5{env: o.Env}
	switch mode {
	case Auto:
		return append(loggedOn(), k.present()...)
	case Kerberos:
		if user := loggedOn(); user != nil {
			return user
		}
		return []idp.WindowsMethod{ticketCache{k}, clientKeytab{k}, kerberosPassword{k}}
	case NTLM:
		return []idp.WindowsMethod{ntlm{}}
	}
	return nil
}

// present are the methods whose files are there. A cache that is no file is not among them: whether it holds anything
// is not known.
func (k *krb5) present() []idp.WindowsMethod {
	var methods []idp.WindowsMethod
	if path, err := k.cachePath(); err == nil && isFile(path) {
		methods = append(methods, ticketCache{k})
	}
	if path := k.keytabPath(); path != "" && isFile(path) {
		methods = append(methods, clientKeytab{k})
	}
	return methods
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// fault is a *idp.WindowsError about a target.
func fault(reason idp.WindowsReason, method string, target idp.Origin, user, detail string) error {
	return &idp.WindowsError{Reason: reason, Method: method, Origin: target, User: user, Detail: foreign.Text(detail)}
}

// guarded runs a library's code that reads what others wrote: a panic in it becomes an error.
func guarded(f func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("it cannot be read")
		}
	}()
	return f()
}

// once is a handshake of one token.
type once struct{ token []byte }

func (o *once) Next(challenge []byte) ([]byte, error) {
	if len(challenge) > 0 {
		return nil, nil
	}
	return o.token, nil
}

func (o *once) Close() { o.token = nil }

// spn is the service's name at the Kerberos server: that of the address, never what DNS says it is an alias of.
func spn(target idp.Origin) string { return "HTTP/" + target.Host() }
