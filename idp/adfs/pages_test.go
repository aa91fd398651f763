package adfs_test

import (
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/idp/adfs"
)

const pages = "../../testdata/pages/adfs"

// known says what each page of testdata is taken for. A page that is missing here fails the test.
var known = map[string]string{
	"2012r2/signin.html":         "sign-in UserName Password",
	"2012r2/wrong-password.html": "sign-in UserName Password, refused",
	"2016/signin.html":           "sign-in UserName Password",
	"2016/wrong-password.html":   "sign-in UserName Password, refused",
	"2016/locked.html":           "stop: locked",
	"2016/disabled.html":         "stop: disabled",
	"2016/expired.html":          "stop: password expired",
	"2019/signin.html":           "sign-in UserName Password",
	"2019/wrong-password.html":   "sign-in UserName Password, refused",
	"2022/signin.html":           "sign-in UserName Password",

	"2019-paginated/signin.html":         "sign-in UserName Password",
	"2019-paginated/wrong-password.html": "sign-in UserName Password, refused",

	"code/sample.html":        "code ChallengeQuestionAnswer Submit=Submit",
	"code/wrong-code.html":    "code ChallengeQuestionAnswer Submit=Submit, refused",
	"code/password-type.html": "code otp",
	"code/options-first.html": "code ChallengeQuestionAnswer Submit=Submit",

	"error/msis7007.html":     "stop: unknown relying party MSIS7007",
	"error/msis7012.html":     "stop: IdP-initiated off MSIS7012",
	"error/msis7042.html":     "stop: too many logins MSIS7042",
	"error/msis7065.html":     "stop: IdP-initiated off MSIS7065",
	"error/msis5007.html":     "stop: not permitted MSIS5007",
	"error/unknown-code.html": "stop: other MSIS9999",
	"error/no-details.html":   "stop: other",
	"error/folded.html":       "stop: unknown relying party MSIS7007",
	"error/old.html":          "stop: IdP-initiated off MSIS7012",

	"update-password/page.html": "stop: password expired",
	"hop/self-posting.html":     "submit",
	"hop/refresh.html":          "open",
	"response/working.html":     "done",

	"choices/two-fields.html":         "code pin, code Submit=Submit",
	"choices/push.html":               "wait",
	"choices/home-realm.html":         "choose organisation: AD AUTHORITY",
	"choices/method-choice.html":      "choose way to sign in: AzureMfaAuthentication | OtpProvider",
	"choices/application-choice.html": "choose application: 11111111-2222-3333-4444-555555555555",
}

// languages are those whose pages stand in testdata; each has the same three.
var languages = []string{"de", "es", "fr", "ja", "ru"}

// security case 153
func TestEveryPageIsKnownInEveryLanguage(t *testing.T) {
	want := map[string]string{}
	for name, what := range known {
		want[name] = what
	}
	for _, l := range languages {
		want["languages/"+l+"-signin.html"] = "sign-in UserName Password"
		want["languages/"+l+"-wrong-password.html"] = "sign-in UserName Password, refused"
		want["languages/"+l+"-error.html"] = "stop: unknown relying party MSIS7007"
	}
	found := 0
	err := filepath.WalkDir(pages, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && d.Name() == "mfa" {
			return filepath.SkipDir // what is inside the frame is the adapters' matter
		}
		if err != nil || d.IsDir() {
			return err
		}
		name, _ := filepath.Rel(pages, path)
		name = filepath.ToSlash(name)
		found++
		t.Run(name, func(t *testing.T) {
			what, listed := want[name]
			if !listed {
				t.Fatal("this page is not in the table")
			}
			if got := classify(read(t, name)); got != what {
				t.Errorf("it is taken for %q, want %q", got, what)
			}
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if found != len(want) {
		t.Errorf("%d pages were found, the table has %d", found, len(want))
	}
}

// read is a page of testdata as it would be found where a login starts.
func read(t testing.TB, name string) *idp.Page {
	t.Helper()
	body, err := os.ReadFile(filepath.Join(pages, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return readAt(t, "/adfs/ls/idpinitiatedsignon.aspx", string(body))
}

func readAt(t testing.TB, path, body string) *idp.Page {
	t.Helper()
	u, err := url.Parse("https://adfs.example.com" + path)
	if err != nil {
		t.Fatal(err)
	}
	p, err := idp.ReadPage(u, http.StatusOK, http.Header{"Content-Type": {"text/html; charset=utf-8"}}, []byte(body))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// step is what the first recogniser that knows the page makes of it.
func step(p *idp.Page) idp.Step {
	for _, k := range adfs.Recognisers(adfs.Wishes{}) {
		if s := k.Read(p); s != nil {
			return s
		}
	}
	return nil
}

func classify(p *idp.Page) string {
	var b strings.Builder
	refused := false
	switch s := step(p).(type) {
	case nil:
		return "not understood"
	case idp.Done:
		return "done"
	case idp.Submit:
		return "submit"
	case idp.Open:
		return "open"
	case idp.SignIn:
		fmt.Fprintf(&b, "sign-in %s %s", s.User, s.Password)
		refused = s.Refused != ""
	case idp.Challenge:
		for i, blank := range s.Blanks {
			b.WriteString([]string{"code ", ", "}[min(i, 1)] + blank.Field)
		}
		for _, pair := range s.Also {
			fmt.Fprintf(&b, " %s=%s", pair.Name, pair.Value)
		}
		refused = s.Refused != ""
	case idp.Wait:
		return "wait"
	case idp.Choose:
		for i, way := range s.Options {
			b.WriteString([]string{"choose " + string(s.Topic) + ": ", " | "}[min(i, 1)] + way.ID)
		}
	case idp.Stop:
		e, ok := s.Err.(*idp.RefusedError)
		if !ok {
			return "stop: " + s.Err.Error()
		}
		b.WriteString("stop: " + reasons[e.Reason])
		if e.Code != "" {
			b.WriteString(" " + e.Code)
		}
	}
	if refused {
		b.WriteString(", refused")
	}
	return b.String()
}

var reasons = map[idp.Reason]string{
	idp.WrongPassword: "wrong password", idp.Locked: "locked", idp.Disabled: "disabled", idp.PasswordExpired: "password expired",
	idp.CodeRefused: "code refused", idp.NotPermitted: "not permitted", idp.UnknownRelyingParty: "unknown relying party",
	idp.IdPInitiatedOff: "IdP-initiated off", idp.TooManyLogins: "too many logins", idp.WindowsSignIn: "Windows sign-in",
	idp.OtherRefusal: "other",
}
