package negotiate

import (
	"context"
	"errors"
	"syscall"

	"github.com/alexbrainman/sspi"

	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/saml/secret"
)

// loggedOn is the user who is logged on to Windows, whose password never leaves the system: the Security Support
// Provider Interface makes the tokens, of Kerberos where it can and of NTLM else.
//
// The rules: the credentials are those of the process (no name, no password); the target is HTTP/HOST; nothing is
// delegated; a context may be complete after its first token, as that of a Kerberos ticket is; context and credentials
// are given back when the handshake ends, on every path. Of the library only the system calls are used: its package for
// this purpose takes a context that is complete at once for an error, and asks the system at every start of a program.
func loggedOn() []idp.WindowsMethod { return []idp.WindowsMethod{windowsUser{}} }

type windowsUser struct{}

func (windowsUser) Name() string      { return "the Windows account" }
func (windowsUser) Schemes() []string { return []string{"Negotiate"} }
func (windowsUser) Password() bool    { return false }

func (m windowsUser) Begin(_ context.Context, target idp.Origin, user string, _ secret.Text) (idp.Handshake, error) {
	absent := func(err error) (idp.Handshake, error) {
		return nil, fault(idp.NoTicket, m.Name(), target, user, err.Error())
	}
	info, err := sspi.QueryPackageInfo(sspi.NEGOSSP_NAME)
	if err != nil {
		return absent(err)
	}
	name, err := syscall.UTF16PtrFromString(spn(target))
	if err != nil {
		return absent(err)
	}
	credentials, err := sspi.AcquireCredentials("", sspi.NEGOSSP_NAME, sspi.SECPKG_CRED_OUTBOUND, nil)
	if err != nil {
		return absent(err)
	}
	h := &windowsHandshake{credentials: credentials, context: sspi.NewClientContext(credentials, sspi.ISC_REQ_CONNECTION), target: name, longest: info.MaxToken}
	if h.first, err = h.update(nil); err != nil || len(h.first) == 0 {
		h.Close()
		if err == nil {
			err = errors.New("the system made an empty token")
		}
		return nil, fault(reasonOf(err), m.Name(), target, user, err.Error())
	}
	return h, nil
}

// reasonOf reads the codes of InitializeSecurityContext (winerror.h).
func reasonOf(err error) idp.WindowsReason {
	var code syscall.Errno
	_ = errors.As(err, &code)
	switch uint32(code) {
	case 0x8009030E: // SEC_E_NO_CREDENTIALS
		return idp.NoTicket
	case 0x80090303: // SEC_E_TARGET_UNKNOWN
		return idp.UnknownService
	case 0x80090311: // SEC_E_NO_AUTHENTICATING_AUTHORITY
		return idp.NoKDC
	case 0x80090324: // SEC_E_TIME_SKEW
		return idp.ClockSkew
	}
	return idp.TicketRefused
}

type windowsHandshake struct {
	credentials *sspi.Credentials
	context     *sspi.Context
	target      *uint16
	longest     uint32 // bytes of a token
	first       []byte
	complete    bool
}

func (h *windowsHandshake) Next(challenge []byte) ([]byte, error) {
	switch {
	case h.first != nil:
		token := h.first
		h.first = nil
		return token, nil
	case h.complete || len(challenge) == 0:
		return nil, nil
	}
	return h.update(challenge)
}

// update is one call of InitializeSecurityContext. What it returns is in its documentation ("Negotiate", Win32).
func (h *windowsHandshake) update(challenge []byte) ([]byte, error) {
	var in, out sspi.SecBuffer
	token := make([]byte, h.longest)
	in.Set(sspi.SECBUFFER_TOKEN, challenge)
	out.Set(sspi.SECBUFFER_TOKEN, token)
	outs := sspi.NewSecBufferDesc([]sspi.SecBuffer{out})
	var ins *sspi.SecBufferDesc
	if challenge != nil {
		ins = sspi.NewSecBufferDesc([]sspi.SecBuffer{in})
	}
	result := h.context.Update(h.target, outs, ins)
	if result == sspi.SEC_I_COMPLETE_NEEDED || result == sspi.SEC_I_COMPLETE_AND_CONTINUE {
		if failed := sspi.CompleteAuthToken(h.context.Handle, outs); failed != sspi.SEC_E_OK {
			return nil, failed
		}
	}
	switch result {
	case sspi.SEC_E_OK, sspi.SEC_I_COMPLETE_NEEDED:
		h.complete = true
	case sspi.SEC_I_CONTINUE_NEEDED, sspi.SEC_I_COMPLETE_AND_CONTINUE:
	default:
		return nil, result
	}
	return token[:min(outs.Buffers.BufferSize, h.longest)], nil
}

func (h *windowsHandshake) Close() {
	if h.context.Handle != nil {
		_ = h.context.Release()
	}
	_ = h.credentials.Release()
}
