package duo_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/idp/adfs"
	"github.com/samlogin/samlogin/idp/demo"
	"github.com/samlogin/samlogin/idp/idptest"
)

// double is the demo's AD FS, and Duo on an origin of its own. Two listeners share one certificate.
type double struct {
	adfs, api *httptest.Server

	mu    sync.Mutex
	asked []string // paths at Duo
	word  string   // given out instead of the one that is signed; "" until one was
}

func newDouble(t *testing.T, replay bool) *double {
	t.Helper()
	d := &double{}
	var frame http.Handler
	d.api = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.asked = append(d.asked, r.URL.Path)
		answer := httptest.NewRecorder()
		frame.ServeHTTP(answer, r)
		var body struct{ Response struct{ Cookie string } }
		if json.Unmarshal(answer.Body.Bytes(), &body) == nil && body.Response.Cookie != "" {
			if replay && d.word != "" {
				_, _ = w.Write([]byte(`{"stat":"OK","response":{"cookie":"` + d.word + `"}}`))
				return
			}
			d.word = body.Response.Cookie
		}
		for name, values := range answer.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(answer.Code)
		_, _ = w.Write(answer.Body.Bytes())
	}))
	t.Cleanup(d.api.Close)
	farm, err := demo.New(demo.Config{DuoHost: strings.TrimPrefix(d.api.URL, "https://")})
	if err != nil {
		t.Fatal(err)
	}
	frame = farm.DuoFrame()
	d.adfs = httptest.NewTLSServer(farm)
	t.Cleanup(d.adfs.Close)
	return d
}

func (d *double) login(t *testing.T, user, wish string, dialog idp.Dialog) error {
	t.Helper()
	address, err := adfs.ParseAddress(d.adfs.URL)
	if err != nil {
		t.Fatal(err)
	}
	there, err := idp.ParseOrigin(d.api.URL)
	if err != nil {
		t.Fatal(err)
	}
	_, err = adfs.New(adfs.Config{Address: address, Wishes: adfs.Wishes{Method: wish}, Walk: idp.Config{
		Transport: d.adfs.Client().Transport, Origins: []idp.Origin{there}, Username: `CORP\` + user, Agent: "samlogin/test",
		After: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
	}}).Login(t.Context(), dialog)
	return err
}

func (d *double) count(path string) (n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, p := range d.asked {
		if p == path {
			n++
		}
	}
	return n
}

const password = "Correct-Horse-7"

func TestDuoLeadsToTheResponse(t *testing.T) {
	for name, c := range map[string]struct {
		user, wish string
		dialog     idp.Dialog
		statuses   int
	}{
		"push":                     {"dana", "", idptest.Stored{idp.Password: password}, 3},
		"push, from hidden fields": {"doris", "push", idptest.Stored{idp.Password: password}, 3},
		"phone call":               {"dana", "phone", idptest.Stored{idp.Password: password}, 3},
		"passcode":                 {"doris", "passcode", idptest.Stored{idp.Password: password, idp.Code: "123456"}, 1},
		"wrong passcode, then right": {"dana", "passcode",
			&idptest.Person{Types: map[idp.Kind][]string{idp.Password: {password}, idp.Code: {"000000", "123456"}}}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDouble(t, false)
			if err := d.login(t, c.user, c.wish, c.dialog); err != nil {
				t.Fatal(err)
			}
			if n := d.count("/frame/status"); n != c.statuses {
				t.Errorf("%d questions for the status, want %d", n, c.statuses)
			}
		})
	}
}

func TestAWrongPasscodeIsRefusedInDuosWords(t *testing.T) {
	d := newDouble(t, false)
	err := d.login(t, "dana", "passcode", idptest.Stored{idp.Password: password, idp.Code: "000000"})
	refused(t, err, idp.CodeRefused, "Incorrect passcode. Please try again.")
}

// A word that was used already is refused by AD FS, and that ends the login: no second notification is sent.
func TestAReplayedWordEndsTheLogin(t *testing.T) {
	d := newDouble(t, true)
	if err := d.login(t, "dana", "", idptest.Stored{idp.Password: password}); err != nil {
		t.Fatal(err)
	}
	before := d.count("/frame/web/v1/auth")
	err := d.login(t, "doris", "", idptest.Stored{idp.Password: password})
	refused(t, err, idp.CodeRefused, "The response of Duo could not be verified.")
	if n := d.count("/frame/web/v1/auth") - before; n != 1 {
		t.Errorf("Duo was begun %d times", n)
	}
}

func TestUniversalPromptStillNeedsABrowser(t *testing.T) {
	d := newDouble(t, false)
	var e *idp.PageError
	if err := d.login(t, "ursula", "", idptest.Stored{idp.Password: password}); !errors.As(err, &e) || !e.Browser || len(d.asked) != 0 {
		t.Errorf("%v, after %q", err, d.asked)
	}
}
