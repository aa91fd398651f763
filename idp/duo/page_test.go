package duo_test

import (
	"errors"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/idp/duo"
)

func page(t testing.TB, body string) *idp.Page {
	t.Helper()
	u, err := url.Parse("https://adfs.example.com/start?client-request-id=1")
	if err != nil {
		t.Fatal(err)
	}
	p, err := idp.ReadPage(u, http.StatusOK, http.Header{"Content-Type": {"text/html"}}, []byte(body))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func stored(t testing.TB, name string) string {
	t.Helper()
	body, err := os.ReadFile("../../testdata/pages/adfs/mfa/" + name + ".html")
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func TestTheFrameIsFoundHoweverThePageHandsItOver(t *testing.T) {
	form := func(inside string) string {
		return `<form id="duo_form" method="post"><input type="hidden" name="Context" value="c"></form>` + inside
	}
	for name, c := range map[string]struct{ page, want string }{
		"by a script":         {stored(t, "duo-frame"), "https://api-00000000.duosecurity.com"},
		"in hidden fields":    {stored(t, "duo-inputs"), "https://api-00000000.duosecurity.com"},
		"as attributes":       {form(`<iframe id="duo_iframe" data-host="Duo.example.com:8443" data-sig-request="TX|a:APP|b"></iframe>`), "https://duo.example.com:8443"},
		"with other quotes":   {form(`<script>Duo.init({"host":"duo.example.com","sig_request":"TX|a:APP|b"});</script>`), "https://duo.example.com"},
		"without quotes":      {form(`<script>Duo.init({ host : 'duo.example.com', sig_request: 'TX|a:APP|b' });</script>`), "https://duo.example.com"},
		"of another script":   {form(`<script>x({'host': 'duo.example.com', 'sig_request': 'TX|a:APP|b'});</script>`), "browser"},
		"Duo's own error":     {form(`<script>Duo.init({'host': 'duo.example.com', 'sig_request': 'ERR|The username is invalid.'});</script>`), "refused: The username is invalid."},
		"refused":             {stored(t, "duo-frame-refused"), "refused: The response of Duo could not be verified."},
		"refused, fields":     {stored(t, "duo-inputs-refused"), "refused: The response of Duo could not be verified."},
		"without a request":   {form(`<script>Duo.init({'host': 'duo.example.com'});</script>`), "browser"},
		"half a request":      {form(`<script>Duo.init({'host': 'duo.example.com', 'sig_request': 'TX|a'});</script>`), "browser"},
		"an empty half":       {form(`<script>Duo.init({'host': 'duo.example.com', 'sig_request': 'TX|a:'});</script>`), "browser"},
		"a form that is GET":  {strings.Replace(form(`<script>Duo.init({'host': 'duo.example.com', 'sig_request': 'TX|a:APP|b'});</script>`), "post", "get", 1), "browser"},
		"a path in the host":  {form(`<script>Duo.init({'host': 'duo.example.com/x', 'sig_request': 'TX|a:APP|b'});</script>`), "not understood"},
		"a user in the host":  {form(`<script>Duo.init({'host': 'adfs.example.com@evil.example.com', 'sig_request': 'TX|a:APP|b'});</script>`), "not understood"},
		"Universal Prompt":    {stored(t, "duo-universal"), "no step"},
		"a page of another's": {stored(t, "code"), "no step"},
	} {
		t.Run(name, func(t *testing.T) {
			got := "no step"
			switch s := duo.Reader("")(page(t, c.page)).(type) {
			case nil:
			case idp.Exchange:
				got = s.With.String()
			case idp.Stop:
				var refused *idp.RefusedError
				var strange *idp.PageError
				if errors.As(s.Err, &refused) {
					got = "refused: " + refused.Said.Raw()
				} else if errors.As(s.Err, &strange) {
					got = map[bool]string{true: "browser", false: "not understood"}[strange.Browser]
				}
			}
			if got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}
