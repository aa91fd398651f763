package duo_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/idp/idptest"
)

func TestTheConversationIsWhatABrowserWouldHave(t *testing.T) {
	f := newFarm(t, frame("Duo Push@phone1", phone))
	if err := f.login(t, "", idptest.Stored{}); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range f.api.Requests() {
		got = append(got, strings.TrimSpace(r.Method+" "+r.Path+"?"+r.Query+" "+r.Body))
	}
	const parent = "parent=https%3A%2F%2Fadfs.example.com%2Fstart%3Fclient-request-id%3D1"
	want := []string{
		"POST /frame/web/v1/auth?tx=TX%7Ctransaction-0815&" + parent + "&v=2.3 " + parent + "&java_version=&flash_version=&screen_resolution_width=1280&screen_resolution_height=800&color_depth=24",
		"GET /frame/prompt?sid=" + sid,
		"POST /frame/prompt? sid=" + sid + "&factor=Duo+Push&device=phone1&out_of_date=",
		"POST /frame/status? sid=" + sid + "&txid=t1",
		"POST /frame/status? sid=" + sid + "&txid=t1",
		"POST /frame/status/t1? sid=" + sid,
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("sent\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	posts := f.adfs.Posts()
	if len(posts) != 1 || posts[0].Names() != "AuthMethod Context sig_response" || posts[0].Value("sig_response") != word+":"+app || posts[0].Value("Context") != "c" {
		t.Errorf("AD FS got %+v", posts)
	}
	if shown := strings.Join(f.shown, "|"); shown != "Pushed a login request to your device...|" {
		t.Errorf("shown %q", shown)
	}
}

// The session's name may change while somebody is asked.
func TestANewSessionIsGoneOnWith(t *testing.T) {
	f := newFarm(t, frame("Duo Push@phone1", phone))
	f.api.On("POST /frame/status", ok(`{"status_code":"pushed","sid":"sid-2"}`), ok(`{"result":"SUCCESS","result_url":"/frame/status/t1"}`))
	if err := f.login(t, "", idptest.Stored{}); err != nil {
		t.Fatal(err)
	}
	posts := f.api.Posts()
	if posts[3].Value("sid") != "sid-2" || posts[4].Value("sid") != "sid-2" {
		t.Errorf("went on with %q, %q", posts[3].Body, posts[4].Body)
	}
}

func TestTheWayIsTheWishElseDuosOwnElseAsked(t *testing.T) {
	const need = "need: "
	for name, c := range map[string]struct {
		page, wish, answer string
		want               string // what Duo was asked to do, or what would have been asked
	}{
		"Duo's own":                     {frame("Duo Push@phone1", phone, second), "", "", "Duo Push@phone1"},
		"Duo's own, a passcode":         {frame("Passcode@token", phone, token), "", "", "Passcode@phone1 123456"},
		"the call":                      {frame("Duo Push@phone1", phone), "phone", "", "Phone Call@phone1"},
		"the call, in other words":      {frame("", phone), "CALL", "", "Phone Call@phone1"},
		"the passcode":                  {frame("Duo Push@phone1", phone, token), "passcode", "", "Passcode@phone1 123456"},
		"the push of several phones":    {frame("Duo Push@phone2", phone, strings.ReplaceAll(phone, "phone1", "phone2")), "push", "", "Duo Push@phone2"},
		"a device":                      {frame("Duo Push@phone1", phone, second), "phone2", "", "Phone Call@phone2"},
		"a device by its label":         {frame("Duo Push@phone1", phone, second), "7777", "", "Phone Call@phone2"},
		"only one":                      {frame("", second), "", "", "Phone Call@phone2"},
		"only one that can be answered": {frame("WebAuthn Credential@WA1", key, token), "", "", "Passcode@token 123456"},
		"asked":                         {frame("", phone), "", "Phone Call", "Phone Call@phone1"},
		"asked, two phones":             {frame("", phone, second), "", "Phone Call phone2", "Phone Call@phone2"},
		"nobody to be asked":            {frame("", phone), "", "", need + "Duo Push, iOS (XXX-XXX-5555) | Phone Call, iOS (XXX-XXX-5555) | Passcode"},
		"several that could be meant":   {frame("", phone, second), "phone", "", need + "Phone Call, iOS (XXX-XXX-5555) | Phone Call, Landline (XXX-XXX-7777)"},
		"a wish that is not offered":    {frame("Duo Push@phone1", phone), "pigeon", "", need + "Duo Push, iOS (XXX-XXX-5555) | Phone Call, iOS (XXX-XXX-5555) | Passcode"},
		"factors for all devices":       {`<input type="hidden" name="sid" value="x"><select name="device"><option value="phone1">A</option></select><button name="factor" value="Duo Push">P</button>`, "", "", "Duo Push@phone1"},
		"no list of devices":            {`<input name="sid" value="x"><input type="hidden" name="preferred_device" value="phone3"><button name="factor" value="Phone Call">P</button>`, "", "", "Phone Call@phone3"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFarm(t, c.page)
			d := idptest.Stored{idp.Code: "123456"}
			if c.answer != "" {
				d[idp.Choice] = c.answer
			}
			got := ""
			err := f.login(t, c.wish, d)
			var e *idp.NeedError
			if errors.As(err, &e) {
				var labels []string
				for _, o := range e.Question.Options {
					labels = append(labels, o.Label.Raw())
				}
				got = need + strings.Join(labels, " | ")
			} else if err != nil {
				t.Fatal(err)
			} else {
				got = f.prompts()
			}
			if got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}

func TestWhatOnlyABrowserCanDo(t *testing.T) {
	for name, body := range map[string]string{
		"only a security key": frame("", key),
		"nothing enrolled":    `<p>Protect your account</p><input type="hidden" name="sid" value="x">`,
		"endpoint health":     `<form id="endpoint-health-form"><input type="hidden" name="sid" value="x"></form>` + frame("Duo Push@phone1", phone),
		"trusted endpoints":   `<form id="client_cert_form"><input type="hidden" name="sid" value="x"></form>`,
	} {
		t.Run(name, func(t *testing.T) {
			f := newFarm(t, body)
			var e *idp.PageError
			if err := f.login(t, "", idptest.Stored{}); !errors.As(err, &e) || !e.Browser || e.Address != "https://"+api+"/frame/prompt" || f.prompts() != "" {
				t.Errorf("%v after %q", err, f.prompts())
			}
		})
	}
}

// What was denied on a phone ends at once, with Duo's words; a notification is never sent twice.
func TestDuosNoEndsTheLogin(t *testing.T) {
	for name, c := range map[string]struct {
		path   string
		answer idptest.Answer
		reason idp.Reason
		said   string
	}{
		"denied":               {"POST /frame/status", ok(`{"status_code":"deny","result":"FAILURE","status":"Login request denied."}`), idp.CodeRefused, "Login request denied."},
		"reported as fraud":    {"POST /frame/status", ok(`{"status_code":"fraud","status":"Login request reported as fraudulent."}`), idp.CodeRefused, "Login request reported as fraudulent."},
		"timed out at Duo":     {"POST /frame/status", ok(`{"status_code":"timeout","result":"FAILURE","status":"Login timed out."}`), idp.MFATimedOut, "Login timed out."},
		"locked":               {"POST /frame/status", ok(`{"status_code":"deny","result":"FAILURE","status":"Your account has been locked out."}`), idp.Locked, "Your account has been locked out."},
		"both yes and no":      {"POST /frame/status", ok(`{"status_code":"allow","result":"FAILURE","status":"No.","result_url":"/frame/status/t1"}`), idp.CodeRefused, "No."},
		"a session that ended": {"POST /frame/status", plain(`{"stat":"FAIL","message":"Your session has expired.","response":""}`), idp.CodeRefused, "Your session has expired."},
		"an unknown factor":    {"POST /frame/prompt", plain(`{"stat":"FAIL","message":"Unknown\nauthentication method."}`), idp.CodeRefused, "Unknown authentication method."},
		"no word":              {"POST /frame/status/t1", plain(`{"stat":"FAIL"}`), idp.CodeRefused, ""},
		"nobody taps":          {"POST /frame/status", ok(`{"status_code":"pushed","status":"Pushed a login request to your device..."}`), idp.MFATimedOut, "Pushed a login request to your device..."},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFarm(t, frame("Duo Push@phone1", phone))
			f.api.On(c.path, c.answer)
			begin := f.now
			err := f.login(t, "", idptest.Stored{})
			refused(t, err, c.reason, c.said)
			if f.prompts() != "Duo Push@phone1" || len(f.adfs.Posts()) != 0 {
				t.Errorf("asked %s, AD FS got %d forms", f.prompts(), len(f.adfs.Posts()))
			}
			if f.now.Sub(begin) > idp.MFATime {
				t.Errorf("waited %s", f.now.Sub(begin))
			}
			if n := len(f.shown); n > 0 && f.shown[n-1] != "" {
				t.Error("the wait is still shown")
			}
		})
	}
}
