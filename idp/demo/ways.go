package demo

import (
	"encoding/base64"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// localRealm is AD FS's own directory.
const localRealm = "AD AUTHORITY"

// Realm is somebody whose accounts AD FS takes: its own directory, which is always there, or another IdP.
type Realm struct {
	ID, Name string
	Address  string // where a sign-in goes on: another server
}

// realmsPage asks whose account it is (home realm discovery).
func (x *exchange) realmsPage() {
	var list strings.Builder
	for _, r := range append([]Realm{{ID: localRealm, Name: "Example Corp"}}, x.config.Realms...) {
		fmt.Fprintf(&list, `<div class="idp" tabindex="1" role="button" aria-label="%s" onclick="HRD.selection('%s'); return false;"><div class="idpDescription"><span>%[1]s</span></div></div>`+"\n",
			html.EscapeString(r.Name), html.EscapeString(r.ID))
	}
	x.page("realms.html", map[string]string{"realms": list.String()})
	x.did("choice of organisation")
}

// realmChosen reports whether it is known that the account is one of AD FS's own; a cookie remembers it.
func (x *exchange) realmChosen() bool {
	c, err := x.r.Cookie("MSISIPSelectionPersistent")
	if err != nil {
		return false
	}
	realm, _ := base64.StdEncoding.DecodeString(c.Value)
	return string(realm) == localRealm
}

// chooseRealm takes the choice: back to the sign-in, or on to another server.
func (x *exchange) chooseRealm(id string) {
	if id == localRealm {
		x.cookie("MSISIPSelectionPersistent", base64.StdEncoding.EncodeToString([]byte(id)))
		x.redirect(x.r.URL.RequestURI() + "&RedirectToIdentityProvider=" + url.QueryEscape(id))
		x.did("own directory chosen")
		return
	}
	at := slices.IndexFunc(x.config.Realms, func(r Realm) bool { return r.ID == id })
	if at < 0 {
		x.realmsPage()
		return
	}
	x.redirect(x.config.Realms[at].Address)
	x.did("sent on to " + x.config.Realms[at].Name)
}

// applicationID is what a farm calls a relying party in its list: nothing that anybody else knows.
func (x *exchange) applicationID(at int) string {
	return fmt.Sprintf("%08x-%s", at+1, x.node[9:])
}

// applications is IdpInitiatedSignOn.aspx where it is not said which relying party is meant.
func (x *exchange) applications() {
	if x.r.Method == http.MethodPost && x.value("SignInOtherSite") != "" && x.value("SignInSubmit") != "" {
		for i, rp := range x.config.RelyingParties {
			if x.value("RelyingParty") == x.applicationID(i) {
				x.redirect("/adfs/ls/IdpInitiatedSignOn.aspx?loginToRp=" + url.QueryEscape(rp))
				x.did("application chosen")
				return
			}
		}
	}
	var list strings.Builder
	for i, rp := range x.config.RelyingParties {
		name := map[string]string{"urn:amazon:webservices": "Amazon Web Services", "urn:amazon:webservices:govcloud": "AWS GovCloud", "urn:amazon:webservices:cn-north-1": "AWS China"}[rp]
		if name == "" {
			name = rp
		}
		fmt.Fprintf(&list, `<option value="%s">%s</option>`, x.applicationID(i), html.EscapeString(name))
	}
	x.page("applications.html", map[string]string{"applications": list.String()})
	x.did("choice of application")
}
