package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/samlogin/samlogin/cmd/samlogin/fault"
	"github.com/samlogin/samlogin/cmd/samlogin/network"
	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/idp/trace"
	"github.com/samlogin/samlogin/profiles/settings"
	"github.com/samlogin/samlogin/saml"
	"github.com/samlogin/samlogin/saml/foreign"
	"github.com/samlogin/samlogin/saml/secret"
)

// verdict compares a replay with its recording.
type verdict string

const (
	asFar   verdict = "as_far"
	further verdict = "further"
	lessFar verdict = "less_far"
)

// replayed is what became of a replay.
type replayed struct {
	Verdict verdict       `json:"verdict"`
	Code    string        `json:"code"` // how it ended, as a login would have: "response", "unknown_page"
	Last    *trace.Page   `json:"last,omitempty"`
	Pages   []*trace.Page `json:"-"`
	Missed  []string      `json:"missed,omitempty"` // requests of which the recording does not tell the answer
}

// replay serves the pages of a recording on this computer and logs in to them as this version does.
func (a *app) replay(ctx context.Context, r *trace.Recording) (*replayed, error) {
	player := trace.NewPlayer(r)
	start := player.Start()
	if start == nil {
		return nil, &fault.UsageError{What: "the recording has no request to an IdP, so there is nothing to replay"}
	}
	transport, stop, err := a.stage(player)
	if err != nil {
		return nil, err
	}
	defer stop()
	out := &replayed{}
	inner := &app{
		in: a.in, out: io.Discard, errOut: io.Discard, now: a.now, env: func(string) string { return "" },
		wait: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
		observed: func(e idp.Event) {
			if e.Page != nil && len(player.Missed()) == 0 {
				out.Pages = append(out.Pages, e.Page)
			}
		},
	}
	in := &signIn{kind: "adfs", choices: settings.Choices{URL: start.String(), Username: madeUpUser}}
	for _, e := range r.Entries {
		if e.Login != nil {
			in.kind, in.choices.Start = e.Login.Kind, e.Login.Start
			break
		}
	}
	if in.kind != "adfs" && in.kind != "form" { // the kinds that walk over pages
		return nil, &fault.UsageError{What: fmt.Sprintf("a login of the kind %q is not replayed", foreign.Text(in.kind)), Hint: "this version replays adfs and form"}
	}
	if in.choices.Start == "sp" {
		in.choices.Start = "idp" // the address recorded is already the one that the request made
	}
	for _, host := range player.Hosts(true) {
		in.origins = append(in.origins, "https://"+host)
	}
	provider, err := inner.provider(in, transport, func(time.Time) {})
	if err != nil {
		return nil, err
	}
	_, err = provider.Login(ctx, &madeUp{player: player, end: r.End})
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	out.Missed = player.Missed()
	if len(out.Pages) > 0 {
		out.Last = out.Pages[len(out.Pages)-1]
	}
	out.Code = replayCode(out, err)
	out.Verdict = compare(pagesOf(r), out.Pages)
	return out, nil
}

// replayCode is how the replay ended. The response itself is not in the recording: to get to it is all there is.
func replayCode(out *replayed, err error) string {
	var format *saml.FormatError
	switch {
	case err == nil || errors.As(err, &format):
		return "response"
	case len(out.Missed) > 0:
		return "end_of_recording"
	}
	return explain(err).Code
}

// stage serves a recording over TLS on this computer, under the names it was recorded from. Nothing else can be
// reached by the transport.
func (a *app) stage(player *trace.Player) (*http.Transport, func(), error) {
	ca, err := newAuthority(a.now)
	if err != nil {
		return nil, nil, err
	}
	var names []string
	for _, host := range player.Hosts(false) {
		name, _, err := net.SplitHostPort(host)
		if err != nil {
			name = host
		}
		names = append(names, name)
	}
	address, stop, err := ca.loopback(2, "127.0.0.1:0", player, names...)
	if err != nil {
		return nil, nil, err
	}
	roots := x509.NewCertPool()
	roots.AddCert(ca.certificate)
	transport := &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12, Time: a.now},
		DialContext: func(ctx context.Context, kind, _ string) (net.Conn, error) {
			return (&net.Dialer{Timeout: network.DialLimit}).DialContext(ctx, kind, address[len("https://"):])
		},
	}
	return transport, func() { transport.CloseIdleConnections(); stop() }, nil
}

// pagesOf are the pages of the first login of a recording.
func pagesOf(r *trace.Recording) []*trace.Page {
	var out []*trace.Page
	for _, e := range r.Entries {
		if e.Login != nil && len(out) > 0 {
			return out
		}
		if e.Page != nil {
			out = append(out, e.Page)
		}
	}
	return out
}

// compare says how far the pages of a replay got, compared with those of its recording. A page that is asked for again
// and again while something happens elsewhere counts once.
func compare(recorded, now []*trace.Page) verdict {
	recorded, now = once(recorded), once(now)
	switch {
	case len(now) < len(recorded):
		return lessFar
	case len(now) > len(recorded):
		return further
	case len(now) == 0:
		return asFar
	}
	then, here := recorded[len(recorded)-1], now[len(now)-1]
	switch {
	case then.Known != "" && here.Known == "":
		return lessFar
	case then.Known == "" && here.Known != "":
		return further
	case (then.Step == "take the response") != (here.Step == "take the response"):
		if then.Step == "take the response" {
			return lessFar
		}
		return further
	case then.Step != "stop" && here.Step == "stop":
		return lessFar
	case then.Step == "stop" && here.Step != "stop" && here.Step != "":
		return further
	}
	return asFar
}

func once(pages []*trace.Page) []*trace.Page {
	var out []*trace.Page
	for _, p := range pages {
		if n := len(out); n > 0 && p.Step == "wait" && out[n-1].Step == "wait" && out[n-1].Known == p.Known {
			continue
		}
		out = append(out, p)
	}
	return out
}

const madeUpUser = "made.up@example.invalid"

// madeUp answers every question of a page, as long as the recording goes on.
type madeUp struct {
	player *trace.Player
	end    *trace.End
	codes  int
}

func (m *madeUp) Ask(_ context.Context, q idp.Question) (secret.Text, error) {
	nobody := m.end != nil && m.end.Code == "needs_answer"
	if m.player.Ended() && (q.Again || nobody) {
		return secret.Text{}, idp.ErrNoAnswer
	}
	switch q.Kind {
	case idp.Choice:
		for _, o := range q.Options {
			if m.player.Chosen(o.ID) {
				return secret.New(o.ID), nil
			}
		}
		return secret.New(q.Options[0].ID), nil
	case idp.Password:
		return secret.New("made-up-password"), nil
	case idp.Username:
		return secret.New(madeUpUser), nil
	}
	m.codes++
	return secret.New(fmt.Sprintf("%06d", m.codes)), nil
}
