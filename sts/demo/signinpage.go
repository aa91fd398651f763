package demo

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// DemoAccounts are the names of accounts in which the people of the demo have roles.
func DemoAccounts() map[string]string {
	names := map[string]string{"111111111111": "acme-production", "222222222222": "acme-staging", "333333333333": "acme-sandbox"}
	for i := range 100 {
		if i%7 != 6 { // some have none
			names[fmt.Sprintf("4%011d", i)] = fmt.Sprintf("acme-%s-%02d", []string{"web", "data", "ops", "lab", "shop"}[i%5], i)
		}
	}
	return names
}

// signInPage is AWS's sign-in for a browser that comes from its IdP with a response: the list of the roles under their
// accounts, from which one is chosen. What follows it, the console, is not here; so a response with one role, which AWS
// signs in with at once, is refused.
func (q *query) signInPage(w http.ResponseWriter) {
	q.call.Action, q.call.Status = "SignInPage", http.StatusOK
	page, status := q.rolePage()
	q.call.Status = status
	q.mu.Lock()
	q.log = append(q.log, q.call)
	q.mu.Unlock()
	if q.config.Observe != nil {
		q.config.Observe(q.call)
	}
	w.Header().Set("Content-Type", "text/html; charset=UTF-8")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(page))
}

func (q *query) rolePage() (page string, status int) {
	form, err := url.ParseQuery(string(q.body))
	if err != nil || q.r.Method != http.MethodPost || q.r.URL.RawQuery != "" || len(form["SAMLResponse"]) != 1 {
		return "<html><title>Amazon Web Services Sign-In</title><body>Your request included an invalid SAML response.</body></html>", http.StatusBadRequest
	}
	c, refusal := q.claimsOf(form.Get("SAMLResponse"))
	if refusal != nil {
		return "<html><title>Amazon Web Services Sign-In</title><body>" + html.EscapeString(refusal.Message) + "</body></html>", refusal.Status
	}
	if len(c.roles) < 2 {
		return "", http.StatusFound
	}
	byAccount := map[string][]string{}
	var accounts []string
	for _, pair := range c.roles {
		for _, arn := range strings.Split(pair, ",") {
			parts := strings.SplitN(arn, ":", 6)
			if len(parts) != 6 || !strings.HasPrefix(parts[5], "role/") {
				continue
			}
			if byAccount[parts[4]] == nil {
				accounts = append(accounts, parts[4])
			}
			byAccount[parts[4]] = append(byAccount[parts[4]], arn)
		}
	}
	slices.Sort(accounts)
	var b strings.Builder
	b.WriteString(`<!DOCTYPE html><html><head><meta http-equiv="Content-Type" content="text/html; charset=UTF-8"><title>Amazon Web Services Sign-In</title></head>
<body><div id="container"><h1 class="background">Amazon Web Services Login</h1><div id="content"><div id="main_error"></div>
<form id="saml_form" name="saml_form" action="/saml" method="post"><input type="hidden" name="RelayState" value="" />
<p style="font-size: 16px; padding-left: 20px;">Select a role:</p><fieldset>
`)
	for i, account := range accounts {
		head := account
		if name := q.config.Accounts[account]; name != "" {
			head = name + " (" + account + ")"
		}
		fmt.Fprintf(&b, `<div class="saml-account"><div onClick="expandCollapse(%d);"><img id="image%[1]d" src="/static/image/down.png" valign="middle"></img><div class="saml-account-name">Account: %s</div></div><hr style="border: 1px solid #ddd;" /><div id="%[1]d" class="saml-account">
`, i, html.EscapeString(head))
		for _, arn := range byAccount[account] {
			arn = html.EscapeString(arn)
			fmt.Fprintf(&b, `<div class="saml-role" onClick="checkRadio(this);"><input type="radio" name="roleIndex" value="%s" class="saml-radio" id="%[1]s" /><label for="%[1]s" class="saml-role-description">%s</label><span style="clear: both;"></span></div>
`, arn, arn[strings.LastIndexByte(arn, '/')+1:])
		}
		b.WriteString("</div></div>\n")
	}
	b.WriteString(`</fieldset><br/><div class="buttoninput"><a id="signin_button" class="css3button" href="#" alt="Continue" value="Continue">Sign In</a></div></form></div></div></body></html>
`)
	return b.String(), http.StatusOK
}
