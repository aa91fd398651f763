package adfs_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/idp/adfs"
	"github.com/samlogin/samlogin/idp/idptest"
)

// framed is what AD FS draws round an adapter's part of a page.
func framed(method, inside string) string {
	return `<html><head><title>Sign In</title></head><body><div id="noScript"><h1>JavaScript required</h1></div><div id="authArea">
<div id="mfaGreeting">Welcome EXAMPLE\jane</div><div id="mfaGreetingDescription">For security reasons</div><div id="loginArea">
<form method="post" id="loginForm"><input id="authMethod" type="hidden" name="AuthMethod" value="` + method + `"><input id="context" type="hidden" name="Context" value="c">` + inside + `</form></div>
<div id="authOptions"><form id="options" method="post" action="https://adfs.example.com:443/adfs/ls/x"><script>function SelectOption(o){document.forms['options'].submit();}</script>
<input id="optionSelection" type="hidden" name="AuthMethod"><div id="authOptionLinks"></div></form></div></div></body></html>`
}

func withoutFrame(id, method, inside string) string {
	return `<form method="post" id="` + id + `"><input type="hidden" name="AuthMethod" value="` + method + `"><input type="hidden" name="Context" value="c">` + inside + `</form>`
}

const submits = `<script>setTimeout(function(){document.forms[0].submit()},2000)</script>`

// Pages of the field that look otherwise than those of the demo: builds differ, and sites register adapters under names
// of their own.
func TestPagesThatAreBuiltOtherwise(t *testing.T) {
	for name, c := range map[string]struct{ body, want string }{
		"RSA's first page without the field that its script adds": {framed("SecurIDv2Authentication", `<input type="hidden" name="latitude"><input type="hidden" name="rsa_risk_fp">`),
			"submit AuthMethod Context latitude rsa_risk_fp InitStatus=true"},
		"RSA's first page that refuses": {framed("SecurIDv2Authentication", `<label id="errorText">Your account is locked.</label>`), `stop: "Your account is locked."`},
		"a choice by links without onclick": {framed("AzureMfaServerAuthentication", `<input type="hidden" name="__EVENTTARGET"><a href="javascript:__doPostBack('Phone','')">Call</a><a href="javascript:__doPostBack('App','')">App</a>`),
			`choose the way to sign in: Phone "Call", App "App"`},
		"a push whose words have no id":                       {framed("AzureMfaServerAuthentication", `<p>We have notified you.</p>`), `wait 1s, blocks true, "We have notified you.", number ""`},
		"a push denied in a paragraph of class error":         {framed("AzureMfaServerAuthentication", `<p class="error">Authentication denied.</p>`), `stop: "Authentication denied."`},
		"a number to match alone":                             {framed("AzureMfaAuthentication", `<p id="validEntropyNumber">42</p>`), `wait 2s, blocks false, "", number "42"`},
		"Entra's first page without a frame":                  {withoutFrame("loginForm", "AzureMfaAuthentication", ``), "submit AuthMethod Context"},
		"VIP's push":                                          {framed("VIPAuthenticationProviderUPN", `<p>Approve it</p>`), `wait 2s, blocks false, "Approve it", number ""`},
		"an unknown push with something that turns":           {withoutFrame("f", "Own", `<p>Approve it</p><img class="mfa-spinner" src="x.gif">`), `wait 2s, blocks false, "Approve it", number ""`},
		"an unknown push with a script":                       {withoutFrame("f", "Own", `<p>Approve it</p>`+submits), `wait 2s, blocks false, "Approve it", number ""`},
		"an unknown push that was denied":                     {withoutFrame("f", "Own", `<p class="error">Denied by you</p>`+submits), `stop: "Denied by you"`},
		"an unknown push that offers other ways":              {strings.Replace(framed("Own", `<p>Approve it</p>`+submits), `<div id="authOptionLinks">`, `<div id="authOptionLinks"><a id="B" onclick="SelectOption('B')">Bee</a><a id="C" onclick="SelectOption('C')">Cee</a>`, 1), `wait 2s, blocks false, "Approve it", number ""`},
		"other ways beside nothing":                           {strings.Replace(framed("Own", `<p>Choose</p>`), `<div id="authOptionLinks">`, `<div id="authOptionLinks"><a id="B" onclick="SelectOption('B')">Bee</a><a id="C" onclick="SelectOption('C')">Cee</a>`, 1), `choose the way to sign in: B "Bee", C "Cee"`},
		"an unknown page without anything":                    {withoutFrame("f", "Own", `<p>Hello</p>`), "unknown"},
		"an unknown code with words":                          {withoutFrame("f", "Own", `<p id="pageIntroductionText">We sent it</p><input name="code" placeholder="Code">`), `ask one-time code code "Code" ; says "We sent it"; sends []; refused ""; next false`},
		"a security key":                                      {framed("Fido", `<input type="hidden" name="assertion"><script>navigator.credentials.get({}).then(function(){document.forms[0].submit()})</script>`), "stop: this page needs a real browser: a security key is asked for"},
		"adfsmfa under another name":                          {withoutFrame("IdentificationForm", "acme", `<input type="password" name="totp" placeholder="Code"><input type="hidden" name="selected"><input type="submit" name="continueButton" value="Go"><input type="submit" name="other" value="x">`), `ask one-time code totp "Code" ; says ""; sends [{selected 0} {continueButton Go}]; refused ""; next false`},
		"adfsmfa's wait under another name":                   {withoutFrame("refreshForm", "acme", ``), `wait 1s, blocks false, "", number ""`},
		"adfsmfa's refusal under another name":                {withoutFrame("lockingForm", "acme", `You are locked`), `stop: "You are locked"`},
		"Silverfort's end without its name":                   {withoutFrame("f", "", `<p>MFA request expired</p>`), `stop: "MFA request expired"`},
		"methods that are known by their ids":                 {`<form id="options" method="post"><input type="hidden" name="AuthMethod"><div id="authOptionLinks"><a class="actionLink" id="A" href="#">Ay</a><span class="optionButton" id="B">Bee</span></div></form>`, `choose the way to sign in: A "Ay", B "Bee"`},
		"methods of a second step":                            {`<form id="options" method="post"><input type="hidden" name="AuthMethod"><input type="hidden" name="Context" value="c"><a class="actionLink" id="x" onclick="return SelectOption(&quot;B&quot;)">Bee</a><a onclick="SelectOption(this.id)" id="C">Cee</a></form>`, `choose the way to sign in: B "Bee", C "Cee"`},
		"home realm discovery by e-mail":                      {`<form id="hrd" method="post"><div id="byEmail"><span id="errorText"></span><input id="emailInput" name="Email" type="email"><input type="submit" name="HomeRealmByEmail" value="Next"></div></form>`, "sign-in Email  HomeRealmByEmail=Next"},
		"the error page of AD FS 2.0":                         {`<h1>There was a problem accessing the site. Try to browse to the site again.</h1><p>Reference number: 11111111-2222-3333-4444-555555555555</p>`, `stop: "There was a problem accessing the site. Try to browse to the site again. Reference number: 11111111-2222-3333-4444-555555555555"`},
		"the error page of AD FS 2.0 in German":               {`<form id="aspnetForm"><input type="hidden" name="__VIEWSTATE" value="v"><p>Es ist ein Problem aufgetreten. 11111111-2222-3333-4444-555555555555</p></form>`, `stop: "Es ist ein Problem aufgetreten. 11111111-2222-3333-4444-555555555555"`},
		"a program that draws everything":                     {`<title>App</title><noscript>You need to enable JavaScript to run this app.</noscript><div id="root"></div><script src="/a.js"></script>`, "stop: this page needs a real browser: it is a program that runs in the page"},
		"AD FS's own words about JavaScript":                  {`<div id="noScript"><h1>JavaScript required</h1></div><script src="/a.js"></script>`, "unknown"},
		"a page that shows an id":                             {`<p>Welcome, 11111111-2222-3333-4444-555555555555</p>`, "unknown"},
		"an expired password in a language not English":       {`<form id="loginForm" method="post"><div id="error"><span id="errorText">Ihr Kennwort ist abgelaufen. <a href="/adfs/portal/updatepassword?x">Jetzt</a></span></div><input name="UserName"><input name="Password" type="password"><input type="hidden" name="AuthMethod" value="FormsAuthentication"></form>`, `stop: "Ihr Kennwort ist abgelaufen. Jetzt"`},
		"a link to change the password, and no refusal":       {`<form id="loginForm" method="post"><div id="error"><span id="errorText"></span></div><input name="UserName"><input name="Password" type="password"><a href="/adfs/portal/updatepassword">Change it</a></form>`, "sign-in UserName Password AuthMethod=FormsAuthentication"},
		"a wrong password beside a link that is always there": {`<form id="loginForm" method="post"><div id="error"><span id="errorText">Falsch.</span></div><input name="UserName"><input name="Password" type="password"><a href="/adfs/portal/updatepassword">Change it</a></form>`, "sign-in UserName Password AuthMethod=FormsAuthentication"},
	} {
		t.Run(name, func(t *testing.T) {
			u, err := url.Parse("https://adfs.example.com/adfs/ls/")
			if err != nil {
				t.Fatal(err)
			}
			p, err := idp.ReadPage(u, http.StatusOK, http.Header{"Content-Type": {"text/html"}}, []byte(c.body))
			if err != nil {
				t.Fatal(err)
			}
			var got string
			switch s := step(p).(type) {
			case nil:
				got = "unknown"
			case idp.Submit:
				got = "submit"
				for _, pair := range s.Form.Filled(s.Also...) {
					got += " " + pair.Name
					if slices.Contains(s.Also, pair) {
						got += "=" + pair.Value
					}
				}
			case idp.SignIn:
				got = fmt.Sprintf("sign-in %s %s", s.User, s.Password)
				for _, pair := range s.Also {
					got += " " + pair.Name + "=" + pair.Value
				}
			default:
				got = answered(p)
			}
			if got != c.want {
				t.Errorf("taken for %s\nwant      %s", got, c.want)
			}
		})
	}
}

// Its error page does not always say why. Where nothing was asked before, the other way in is tried; after a password
// it is the end.
func TestAnErrorPageWithoutAReason(t *testing.T) {
	silent := `<title>Error</title><div id="errorArea"><div id="openingMessage">An error occurred</div><div id="errorMessage">Contact your administrator.</div></div>`
	w := idptest.New(t)
	s := w.Site("adfs.example.com").On(initiated, idptest.HTML(silent)).On("GET /adfs/ls/", file(t, "2016/signin.html")).
		On("POST /adfs/ls/idpinitiatedsignon", file(t, "response/working.html")).On("POST /adfs/ls/", file(t, "response/working.html"))
	var notices []string
	if _, err := provider(t, w, "adfs.example.com", adfs.Config{Notice: func(line string) { notices = append(notices, line) }}).Login(t.Context(), jane()); err != nil {
		t.Fatal(err)
	}
	if got := s.Requests(); len(got) < 2 || !strings.HasPrefix(got[1].Query, "SAMLRequest=") || len(notices) != 1 {
		t.Errorf("went on with %v, and said %q", got, notices)
	}

	for _, start := range []adfs.Start{adfs.StartIdP, adfs.StartAuto} {
		w = idptest.New(t)
		s = w.Site("adfs.example.com").On("GET /adfs/ls/", file(t, "2016/signin.html"))
		if start == adfs.StartIdP {
			s.On(initiated, idptest.HTML(silent))
		} else {
			s.On(initiated, file(t, "2016/signin.html")).On("POST /adfs/ls/idpinitiatedsignon", idptest.HTML(silent)).On("POST /adfs/ls/", idptest.HTML(silent)).On("POST /adfs/ls/IdpInitiatedSignOn.aspx", idptest.HTML(silent))
		}
		_, err := provider(t, w, "adfs.example.com", adfs.Config{Start: start}).Login(t.Context(), jane())
		if err == nil || !strings.Contains(err.Error(), "Contact your administrator") {
			t.Errorf("%s: %v", start, err)
		}
		if gets := len(s.Requests()) - len(s.Posts()); gets != 1 {
			t.Errorf("%s: began %d times", start, gets)
		}
	}
}
