package trace_test

import (
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/samlogin/samlogin/idp/trace"
)

func parse(t testing.TB, page string) *html.Node {
	t.Helper()
	root, err := html.ParseWithOptions(strings.NewReader(page), html.ParseOptionEnableScripting(false))
	if err != nil {
		t.Skip("not a page")
	}
	return root
}

const password = "Kanarie-Geheim"

// knowing is a Cleaner of a walk on which this password was typed by CORP\jane.
func knowing() *trace.Cleaner {
	return &trace.Cleaner{
		Typed: func(s string) string { return strings.ReplaceAll(s, password, "***") },
		User:  func() string { return `CORP\jane` },
	}
}

func body(t testing.TB, c *trace.Cleaner, page string) string {
	t.Helper()
	out := c.Page(parse(t, page)).String()
	if _, after, ok := strings.Cut(out, "<body>"); ok && !strings.HasPrefix(page, "<head>") {
		return strings.TrimSuffix(after, "</body></html>")
	}
	return out
}

// security case 97, 99
func TestOnlyWhatIsListedIsKeptOfAPage(t *testing.T) {
	for _, c := range []struct{ name, page, want string }{
		{"structure", `<form id="f" name="n" class="a b" method="post" action="/x?a=b&c"><input name="q" type="tel"></form>`,
			`<form id="f" name="n" class="a b" method="post" action="/x?a=(1)&amp;(1)"><input name="q" type="tel"/></form>`},
		{"a value", `<input type="hidden" name="Context" value="secret">`, `<input type="hidden" name="Context" value="[6]"/>`},
		{"no value", `<input type="hidden" name="Context" value="">`, `<input type="hidden" name="Context" value=""/>`},
		{"a password filled in", `<input type="password" name="AuthMethod" value="secret">`, `<input type="password" name="AuthMethod" value="[6]"/>`},
		{"a word of the protocol", `<input type="hidden" name="AuthMethod" value="AzureMfaAuthentication">`, `<input type="hidden" name="AuthMethod" value="AzureMfaAuthentication"/>`},
		{"typed into such a field", `<input type="text" name="AuthMethod" value="somebody">`, `<input type="text" name="AuthMethod" value="[8]"/>`},
		{"a secret in such a field", `<input type="hidden" name="AuthMethod" value="aG9sZHMgYSBzZWNyZXQ3">`, `<input type="hidden" name="AuthMethod" value="[20#1]"/>`},
		{"a button", `<input type="submit" name="s" value="Send 4711 to jane@example.com">`, `<input type="submit" name="s" value="Send 0000 to [16]"/>`},
		{"options", `<select name="d"><option value="+49 170 1234567">Phone 4567<option value="b1" selected>B</select>`,
			`<select name="d"><option value="[15#1]"> Phone 0000 </option><option value="b1" selected=""> B </option></select>`},
		{"a text area", `<textarea name="t">secret</textarea>`, `<textarea name="t">[6]</textarea>`},
		{"text", `<p>Hello CORP\max (max@example.com), Jane: number 42, account 123456789012, MSIS7007, eyJhbGciOiJIUzI1NiJ9abc</p>`,
			`<p> Hello [8] ([15]), [4]: number 00, account 000000000000, MSIS7007, [23] </p>`},
		{"an id", `<p>0f8fad5b-d9cb-469f-a165-70867728950e</p>`, `<p> 00000000-0000-0000-0000-000000000000 </p>`},
		{"two ids", `<a id="0f8fad5b-d9cb-469f-a165-70867728950e"></a><a id="1f8fad5b-d9cb-469f-a165-70867728950e"></a>`,
			`<a id="00000000-0000-0000-0000-000000000001"></a><a id="00000000-0000-0000-0000-000000000002"></a>`},
		{"an address in text", `<p>See https://h/a?b=c.</p>`, `<p> See https://h/a?b=(2) </p>`},
		{"a greeting", `<div id="mfaGreeting">Welcome Jane Doe</div>`, `<div id="mfaGreeting">[16]</div>`},
		{"a script", `<p></p><script>var secret="x"; document.forms[0].submit()</script>`, `<p></p><script>document.forms[0].submit();</script>`},
		{"another script", `<p></p><script>var secret="x"</script>`, `<p></p><script></script>`},
		{"a handler", `<a href="#" onclick="if (a) { SelectOption('OtpProvider'); log('secret') }">x</a>`, `<a href="#" onclick="SelectOption(&#39;OtpProvider&#39;); log(&#39;[6]&#39;);"> x </a>`},
		{"a handler that sends", `<p onclick="a(); document.getElementById('f').submit()">x</p>`, `<p onclick="document.forms[0].submit(); a(); document.getElementById(&#39;[1]&#39;);"> x </p>`},
		{"a script address", `<a href="javascript:go('secret')">x</a>`, `<a href="javascript:go(&#39;[6]&#39;);"> x </a>`},
		{"a data address", `<img src="data:text/plain,secret">`, `<img src="data:hidden"/>`},
		{"a user in an address", `<a href="https://me:secret@h/p">x</a>`, `<a href="https://hidden@h/p"> x </a>`},
		{"a path", `<a href="/a/jane/0f8fad5b-d9cb-469f-a165-70867728950e/49571/x;jsessionid=secret"></a>`,
			`<a href="/a/(4)/00000000-0000-0000-0000-000000000000/(5)/x;jsessionid=(6)"></a>`},
		{"a style that hides", `<p style="color: red; display : none">x</p>`, `<p style="display:none"> x </p>`},
		{"a comment", `<!-- secret --><p>x</p>`, `<p> x </p>`},
		{"an attribute", `<p data-x="secret" secret onsecret="x">x</p>`, `<p> x </p>`},
		{"an element", `<sec-ret><svg><text>secret</text></svg><b>x</b></sec-ret>`, `<span><span> x </span></span>`},
		{"a meta element", `<head><meta name="csrf" content="secret"><meta http-equiv="refresh" content="3; url='/a?b=secret'"></head>`,
			`<html><head><meta name="csrf"/><meta http-equiv="refresh" content="3; url=/a?b=(6)"/></head><body></body></html>`},
		{"typed", `<p id="` + password + `" class="x` + password + `">a ` + password + `</p>`, `<p id="***" class="x***"> a *** </p>`},
		{"typed, in pieces", `<p>Ka<b>narie-</b>Geheim</p>`, `<p> [2] <span> [6] </span> [6] </p>`},
	} {
		got := body(t, knowing(), c.page)
		if strings.HasPrefix(c.page, "<head>") {
			got = knowing().Page(parse(t, c.page)).String()
		}
		if got != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", c.name, got, c.want)
		}
	}
}

// Names of fields decide what is recognised, so names that people and frameworks give are kept.
func TestNamesOfFieldsAreKept(t *testing.T) {
	for _, name := range []string{
		"UserName", "ChallengeQuestionAnswer", "ctl00$ContentPlaceHolder1$UsernameTextBox", "ctl00_ContentPlaceHolder1_PasswordTextBox", "__VIEWSTATE",
		"__EVENTVALIDATION", "j_username", "_eventId_proceed", "pf.pass", "kc-form-login", "input-group:0", "otp1", "j_idt27", "WindowsAzureMultiFactorAuthentication",
		"http://schemas.microsoft.com/ws/2012/12/authmethod/otp", "NeosIdentityServerMultiFactor", "securityCode2", "verificationCodeInput",
	} {
		if got := knowing().Name(name).String(); got != name {
			t.Errorf("%q became %q", name, got)
		}
	}
}

func TestRandomWordsAreNotKept(t *testing.T) {
	for _, word := range []string{
		"dGhpcyBpcyBub3QgYSBzZWNyZXQgYXQgYWxs", "9f86d081884c7d659a2feaa0c55ad015", "eyJhbGciOiJIUzI1NiJ9", "7Gk2mQ9xZr4L", "AKIAIOSFODNN7EXAMPLE2QX9", "s.xAJ3mT9qLr7Zc2Vb8Np4Wd6Y",
	} {
		if got := knowing().Words("a " + word + " b").String(); strings.Contains(got, word) || strings.Contains(got, word[:10]) {
			t.Errorf("%q became %q", word, got)
		}
		if got := knowing().Name(word).String(); strings.Contains(got, word) {
			t.Errorf("the name %q became %q", word, got)
		}
	}
	for _, text := range []string{"Geben Sie den Sicherheitscode aus Ihrer Authentifizierungsanwendung ein.", "Sign in with your organizational account", "サインイン"} {
		if got := knowing().Words(text).String(); got != text {
			t.Errorf("%q became %q", text, got)
		}
	}
}

// What two programs could read differently stays refused, and where a form goes stays the same place.
func TestAddressesStayWhatTheyAre(t *testing.T) {
	for _, c := range []struct{ address, want string }{
		{"", ""}, {"#", "#"}, {"/adfs/ls/", "/adfs/ls/"}, {"https:evil", "https:unclear"}, {"///evil", "https:unclear"}, {`\\evil.example.com\x`, "//evil.example.com/x"},
		{"ht\ntps://h/", "https://h/"}, {"//h:8443/p?q", "//h:8443/p?(1)"}, {"https://h/%zz", "https:unclear"}, {"../x?loginToRp=urn:amazon:webservices", "../x?loginToRp=urn%3Aamazon%3Awebservices"},
		{"?a=1&b=", "?a=(1)&b="}, {"mailto:jane@example.com", "mailto:hidden"}, {"/x?SAMLRequest=abc#secret", "/x?SAMLRequest=(3)"}, {"a%2Fb", "a%2Fb"},
	} {
		page := knowing().Page(parse(t, `<a href="`+c.address+`"></a>`)).String()
		if want := html.EscapeString(c.want); !strings.Contains(page, `<a href="`+want+`"></a>`) {
			t.Errorf("%q became %s, want %q", c.address, page, c.want)
		}
	}
}

func TestThePartsOfAUserNameAreNotKept(t *testing.T) {
	for user, want := range map[string]string{
		`CORP\jane.doe`: "Hello [4] [3], janet: [8], [13], [16]", "jane.doe@example.com": `Hello [4] [3], janet: [8], [13], [16]`, "": `Hello Jane Doe, janet: jane.doe, [13], [16]`, "it": `Hello Jane Doe, janet: jane.doe, [13], [16]`,
	} {
		c := &trace.Cleaner{User: func() string { return user }}
		if got := c.Words(`Hello Jane Doe, janet: jane.doe, CORP\jane.doe, jane@example.com`).String(); got != want {
			t.Errorf("of %q is left %q, want %q", user, got, want)
		}
	}
}

// What one page held in a field is not in the words of the next.
func TestValuesSentAreNotShownAgain(t *testing.T) {
	c := knowing()
	c.Sent("v4lue-of-a-session")
	c.Sent("short1")
	c.Sent("loginFormWithoutNumber")
	if got := c.Words("you sent v4lue-of-a-session, short, loginFormWithoutNumber").String(); got != "you sent [18], short, loginFormWithoutNumber" {
		t.Errorf("left: %q", got)
	}
}

func TestTheManifestCounts(t *testing.T) {
	c := knowing()
	c.Page(parse(t, `<!-- a --><p x=1>jane@example.com 42</p><input name=a value=b><script>x</script>`))
	got := c.Take()
	for _, what := range []string{"comments", "attributes", "user names and e-mail addresses", "numbers", "values of fields", "scripts"} {
		if got[what] != 1 {
			t.Errorf("%s: %d of %v", what, got[what], got)
		}
	}
	if len(c.Take()) != 0 {
		t.Error("what was taken is counted again")
	}
}
