// Package duo answers the traditional prompt of Duo Security: a frame in the IdP's page, whose script talks to Duo and
// posts a signed word to the IdP. What stands in the IdP's page is documented ("Duo Web v2 SDK", Duo documentation). What
// the frame says to Duo is not; it is what browsers and public clients (aws-adfs, saml2aws) send.
//
// Duo's Universal Prompt is another thing, and needs a browser.
package duo

import (
	"regexp"
	"strings"
	"sync"

	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/saml/foreign"
)

// Reader knows the page of AD FS with Duo's frame. The wish is a factor or a device by its name or label, "" for none.
func Reader(wish string) func(*idp.Page) idp.Step {
	return func(p *idp.Page) idp.Step { return read(p, wish) }
}

func read(p *idp.Page, wish string) idp.Step {
	var form *idp.Form
	for _, f := range p.Forms {
		if f.ID == "duo_form" {
			form = f
		}
	}
	if form == nil {
		return nil
	}
	if said := p.TextOf("#errorText"); said != "" { // asking once more would only send another notification
		return idp.Stop{Err: &idp.RefusedError{Reason: idp.CodeRefused, Origin: p.Origin, Said: said}}
	}
	host, request := given(p, "host"), given(p, "sig_request")
	if reason, failed := strings.CutPrefix(request, "ERR|"); failed {
		return idp.Stop{Err: &idp.RefusedError{Reason: idp.CodeRefused, Origin: p.Origin, Said: foreign.Line(reason)}}
	}
	tx, app, ok := strings.Cut(request, ":")
	if host == "" || !ok || tx == "" || app == "" || form.Method != "POST" || form.Overridden() {
		return idp.Stop{Err: p.NeedsBrowser("Duo's prompt is not built as it is known")}
	}
	with, err := idp.ParseOrigin("https://" + host)
	if err != nil {
		return idp.Stop{Err: p.NotUnderstood("the host of Duo's prompt is not one: " + err.Error())}
	}
	return idp.Exchange{With: with, Run: prompt{parent: p, form: form, tx: tx, app: app, wish: wish}.run}
}

// initialised finds the two texts in a script: Duo.init({'host': '…', 'sig_request': '…'}).
var initialised = sync.OnceValue(func() map[string]*regexp.Regexp {
	found := map[string]*regexp.Regexp{}
	for _, name := range []string{"host", "sig_request"} {
		found[name] = regexp.MustCompile(`['"]?\b` + name + `['"]?\s*:\s*['"]([^'"]+)['"]`)
	}
	return found
})

// given is a text for the frame. The page hands it over by a script, in a hidden field, or as an attribute of the frame.
func given(p *idp.Page, name string) string {
	for _, s := range p.Doc.Find("script").EachIter() {
		if text := s.Text(); strings.Contains(text, "Duo.init") {
			if m := initialised()[name].FindStringSubmatch(text); m != nil {
				return m[1]
			}
		}
	}
	if field := p.Doc.Find("input[name=duo_" + name + "]").First(); field.Length() > 0 {
		return field.AttrOr("value", "")
	}
	return p.Doc.Find("iframe#duo_iframe").AttrOr("data-"+strings.ReplaceAll(name, "_", "-"), "")
}
