package negotiate

import (
	"context"
	"encoding/base64"
	"errors"
	"io/fs"
	"net/http"
	"strings"
	"time"

	"github.com/jcmturner/gokrb5/v8/client"
	"github.com/jcmturner/gokrb5/v8/config"
	"github.com/jcmturner/gokrb5/v8/credentials"
	"github.com/jcmturner/gokrb5/v8/keytab"
	"github.com/jcmturner/gokrb5/v8/spnego"
	"github.com/jcmturner/gokrb5/v8/types"

	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/saml/secret"
)

// kdcLimit bounds all talk with Kerberos servers for one sign-in.
const kdcLimit = 20 * time.Second

// ticketCache uses the ticket that kinit, or logging on to this computer, left in a file.
type ticketCache struct{ *krb5 }

func (ticketCache) Name() string      { return "a Kerberos ticket" }
func (ticketCache) Schemes() []string { return []string{"Negotiate"} }
func (ticketCache) Password() bool    { return false }

func (m ticketCache) Begin(ctx context.Context, target idp.Origin, user string, _ secret.Text) (idp.Handshake, error) {
	absent := func(detail string) (idp.Handshake, error) {
		return nil, fault(idp.NoTicket, m.Name(), target, user, detail)
	}
	path, err := m.cachePath()
	if err != nil {
		return absent(err.Error())
	}
	var cache *credentials.CCache
	if err := guarded(func() (err error) { cache, err = credentials.LoadCCache(path); return err }); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return absent("there is no " + path)
		}
		return absent(path + ": " + cause(err).Error())
	}
	holder := cache.GetClientPrincipalName().PrincipalNameString()
	if user != "" && !strings.EqualFold(holder, accountName(user)) { // somebody else's roles would be taken
		return absent("the one in " + path + " is for " + holder + "@" + cache.GetClientRealm() + " and not for " + user)
	}
	grants := types.PrincipalName{NameString: []string{"krbtgt", cache.GetClientRealm()}}
	granting, found := cache.GetEntry(grants)
	if !found {
		return absent(path + " holds none that gets others")
	}
	if !time.Now().Before(granting.EndTime) {
		return absent("the one in " + path + " has expired")
	}
	conf, _, err := m.conf()
	if err != nil {
		return nil, fault(idp.KerberosConfig, m.Name(), target, user, err.Error())
	}
	var c *client.Client
	if err := guarded(func() (err error) {
		c, err = client.NewFromCCache(cache, conf, client.DisablePAFXFAST(true))
		return err
	}); err != nil {
		return absent(path + ": " + err.Error())
	}
	return ask{method: m.Name(), target: target, user: user}.token(ctx, c)
}

// clientKeytab gets a ticket with the keys of a file, as services and CI do.
type clientKeytab struct{ *krb5 }

func (clientKeytab) Name() string      { return "a Kerberos keytab" }
func (clientKeytab) Schemes() []string { return []string{"Negotiate"} }
func (clientKeytab) Password() bool    { return false }

func (m clientKeytab) Begin(ctx context.Context, target idp.Origin, user string, _ secret.Text) (idp.Handshake, error) {
	path := m.keytabPath()
	if path == "" {
		return nil, fault(idp.NoTicket, m.Name(), target, user, "KRB5_CLIENT_KTNAME names no keytab")
	}
	var keys *keytab.Keytab
	if err := guarded(func() (err error) { keys, err = keytab.Load(path); return err }); err != nil {
		return nil, fault(idp.NoTicket, m.Name(), target, user, path+": "+cause(err).Error())
	}
	conf, _, err := m.conf()
	if err != nil {
		return nil, fault(idp.KerberosConfig, m.Name(), target, user, err.Error())
	}
	name, realm := principal(user, conf)
	for _, e := range keys.Entries { // whose keys these are, where nobody said it
		if holder := strings.Join(e.Principal.Components, "/"); name == "" || strings.EqualFold(holder, name) {
			name, realm = holder, e.Principal.Realm
			break
		}
	}
	c := client.NewWithKeytab(name, realm, keys, conf, client.DisablePAFXFAST(true))
	return ask{method: m.Name(), target: target, user: user}.token(ctx, c)
}

// kerberosPassword gets a ticket for the password. The password itself stays here.
type kerberosPassword struct{ *krb5 }

func (kerberosPassword) Name() string      { return "a Kerberos ticket for the password" }
func (kerberosPassword) Schemes() []string { return []string{"Negotiate"} }
func (kerberosPassword) Password() bool    { return true }

func (m kerberosPassword) Begin(ctx context.Context, target idp.Origin, user string, password secret.Text) (idp.Handshake, error) {
	conf, _, err := m.conf()
	if err != nil {
		return nil, fault(idp.KerberosConfig, m.Name(), target, user, err.Error())
	}
	name, realm := principal(user, conf)
	c := client.NewWithPassword(name, realm, password.Reveal(), conf, client.DisablePAFXFAST(true))
	return ask{method: m.Name(), target: target, user: user, password: true}.token(ctx, c)
}

// accountName is a user's name without the domain: jane of jane@corp.example.com and of CORP\jane.
func accountName(user string) string {
	if _, name, ok := strings.Cut(user, `\`); ok {
		return name
	}
	name, _, _ := strings.Cut(user, "@")
	return name
}

// principal is a user as Kerberos names one. A domain before a backslash is Windows' short name of a realm, which
// nothing here can look up: it is the default realm's.
func principal(user string, conf *config.Config) (name, realm string) {
	name, realm = accountName(user), conf.LibDefaults.DefaultRealm
	if _, domain, ok := strings.Cut(user, "@"); ok && !strings.Contains(user, `\`) {
		if realm = conf.ResolveRealm(strings.ToLower(domain)); realm == "" {
			realm = strings.ToUpper(domain)
		}
	}
	return name, realm
}

// ask is one request for a ticket.
type ask struct {
	method   string
	target   idp.Origin
	user     string
	password bool
}

// token gets the service's ticket and wraps it for the header. The library cannot be interrupted: when ctx ends it is
// left behind, with limits of its own for every connection.
func (a ask) token(ctx context.Context, c *client.Client) (idp.Handshake, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, kdcLimit, errSilent)
	defer cancel()
	type outcome struct {
		header string
		err    error
	}
	done := make(chan outcome, 1)
	go func() {
		var o outcome
		o.err = guarded(func() error {
			defer c.Destroy() // ends the library's own renewing
			carrier := &http.Request{Header: http.Header{}}
			err := spnego.SetSPNEGOHeader(c, carrier, spn(a.target))
			o.header = carrier.Header.Get(spnego.HTTPHeaderAuthRequest)
			return err
		})
		done <- o
	}()
	select {
	case <-ctx.Done():
		if errors.Is(context.Cause(ctx), errSilent) {
			return nil, fault(idp.NoKDC, a.method, a.target, a.user, errSilent.Error())
		}
		return nil, context.Cause(ctx)
	case o := <-done:
		if o.err != nil {
			return nil, a.refused(o.err)
		}
		token, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(o.header, "Negotiate "))
		if err != nil {
			return nil, fault(idp.TicketRefused, a.method, a.target, a.user, "the ticket cannot be used")
		}
		return &once{token}, nil
	}
}

var errSilent = errors.New("no answer within 20s")

// refused reads what the library says of a failure: it has no other form than text. The names of the codes are those of
// RFC 4120, 7.5.9.
func (a ask) refused(err error) error {
	text := err.Error()
	has := func(parts ...string) bool {
		for _, p := range parts {
			if strings.Contains(text, p) {
				return true
			}
		}
		return false
	}
	account := func(reason idp.Reason) error {
		return &idp.RefusedError{Reason: reason, Origin: a.target, User: a.user}
	}
	reason := idp.TicketRefused
	switch {
	case has("KRB_AP_ERR_SKEW", "clock skew with KDC"):
		reason = idp.ClockSkew
	case a.password && has("KDC_ERR_PREAUTH_FAILED", "KDC_ERR_C_PRINCIPAL_UNKNOWN", "password/keytab incorrect"):
		return account(idp.WindowsPassword)
	case a.password && has("KDC_ERR_CLIENT_REVOKED"):
		return account(idp.Locked)
	case a.password && has("KDC_ERR_KEY_EXPIRED"):
		return account(idp.PasswordExpired)
	case has("KDC_ERR_S_PRINCIPAL_UNKNOWN"):
		reason = idp.UnknownService
	case has("does not have any defined KDCs", "does not have a define realm"):
		reason = idp.KerberosConfig
	case has("Networking_Error", "no KDCs defined", "no KDC SRV", "communicate with KDC", "communication error with KDC"):
		reason = idp.NoKDC
	}
	return fault(reason, a.method, a.target, a.user, core(text))
}

// core is the part of the library's text that says what happened, without its own steps before it.
func core(text string) string {
	for _, mark := range []string{"KRB Error: ", "error setting dial timeout on connection to ", "error resolving KDC address: "} {
		if _, rest, found := strings.Cut(text, mark); found {
			return rest
		}
	}
	parts := strings.Split(text, " < ")
	return parts[len(parts)-1]
}
