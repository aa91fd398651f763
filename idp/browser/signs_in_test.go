package browser

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"

	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/idp/demo"
)

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

// TestAPersonIsNoRobot: Google, for one, turns away a browser that says it is driven.
func TestAPersonIsNoRobot(t *testing.T) {
	w := newWorld(t, nil, nil)
	w.inWindow()
	shown, err := open(t.Context(), w.config)
	if err != nil {
		t.Fatal(err)
	}
	defer shown.close(t.Context())
	if err := shown.navigate(t.Context(), w.config.Start); err != nil {
		t.Fatal(err)
	}
	if driven, err := chromedp.Run(shown.tab, chromedp.Evaluate[bool](`navigator.webdriver === true`)); err != nil || driven {
		t.Errorf("navigator.webdriver: %v, %v", driven, err)
	}
}
