package adfs

import (
	"errors"

	"github.com/samlogin/samlogin/idp"
)

// WindowsAgent is the User-Agent to which AD FS offers integrated Windows authentication. It stands on the list that
// every version is installed with (WIASupportedUserAgents; "Configure browsers to use Windows Integrated
// Authentication", Microsoft Learn).
const WindowsAgent = "Mozilla/5.0 (Windows NT 6.1; WOW64; Trident/7.0; rv:11.0) like Gecko"

// BrowserAgent is a browser that stands on no such list, for farms where an agent that is no browser gets a 401.
const BrowserAgent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"

// wantsWindows reports a login that ended in a 401 that was not answered, or not to the server's liking.
func wantsWindows(err error) bool {
	var refused *idp.RefusedError
	var failed *idp.WindowsError
	return errors.As(err, &failed) || (errors.As(err, &refused) && refused.Reason == idp.WindowsSignIn)
}

// otherAgent changes to the other User-Agent after a 401, once and before any secret was sent: from a clean jar, as
// cookies may remember the first one.
func (p *Provider) otherAgent(err error) bool {
	if p.config.OtherAgent == "" || !wantsWindows(err) || p.walk.SecretSent() {
		return false
	}
	if p.config.Walk.Windows != nil && p.config.Notice != nil {
		p.config.Notice(err.Error() + "; trying the form instead")
	}
	c := p.config.Walk
	c.Agent, c.Windows = p.config.OtherAgent, nil
	c.Jar.Empty()
	p.walk, p.config.OtherAgent = idp.NewWalk(c), ""
	return true
}
