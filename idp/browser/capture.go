package browser

import (
	"mime"
	"net/http"
	"net/url"
	"strings"

	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/saml"
	"github.com/samlogin/samlogin/saml/secret"
)

// asking is a request that the browser is about to make, stopped before anything of it has left.
type asking struct {
	url       string
	method    string
	top       bool // the top of a tab goes there; false: a frame, an image, a script
	from      string
	kind      string // content type of the body
	body      []byte
	bodyThere bool // false: there is a body, and the browser does not show it
}

// verdict says what becomes of such a request.
type verdict int

const (
	pass  verdict = iota // it goes where it would
	block                // it does not, and the browser goes on
	take                 // it does not: it holds the response for AWS
	stop                 // it does not, and the login ends with the reason
)

// maxBody is the longest body in bytes that is taken for a response: saml.Parse takes less.
const maxBody = 3 << 20

// judge is the rule of what is taken. It looks at the request alone, not at the page that makes it: what a response is
// worth, AWS says by its signature. typed is what samlogin filled in; none of it may get into an address.
func judge(a asking, typed []secret.Text) (verdict, secret.Text, error) {
	u, err := url.Parse(a.url)
	if err != nil {
		return block, secret.Text{}, nil
	}
	_, forAWS := saml.SignInAddress(u)
	if !forAWS && atSignIn(u) {
		return block, secret.Text{}, nil
	}
	if !forAWS {
		if holds(a.url, typed) {
			origin, _ := idp.OriginOf(u)
			return stop, secret.Text{}, &idp.SafetyError{Rule: "a page would put what was typed into an address", To: origin}
		}
		return pass, secret.Text{}, nil
	}
	if a.method != http.MethodPost || !a.top {
		return block, secret.Text{}, nil // of AWS's sign-in, a browser that is to sign in at the IdP needs nothing
	}
	refuse := func(rule string) (verdict, secret.Text, error) {
		return stop, secret.Text{}, &idp.SafetyError{Rule: rule}
	}
	if strings.HasPrefix(strings.ToLower(a.from), "http:") {
		return refuse("a page without TLS hands out the SAML response")
	}
	if kind, _, err := mime.ParseMediaType(a.kind); err != nil || kind != "application/x-www-form-urlencoded" {
		return refuse("the SAML response would be posted in another form than AWS reads")
	}
	if !a.bodyThere || len(a.body) > maxBody {
		return refuse("the SAML response is too long to be read")
	}
	encoded, found := "", 0
	for _, pair := range strings.Split(string(a.body), "&") {
		name, value, _ := strings.Cut(pair, "=")
		n, errName := url.QueryUnescape(name)
		v, errValue := url.QueryUnescape(value)
		if errName != nil || errValue != nil {
			return refuse("the form with the SAML response cannot be read")
		}
		if n == "SAMLResponse" {
			encoded, found = v, found+1
		}
	}
	switch {
	case found == 0:
		return block, secret.Text{}, nil // AWS would show an error; the person may go on
	case found > 1:
		return refuse("the page posts more than one SAML response")
	}
	return take, secret.New(encoded), nil
}

// atSignIn reports whether an address is at a host of AWS's sign-in, whatever else stands in it.
func atSignIn(u *url.URL) bool {
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	for _, known := range saml.SignInHosts() {
		if host == known || strings.HasSuffix(host, "."+known) {
			return true
		}
	}
	return false
}

// minHeld is how long, in bytes, what was typed must be to be looked for in an address: a shorter one stands in most.
const minHeld = 4

func holds(address string, typed []secret.Text) bool {
	plain, err := url.QueryUnescape(address)
	if err != nil {
		plain = address
	}
	for _, t := range typed {
		if s := t.Reveal(); len(s) >= minHeld && (strings.Contains(plain, s) || strings.Contains(address, s) || strings.Contains(address, url.PathEscape(s))) {
			return true
		}
	}
	return false
}

// unreachable are the browser's rules by which AWS's sign-in has no address at all: should a request for it ever not be
// stopped, it would come to nothing all the same.
func unreachable() string {
	var rules []string
	for _, host := range saml.SignInHosts() {
		rules = append(rules, "MAP "+host+" ~NOTFOUND", "MAP *."+host+" ~NOTFOUND")
	}
	return strings.Join(rules, ", ")
}
