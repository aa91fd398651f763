package demo_test

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"github.com/samlogin/samlogin/idp/demo"
)

const (
	aws      = "/adfs/ls/IdpInitiatedSignOn.aspx?loginToRp=urn:amazon:webservices"
	password = "Correct-Horse-7"
)

// signingKey is made once: making one takes longer than most tests.
var signingKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

// farm is an AD FS behind TLS, with a clock that only tests move.
type farm struct {
	t      *testing.T
	adfs   *demo.ADFS
	server *httptest.Server
	events []demo.Event
	mu     sync.Mutex
	at     time.Time
}

func newFarm(t *testing.T, c demo.Config) *farm {
	t.Helper()
	f := &farm{t: t, at: time.Date(2026, 3, 4, 9, 0, 0, 0, time.UTC)}
	c.Key, c.Now = signingKey(), f.now
	c.Observe = func(e demo.Event) {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.events = append(f.events, e)
	}
	var err error
	if f.adfs, err = demo.New(c); err != nil {
		t.Fatal(err)
	}
	f.server = httptest.NewTLSServer(f.adfs)
	t.Cleanup(f.server.Close)
	return f
}

func (f *farm) now() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.at
}

func (f *farm) pass(d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.at = f.at.Add(d)
}

// browser is a plain client: it keeps cookies and follows nothing by itself.
type browser struct {
	*farm
	client *http.Client
	agent  string
}

func (f *farm) browser() *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		f.t.Fatal(err)
	}
	client := &http.Client{
		Transport: f.server.Client().Transport, Jar: jar,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return &browser{farm: f, client: client, agent: "samlogin/test"}
}

// answer is what came back.
type answer struct {
	t       *testing.T
	status  int
	header  http.Header
	cookies []*http.Cookie
	body    string
	page    *goquery.Document
}

func (b *browser) get(address string) *answer { return b.send(http.MethodGet, address, "") }

func (b *browser) post(address string, pairs ...string) *answer {
	return b.send(http.MethodPost, address, encode(pairs...))
}

func encode(pairs ...string) string {
	var body []string
	for i := 0; i+1 < len(pairs); i += 2 {
		body = append(body, url.QueryEscape(pairs[i])+"="+url.QueryEscape(pairs[i+1]))
	}
	return strings.Join(body, "&")
}

func (b *browser) send(method, address, body string) *answer {
	b.t.Helper()
	if !strings.HasPrefix(address, "https://") {
		address = b.server.URL + address
	}
	r, err := http.NewRequestWithContext(b.t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("User-Agent", b.agent)
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return b.do(r)
}

func (b *browser) do(r *http.Request) *answer {
	b.t.Helper()
	response, err := b.client.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	page, err := goquery.NewDocumentFromReader(strings.NewReader(string(text)))
	if err != nil {
		b.t.Fatal(err)
	}
	return &answer{t: b.t, status: response.StatusCode, header: response.Header, cookies: response.Cookies(), body: string(text), page: page}
}

// signIn goes from an address through the password to what AD FS answers then, the redirect followed.
func (b *browser) signIn(address, user, password string) *answer {
	b.t.Helper()
	first := b.get(address)
	if first.kind() != "sign-in page" {
		b.t.Fatalf("%s: a %s, not a sign-in page: %s", address, first.kind(), first.error())
	}
	return b.follow(b.post(first.action("#loginForm"), "UserName", user, "Password", password, "AuthMethod", "FormsAuthentication"))
}

func (b *browser) follow(a *answer) *answer {
	b.t.Helper()
	if a.status != http.StatusFound {
		return a
	}
	return b.get(a.header.Get("Location"))
}

// kind tells the pages apart.
func (a *answer) kind() string {
	switch {
	case a.status == http.StatusFound:
		return "redirect"
	case a.status != http.StatusOK:
		return http.StatusText(a.status)
	case a.page.Find("form[name=hiddenform] input[name=SAMLResponse]").Length() == 1:
		return "response"
	case a.page.Find("#errorArea").Length() == 1:
		return "error page"
	case a.page.Find("#updatePasswordForm").Length() == 1:
		return "update page"
	case a.page.Find("input[name=Context], input[name=adfs_context]").Length() == 1:
		return "code page"
	case a.page.Find("#mfaGreetingDescription").Length() == 1 && a.page.Find("#options [onclick^='return SelectOption(']").Length() > 1:
		return "choice page"
	case a.page.Find("#userNameInput").Length() == 1 && a.page.Find("#passwordInput").Length() == 1:
		return "sign-in page"
	}
	return "unknown page"
}

func (a *answer) refused() string { return a.page.Find("#errorText").Text() }

func (a *answer) error() string { return a.page.Find("#errorArea").Text() }

func (a *answer) action(form string) string {
	action, _ := a.page.Find(form).Attr("action")
	return action
}

func (a *answer) input(name string) string {
	return a.page.Find("input[name="+name+"]").AttrOr("value", "")
}

// sets lists the names of the cookies that came with it; a minus is before those to be forgotten.
func (a *answer) sets() (names []string) {
	for _, c := range a.cookies {
		name := c.Name
		if c.MaxAge < 0 {
			name = "-" + name
		}
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// response is the SAML response, decoded.
func (a *answer) response() string {
	a.t.Helper()
	if a.kind() != "response" {
		a.t.Fatalf("a %s, no response: %s%s", a.kind(), a.refused(), a.error())
	}
	text, err := base64.StdEncoding.DecodeString(a.input("SAMLResponse"))
	if err != nil {
		a.t.Fatal(err)
	}
	return string(text)
}
