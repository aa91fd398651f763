package browser

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"

	"github.com/samlogin/samlogin/idp"
)

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
