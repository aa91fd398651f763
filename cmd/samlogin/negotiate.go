package main

import (
	"net/http"

	"github.com/samlogin/samlogin/cmd/samlogin/network"
	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/idp/adfs"
	"github.com/samlogin/samlogin/idp/negotiate"
)

// withoutTyping prepares a walk to sign in without a form, where the settings want it (windows) and this computer has
// something for it. It gives the User-Agent for a second try: AD FS goes by it when it decides between a form and a 401.
func (a *app) withoutTyping(in *signIn, walk *idp.Config, transport http.RoundTripper) (otherAgent string) {
	mode := negotiate.Mode(in.choices.Windows)
	methods := negotiate.Methods(mode, negotiate.Options{Env: a.env})
	reached, ok := transport.(*network.Way)
	if len(methods) == 0 || !ok {
		return adfs.BrowserAgent
	}
	walk.Agent = adfs.WindowsAgent
	walk.Windows = &idp.Windows{Methods: methods, Connection: reached.OneConnection}
	if mode == negotiate.Auto { // a form is as good, and at home it is what there is every day
		return agent()
	}
	walk.Windows.FormInstead = func(o idp.Origin) {
		a.notice(o.Host() + " shows its form instead of signing in by Windows: this computer is not on its intranet, or it offers that to other User-Agents only")
	}
	return ""
}
