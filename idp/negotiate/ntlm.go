package negotiate

import (
	"context"
	"errors"

	"github.com/Azure/go-ntlmssp"

	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/saml/secret"
)

// ntlm proves the password by NTLMv2 (MS-NLMP). It has no channel binding, so that a server with Extended Protection
// set to Require turns it down.
type ntlm struct{}

func (ntlm) Name() string      { return "NTLM" }
func (ntlm) Schemes() []string { return []string{"NTLM", "Negotiate"} } // Windows takes bare NTLM under both names
func (ntlm) Password() bool    { return true }

func (ntlm) Begin(_ context.Context, _ idp.Origin, user string, password secret.Text) (idp.Handshake, error) {
	return &ntlmHandshake{user: user, password: password}, nil
}

type ntlmHandshake struct {
	user     string
	password secret.Text
	said     int
}

var errChallenge = errors.New("the server's NTLM challenge cannot be used")

func (h *ntlmHandshake) Next(challenge []byte) (token []byte, err error) {
	h.said++
	switch h.said {
	case 1:
		return ntlmssp.NewNegotiateMessage("", "")
	case 2:
		if failed := guarded(func() error {
			token, err = ntlmssp.NewAuthenticateMessage(challenge, h.user, h.password.Reveal(), nil)
			return err
		}); failed != nil {
			return nil, errChallenge
		}
		return token, nil
	}
	return nil, nil
}

func (h *ntlmHandshake) Close() { h.password = secret.Text{} }
