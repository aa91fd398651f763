package negotiate

import (
	"context"

	"github.com/alexbrainman/sspi"
	"github.com/alexbrainman/sspi/negotiate"

	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/saml/secret"
)

// loggedOn is the user who is logged on to Windows, whose password never leaves the system: the Security Support
// Provider Interface makes the tokens, of Kerberos where it can and of NTLM else.
//
// The rules, which only Windows can run: the credentials are those of the process (no name, no password); the target
// is HTTP/HOST; nothing is delegated; the context is given back when the handshake ends, on every path.
func loggedOn() []idp.WindowsMethod { return []idp.WindowsMethod{windowsUser{}} }

type windowsUser struct{}

func (windowsUser) Name() string      { return "the Windows account" }
func (windowsUser) Schemes() []string { return []string{"Negotiate"} }
func (windowsUser) Password() bool    { return false }

func (m windowsUser) Begin(_ context.Context, target idp.Origin, user string, _ secret.Text) (idp.Handshake, error) {
	credentials, err := negotiate.AcquireCurrentUserCredentials()
	if err != nil {
		return nil, fault(idp.NoTicket, m.Name(), target, user, err.Error())
	}
	client, first, err := negotiate.NewClientContext(credentials, spn(target))
	if err != nil {
		_ = credentials.Release()
		return nil, fault(idp.TicketRefused, m.Name(), target, user, err.Error())
	}
	return &windowsHandshake{credentials: credentials, client: client, first: first}, nil
}

type windowsHandshake struct {
	credentials *sspi.Credentials
	client      *negotiate.ClientContext
	first       []byte
	done        bool
}

func (h *windowsHandshake) Next(challenge []byte) ([]byte, error) {
	switch {
	case h.first != nil:
		token := h.first
		h.first = nil
		return token, nil
	case h.done || len(challenge) == 0:
		return nil, nil
	}
	done, token, err := h.client.Update(challenge)
	h.done = done
	return token, err
}

func (h *windowsHandshake) Close() {
	_ = h.client.Release()
	_ = h.credentials.Release()
}
