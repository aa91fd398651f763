package browser

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"

	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/idp/demo"
	"github.com/samlogin/samlogin/idp/form"
	"github.com/samlogin/samlogin/saml"
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
		Patience:    time.Minute,
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

// TestAScriptedPageIsFilledIn without a person: fields without forms and names, a button that wakes up, a code; the same
// rules as everywhere.
func TestAScriptedPageIsFilledIn(t *testing.T) { // security case 136
	w := newWorld(t, nil, nil)
	for name, c := range map[string]struct {
		user    string
		answers told
		want    string
	}{
		"password":       {"olivia", told{idp.Password: {password}}, ""},
		"and a code":     {"max", told{idp.Password: {password}, idp.Code: {"123456"}}, ""},
		"wrong":          {"olivia", told{idp.Password: {"wrong-one"}}, "refused the user name or password"},
		"wrong, then it": {"olivia", told{idp.Password: {"wrong-one", password}}, ""},
		"no code":        {"max", told{idp.Password: {password}}, "asks for the one-time code of max@corp.example.com, and nobody can be asked"},
	} {
		t.Run(name, func(t *testing.T) {
			w.config.Walk.Username = c.user + "@corp.example.com"
			response, err := New(w.config).Login(t.Context(), c.answers)
			switch {
			case c.want == "" && err != nil:
				t.Fatal(err)
			case c.want == "" && len(response.Roles) != 1:
				t.Errorf("roles: %v", response.Roles)
			case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

// TestANumberToMatchIsShown, and the page goes on by itself once it was typed on the phone.
func TestANumberToMatchIsShown(t *testing.T) {
	w := newWorld(t, nil, nil)
	var shown []idp.Waiting
	w.config.Walk.Username = "nina@corp.example.com"
	w.config.Walk.Waiting = func(s idp.Waiting) { shown = append(shown, s) }
	if _, err := New(w.config).Login(t.Context(), told{idp.Password: {password}}); err != nil {
		t.Fatal(err)
	}
	if len(shown) < 2 || shown[0].Number != "42" || !strings.Contains(shown[0].Says.Raw(), "on your phone") || !shown[len(shown)-1].Until.IsZero() {
		t.Errorf("shown: %+v", shown)
	}
}

// TestTheSignInPageOfADFS: a page with a form and a script that sends it.
func TestTheSignInPageOfADFS(t *testing.T) {
	w := newWorld(t, nil, nil)
	w.config.Start, w.config.Walk.Username = w.at(t, start), `CORP\jane`
	response, err := New(w.config).Login(t.Context(), told{idp.Password: {password}})
	if err != nil {
		t.Fatal(err)
	}
	if len(response.Roles) != 6 || w.requests("POST", "/adfs/ls/IdpInitiatedSignOn.aspx") != 1 {
		t.Errorf("%d roles, by %v", len(response.Roles), w.demo.Log())
	}
}

// TestAPasskey signs in in a window, by a virtual authenticator: the person types, the key is touched.
func TestAPasskey(t *testing.T) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	id := []byte("the credential's identifier")
	w := newWorld(t, func(c *demo.Config) {
		kay := people()[1]
		kay.Name, kay.UPN, kay.Passkey = `CORP\kay`, "kay@corp.example.com", &demo.Passkey{ID: id, Key: &private.PublicKey}
		c.People = append(people(), kay)
	}, nil)
	w.inWindow()
	w.config.opened = func(tab context.Context, w *window) error {
		if _, err := chromedp.Call(tab, webauthn.Enable, webauthn.EnableParams{}); err != nil {
			return err
		}
		// By hand: the typed parameters name abilities that an authenticator without them refuses to be told of.
		err := chromedp.Do(tab, func(ctx context.Context, t *chromedp.Target) (none chromedp.Void, err error) {
			var made webauthn.AddVirtualAuthenticatorResult
			key := map[string]any{"protocol": "ctap2", "transport": "usb", "automaticPresenceSimulation": true}
			if err := t.Call(ctx, webauthn.CommandAddVirtualAuthenticator, map[string]any{"options": key}, &made); err != nil {
				return none, err
			}
			credential := map[string]any{"credentialId": id, "rpId": "localhost", "privateKey": pkcs8, "isResidentCredential": false, "signCount": 0}
			return none, t.Call(ctx, webauthn.CommandAddCredential, map[string]any{"authenticatorId": made.AuthenticatorID, "credential": credential}, nil)
		})
		go types(tab, "#username", "kay@corp.example.com", "#password", password)
		return err
	}
	response, err := New(w.config).Login(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(response.Roles) != 1 || w.requests("POST", "/adfs/scripted/api") != 3 {
		t.Errorf("roles %v, %d answers", response.Roles, w.requests("POST", "/adfs/scripted/api"))
	}
}

// types is the person at the window.
func types(tab context.Context, pairs ...string) {
	for i := 0; i < len(pairs); i += 2 {
		_ = chromedp.Do(tab, chromedp.WaitVisible(chromedp.CSS(pairs[i])), chromedp.SendKeys(chromedp.CSS(pairs[i]), pairs[i+1]+"\r"))
	}
}

// pages answers with pages of a test's own, by path; everything else is the demo's.
func pages(all map[string]string) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if text, ok := all[r.URL.Path]; ok {
				w.Header().Set("Content-Type", "text/html; charset=utf-8")
				_, _ = io.WriteString(w, "<!doctype html><title>t</title>"+strings.ReplaceAll(text, "PORT", r.Host[strings.LastIndex(r.Host, ":"):]))
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}

// TestOnlyTheTopOfATabHandsOver: fakes that a page sends from frames, by scripts and to other hosts bring nothing, and none
// of them reaches AWS.
func TestOnlyTheTopOfATabHandsOver(t *testing.T) { // security case 134
	const post = `<form method="post" action="https://signin.aws.amazon.com/saml"><input name="SAMLResponse" value="RkFLRQ=="></form>`
	mu, elsewhere := sync.Mutex{}, 0
	w := newWorld(t, nil, func(next http.Handler) http.Handler {
		return pages(map[string]string{
			"/fakes": `<iframe srcdoc='` + post + `<script>document.forms[0].submit()</script>'></iframe><iframe src="/frame"></iframe>
				<script>fetch("https://signin.aws.amazon.com/saml", {method: "POST", mode: "no-cors", body: new URLSearchParams({SAMLResponse: "RkFLRQ=="})}).catch(() => {});
				navigator.sendBeacon("https://signin.aws.amazon.com/saml", new URLSearchParams({SAMLResponse: "RkFLRQ=="}));
				new Image().src = "https://signin.aws.amazon.com/saml?SAMLResponse=RkFLRQ==";
				setTimeout(() => location.assign("/elsewhere"), 700)</script>`,
			"/frame":     post + `<script>document.forms[0].submit()</script>`,
			"/elsewhere": strings.ReplaceAll(post, "https://signin.aws.amazon.com/saml", "https://other.testPORT/saml") + `<script>document.forms[0].submit()</script>`,
		})(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/saml" {
				mu.Lock()
				elsewhere++
				mu.Unlock()
				http.Redirect(w, r, "https://localhost"+r.Host[strings.LastIndex(r.Host, ":"):]+start, http.StatusSeeOther)
				return
			}
			next.ServeHTTP(w, r)
		}))
	})
	w.config.Start, w.config.Walk.Username = w.at(t, "/fakes"), `CORP\jane`
	response, err := New(w.config).Login(t.Context(), told{idp.Password: {password}})
	if err != nil {
		t.Fatal(err)
	}
	if len(response.Roles) != 6 {
		t.Errorf("roles: %v", response.Roles)
	}
	if mu.Lock(); elsewhere != 1 {
		t.Errorf("another host got %d requests, want its own one", elsewhere)
	}
	mu.Unlock()
}

// TestATabOpenedByAPage, as dashboards do, belongs to the login: what it posts to AWS is taken.
func TestATabOpenedByAPage(t *testing.T) { // security case 134
	w := newWorld(t, nil, pages(map[string]string{"/dashboard": `<a id="aws" target="_blank" rel="opener" href="` + start + `">AWS</a>`}))
	w.inWindow()
	w.config.Start = w.at(t, "/dashboard")
	w.config.opened = func(tab context.Context, w *window) error {
		go func() {
			_ = chromedp.Do(tab, chromedp.WaitVisible(chromedp.CSS("#aws")))
			opened := chromedp.WaitNewTarget(tab, func(i *target.Info) bool { return i.Type == "page" })
			_ = chromedp.Do(tab, chromedp.Click(chromedp.CSS("#aws")))
			other, _ := chromedp.NewContext(tab, chromedp.WithTargetID(<-opened), chromedp.WithDetachOnCancel())
			_ = chromedp.Do(other, chromedp.WaitVisible(chromedp.CSS("#passwordInput")), chromedp.SendKeys(chromedp.CSS("#userNameInput"), `CORP\jane`),
				chromedp.SendKeys(chromedp.CSS("#passwordInput"), password), chromedp.Click(chromedp.CSS("#submitButton")))
		}()
		return nil
	}
	response, err := New(w.config).Login(t.Context(), nil)
	if err != nil || len(response.Roles) != 6 {
		t.Fatalf("%v, %v", response, err)
	}
}

// TestSecretsStayWithTheIdP: a page of another server, however like the IdP's, gets nothing typed; nor does a form that
// would send it there, or into an address.
func TestSecretsStayWithTheIdP(t *testing.T) { // security case 136
	const fields = `<input name="username" autocomplete="username"><input type="password" name="password"><button>Sign in</button>`
	var mu sync.Mutex
	var got []string
	w := newWorld(t, nil, func(next http.Handler) http.Handler {
		inner := pages(map[string]string{
			"/away": `<script>location.assign("https://other.testPORT/login")</script>`, "/login": `<form method="post" action="/take">` + fields + `</form>`,
			"/foreign": `<form method="post" action="https://other.testPORT/take">` + fields + `</form>`,
			"/get":     `<form method="get" action="/take">` + fields + `</form>`,
			"/silent":  `<form action="/take">` + fields + `</form>`, // meant for a script, which is not there
		})(http.NotFoundHandler())
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			text, _ := io.ReadAll(r.Body)
			mu.Lock()
			got = append(got, r.URL.String()+string(text))
			mu.Unlock()
			inner.ServeHTTP(w, r)
		})
	})
	w.config.Walk.Username = "ann"
	for path, rule := range map[string]string{
		"/away":    "a page of another server than the IdP (localhost) asks for the password",
		"/foreign": "would send the password to another server",
		"/get":     "into an address (GET)",
		"/silent":  "would put what was typed into an address",
	} {
		t.Run(path, func(t *testing.T) {
			w.config.Start = w.at(t, path)
			_, err := New(w.config).Login(t.Context(), told{idp.Password: {"c4nary-Pass-word"}})
			var unsafe *idp.SafetyError
			if !errors.As(err, &unsafe) || !strings.Contains(err.Error(), rule) {
				t.Errorf("got %v, want %q", err, rule)
			}
		})
	}
	mu.Lock()
	defer mu.Unlock()
	for _, request := range got {
		if strings.Contains(request, "c4nary") {
			t.Errorf("the password left: %s", request)
		}
	}
}

// TestNothingIsTypedIntoAnotherPage: between reading and typing the page may have gone on.
func TestNothingIsTypedIntoAnotherPage(t *testing.T) { // security case 136
	const login = `<form method="post" action="/take"><input name="username"><input type="password" name="password"><button>Sign in</button></form>`
	w := newWorld(t, nil, pages(map[string]string{"/one": login, "/two": login}))
	shown, err := open(t.Context(), w.config)
	if err != nil {
		t.Fatal(err)
	}
	defer shown.close(t.Context())
	any := func(*idp.Page) bool { return true }
	at, err := shown.Open(t.Context(), w.at(t, "/one"), any)
	if err != nil {
		t.Fatal(err)
	}
	for _, other := range []string{"/two", "https://other.test" + w.config.Start.Host[strings.LastIndex(w.config.Start.Host, ":"):] + "/one"} {
		if err := shown.navigate(t.Context(), w.at(t, other)); err != nil {
			t.Fatal(err)
		}
		now, err := shown.Fill(t.Context(), idp.Filling{Page: at.Page, Form: at.Page.Forms[0], Pairs: []idp.Pair{{Name: "username", Value: "ann"}, {Name: "password", Value: "c4nary"}}}, any)
		if err != nil || now.Page == nil || !strings.HasSuffix(now.Page.URL.String(), strings.TrimPrefix(other, "/")) {
			t.Fatalf("%v, %v", now.Page, err)
		}
		values, err := chromedp.Run(shown.tab, chromedp.Evaluate[string](`[...document.querySelectorAll("input")].map(e => e.value).join("")`))
		if err != nil || values != "" {
			t.Errorf("typed into %s: %q, %v", other, values, err)
		}
	}
}

// TestEndsOfABrowser: closed by the person, crashed, left alone, interrupted. Each is told apart, and nothing of the browser
// stays.
func TestEndsOfABrowser(t *testing.T) { // security case 135
	interrupted := errors.New("interrupted")
	for name, c := range map[string]struct {
		opened func(tab context.Context, w *window)
		after  func(context.Context, time.Duration) error
		want   Problem
		cause  error
	}{
		"the person closes the tab": {opened: func(tab context.Context, w *window) {
			_, _ = chromedp.CallBrowser(tab, target.CloseTarget, target.CloseTargetParams{TargetID: chromedp.FromContext(tab).Target.TargetID})
		}, want: Closed},
		"the person quits the browser": {opened: func(tab context.Context, w *window) {
			_ = chromedp.FromContext(tab).Browser.Process().Signal(syscall.SIGTERM) // as at the end of a desktop's session
		}, want: Closed},
		"the browser is killed": {opened: func(tab context.Context, w *window) {
			_ = chromedp.FromContext(tab).Browser.Process().Kill()
		}, want: Crashed},
		"a page crashes": {opened: func(tab context.Context, w *window) {
			_ = chromedp.Do(tab, func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
				return chromedp.Void{}, t.Call(ctx, "Page.crash", cdp.Empty{}, nil)
			})
		}, want: Crashed},
		"nobody is there": {after: func(context.Context, time.Duration) error { return nil }, want: TimedOut},
		"ctrl-C":          {cause: interrupted},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, nil, nil)
			w.inWindow()
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			var pid int
			w.config.After = c.after
			w.config.opened = func(tab context.Context, w *window) error {
				pid = chromedp.FromContext(tab).Browser.Process().Pid
				go func() {
					_ = chromedp.Do(tab, chromedp.WaitVisible(chromedp.CSS("#username")))
					if c.cause != nil {
						cancel(c.cause)
					}
					if c.opened != nil {
						c.opened(tab, w)
					}
				}()
				return nil
			}
			_, err := New(w.config).Login(ctx, nil)
			var failed *Error
			switch {
			case c.cause != nil && !errors.Is(err, c.cause):
				t.Errorf("got %v, want %v", err, c.cause)
			case c.cause == nil && (!errors.As(err, &failed) || failed.Problem != c.want || failed.Hint() == ""):
				t.Errorf("got %v, want problem %d", err, c.want)
			}
			if processOf(pid).lives() {
				t.Error("the browser still runs")
			}
		})
	}
}

// TestDownloadsAndDialogs: a page gets neither a file onto the disk nor the login to stand still.
func TestDownloadsAndDialogs(t *testing.T) { // security case 135
	w := newWorld(t, nil, func(next http.Handler) http.Handler {
		return pages(map[string]string{"/tricks": `<a id="file" download href="/file">file</a><script>
			document.getElementById("file").click();
			window.open("about:blank");
			Notification.requestPermission(); navigator.geolocation.getCurrentPosition(() => {});
			alert("Call this number"); confirm("?"); prompt("Password");
			location.assign("` + start + `")</script>`})(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/file" {
				w.Header().Set("Content-Disposition", "attachment; filename=evil.sh")
				_, _ = io.WriteString(w, "echo evil")
				return
			}
			next.ServeHTTP(w, r)
		}))
	})
	w.config.Start, w.config.Walk.Username = w.at(t, "/tricks"), `CORP\jane`
	if _, err := New(w.config).Login(t.Context(), told{idp.Password: {password}}); err != nil {
		t.Fatal(err)
	}
	_ = filepath.WalkDir(filepath.Dir(w.config.Folder), func(path string, _ os.DirEntry, _ error) error {
		if strings.Contains(path, "evil") {
			t.Errorf("downloaded: %s", path)
		}
		return nil
	})
}

// TestTheChannelIsNoPort: the browser is talked to over a pipe, and listens nowhere.
func TestTheChannelIsNoPort(t *testing.T) { // security case 133
	w := newWorld(t, nil, nil)
	shown, err := open(t.Context(), w.config)
	if err != nil {
		t.Fatal(err)
	}
	defer shown.close(t.Context())
	if _, err := os.Lstat(filepath.Join(shown.folder.path, "DevToolsActivePort")); err == nil {
		t.Error("there is a port to talk to the browser")
	}
	if n := listening(t, chromedp.FromContext(shown.tab).Browser.Process().Pid); n != 0 {
		t.Errorf("the browser listens on %d ports", n)
	}
}

// TestAKeptSession: tomorrow nobody types anything; the folder stays, and no response in it.
func TestAKeptSession(t *testing.T) { // security case 132
	w := newWorld(t, nil, nil)
	w.config.Keep, w.config.Start, w.config.Walk.Username = "ann at the IdP", w.at(t, start), `CORP\jane`
	first, err := New(w.config).Login(t.Context(), told{idp.Password: {password}})
	if err != nil {
		t.Fatal(err)
	}
	second, err := New(w.config).Login(t.Context(), told{})
	if err != nil {
		t.Fatal(err)
	}
	if w.requests("POST", "/adfs/ls/IdpInitiatedSignOn.aspx") != 1 {
		t.Error("the password was asked for again")
	}
	searched := 0
	for _, r := range []*saml.Response{first, second} {
		piece := r.Encoded.Reveal()[200:240]
		_ = filepath.WalkDir(w.config.Folder, func(path string, e os.DirEntry, _ error) error {
			if text, err := os.ReadFile(path); err == nil && !e.IsDir() {
				if searched++; strings.Contains(string(text), piece) || strings.Contains(string(text), url.QueryEscape(piece)) {
					t.Errorf("a response lies in %s", path)
				}
			}
			return nil
		})
	}
	if info, err := os.Stat(w.config.Folder); err != nil || info.Mode().Perm()&0o077 != 0 || searched == 0 {
		t.Errorf("the folder: %v, %v; %d files", info, err, searched)
	}
}

// TestABrowserThatDoesNotTrustTheServer or does not find it says so.
func TestABrowserThatDoesNotGetThere(t *testing.T) {
	w := newWorld(t, nil, nil)
	gone, _ := url.Parse("https://no-such-host.invalid/")
	trusting := w.config.Program.Args
	for _, c := range []struct {
		start *url.URL
		args  []string
		want  string
	}{
		{gone, trusting, "net::ERR_NAME_NOT_RESOLVED"},
		{w.config.Start, trusting[1:], "does not trust the server's certificate"},
	} {
		for _, hidden := range []bool{true, false} {
			config := w.config
			config.Start, config.Program.Args, config.Hidden = c.start, append([]string{"--headless=new"}, c.args...), hidden
			_, err := New(config).Login(t.Context(), told{})
			var network *idp.NetworkError
			if !errors.As(err, &network) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, hidden %v: got %v, want %q", c.start, hidden, err, c.want)
			}
		}
	}
}

// TestAPageThatNeedsAPerson says which and what to do.
func TestAPageThatNeedsAPerson(t *testing.T) {
	w := newWorld(t, nil, pages(map[string]string{"/captcha": `<form method="post"><div class="g-recaptcha">Are you a robot?</div><input type="password" name="password"></form>`}))
	w.config.Start, w.config.Display = w.at(t, "/captcha"), "there is no display"
	_, err := New(w.config).Login(t.Context(), told{idp.Password: {password}})
	var person *PersonError
	if !errors.As(err, &person) || !strings.Contains(err.Error(), "needs a person, and the browser has no window (there is no display): it wants a captcha solved") || person.Hint() == "" {
		t.Errorf("got %v", err)
	}
}

// TestABrowserThatCannotBeStarted tells the last of what it said.
func TestABrowserThatCannotBeStarted(t *testing.T) {
	w := newWorld(t, nil, nil)
	broken := filepath.Join(t.TempDir(), "chromium")
	if err := os.WriteFile(broken, []byte("#!/bin/sh\necho 'error while loading shared libraries: libnss3.so' >&2\nexit 127\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	w.config.Program.Path = broken
	_, err := New(w.config).Login(t.Context(), nil)
	var failed *Error
	if !errors.As(err, &failed) || failed.Problem != NotStarted || !strings.Contains(err.Error(), "libnss3.so") {
		t.Errorf("got %v", err)
	}
}
