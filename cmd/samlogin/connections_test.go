package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	idpdemo "github.com/samlogin/samlogin/idp/demo"
	"github.com/samlogin/samlogin/saml/secret"
	stsdemo "github.com/samlogin/samlogin/sts/demo"
)

// rig is an AD FS and an STS on loopback with their connections counted, and an app that logs in to them.
type rig struct {
	adfs          *idpdemo.ADFS
	sts           *stsdemo.STS
	atADFS, atSTS atomic.Int32 // connections
	out, errOut   bytes.Buffer
	app           *app
	args          []string
	home          string
	env           map[string]string
	atIdP, atAWS  answering // instead of the doubles
	perRequest    time.Duration
	perConnection time.Duration
	ahead         atomic.Int64 // nanoseconds by which the clocks of all three are ahead
	idpSettings   string       // the head of what writeProfiles writes
	started       func()       // called when atOnce has started all of its processes
}

func newRig(t testing.TB, perRequest, perConnection time.Duration, change ...func(*idpdemo.Config, *stsdemo.Config)) *rig {
	t.Helper()
	key, err := signingKey()
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{perRequest: perRequest, perConnection: perConnection, home: t.TempDir()}
	now := func() time.Time { return time.Now().Add(time.Duration(r.ahead.Load())) }
	latency := func(ctx context.Context) {
		if r.perRequest > 0 {
			select {
			case <-time.After(r.perRequest):
			case <-ctx.Done():
			}
		}
	}
	idpConfig := idpdemo.Config{Key: key, Certificates: true, Now: now, Latency: latency, Intercept: r.atIdP.answer}
	stsConfig := stsdemo.Config{DefaultMax: 12 * time.Hour, Now: now, Latency: latency, Intercept: r.atAWS.answer}
	for _, f := range change {
		f(&idpConfig, &stsConfig)
	}
	if r.adfs, err = idpdemo.New(idpConfig); err != nil {
		t.Fatal(err)
	}
	stsConfig.Trust = []*x509.Certificate{r.adfs.Certificate()}
	if err := addSwitching(&stsConfig); err != nil {
		t.Fatal(err)
	}
	stsConfig.Users = append(stsConfig.Users, scriptUsers()...)
	maps.Copy(stsConfig.Trusts, scriptTrusts())
	stsConfig.MaxSession["arn:aws:iam::222222222222:role/Short"] = time.Hour
	r.sts = stsdemo.New(stsConfig)
	var pems []byte
	start := func(handler http.Handler, count *atomic.Int32) string {
		server := httptest.NewUnstartedServer(handler)
		server.TLS = &tls.Config{ClientAuth: tls.RequestClientCert}
		server.Config.ConnState = func(_ net.Conn, s http.ConnState) {
			if s == http.StateNew {
				count.Add(1)
			}
		}
		if r.perConnection > 0 {
			server.Listener = idpdemo.SlowListener(server.Listener, func() { <-time.After(r.perConnection) })
		}
		server.StartTLS()
		t.Cleanup(server.Close)
		pems = append(pems, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})...)
		return server.URL
	}
	adfsURL, stsURL := start(r.adfs, &r.atADFS), start(r.sts, &r.atSTS)
	bundle := filepath.Join(r.home, "ca.pem")
	if err := os.WriteFile(bundle, pems, 0o600); err != nil {
		t.Fatal(err)
	}
	env := map[string]string{"HOME": r.home, "AWS_ENDPOINT_URL_STS": stsURL, "SAMLOGIN_CA_BUNDLE": bundle, "SAMLOGIN_IDP": "adfs", "SAMLOGIN_URL": adfsURL}
	r.env = env
	r.app = &app{
		in: strings.NewReader(""), out: &r.out, errOut: &r.errOut, now: now, password: secret.New("Correct-Horse-7"), stateless: true,
		env: func(name string) string { return env[name] },
	}
	r.args = []string{"login", "--username", `CORP\jane`, "--role", "111111111111/Admin", "--duration", "12h", "--no-input"}
	return r
}

// answering is an answer that a test sets, also while programs run that get it.
type answering struct {
	f atomic.Pointer[func(http.ResponseWriter, *http.Request) bool]
}

func (a *answering) set(f func(http.ResponseWriter, *http.Request) bool) { a.f.Store(&f) }

// answer answers with what was set last; false leaves it to the double.
func (a *answering) answer(w http.ResponseWriter, q *http.Request) bool {
	f := a.f.Load()
	return f != nil && (*f)(w, q)
}

// environ is the environment for the built program.
func (r *rig) environ() []string {
	var out []string
	for name, value := range r.env {
		out = append(out, name+"="+value)
	}
	return out
}

// A login makes no more requests than the protocol needs, over one connection to each host.
func TestOneConnectionToEachHost(t *testing.T) {
	r := newRig(t, 0, 0)
	if code := run(context.Background(), r.app, r.args); code != exitDone {
		t.Fatalf("exit %d\n%s", code, r.errOut.String())
	}
	if got := fmt.Sprint(len(r.adfs.Log()), r.atADFS.Load(), len(r.sts.Log()), r.atSTS.Load()); got != "3 1 1 1" {
		t.Errorf("requests and connections at AD FS and STS: %s, want 3 1 1 1", got)
	}
}

// BenchmarkLogin is a whole login with 50 ms for each request and each new connection. The protocol needs four requests
// one after the other and a connection before the first; the one to STS can be made meanwhile: 250 ms.
func BenchmarkLogin(b *testing.B) {
	const latency = 50 * time.Millisecond
	r := newRig(b, latency, latency)
	for b.Loop() {
		r.app.password, r.app.given, r.app.jars = secret.New("Correct-Horse-7"), nil, nil // as in a new process
		if code := run(context.Background(), r.app, r.args); code != exitDone {
			b.Fatalf("exit %d\n%s", code, r.errOut.String())
		}
	}
	b.ReportMetric(float64(b.Elapsed())/float64(b.N)/float64(5*latency), "x-protocol")
}
