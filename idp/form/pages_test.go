package form_test

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/idp/form"
)

const pages = "../../testdata/pages/form"

// a page as it is found: where, with which status, and whether a password was sent before.
type found struct {
	want   string
	typed  bool
	path   string
	status int
}

// known says what each page of testdata is taken for. A page that is missing here fails the test.
var known = map[string]found{
	"keycloak/signin":             {want: "sign-in username password login="},
	"keycloak/signin-passkeys":    {want: "sign-in username password login="},
	"keycloak/wrong-password":     {want: `sign-in username password login=, refused "Invalid username or password."`, typed: true},
	"keycloak/disabled":           {want: `stop: disabled "Account is disabled, contact your administrator."`, typed: true},
	"keycloak/username":           {want: "sign-in username - login="},
	"keycloak/unknown-user":       {want: `sign-in username - login=, refused "Invalid username or email."`},
	"keycloak/password":           {want: "sign-in - password login="},
	"keycloak/otp":                {want: "code otp login=", typed: true},
	"keycloak/wrong-otp":          {want: `code otp login=, refused "Invalid authenticator code."`, typed: true},
	"keycloak/otp-two-devices":    {want: "code otp login= [device: aaaa-1 (Phone), bbbb-2 (Token)]", typed: true},
	"keycloak/otp-two-devices-1":  {want: "code otp login= [device: aaaa-1 (Phone), bbbb-2 (Token)]", typed: true},
	"keycloak/select-method":      {want: "choose way to sign in: exec-0 (Authenticator Application), exec-1 (Recovery Authentication Code)", typed: true},
	"keycloak/select-method-1":    {want: "choose way to sign in: exec-0 (Authenticator Application), exec-1 (Recovery Authentication Code)", typed: true},
	"keycloak/update-password":    {want: `stop: password expired "You need to change your password."`, typed: true},
	"keycloak/configure-totp":     {want: `stop: action needed "Mobile Authenticator Setup"`, typed: true},
	"keycloak/webauthn":           {want: "needs a browser: it wants a security key or passkey (WebAuthn)", typed: true},
	"keycloak/webauthn-other-way": {want: "submit tryAnotherWay=on", typed: true},
	"keycloak/error":              {want: `stop: other "Client not found."`, status: 400},
	"keycloak/expired":            {want: "open /realms/example/login-actions/authenticate", status: 400},
	"keycloak/terms":              {want: `choose consent: accept (Accept), cancel (Decline); "Terms and Conditions Be good."`, typed: true},
	"keycloak/response":           {want: "done", typed: true},

	"simplesamlphp/signin-1":         {want: "sign-in username password"},
	"simplesamlphp/signin-2":         {want: "sign-in username password"},
	"simplesamlphp/wrong-password-1": {want: `sign-in username password, refused "Incorrect username or password"`, typed: true},
	"simplesamlphp/wrong-password-2": {want: `sign-in username password, refused "Incorrect username or password Either no user with the given username could be found, or the password you gave was wrong."`, typed: true},
	"simplesamlphp/organization-1":   {want: "sign-in username password [organisation: staff (Staff), guests (Guests)]"},
	"simplesamlphp/sources-1":        {want: "choose organisation: src-Y29ycA== (Corporate directory), src-cGFydG5lcg== (Partner directory)"},
	"simplesamlphp/notice-1":         {want: `submit StateId=_x yes=I am aware of this, continue...; "Warning, your account jane will expire in 20 days! Expiration date: 2026-12-11"`, typed: true},
	"simplesamlphp/expired-1":        {want: `stop: disabled "Your account jane has expired, access denied!"`, typed: true, path: "/simplesaml/module.php/expirycheck/expired.php"},
	"simplesamlphp/consent-1":        {want: `choose consent: yes (Yes, continue), no (No, cancel); "AWS requires that the information below is transferred. Remember Yes, continue No, cancel Information that will be sent to AWS uid jane"`, typed: true},
	"simplesamlphp/consent-2":        {want: `choose consent: yes (Yes, continue), no (No, cancel); "AWS requires that the information below is transferred. Remember Yes, continue No, cancel Information that will be sent to AWS uid jane"`, typed: true},
	"simplesamlphp/no-consent-1":     {want: `stop: not permitted "You did not give consent for transferring your attributes to AWS."`, typed: true, path: "/simplesaml/module.php/consent/noconsent.php"},
	"simplesamlphp/forbidden":        {want: `stop: not permitted "You don't have the needed privileges to access this application."`, typed: true, status: 403, path: "/simplesaml/module.php/authorize/authorize_403.php"},
	"simplesamlphp/error":            {want: `stop: other "Metadata not found" (activity 0f3a9c1d22)`, status: 404},

	"shibboleth/storage":        {want: "submit csrf_token=_t shib_idp_ls_exception.shib_idp_session_ss= shib_idp_ls_success.shib_idp_session_ss=false shib_idp_ls_value.shib_idp_session_ss= shib_idp_ls_supported= _eventId_proceed="},
	"shibboleth/signin":         {want: "sign-in j_username j_password _eventId_proceed="},
	"shibboleth/wrong-password": {want: `sign-in j_username j_password _eventId_proceed=, refused "The password you entered was incorrect."`, typed: true, status: 401},
	"shibboleth/locked":         {want: `stop: locked "Your account is locked."`, typed: true},
	"shibboleth/consent":        {want: `choose consent: _eventId_AttributeReleaseRejected (Reject), _eventId_proceed (Accept); "Example You are about to access the service: AWS uid"`, typed: true},
	"shibboleth/totp":           {want: "code j_tokenNumber _eventId_proceed=", typed: true},

	"cas/signin":          {want: "sign-in username password submitBtn=Login"},
	"cas/wrong-password":  {want: `sign-in username password submitBtn=Login, refused "Authentication attempt has failed, likely due to invalid credentials. Please verify and try again."`, typed: true, status: 401},
	"cas/token":           {want: "code token login=Login", typed: true},
	"cas/change-password": {want: `stop: password expired "Hello, jane. You must change your password."`, typed: true},

	"lemonldap/signin":         {want: "sign-in user password"},
	"lemonldap/wrong-password": {want: "sign-in user password", typed: true}, // its words are put in by a script
	"lemonldap/locked":         {want: `stop: locked "" (message 21)`, typed: true},
	"lemonldap/code":           {want: "code code", typed: true},
	"lemonldap/redirect":       {want: "open /saml/singleSignOn", typed: true},
	"lemonldap/second-factors": {want: "choose way to sign in: totp (TOTP), mail (E-mail)", typed: true},
	"lemonldap/wrong-code":     {want: `stop: code refused "" (message 96)`, typed: true},

	"netiq/frame":     {want: "open /nidp/app/login", path: "/nidp/saml2/idpsend"},
	"netiq/signin":    {want: "sign-in Ecom_User_ID Ecom_Password loginButton2=Login", path: "/nidp/app/login"},
	"netiq/token":     {want: "code Ecom_Token loginButton2=Login", typed: true, path: "/nidp/app/login"},
	"netiq/after":     {want: "open /nidp/saml2/idpsend", typed: true, path: "/nidp/app/login"},
	"netiq/elsewhere": {want: "not understood", typed: true, path: "/app/login"}, // nobody else's scripts are followed

	"pingfederate/signin":         {want: "sign-in pf.username pf.pass pf.ok=clicked"},
	"pingfederate/wrong-password": {want: `sign-in pf.username pf.pass pf.ok=clicked, refused "We didn't recognize the username or password you entered. Please try again."`, typed: true},

	"f5/signin": {want: "sign-in username password"},
	"f5/method": {want: "choose way to sign in: push (Push), sms (Text message)", typed: true},
	"f5/token":  {want: "code mfatoken", typed: true},

	"generic/password-and-code":  {want: "sign-in login password +otp"},
	"generic/password-and-token": {want: "sign-in username password +passcode +pin"},
	"generic/go-on-or-cancel":    {want: `submit t=1 go=1; "Maintenance tonight from 22:00. Cancel Continue"`, typed: true},
	"generic/odd-names":          {want: "sign-in x1 x2"},
	"generic/unknown-field":      {want: "not understood"},
	"generic/captcha":            {want: "needs a browser: it wants a captcha solved"},
	"generic/text-captcha":       {want: "needs a browser: it wants a captcha solved"},
	"generic/change-password":    {want: `stop: password expired "Your password has expired"`, typed: true},
	"generic/two-forms":          {want: "unsafe: the page has more than one form that asks for a password"},
	"generic/hidden-decoy":       {want: "sign-in username password"},
	"generic/one-field":          {want: "code answer", typed: true},
	"generic/two-fields":         {want: "not understood", typed: true},
	"generic/only-logout":        {want: "not understood", typed: true},
	"generic/radio-choice":       {want: "choose organisation: a (University A), b (University B)"},
	"generic/two-lists":          {want: "not understood"},
	"generic/forbidden":          {want: `stop: other "Forbidden Your address is not allowed."`, status: 403},
	"generic/not-found":          {want: "not understood", status: 404},
	"generic/duo-frame":          {want: "needs a browser: it shows Duo's prompt in a frame", typed: true},
}

func TestEveryPageIsTakenForWhatItIs(t *testing.T) {
	seen := 0
	err := filepath.WalkDir(pages, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".html" {
			return err
		}
		name, _ := filepath.Rel(pages, path)
		name = strings.TrimSuffix(filepath.ToSlash(name), ".html")
		seen++
		t.Run(name, func(t *testing.T) {
			k, listed := known[name]
			if !listed {
				t.Fatal("this page is not in the table")
			}
			if got := classify(read(t, name, k), k.typed); got != k.want {
				t.Errorf("it is taken for\n%s, want\n%s", got, k.want)
			}
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen != len(known) {
		t.Errorf("%d pages were found, the table has %d", seen, len(known))
	}
}

// What a page means before a password was sent and after it may differ: a guess is made only after it.
func TestAFieldIsNotTakenForACodeBeforeThePassword(t *testing.T) {
	for _, name := range []string{"generic/one-field", "generic/two-fields"} {
		if got := classify(read(t, name, found{}), false); got != "not understood" {
			t.Errorf("%s is taken for %q", name, got)
		}
	}
	// A word about locked accounts on the first page is a notice and no refusal.
	if got := classify(read(t, "shibboleth/locked", found{}), false); got != "sign-in j_username j_password _eventId_proceed=" {
		t.Errorf("a notice is taken for %q", got)
	}
}

// security case 9, security case 11
func TestSecretsGoToPasswordFieldsOnly(t *testing.T) {
	in := func(fields string) string { return `<form method="post" action="/login">` + fields + `</form>` }
	for name, c := range map[string]struct{ body, want string }{
		"names swapped, types tell":     {in(`<input name="password"><input name="username" type="password">`), "sign-in password username"},
		"a password field of type text": {in(`<input name="username"><input name="password" type="text">`), "not understood"},
		"a hidden password field":       {in(`<input name="username"><input name="password" type="password" style="display:none">`), "not understood"},
		"two password fields":           {in(`<input name="username"><input name="a" type="password"><input name="b" type="password">`), "unsafe: the page asks for more than one password"},
		"outside every form":            {`<input name="username"><input name="password" type="password">`, "not understood"},
		"a user name called code":       {in(`<input name="code" autocomplete="username"><input name="password" type="password">`), "sign-in code password"},
		"a password called token":       {in(`<input name="username"><input name="token" type="password" autocomplete="current-password">`), "sign-in username token"},
		"two names and a password":      {in(`<input name="a"><input name="b"><input name="password" type="password">`), "not understood"},
	} {
		if got := classify(page(t, "/login", 200, c.body), false); got != c.want {
			t.Errorf("%s: taken for %q, want %q", name, got, c.want)
		}
	}
}

func read(t testing.TB, name string, k found) *idp.Page {
	t.Helper()
	body, err := os.ReadFile(filepath.Join(pages, filepath.FromSlash(name)+".html"))
	if err != nil {
		t.Fatal(err)
	}
	if k.path == "" {
		k.path = "/where/it/was"
	}
	return page(t, k.path, max(k.status, 200), string(body))
}

func page(t testing.TB, path string, status int, body string) *idp.Page {
	t.Helper()
	u, err := url.Parse("https://idp.example.com" + path)
	if err != nil {
		t.Fatal(err)
	}
	p, err := idp.ReadPage(u, status, http.Header{"Content-Type": {"text/html; charset=utf-8"}}, []byte(body))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func step(p *idp.Page, typed bool) idp.Step {
	for _, k := range form.Recognisers("", func() bool { return typed }) {
		if s := k.Read(p); s != nil {
			return s
		}
	}
	return nil
}

// classify says in words what a page is taken for.
func classify(p *idp.Page, typed bool) string {
	var words []string
	add := func(format string, args ...any) { words = append(words, fmt.Sprintf(format, args...)) }
	refused := ""
	switch s := step(p, typed).(type) {
	case nil:
		return "not understood"
	case idp.Done:
		return "done"
	case idp.Open:
		return "open " + s.URL.Path
	case idp.Submit:
		add("submit%s", pairs(s.Form.Filled(s.Also...)))
		if s.Says != "" {
			words[0] += fmt.Sprintf("; %q", s.Says.Raw())
		}
	case idp.SignIn:
		add("sign-in %s %s", or(s.User), or(s.Password))
		for _, b := range s.Blanks {
			add("+%s", b.Field)
		}
		words[0] += pairs(s.Also)
		for _, c := range s.Picks {
			add("[%s: %s]", c.Topic, options(c))
		}
		refused = s.Refused.Raw()
	case idp.Challenge:
		add("code %s%s", s.Blanks[0].Field, pairs(s.Also))
		for _, c := range s.Picks {
			add("[%s: %s]", c.Topic, options(c))
		}
		refused = s.Refused.Raw()
	case idp.Choose:
		add("choose %s: %s", s.Topic, options(s))
		if s.Says != "" {
			words[0] += fmt.Sprintf("; %q", s.Says.Raw())
		}
	case idp.Stop:
		return stopped(s.Err)
	}
	if refused != "" {
		words[len(words)-1] += fmt.Sprintf(", refused %q", refused)
	}
	return strings.Join(words, " ")
}

func stopped(err error) string {
	var (
		refused *idp.RefusedError
		unsafe  *idp.SafetyError
		page    *idp.PageError
	)
	switch {
	case errors.As(err, &unsafe):
		return "unsafe: " + unsafe.Rule
	case errors.As(err, &page) && page.Browser:
		_, why, _ := strings.Cut(page.Why, "browser: ")
		return "needs a browser: " + why
	case errors.As(err, &refused):
		text := fmt.Sprintf("stop: %s %q", reasons[refused.Reason], refused.Said.Raw())
		if refused.Code != "" {
			text += " (" + refused.Code + ")"
		}
		if refused.Activity != "" {
			text += " (activity " + refused.Activity + ")"
		}
		return text
	}
	return err.Error()
}

var reasons = map[idp.Reason]string{
	idp.Locked: "locked", idp.Disabled: "disabled", idp.PasswordExpired: "password expired", idp.CodeRefused: "code refused",
	idp.NotPermitted: "not permitted", idp.ActionNeeded: "action needed", idp.OtherRefusal: "other",
}

func pairs(set []idp.Pair) string {
	var b strings.Builder
	for _, p := range set {
		fmt.Fprintf(&b, " %s=%s", p.Name, p.Value)
	}
	return b.String()
}

func options(c idp.Choose) string {
	var names []string
	for _, way := range c.Options {
		names = append(names, fmt.Sprintf("%s (%s)", way.ID, way.Label.Raw()))
	}
	return strings.Join(slices.Clip(names), ", ")
}

func or(name string) string {
	if name == "" {
		return "-"
	}
	return name
}
