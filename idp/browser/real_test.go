package browser

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/idp/demo"
	"github.com/samlogin/samlogin/idp/form"
	"github.com/samlogin/samlogin/saml/secret"
)

// The tests of this file run an installed browser. None of them shows a window: a login "in a window" has a browser
// that is told to draw none.

const start = "/adfs/ls/IdpInitiatedSignOn.aspx?loginToRp=urn:amazon:webservices"

// world is an IdP on loopback, a listener in AWS's place, and a browser that trusts both.
type world struct {
	config Config
	idp    *httptest.Server
	aws    *recorder
	demo   *demo.ADFS
}

// recorder stands where the browser is told that AWS is, and has a certificate that the browser takes. Nothing may ever
// come there.
type recorder struct {
	mu    sync.Mutex
	heard []string
}

func (r *recorder) ServeHTTP(_ http.ResponseWriter, q *http.Request) {
	text, _ := io.ReadAll(q.Body)
	r.add(q.Method + " " + q.URL.Path + " " + string(text))
}

func (r *recorder) add(what string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.heard = append(r.heard, what)
}

func (r *recorder) all() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.heard
}

// people are those of the demo that these tests need, and one with a number to match.
var people = sync.OnceValue(func() []demo.Person {
	var out []demo.Person
	for _, p := range demo.DemoPeople() {
		switch p.Name {
		case `CORP\jane`:
		case `CORP\olivia`:
		case `CORP\max`:
		default:
			continue
		}
		out = append(out, p)
	}
	number := out[1]
	number.Name, number.UPN, number.Number = `CORP\nina`, "nina@corp.example.com", "42"
	return append(out, number)
})

func newWorld(t *testing.T, more func(*demo.Config), wrap func(http.Handler) http.Handler) *world {
	t.Helper()
	program, err := Find(nil, os.Getenv)
	if err != nil {
		t.Skipf("this test needs an installed browser: %v", err)
	}
	c := demo.Config{People: people()}
	if more != nil {
		more(&c)
	}
	adfs, err := demo.New(c)
	if err != nil {
		t.Fatal(err)
	}
	var handler http.Handler = adfs
	if wrap != nil {
		handler = wrap(adfs)
	}
	w := &world{demo: adfs}
	w.idp = httptest.NewTLSServer(handler)
	t.Cleanup(w.idp.Close)
	w.aws = &recorder{}
	aws := httptest.NewUnstartedServer(w.aws)
	aws.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			w.aws.add("connection")
		}
	}
	aws.StartTLS()
	t.Cleanup(aws.Close)

	program.Args = []string{
		"--ignore-certificate-errors-spki-list=" + keyHash(w.idp.Certificate()),
		"--host-resolver-rules=MAP signin.aws.amazon.com:443 " + aws.Listener.Addr().String() + ", MAP idp.test 127.0.0.1, MAP other.test 127.0.0.1",
		"--mute-audio", "--disable-dev-shm-usage",
	}
	port := w.idp.URL[strings.LastIndex(w.idp.URL, ":"):]
	base, err := url.Parse("https://localhost" + port)
	if err != nil {
		t.Fatal(err)
	}
	origin, err := idp.OriginOf(base)
	if err != nil {
		t.Fatal(err)
	}
	home := t.TempDir()
	var env []string
	for _, name := range []string{"PATH", "SystemRoot", "TEMP", "LOCALAPPDATA"} {
		env = append(env, name+"="+os.Getenv(name))
	}
	w.config = Config{
		Start: base.JoinPath("/adfs/scripted/"), Origin: origin, Program: program, Env: append(env, "HOME="+home, "XDG_CONFIG_HOME="+home), Folder: filepath.Join(home, "browser"), Hidden: true,
		Recognisers: func(typed func() bool) []idp.Recogniser { return form.Recognisers("", typed) },
		Patience:    10 * time.Minute, // no test waits for its end
	}
	t.Cleanup(func() {
		if heard := w.aws.all(); len(heard) != 0 {
			t.Errorf("the browser has gone to AWS: %q", heard)
		}
		if left, _ := os.ReadDir(w.config.Folder); w.config.Keep == "" && len(left) != 0 {
			t.Errorf("left behind: %v", left)
		}
	})
	return w
}

func keyHash(c *x509.Certificate) string {
	sum := sha256.Sum256(c.RawSubjectPublicKeyInfo)
	return base64.StdEncoding.EncodeToString(sum[:])
}

// at is the start address for a path on the IdP, by another name of it where one is given.
func (w *world) at(t *testing.T, path string) *url.URL {
	t.Helper()
	u, err := w.config.Start.Parse(path)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// inWindow has the browser draw no window for a login that should have one.
func (w *world) inWindow() {
	w.config.Hidden = false
	w.config.Program.Args = append(w.config.Program.Args, "--headless=new")
}

// told answers what a page asks with what is given for it.
type told map[idp.Kind][]string

func (a told) Ask(_ context.Context, q idp.Question) (secret.Text, error) {
	if len(a[q.Kind]) == 0 {
		return secret.Text{}, idp.ErrNoAnswer
	}
	answer := a[q.Kind][0]
	a[q.Kind] = a[q.Kind][1:]
	return secret.New(answer), nil
}

const password = "Correct-Horse-7"

func (w *world) requests(method, path string) int {
	n := 0
	for _, r := range w.demo.Log() {
		if r.Method == method && strings.EqualFold(r.Path, path) {
			n++
		}
	}
	return n
}
