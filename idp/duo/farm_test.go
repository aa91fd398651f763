package duo_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/idp/adfs"
	"github.com/samlogin/samlogin/idp/idptest"
)

const (
	host = "adfs.example.com"
	api  = "api-1.example.com"
	tx   = "TX|transaction-0815"
	app  = "APP|application-4711"
	word = "AUTH|signed-word-1234"
	sid  = "sid-of-the-session"
)

// frame is the prompt as Duo has it, with devices whose factors stand inside elements of their own.
func frame(preferred string, devices ...string) string {
	factor, device, _ := strings.Cut(preferred, "@")
	var list, sets strings.Builder
	for _, d := range devices {
		id, rest, _ := strings.Cut(d, "=")
		label, factors, _ := strings.Cut(rest, ": ")
		list.WriteString(`<option value="` + id + `">` + label + `</option>`)
		sets.WriteString(`<fieldset data-device-index="` + id + `">`)
		for _, f := range strings.Split(factors, ", ") {
			sets.WriteString(`<div class="row-label"><input type="hidden" name="factor" value="` + f + `"><button type="submit" class="auth-button">Go</button></div>`)
		}
		sets.WriteString(`</fieldset>`)
	}
	return `<title>Two-Factor Authentication</title><form action="/frame/prompt" method="post" id="login-form"><input type="hidden" name="sid" value="` + sid + `">` +
		`<input type="hidden" name="preferred_factor" value="` + factor + `"><input type="hidden" name="preferred_device" value="` + device + `">` +
		`<select name="device">` + list.String() + `</select>` + sets.String() + `</form>`
}

const (
	phone  = "phone1=iOS (XXX-XXX-5555): Duo Push, Phone Call, Passcode"
	second = "phone2=Landline (XXX-XXX-7777): Phone Call"
	token  = "token=Token: Passcode"
	key    = "WA1=Security Key: WebAuthn Credential"
)

// farm is an AD FS that shows Duo's frame at once, and Duo.
type farm struct {
	*idptest.World
	adfs, api *idptest.Site
	config    idp.Config
	events    []idp.Event
	shown     []string
	now       time.Time
}

func ok(response string) idptest.Answer { return plain(`{"stat":"OK","response":` + response + `}`) }

func plain(body string) idptest.Answer {
	return idptest.Page(http.StatusOK, body, "Content-Type", "application/json")
}

func newFarm(t testing.TB, page string) *farm {
	t.Helper()
	source, err := os.ReadFile("../../testdata/responses/adfs-2016.xml")
	if err != nil {
		t.Fatal(err)
	}
	f := &farm{World: idptest.New(t), now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
	f.adfs = f.Site(host).
		On("GET /start", idptest.HTML(`<title>Sign In</title><form id="duo_form" method="post"><input type="hidden" name="AuthMethod" value="DuoAdfsAdapter"><input type="hidden" name="Context" value="c"></form>`+
			`<script>Duo.init({'host': '`+api+`', 'sig_request': '`+tx+`:`+app+`', 'post_argument': 'sig_response'});</script>`)).
		On("POST /start", idptest.HTML(`<form method="post" action="https://signin.aws.amazon.com/saml"><input type="hidden" name="SAMLResponse" value="`+base64.StdEncoding.EncodeToString(source)+`"></form>`))
	f.api = f.Site(api).
		On("POST /frame/web/v1/auth", idptest.Redirect(http.StatusFound, "/frame/prompt?sid="+sid)).
		On("GET /frame/prompt", idptest.HTML(page)).
		On("POST /frame/prompt", ok(`{"txid":"t1"}`)).
		On("POST /frame/status", ok(`{"status_code":"pushed","status":"Pushed a login request to your device..."}`), ok(`{"status_code":"allow","result":"SUCCESS","status":"Success","result_url":"/frame/status/t1"}`)).
		On("POST /frame/status/t1", ok(`{"cookie":"`+word+`","parent":"x"}`))
	home, err := idp.ParseOrigin("https://" + host)
	if err != nil {
		t.Fatal(err)
	}
	there, err := idp.ParseOrigin("https://" + api)
	if err != nil {
		t.Fatal(err)
	}
	f.config = idp.Config{
		Transport: f.Transport, Home: home, Origins: []idp.Origin{there}, Username: "jane",
		Observe: func(e idp.Event) { f.events = append(f.events, e) },
		Now:     func() time.Time { return f.now },
		After:   func(ctx context.Context, d time.Duration) error { f.now = f.now.Add(d); return ctx.Err() },
		Waiting: func(w idp.Waiting) { f.shown = append(f.shown, w.Says.String()) },
	}
	return f
}

func (f *farm) login(t testing.TB, wish string, d idp.Dialog) error {
	t.Helper()
	f.config.Recognisers = adfs.Recognisers(adfs.Wishes{Method: wish})
	_, err := idp.NewWalk(f.config).Run(t.Context(), f.adfs.URL("/start?client-request-id=1"), d)
	return err
}

// prompts lists what Duo was asked to do: factor, device and passcode.
func (f *farm) prompts() string {
	var out []string
	for _, r := range f.api.Posts() {
		if r.Path == "/frame/prompt" {
			out = append(out, strings.TrimSpace(r.Value("factor")+"@"+r.Value("device")+" "+r.Value("passcode")))
		}
	}
	return strings.Join(out, "; ")
}

func refused(t testing.TB, err error, reason idp.Reason, said string) {
	t.Helper()
	var e *idp.RefusedError
	if !errors.As(err, &e) || e.Reason != reason || e.Said.Raw() != said {
		t.Errorf("%v, want a refusal of kind %d: %s", err, reason, said)
	}
}

func typing(codes ...string) *idptest.Person {
	return &idptest.Person{Types: map[idp.Kind][]string{idp.Code: codes}}
}

// clean wants neither the passcode nor what Duo and AD FS have signed in what can be shown.
func (f *farm) clean(t testing.TB, err error) {
	t.Helper()
	var shown strings.Builder
	for _, e := range f.events {
		text, marshalErr := json.Marshal(e)
		if marshalErr != nil {
			t.Fatal(marshalErr)
		}
		shown.Write(text)
	}
	if err != nil {
		shown.WriteString(err.Error())
	}
	for what, secret := range map[string]string{"the passcode": "123456", "the request": "transaction-0815", "the application's half": "application-4711", "the word": "signed-word-1234", "the session": sid} {
		idptest.Absent(t, secret, "what is shown, of "+what, shown.String())
	}
}
