package sts

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync/atomic"
)

// maxAnswer is the longest answer read, in bytes after any decompression. STS's own have a few KiB.
const maxAnswer = 2 << 20

// sender is the HTTP client that the SDK calls. It drives the transport itself: so a redirect is an answer and
// never followed (the body is the assertion), no cookie is kept, and a failure says in which phase it came.
type sender struct {
	transport http.RoundTripper
	client    *http.Client
}

func newSender(c *http.Client) *sender {
	if c == nil {
		c = &http.Client{}
	}
	transport := c.Transport
	if transport == nil {
		transport = http.DefaultTransport
	}
	return &sender{transport: transport, client: c}
}

// Do sends one attempt. Its errors are *NetworkError.
func (s *sender) Do(req *http.Request) (*http.Response, error) {
	ctx, cancel := req.Context(), context.CancelFunc(func() {})
	if s.client.Timeout > 0 {
		ctx, cancel = context.WithTimeout(ctx, s.client.Timeout)
	}
	var reached progress
	req = req.WithContext(httptrace.WithClientTrace(ctx, reached.trace()))
	// The SDK fills these from AWS_EXECUTION_ENV and from Lambda's variables, which are none of STS's business.
	// Neither is part of a signature.
	req.Header.Set("User-Agent", "samlogin")
	req.Header.Del("X-Amzn-Trace-Id")
	if err := ownBody(req); err != nil {
		cancel()
		return nil, &NetworkError{Host: req.URL.Host, Phase: PhaseSend, Err: err}
	}
	resp, err := s.transport.RoundTrip(req)
	if err != nil {
		cancel()
		if strings.Contains(err.Error(), "proxy address") {
			err = errProxyAddress // net/http quotes the variable, which may hold a password
		}
		return nil, &NetworkError{Host: req.URL.Host, Phase: reached.phase(), Err: err}
	}
	// A server that sees us hang up may answer with status 200 and no text, and net/http hands that on if it comes in
	// before the connection is closed.
	if err := context.Cause(ctx); err != nil {
		_ = resp.Body.Close()
		cancel()
		return nil, &NetworkError{Host: req.URL.Host, Phase: reached.phase(), Err: err}
	}
	resp.Body = &answer{body: resp.Body, left: maxAnswer, host: req.URL.Host, cancel: cancel}
	return resp, nil
}

// ownBody gives a request a body that nobody else holds. The SDK closes its own as soon as there is an answer, and its
// WriteTo then gives io.EOF (smithy-go, safeWriteToReadCloser), which is an error to net/http if it is still about to
// look whether more follows: it ends the connection for that, while the answer is being read.
func ownBody(req *http.Request) error {
	if req.Body == nil || req.Body == http.NoBody {
		return nil
	}
	text, err := io.ReadAll(req.Body)
	if err != nil {
		return err
	}
	req.Body = io.NopCloser(bytes.NewReader(text))
	req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(text)), nil }
	return nil
}

// answer is a body that ends with an error once it is longer than any answer of STS.
type answer struct {
	body   io.ReadCloser
	left   int64
	host   string
	cancel context.CancelFunc
}

func (a *answer) Read(p []byte) (int, error) {
	if a.left <= 0 {
		return 0, &NetworkError{Host: a.host, Phase: PhaseAnswer, Err: errTooLong}
	}
	n, err := a.body.Read(p[:min(int64(len(p)), a.left)])
	a.left -= int64(n)
	if err != nil && err != io.EOF {
		err = &NetworkError{Host: a.host, Phase: PhaseAnswer, Err: err}
	}
	return n, err
}

func (a *answer) Close() error {
	defer a.cancel()
	return a.body.Close()
}

var errProxyAddress = errors.New("the proxy's address cannot be read")

var errTooLong = fmt.Errorf("the answer is longer than %d MiB", maxAnswer>>20)

// Phase is how far a request came.
type Phase int

// The phases, in their order.
const (
	PhaseLookup  Phase = iota // looking up the host's address, or before
	PhaseConnect              // connecting to the host or its proxy
	PhaseProxy                // connected, but no TLS begun: asking the proxy for the way
	PhaseTLS                  // TLS handshake
	PhaseSend                 // sending the request
	PhaseWait                 // waiting for the answer
	PhaseAnswer               // reading the answer
)

func (p Phase) String() string {
	return [...]string{"looking up the address", "connecting", "connecting through the proxy", "agreeing on TLS", "sending the request", "waiting for the answer", "reading the answer"}[p]
}

func (p Phase) beforeSending() bool { return p < PhaseSend }

// progress follows one request. The hooks run on the transport's goroutines; phases only ever advance.
type progress struct{ at atomic.Int32 }

func (p *progress) phase() Phase { return Phase(p.at.Load()) }

func (p *progress) advance(to Phase) {
	for {
		at := p.at.Load()
		if at >= int32(to) || p.at.CompareAndSwap(at, int32(to)) {
			return
		}
	}
}

func (p *progress) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		ConnectStart: func(_, _ string) { p.advance(PhaseConnect) },
		ConnectDone: func(_, _ string, err error) {
			if err == nil {
				p.advance(PhaseProxy)
			}
		},
		TLSHandshakeStart: func() { p.advance(PhaseTLS) },
		GotConn:           func(httptrace.GotConnInfo) { p.advance(PhaseSend) },
		WroteRequest:      func(httptrace.WroteRequestInfo) { p.advance(PhaseWait) },
	}
}
