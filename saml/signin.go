package saml

import (
	"net/url"
	"strings"
)

// signInHosts are the hosts that AWS's sign-in takes a SAML response at (AWS General Reference, "AWS Sign-In endpoints
// and quotas"). It is compiled in, because whoever could add to it could have assertions sent to himself.
func signInHosts() []struct{ partition, host string } {
	return []struct{ partition, host string }{
		{"aws", "signin.aws.amazon.com"},
		{"aws-us-gov", "signin.amazonaws-us-gov.com"},
		{"aws-cn", "signin.amazonaws.cn"},
		{"aws-eusc", "signin.amazonaws-eusc.eu"}, // exists with a region before it only
	}
}

// SignInAddress reports whether an address is one of AWS's for SAML sign-in, and of which partition: https, the usual
// port, the path /saml or /saml/acs/ID, and nothing besides (no user, query or fragment). A host may have a region
// before it. Letter case of the host does not count; everything that only looks alike is refused.
func SignInAddress(u *url.URL) (partition string, ok bool) {
	if u == nil || u.Scheme != "https" || u.Opaque != "" || u.User != nil ||
		u.RawQuery != "" || u.ForceQuery || u.Fragment != "" || u.RawFragment != "" {
		return "", false
	}
	if !signInPath(u.EscapedPath()) {
		return "", false
	}
	if !printable(u.Host) {
		return "", false // before lower-casing, which would turn some other letters into ASCII ones
	}
	host := strings.ToLower(strings.TrimSuffix(u.Host, ":443"))
	for _, known := range signInHosts() {
		region, found := strings.CutSuffix(host, known.host)
		switch {
		case !found:
			continue
		case region == "" && known.partition != "aws-eusc":
			return known.partition, true
		case strings.HasSuffix(region, ".") && isRegion(region[:len(region)-1]):
			return known.partition, true
		}
	}
	return "", false
}

func signInPath(path string) bool {
	id, found := strings.CutPrefix(path, "/saml/acs/")
	return path == "/saml" || found && named(id, 128, "_-")
}

// isRegion knows the form of every region's name: two or more lower-case words and a number, joined by hyphens.
func isRegion(s string) bool {
	words := strings.Split(s, "-")
	if len(s) > 40 || len(words) < 3 {
		return false
	}
	for _, w := range words[:len(words)-1] {
		if w == "" || !only(w, lower) {
			return false
		}
	}
	last := words[len(words)-1]
	return len(last) > 0 && len(last) <= 2 && only(last, digits)
}

// SignInHosts are the hosts of AWS's sign-in; each may have a region and a full stop before it.
func SignInHosts() []string {
	var out []string
	for _, known := range signInHosts() {
		out = append(out, known.host)
	}
	return out
}
