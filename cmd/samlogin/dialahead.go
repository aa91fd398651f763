package main

import (
	"context"
	"crypto/tls"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync"
	"time"

	"github.com/samlogin/samlogin/saml"
	"github.com/samlogin/samlogin/sts"
)

// dialPatience is how long a call waits for a connection that is being made already, before it makes one of its own.
const dialPatience = time.Second

// dialAhead connects to STS while the person is at the IdP, so that the first call finds its way open. Nothing is sent
// on the connection: no request, and no secret. It is done only where it is known which STS will be asked. What comes
// of it shows with the first call. ready is closed when the connection is there, or failed; nil where none is made.
func (a *app) dialAhead(ctx context.Context, base *http.Transport, wanted []*target) (ready <-chan struct{}) {
	address := a.knownEndpoint(wanted)
	if address == "" {
		return nil
	}
	done := make(chan struct{})
	end := sync.OnceFunc(func() { close(done) })
	// The request is withdrawn as soon as its connection is under way. net/http goes on to connect, and keeps the
	// connection for the next request to the host.
	withdrawn, withdraw := context.WithCancel(ctx)
	secure := strings.HasPrefix(address, "https:")
	trace := &httptrace.ClientTrace{
		DNSStart:     func(httptrace.DNSStartInfo) { withdraw() },
		ConnectStart: func(string, string) { withdraw() },
		DNSDone: func(i httptrace.DNSDoneInfo) {
			if i.Err != nil {
				end()
			}
		},
		ConnectDone: func(_, _ string, err error) {
			if !secure || err != nil { // of several addresses one may still answer: then a call has its own connection
				end()
			}
		},
		TLSHandshakeDone: func(tls.ConnectionState, error) { end() },
		GotConn:          func(httptrace.GotConnInfo) { withdraw() }, // an idle one
	}
	req, err := http.NewRequestWithContext(httptrace.WithClientTrace(withdrawn, trace), http.MethodHead, address, nil)
	if err != nil {
		withdraw()
		return nil
	}
	go func() {
		defer withdraw()
		if answer, err := base.RoundTrip(req); err == nil {
			_ = answer.Body.Close()
		}
	}()
	return done
}

// knownEndpoint is the STS that will be asked for the first of some targets, "" where the roles offered decide that.
func (a *app) knownEndpoint(wanted []*target) string {
	for _, t := range wanted {
		options := a.endpointOptions(t.choices)
		known := options.Region + options.Override + a.env("AWS_REGION") + a.env("AWS_DEFAULT_REGION") + a.env("AWS_ENDPOINT_URL_STS") + a.env("AWS_ENDPOINT_URL")
		partition := "aws"
		if len(t.patterns) > 0 {
			if role, err := saml.NewRole(t.patterns[0], t.choices.Principal); err == nil {
				partition, known = role.Partition(), role.Partition()
			} else if p := strings.SplitN(t.patterns[0], ":", 3); len(p) == 3 && p[0] == "arn" {
				partition, known = p[1], p[1]
			}
		}
		if known == "" {
			continue
		}
		if endpoint, err := sts.Resolve(partition, options); err == nil {
			return endpoint.URL
		}
	}
	return ""
}

// afterDial keeps the first calls back for a moment while their connection is being made.
type afterDial struct {
	ready <-chan struct{}
	next  http.RoundTripper
	once  sync.Once
}

func (w *afterDial) RoundTrip(req *http.Request) (*http.Response, error) {
	w.once.Do(func() { w.wait(req.Context()) })
	return w.next.RoundTrip(req)
}

func (w *afterDial) wait(ctx context.Context) {
	if w.ready == nil {
		return
	}
	limit := time.NewTimer(dialPatience)
	defer limit.Stop()
	select {
	case <-w.ready:
	case <-limit.C:
	case <-ctx.Done():
	}
}
