package negotiate_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/idp/adfs"
	"github.com/samlogin/samlogin/idp/demo"
	"github.com/samlogin/samlogin/idp/idptest"
	"github.com/samlogin/samlogin/idp/negotiate"
)

const password = "Correct-Horse-7"

var signingKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

// farm is an AD FS on loopback, and a client for it.
type farm struct {
	adfs    *demo.ADFS
	config  adfs.Config
	mu      sync.Mutex
	said    []string
	notices []string
}

func newFarm(t *testing.T, c demo.Config, mode negotiate.Mode, user string) *farm {
	t.Helper()
	f := &farm{}
	c.Key = signingKey()
	c.Observe = func(e demo.Event) {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.said = append(f.said, e.What)
	}
	var err error
	if f.adfs, err = demo.New(c); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(f.adfs)
	server.EnableHTTP2 = true
	server.StartTLS()
	t.Cleanup(server.Close)
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, ForceAttemptHTTP2: true}
	t.Cleanup(transport.CloseIdleConnections)
	address, err := adfs.ParseAddress(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	f.config = adfs.Config{Address: address, Notice: func(s string) { f.notices = append(f.notices, s) }, Walk: idp.Config{
		Transport: transport, Agent: adfs.WindowsAgent, Username: user,
		Windows: &idp.Windows{
			Methods: negotiate.Methods(mode, negotiate.Options{Env: func(string) string { return "" }}),
			Connection: func() (http.RoundTripper, func()) {
				one := idp.OneConnection(transport)
				return one, one.CloseIdleConnections
			},
		},
	}}
	return f
}

func (f *farm) login(t *testing.T, d idp.Dialog) error {
	t.Helper()
	_, err := adfs.New(f.config).Login(t.Context(), d)
	return err
}

func TestNTLMSignsInWithoutAForm(t *testing.T) {
	for _, user := range []string{`CORP\jane`, "jane@corp.example.com", `corp\olivia`} {
		for _, start := range []adfs.Start{adfs.StartIdP, adfs.StartSP} {
			f := newFarm(t, demo.Config{Windows: true}, negotiate.NTLM, user)
			f.config.Start = start
			if err := f.login(t, idptest.Stored{idp.Password: password}); err != nil {
				t.Errorf("%s, %s: %v; AD FS: %q", user, start, err, f.said)
			}
			for _, r := range f.adfs.Log() {
				if r.Method != "GET" {
					t.Errorf("a form was sent: %s %s", r.Method, r.Path)
				}
			}
		}
	}
}

func TestASecondStepComesAfterNTLM(t *testing.T) {
	f := newFarm(t, demo.Config{Windows: true}, negotiate.NTLM, `CORP\max`)
	if err := f.login(t, idptest.Stored{idp.Password: password, idp.Code: "123456"}); err != nil {
		t.Errorf("%v; AD FS: %q", err, f.said)
	}
}

func TestAWrongNTLMPasswordIsTriedOnceAndNamed(t *testing.T) {
	f := newFarm(t, demo.Config{Windows: true}, negotiate.NTLM, `CORP\jane`)
	err := f.login(t, idptest.Stored{idp.Password: "Wrong-Horse-8-canary"})
	var refused *idp.RefusedError
	if !errors.As(err, &refused) || refused.Reason != idp.WindowsPassword || refused.User != `CORP\jane` {
		t.Fatal(err)
	}
	idptest.Absent(t, "Wrong-Horse-8-canary", "the error", err.Error())
	if n := count(f.said, "Windows sign-in refused"); n != 1 {
		t.Errorf("%d tries: %q", n, f.said)
	}
	if err := f.login(t, idptest.Stored{idp.Password: password}); err != nil {
		t.Errorf("the right one afterwards: %v", err)
	}
}

// A server that wants the binding to its TLS channel turns down the right password, too. What is said must not send
// people looking for another one only.
func TestExtendedProtectionIsNotTakenForAWrongPasswordAlone(t *testing.T) {
	f := newFarm(t, demo.Config{Windows: true, BindChannels: true}, negotiate.NTLM, `CORP\jane`)
	var refused *idp.RefusedError
	if err := f.login(t, idptest.Stored{idp.Password: password}); !errors.As(err, &refused) || refused.Reason != idp.WindowsPassword {
		t.Error(err)
	}
}

func TestTheDemoIsStrictAboutNTLM(t *testing.T) {
	method := negotiate.Methods(negotiate.NTLM, negotiate.Options{})[0]
	f := newFarm(t, demo.Config{Windows: true}, negotiate.NTLM, "")
	transport := f.config.Walk.Transport.(*http.Transport)
	send := func(over *http.Transport, token []byte) *http.Response {
		req, err := http.NewRequest(http.MethodGet, f.config.Address.Origin.String()+"/adfs/ls/wia", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "NTLM "+encode(token))
		answer, err := over.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, answer.Body)
		_ = answer.Body.Close()
		return answer
	}
	begin := func() (one *http.Transport, second []byte) {
		h, err := method.Begin(t.Context(), f.config.Address.Origin, `CORP\jane`, secretOf(password))
		if err != nil {
			t.Fatal(err)
		}
		first, err := h.Next(nil)
		if err != nil {
			t.Fatal(err)
		}
		one = idp.OneConnection(transport)
		t.Cleanup(one.CloseIdleConnections)
		answer := send(one, first)
		_, text, _ := strings.Cut(answer.Header.Get("WWW-Authenticate"), " ")
		if second, err = h.Next(decode(t, text)); err != nil {
			t.Fatal(err)
		}
		return one, second
	}
	one, second := begin()
	if got := send(idp.OneConnection(transport), second).StatusCode; got != 401 {
		t.Errorf("an answer on another connection: %d", got)
	}
	if got := send(transport, second).StatusCode; got != 401 {
		t.Errorf("an answer by HTTP/2: %d", got)
	}
	if got := send(one, second).StatusCode; got != 302 {
		t.Errorf("the answer on its connection: %d", got)
	}
	if got := send(one, second).StatusCode; got != 401 {
		t.Errorf("the same answer again: %d", got)
	}
	one, second = begin()
	second[len(second)-40] ^= 1
	if got := send(one, second).StatusCode; got != 401 {
		t.Errorf("an answer that was changed: %d", got)
	}
}

func TestAHostileChallengeEndsTheSignInOnly(t *testing.T) {
	method := negotiate.Methods(negotiate.NTLM, negotiate.Options{})[0]
	for _, challenge := range []string{"x", "NTLMSSP\x00", "NTLMSSP\x00\x02\x00\x00\x00", "NTLMSSP\x00\x02\x00\x00\x00" + strings.Repeat("\xff", 44), "NTLMSSP\x00\x02\x00\x00\x00" + strings.Repeat("\x00", 28) + "\x04\x00\x04\x00\x30\x00\x00\x00" + "\x07\x00\xff\xff"} {
		h, err := method.Begin(t.Context(), idp.Origin{}, `CORP\jane`, secretOf(password))
		if err != nil {
			t.Fatal(err)
		}
		_, _ = h.Next(nil)
		if token, err := h.Next([]byte(challenge)); err == nil {
			t.Errorf("%q was answered with %q", challenge, token)
		} else {
			idptest.Absent(t, password, "the error", err.Error())
		}
	}
}

// A 401 where no sign-in by Windows is wanted: the other User-Agent is tried once, from a clean jar.
func TestTheOtherAgentIsTriedOnceFromACleanJar(t *testing.T) {
	f := newFarm(t, demo.Config{}, negotiate.Off, `CORP\jane`)
	f.config.Walk.Windows, f.config.OtherAgent, f.config.Walk.Jar = nil, adfs.BrowserAgent, idp.NewJar()
	if err := f.login(t, idptest.Stored{idp.Password: password}); err != nil {
		t.Fatalf("%v; AD FS: %q", err, f.said)
	}
	agents := map[string]bool{}
	for _, r := range f.adfs.Log() {
		agents[r.Agent] = true
	}
	if len(agents) != 2 || len(f.notices) != 0 {
		t.Errorf("agents %v, notices %q", agents, f.notices)
	}

	f = newFarm(t, demo.Config{}, negotiate.Off, `CORP\jane`)
	f.config.Walk.Windows, f.config.OtherAgent = nil, adfs.WindowsAgent+" x"
	var refused *idp.RefusedError
	if err := f.login(t, idptest.Stored{idp.Password: password}); !errors.As(err, &refused) || refused.Reason != idp.WindowsSignIn {
		t.Error(err)
	}
	if n := count(f.said, "asked for Windows sign-in"); n != 2 {
		t.Errorf("asked %d times", n)
	}
}

func TestAutoFallsBackToTheFormWithANotice(t *testing.T) {
	f := newFarm(t, demo.Config{}, negotiate.Off, `CORP\jane`)
	f.config.OtherAgent = "samlogin/test" // no method has anything: as where the ticket has expired
	if err := f.login(t, idptest.Stored{idp.Password: password}); err != nil {
		t.Fatalf("%v; AD FS: %q", err, f.said)
	}
	if len(f.notices) != 1 || !strings.Contains(f.notices[0], "trying the form") {
		t.Errorf("notices %q", f.notices)
	}
}

func count(all []string, what string) int {
	return len(slices.DeleteFunc(slices.Clone(all), func(s string) bool { return s != what }))
}

// FuzzNTLMChallenge: whatever a server sends is answered or refused, and the password is not in what is answered.
func FuzzNTLMChallenge(f *testing.F) {
	f.Add([]byte("NTLMSSP\x00\x02\x00\x00\x00" + strings.Repeat("\x00", 44)))
	f.Add([]byte("NTLMSSP\x00\x02\x00\x00\x00\x00\x00\x00\x00\x30\x00\x00\x00\x05\x82\x89\x00" + strings.Repeat("n", 16) + "\x08\x00\x08\x00\x30\x00\x00\x00" + "\x07\x00\x02\x00zz\x00\x00"))
	f.Fuzz(func(t *testing.T, challenge []byte) {
		h, err := negotiate.Methods(negotiate.NTLM, negotiate.Options{})[0].Begin(t.Context(), idp.Origin{}, `CORP\jane`, secretOf(password))
		if err != nil {
			t.Fatal(err)
		}
		_, _ = h.Next(nil)
		token, err := h.Next(challenge)
		if err == nil && !strings.HasPrefix(string(token), "NTLMSSP\x00\x03") {
			t.Errorf("answered with %q", token)
		}
		if strings.Contains(strings.ReplaceAll(string(token), "\x00", ""), password) {
			t.Error("the password is in the answer")
		}
	})
}
