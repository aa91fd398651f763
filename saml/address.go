package saml

import (
	"net/url"
	"regexp"
	"strings"
)

// signInHosts are the hosts at which AWS takes SAML responses, by partition ("AWS Sign-In endpoints and quotas"). A
// region may stand before each; in aws-eusc it must.
var signInHosts = []struct{ partition, host string }{
	{"aws", "signin.aws.amazon.com"},
	{"aws-us-gov", "signin.amazonaws-us-gov.com"},
	{"aws-cn", "signin.amazonaws.cn"},
	{"aws-eusc", "signin.amazonaws-eusc.eu"},
}

var (
	regionLabel = regexp.MustCompile(`^[a-z]{2,4}(-[a-z]{2,12}){1,3}-[0-9]{1,2}$`)
	signInPath  = regexp.MustCompile(`^/saml(/acs/[A-Za-z0-9_-]{1,128})?$`)
)

// SignInAddress reports whether an address is one at which AWS takes SAML responses, and of which partition. The list
// is compiled in: a response is good for five minutes at AWS, so it goes nowhere else.
func SignInAddress(u *url.URL) (partition string, ok bool) {
	host := strings.ToLower(u.Hostname())
	if !strings.EqualFold(u.Scheme, "https") || u.User != nil || (u.Port() != "" && u.Port() != "443") || !signInPath.MatchString(u.EscapedPath()) {
		return "", false
	}
	for _, known := range signInHosts {
		if host == known.host && known.partition != "aws-eusc" {
			return known.partition, true
		}
		if region, under := strings.CutSuffix(host, "."+known.host); under && regionLabel.MatchString(region) {
			return known.partition, true
		}
	}
	return "", false
}
