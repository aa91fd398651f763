package duo_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/idp/idptest"
)

// security case 25
func TestAWrongPasscodeIsAskedForAgainAndSentOnce(t *testing.T) {
	deny := ok(`{"status_code":"deny","result":"FAILURE","status":"Incorrect passcode. Please try again."}`)
	allow := ok(`{"status_code":"allow","result":"SUCCESS","result_url":"/frame/status/t1"}`)
	locked := ok(`{"status_code":"deny","result":"FAILURE","status":"Account locked out after too many attempts."}`)
	for name, c := range map[string]struct {
		dialog   idp.Dialog
		statuses []idptest.Answer
		sent     string
		reason   idp.Reason
		said     string // "": it went well
	}{
		"right":                 {idptest.Stored{idp.Code: "123456"}, []idptest.Answer{allow}, "123456", 0, ""},
		"wrong, stored":         {idptest.Stored{idp.Code: "000000"}, []idptest.Answer{deny}, "000000", idp.CodeRefused, "Incorrect passcode. Please try again."},
		"wrong, then right":     {typing("000000", "123456"), []idptest.Answer{deny, allow}, "000000 123456", 0, ""},
		"the same again":        {typing("000000", "000000", "123456"), []idptest.Answer{deny, allow}, "000000 123456", 0, ""},
		"wrong, without a word": {typing("000000", "123456"), []idptest.Answer{ok(`{"status_code":"deny"}`), allow}, "000000 123456", 0, ""},
		"three times wrong":     {typing("000000", "111111", "222222", "333333"), []idptest.Answer{deny}, "000000 111111 222222", idp.CodeRefused, "Incorrect passcode. Please try again."},
		"locked":                {typing("000000", "111111"), []idptest.Answer{locked}, "000000", idp.Locked, "Account locked out after too many attempts."},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFarm(t, frame("", phone))
			f.api.On("POST /frame/status", c.statuses...)
			err := f.login(t, "passcode", c.dialog)
			if c.said != "" {
				refused(t, err, c.reason, c.said)
			} else if err != nil {
				t.Fatal(err)
			}
			if got := strings.ReplaceAll(strings.ReplaceAll(f.prompts(), "Passcode@phone1 ", ""), ";", ""); got != c.sent {
				t.Errorf("sent %s, want %s", got, c.sent)
			}
			if p, ok := c.dialog.(*idptest.Person); ok {
				for i, q := range p.Asked() {
					if q.Origin.Host() != api || q.Kind != idp.Code || q.Label != "Duo passcode" || q.Again != (i > 0) {
						t.Errorf("asked %+v", q)
					}
				}
			}
		})
	}
}

// security case 15
func TestHostileAnswersOfDuoLeadNowhere(t *testing.T) {
	for name, c := range map[string]struct {
		path   string
		answer idptest.Answer
		unsafe bool
	}{
		"a result elsewhere":      {"POST /frame/status", ok(`{"status_code":"allow","result_url":"https://evil.example.com/frame/status/t1"}`), true},
		"a result elsewhere, //":  {"POST /frame/status", ok(`{"status_code":"allow","result_url":"//evil.example.com/x"}`), true},
		"a result at the IdP":     {"POST /frame/status", ok(`{"status_code":"allow","result_url":"https://adfs.example.com/start"}`), true},
		"a prompt elsewhere":      {"POST /frame/web/v1/auth", idptest.Redirect(302, "https://evil.example.com/frame/prompt?sid=x"), true},
		"the form again":          {"POST /frame/prompt", idptest.Redirect(307, "https://evil.example.com/frame/prompt"), true},
		"the form again, here":    {"POST /frame/prompt", idptest.Redirect(308, "/frame/status"), true},
		"allowed without result":  {"POST /frame/status", ok(`{"status_code":"allow"}`), false},
		"neither yes nor no":      {"POST /frame/status", plain(`{"stat":"MAYBE"}`), false},
		"an array":                {"POST /frame/status", plain(`[]`), false},
		"another type":            {"POST /frame/status", ok(`{"status_code":7}`), false},
		"a response that is none": {"POST /frame/status", ok(`"pushed"`), false},
		"HTML":                    {"POST /frame/status", idptest.HTML("<h1>hello</h1>"), false},
		"huge":                    {"POST /frame/status", ok(`{"status":"` + strings.Repeat("x", 1<<20) + `"}`), false},
		"no transaction":          {"POST /frame/prompt", ok(`{}`), false},
		"no word":                 {"POST /frame/status/t1", ok(`{"cookie":""}`), false},
		"no session":              {"POST /frame/web/v1/auth", idptest.HTML(`<select name="device"></select>`), false},
		"a bad request":           {"POST /frame/web/v1/auth", idptest.Page(400, `<p>This request is too old.</p><input name="sid" value="x">`), false},
		"JSON for a page":         {"POST /frame/web/v1/auth", plain(`{"stat":"OK"}`), false},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFarm(t, frame("Passcode@phone1", phone))
			f.Site("evil.example.com")
			f.api.On("POST /frame/status", ok(`{"status_code":"allow","result_url":"/frame/status/t1"}`)).On(c.path, c.answer)
			err := f.login(t, "", idptest.Stored{idp.Code: "123456"})
			var safety *idp.SafetyError
			var strange *idp.PageError
			if c.unsafe && !errors.As(err, &safety) || !c.unsafe && (!errors.As(err, &strange) || strange.Browser) {
				t.Errorf("ended with %v", err)
			}
			if n := len(f.adfs.Posts()); n != 0 {
				t.Errorf("AD FS got %d forms", n)
			}
			if got := strings.Join(f.Dialled(), " "); got != host+":443 "+api+":443" {
				t.Errorf("reached %s", got)
			}
			if strings.Count(f.prompts(), "123456") > 1 {
				t.Error("the passcode was sent twice")
			}
			f.clean(t, err)
		})
	}
}

// security case 97
func TestNothingSignedIsInTheTrace(t *testing.T) {
	f := newFarm(t, frame("Passcode@phone1", phone))
	if err := f.login(t, "", idptest.Stored{idp.Code: "123456"}); err != nil {
		t.Fatal(err)
	}
	f.clean(t, nil)
	if len(f.events) < 8 {
		t.Errorf("%d events", len(f.events))
	}
}

// security case 5
func TestDuoIsNotAskedUnlessItIsTrusted(t *testing.T) {
	f := newFarm(t, frame("Duo Push@phone1", phone))
	f.config.Origins = nil
	var e *idp.SafetyError
	if err := f.login(t, "", idptest.Stored{}); !errors.As(err, &e) || e.To.String() != "https://"+api || e.From.Host() != host {
		t.Errorf("ended with %v", err)
	}
	if got := strings.Join(f.Dialled(), " "); got != host+":443" {
		t.Errorf("reached %s", got)
	}
}
