package idp

import (
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"

	"github.com/samlogin/samlogin/saml/foreign"
)

const (
	maxTokens     = 4        // of one handshake: Kerberos needs one, NTLM two, Windows' own choice among them up to four
	maxTokenBytes = 48 << 10 // of a challenge; what a header may hold is not more
)

// proof is a sign-in by header under way: its tokens go to one address, on one connection.
type proof struct {
	scheme, method string
	handshake      Handshake
	over           http.RoundTripper
	end            func()
}

func (p *proof) close() {
	p.handshake.Close()
	p.end()
}

// prove sends a request with one token after the other, until the server asks for no more of them. The answer may be a
// 401 again: the walk reads it as any other page, and knows what it has tried.
func (f *fetcher) prove(ctx context.Context, r request) (*http.Response, error) {
	fail := func(reason WindowsReason, err error) error {
		origin, _ := OriginOf(r.url)
		return &WindowsError{Reason: reason, Method: r.proof.method, Origin: origin, Detail: foreign.Text(err.Error())}
	}
	token, err := r.proof.handshake.Next(nil)
	if err != nil {
		return nil, fail(BadChallenge, err)
	}
	for sent := 1; ; sent++ {
		r.authorization = r.proof.scheme + " " + base64.StdEncoding.EncodeToString(token)
		answer, err := f.send(ctx, r)
		if errors.Is(err, errConnectionLost) {
			return nil, fail(ConnectionLost, errConnectionLost)
		}
		if err != nil || answer.StatusCode != http.StatusUnauthorized || sent == maxTokens {
			return answer, err
		}
		challenge := challengeOf(answer.Header, r.proof.scheme)
		if len(challenge) == 0 {
			return answer, nil
		}
		if token, err = r.proof.handshake.Next(challenge); err != nil {
			_ = answer.Body.Close()
			return nil, fail(BadChallenge, err)
		}
		if len(token) == 0 {
			return answer, nil
		}
		// Read to its end, so that the connection can be used again.
		_, _ = io.CopyN(io.Discard, answer.Body, 64<<10)
		_ = answer.Body.Close()
	}
}

// challengeOf is the token that a 401 gives for a scheme, nil where there is none.
func challengeOf(header http.Header, scheme string) []byte {
	for _, line := range header.Values("WWW-Authenticate") {
		name, text, _ := strings.Cut(strings.TrimSpace(line), " ")
		if !strings.EqualFold(name, scheme) || len(text) > maxTokenBytes {
			continue
		}
		if token, err := base64.StdEncoding.DecodeString(strings.TrimSpace(text)); err == nil && len(token) > 0 {
			return token
		}
	}
	return nil
}

// errConnectionLost says that a second connection would have been needed.
var errConnectionLost = errors.New("the connection was not kept open between two messages")

// OneConnection makes a transport like another that opens one connection in its life and speaks HTTP/1.1 on it: what
// NTLM needs, which signs in the connection (MS-NTHT, 1.3). A server or proxy that closes it between two messages ends
// the sign-in; a message meant for one connection is never sent on another.
func OneConnection(like *http.Transport) *http.Transport {
	one := like.Clone()
	one.ForceAttemptHTTP2, one.Protocols = false, nil
	one.TLSNextProto = map[string]func(string, *tls.Conn) http.RoundTripper{}
	if one.TLSClientConfig == nil {
		one.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	one.TLSClientConfig.NextProtos = []string{"http/1.1"}
	one.DisableKeepAlives, one.MaxConnsPerHost, one.MaxIdleConnsPerHost = false, 1, 1
	dial := like.DialContext
	if dial == nil {
		dial = (&net.Dialer{}).DialContext
	}
	var dialled atomic.Bool
	one.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		if dialled.Swap(true) {
			return nil, errConnectionLost
		}
		return dial(ctx, network, address)
	}
	return one
}
