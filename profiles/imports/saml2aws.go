package imports

import (
	"net/url"
	"strings"
	"time"
)

// saml2aws reads ~/.saml2aws: one section an account of an IdP (github.com/Versent/saml2aws, pkg/cfg).
func (d *draft) saml2aws(text string) {
	for _, s := range d.sections(scan(text, goINI)) {
		switch {
		case len(s.entries) == 0:
		case s.section == "":
			d.each(s, everyKey, func(p at, _, _ string) { d.left(p, "it stands above the first section") })
		case d.room(s.at):
			d.saml2awsAccount(s)
		}
	}
}

func (d *draft) saml2awsAccount(s *section) {
	kind, doubt := saml2awsKind(s.get("provider"))
	address := saml2awsURL(s)
	why := ""
	switch err := d.check("idp", "url", address); {
	case kind == "command":
		why = `its provider runs a shell; kind = "command" in the settings runs a program of yours without one`
	case address == "":
		why = "it has no url"
	case err != nil:
		why = "its url: " + err.Error()
	}
	if why != "" {
		d.left(s.at, why)
		d.each(s, everyKey, func(p at, _, _ string) { d.left(p, "its account was not taken over") })
		return
	}
	i := &idp{wanted: s.section}
	p := &profile{idp: i, wanted: []string{"saml", s.section}, first: s.section == "default"}
	if s.section == "default" {
		i.wanted, p.wanted = "", []string{"saml"}
	}
	if name := s.get("aws_profile"); name != "" {
		p.wanted[0] = name
	}
	i.values = append(i.values, value{"kind", kind})
	d.profiles, d.idps = append(d.profiles, p), append(d.idps, i)
	d.stored = append(d.stored, stored{s.section, s.get("url"), i})
	l := d.line(s.at, Taken, "")
	l.profile = p
	d.each(s, everyKey, func(here at, key, v string) { d.saml2awsKey(here, s, i, p, key, v, address, doubt) })
}

func (d *draft) saml2awsKey(here at, s *section, i *idp, p *profile, key, v, address, doubt string) {
	switch key {
	case "url":
		l := d.forIdP(here, i, "url", address)
		if address != v {
			l.look("this is where saml2aws begins with this provider; see whether a browser gets to AWS from there")
		} else if i.text("kind") == "form" {
			l.look("has to be the address at which a login for AWS begins, not the front page")
		}
	case "provider":
		l := d.line(here, Taken, "")
		l.idp, l.ours = i, "kind"
		if strings.EqualFold(v, "ADFS2") {
			i.values = append(i.values, value{"windows", "auto"})
		}
		if doubt != "" {
			l.look(doubt)
		}
	case "username":
		d.forIdP(here, i, "username", v)
	case "mfa":
		if strings.EqualFold(v, "auto") {
			d.needless(here, "what the IdP offers is found by itself")
			return
		}
		d.forIdP(here, i, "mfa", v)
	case "aws_urn":
		if v == "urn:amazon:webservices" {
			d.needless(here, "the default")
			return
		}
		d.forIdP(here, i, "relying_party", v)
	case "aws_session_duration":
		d.duration(here, p, v)
	case "aws_profile":
		l := d.line(here, Taken, "")
		l.profile, l.asked = p, v
	case "role_arn":
		d.forProfile(here, p, "role", v)
	case "region":
		d.forProfile(here, p, "region", v)
	case "policy_file":
		d.forProfile(here, p, "policy_file", v)
	case "policy_arn_list":
		var arns []string
		for _, arn := range strings.Split(v, ",") {
			arns = append(arns, strings.TrimSpace(arn))
		}
		d.forProfile(here, p, "policy_arns", arns)
	case "timeout":
		if v == "0" {
			d.needless(here, "no limit of its own")
			return
		}
		if t, err := time.ParseDuration(v + "s"); err == nil {
			v = t.String()
		}
		d.forIdP(here, i, "timeout", v)
	case "skip_verify":
		if isTrue(v) {
			d.left(here, noChecks)
			return
		}
		d.needless(here, "the default")
	case "browser_executable_path":
		if i.text("kind") != "browser" {
			d.left(here, "no browser is needed for this IdP")
			return
		}
		d.forIdP(here, i, "browser", v).look("a program that every login runs; see whether it is the one you mean")
	case "browser_type":
		if i.text("kind") != "browser" {
			d.left(here, "no browser is needed for this IdP")
			return
		}
		d.left(here, `browser = "PROGRAM" in [idp.…] names the one to use; else Chrome, Edge, Chromium or Brave is found`)
	case "app_id":
		if strings.EqualFold(s.get("provider"), "AzureAD") {
			d.needless(here, "part of the url")
			return
		}
		d.left(here, "the url has to be that of the application")
	default:
		fate, why := saml2awsRest(key, v)
		d.line(here, fate, why)
	}
}

// saml2awsKind says which kind of IdP a provider of saml2aws is, and what is doubtful about that.
func saml2awsKind(provider string) (kind, doubt string) {
	switch strings.ToLower(provider) {
	case "adfs", "adfs2":
		return "adfs", ""
	case "keycloak", "shibboleth", "f5apm", "netiq", "authentik", "akamai":
		return "form", ""
	case "shibbolethecp", "ping", "pingfed", "pingone", "pingntlm", "psu", "":
		return "form", "samlogin fills in forms; where its sign-in is a program in the page, kind = \"browser\" is the way"
	case "azuread", "okta", "googleapps", "onelogin", "jumpcloud", "auth0", "browser":
		return "browser", ""
	case "shell":
		return "command", ""
	}
	return "form", "a provider that is not known here: taken for one with plain forms"
}

// saml2awsURL is the address at which a login begins. saml2aws makes it of several keys for some providers.
func saml2awsURL(s *section) string {
	address, urn := s.get("url"), s.get("aws_urn")
	if urn == "" {
		urn = "urn:amazon:webservices"
	}
	base := strings.TrimRight(address, "/")
	switch strings.ToLower(s.get("provider")) {
	case "shibboleth":
		if u, err := url.Parse(address); err == nil && strings.Trim(u.Path, "/") == "" {
			return base + "/idp/profile/SAML2/Unsolicited/SSO?providerId=" + url.QueryEscape(urn)
		}
	case "azuread":
		if id := s.get("app_id"); id != "" {
			return base + "/applications/redirecttofederatedapplication.aspx?Operation=LinkedSignIn&applicationId=" + url.QueryEscape(id)
		}
	}
	return address
}

// saml2awsRest judges the keys that have no counterpart.
func saml2awsRest(key, v string) (Fate, string) {
	switch key {
	case "name":
		return Needless, "the name of the account, once more"
	case "saml_cache", "saml_cache_file":
		return Needless, "the assertion is kept, sealed, while AWS takes it"
	case "http_attempts_count", "http_retry_delay":
		return Needless, "what fails for a moment is tried again by itself"
	case "prompter":
		return Needless, "questions are asked at the terminal"
	case "headless":
		return Needless, "a window opens where there are a person and a display"
	case "download_browser_driver", "browser_driver_dir", "browser_autofill":
		return Needless, "drives saml2aws's own browser"
	case "credentials_file":
		return Left, "AWS_SHARED_CREDENTIALS_FILE names the file, for samlogin and for every AWS client"
	case "disable_sessions":
		if isTrue(v) {
			return Left, `session = "off" in [idp.…] keeps no session`
		}
		return Needless, "the default"
	case "disable_remember_device":
		return Needless, "cookies that the IdP remembers a device by are part of the session"
	case "target_url":
		return Left, "the response goes to AWS and nowhere else"
	case "resource_id", "subdomain":
		return Left, "the url has to be that of the application"
	case "mfa_ip_address":
		return Left, "no other address is claimed"
	}
	if strings.HasPrefix(key, "kc_") {
		return Needless, "Keycloak's pages are known"
	}
	return Left, "not known"
}
