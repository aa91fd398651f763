package idp_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/saml/secret"
)

func address(t *testing.T, s string) *url.URL {
	t.Helper()
	u, err := url.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// setBy is a jar after an answer of an address with these Set-Cookie lines, and the jar that another run makes of it.
func setBy(t *testing.T, from string, lines ...string) (first, second *idp.Jar) {
	t.Helper()
	first, second = idp.NewJar(), idp.NewJar()
	r := http.Response{Header: http.Header{"Set-Cookie": lines}}
	first.SetCookies(address(t, from), r.Cookies())
	if err := second.Restore(first.Keep()); err != nil {
		t.Fatal(err)
	}
	return first, second
}

func sent(t *testing.T, j *idp.Jar, to string) string {
	t.Helper()
	var all []string
	for _, c := range j.Cookies(address(t, to)) {
		all = append(all, c.String())
	}
	return strings.Join(all, "; ")
}

// A restored cookie goes where the first one went, and nowhere else.
func TestKeptCookiesGoWhereTheyWent(t *testing.T) {
	for name, line := range map[string]string{
		"of AD FS":              "MSISAuth=x; path=/adfs; HttpOnly; Secure; SameSite=None",
		"a chunk":               "MSISAuth1=x; path=/adfs; HttpOnly; Secure",
		"without a path":        "a=1",
		"for the root":          "a=1; Path=/",
		"for its domain":        "a=1; Domain=example.com; Path=/",
		"a foreign domain":      "a=1; Domain=evil.example.net",
		"a public suffix":       "a=1; Domain=com",
		"for a while":           "a=1; Max-Age=3600; Path=/",
		"until a day":           "a=1; Expires=Fri, 31 Dec 2099 23:59:59 GMT; Path=/",
		"ended":                 "a=1; Max-Age=0; Path=/",
		"ended long ago":        "a=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/",
		"__Host-":               "__Host-a=1; Secure; Path=/",
		"__Host- broken":        "__Host-a=1; Path=/",
		"quoted":                `a="1 2"; Path=/`,
		"empty":                 "a=; Path=/",
		"Secure with no domain": "a=1; Secure; Path=/",
	} {
		first, second := setBy(t, "https://adfs.example.com/adfs/ls/idp.aspx?SAMLRequest=c4nary", line)
		reached := 0
		for _, to := range []string{
			"https://adfs.example.com/adfs/ls/", "https://adfs.example.com/adfs/ls/x", "https://adfs.example.com/", "https://adfs.example.com:8443/adfs/ls/",
			"https://www.example.com/adfs/ls/", "https://example.com/adfs/ls/", "https://evil.example.net/", "http://adfs.example.com/adfs/ls/",
		} {
			want, got := sent(t, first, to), sent(t, second, to)
			if got != want {
				t.Errorf("%s: %s gets %q, and got %q before", name, to, got, want)
			}
			if want != "" {
				reached++
			}
		}
		if gone := strings.Contains(name, "ended") || strings.Contains(name, "foreign") || strings.Contains(name, "public") || strings.Contains(name, "broken"); gone == (reached > 0) {
			t.Errorf("%s: %d addresses got it in the first run", name, reached)
		}
	}
}

func TestCookiesOfARunAreNotKept(t *testing.T) {
	for name, kept := range map[string]bool{"MSISLoopDetectionCookie": false, "msisloopdetectioncookie": false, "MSISAuth": true, "MSISAuthenticated": true, "SamlSession": true, "MSISIPSelectionPersistent": true} {
		_, second := setBy(t, "https://adfs.example.com/adfs/ls/", name+"=x; Path=/adfs")
		if got := sent(t, second, "https://adfs.example.com/adfs/ls/"); (got != "") != kept {
			t.Errorf("%s: %q was kept", name, got)
		}
	}
}

// A session that was signed out of, or went on, is kept as it is now.
func TestKeptAsItIsNow(t *testing.T) {
	from := address(t, "https://adfs.example.com/adfs/ls/")
	j := idp.NewJar()
	j.SetCookies(from, []*http.Cookie{{Name: "MSISAuth", Value: "old", Path: "/"}, {Name: "gone", Value: "x", Path: "/"}})
	j.SetCookies(from, []*http.Cookie{{Name: "MSISAuth", Value: "new", Path: "/"}, {Name: "gone", MaxAge: -1, Path: "/"}})
	again := idp.NewJar()
	if err := again.Restore(j.Keep()); err != nil {
		t.Fatal(err)
	}
	if got := sent(t, again, from.String()); got != "MSISAuth=new" {
		t.Errorf("kept %q", got)
	}
	if a, b := j.Keep().Reveal(), again.Keep().Reveal(); a != b {
		t.Errorf("kept once %s\nand twice %s", a, b)
	}
	if strings.Contains(j.Keep().Reveal(), "old") {
		t.Error("an old value is kept")
	}
	if !idp.NewJar().Keep().Empty() {
		t.Error("an empty jar keeps something")
	}
}

// The address that set a cookie may hold an assertion or a request in its query.
func TestKeptWithoutQueries(t *testing.T) {
	first, _ := setBy(t, "https://adfs.example.com/adfs/ls/?SAMLRequest=c4nary#c4nary", "a=1")
	if text := first.Keep().Reveal(); strings.Contains(text, "c4nary") || text == "" {
		t.Errorf("kept: %s", text)
	}
	if s := fmt.Sprintf("%v %+v %#v", first.Keep(), first.Keep(), first.Keep()); strings.Contains(s, "adfs") {
		t.Error("what is kept is printed")
	}
}

func TestWhatKeepDidNotWriteIsNotRestored(t *testing.T) {
	for _, text := range []string{
		"x", "{}", `{"version":1,"cookies":[null]}`, `{"version":2,"cookies":[]}`, `{"version":1,"cookies":[{"from":"https://adfs.example.com/","value":"c4nary"}]}`,
		`{"version":1,"cookies":[{"from":"https://adfs.example.com/","name":"good","value":"c4nary"},{"from":"file:///c4nary","name":"a"}]}`,
		`{"version":1,"cookies":[{"from":"https://adfs.example.com/","name":"good","value":"c4nary"},{"from":"https://u:c4nary@adfs.example.com/","name":"a"}]}`,
	} {
		j := idp.NewJar()
		if err := j.Restore(secret.New(text)); err == nil || strings.Contains(err.Error(), "c4nary") {
			t.Errorf("%s: %v", text, err)
		}
		if got := sent(t, j, "https://adfs.example.com/"); got != "" {
			t.Errorf("%s: %q was taken", text, got)
		}
	}
	j := idp.NewJar()
	if err := j.Restore(secret.New(`{"version":1,"cookies":[{"from":"http://adfs.example.com/","name":"a","value":"1"}]}`)); err != nil {
		t.Error(err)
	}
	if got := sent(t, j, "https://adfs.example.com/"); got != "" {
		t.Errorf("%q was taken from an address without TLS", got)
	}
	if err := j.Restore(secret.Text{}); err != nil {
		t.Error("nothing to restore:", err)
	}
}
