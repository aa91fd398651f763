// Package console turns the keys of a role into an address that opens the AWS console as that role (IAM User Guide,
// "Enable custom identity broker access to the AWS console").
//
// House rules: the keys and the token leave in the body of a POST over TLS, only to AWS's own sign-in host of the keys'
// partition; the address that comes out is a secret for the fifteen minutes that AWS takes it.
package console

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/samlogin/samlogin/saml/foreign"
	"github.com/samlogin/samlogin/saml/secret"
	"github.com/samlogin/samlogin/sts"
)

// hosts are a partition's sign-in and console ("AWS Sign-In endpoints and quotas").
type hosts struct{ signIn, console string }

func hostsOf(partition string) (hosts, bool) {
	h, ok := map[string]hosts{
		"aws":        {"signin.aws.amazon.com", "console.aws.amazon.com"},
		"aws-us-gov": {"signin.amazonaws-us-gov.com", "console.amazonaws-us-gov.com"},
		"aws-cn":     {"signin.amazonaws.cn", "console.amazonaws.cn"},
		"aws-eusc":   {"eusc-de-east-1.signin.amazonaws-eusc.eu", "console.amazonaws-eusc.eu"},
	}[partition]
	return h, ok
}

// Place is where in the console to arrive.
type Place struct {
	Partition string // of the keys: "aws", "aws-cn" …
	Service   string // "s3", "ec2/home", or a whole https address of the console; "" is the console's first page
	Region    string // "" leaves it to the console
}

// PlaceError reports a place that is not in the console of the keys' partition.
type PlaceError struct {
	What  string
	Words bool // it cannot be meant at all, as opposed to being somewhere else
}

func (e *PlaceError) Error() string { return e.What }

// Address is the place's address. The error is a *PlaceError.
func (p Place) Address() (string, error) {
	h, ok := hostsOf(p.Partition)
	if !ok {
		return "", &PlaceError{What: fmt.Sprintf("the console of the partition %s is not known", foreign.Text(p.Partition)), Words: true}
	}
	if strings.Contains(p.Service, ":") || strings.HasPrefix(p.Service, "/") || strings.Contains(p.Service, `\`) {
		u, err := url.Parse(p.Service)
		if err != nil || u.Scheme != "https" || u.User != nil || u.Port() != "" || (u.Hostname() != h.console && !strings.HasSuffix(u.Hostname(), "."+h.console)) {
			return "", &PlaceError{What: fmt.Sprintf("%q is not an address of %s", foreign.Text(p.Service), h.console)}
		}
		return u.String(), nil
	}
	if strings.Trim(p.Service, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_/") != "" || strings.Contains(p.Service, "//") {
		return "", &PlaceError{What: fmt.Sprintf("%q is no service of the console", foreign.Text(p.Service)), Words: true}
	}
	path := "/" + strings.Trim(p.Service, "/")
	if path == "/" {
		path = "/console"
	}
	if !strings.Contains(path[1:], "/") {
		path += "/home"
	}
	u := url.URL{Scheme: "https", Host: h.console, Path: path}
	if p.Region != "" {
		u.RawQuery = url.Values{"region": {p.Region}}.Encode()
	}
	return u.String(), nil
}

// Error reports that AWS gave no sign-in token.
type Error struct {
	Host   string
	Status int // 0 where no answer came
	Err    error
}

func (e *Error) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("asking %s for a sign-in to the console: %s", e.Host, foreign.Text(e.Err.Error()))
	}
	return fmt.Sprintf("%s gave no sign-in to the console (HTTP status %d)", e.Host, e.Status)
}

// Unwrap is what went wrong on the way, nil where AWS answered.
func (e *Error) Unwrap() error { return e.Err }

// Hint says what to do.
func (e *Error) Hint() string {
	if e.Status == http.StatusBadRequest || e.Status == http.StatusForbidden {
		return "the keys may have ended, or may not be allowed to sign in to the console: run it again after a fresh login"
	}
	return ""
}

// Client asks AWS's sign-in.
type Client struct {
	HTTP     *http.Client // redirects are never followed
	Endpoint string       // instead of AWS's sign-in: for a stand-in on this computer; "" is AWS's own
}

const answerBytes = 64 << 10

// SignIn gives the address that opens a place in the console as the role. issuer is where the console sends somebody
// whose session has ended: the IdP's start address, "" none.
//
// Errors: *PlaceError, *Error, context.Cause(ctx).
func (c Client) SignIn(ctx context.Context, k sts.Credentials, p Place, issuer string) (secret.Text, error) {
	destination, err := p.Address()
	if err != nil {
		return secret.Text{}, err
	}
	h, _ := hostsOf(p.Partition)
	endpoint := "https://" + h.signIn + "/federation"
	if c.Endpoint != "" {
		endpoint = c.Endpoint
	}
	session, err := json.Marshal(map[string]string{"sessionId": k.AccessKeyID, "sessionKey": k.SecretAccessKey.Reveal(), "sessionToken": k.SessionToken.Reveal()})
	if err != nil {
		return secret.Text{}, err
	}
	form := url.Values{"Action": {"getSigninToken"}, "Session": {string(session)}}
	token, err := c.token(ctx, endpoint, form)
	if err != nil {
		return secret.Text{}, err
	}
	login := url.Values{"Action": {"login"}, "Destination": {destination}, "SigninToken": {token.Reveal()}}
	if issuer != "" {
		login.Set("Issuer", issuer)
	}
	return secret.New(endpoint + "?" + login.Encode()), nil
}

func (c Client) token(ctx context.Context, endpoint string, form url.Values) (secret.Text, error) {
	failed := &Error{Host: endpoint}
	if u, err := url.Parse(endpoint); err == nil {
		failed.Host = u.Host
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, endpoint, strings.NewReader(form.Encode()))
	if err != nil {
		return secret.Text{}, failed
	}
	req.GetBody = nil
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("User-Agent", "samlogin")
	transport := http.DefaultTransport
	if c.HTTP != nil && c.HTTP.Transport != nil {
		transport = c.HTTP.Transport
	}
	answer, err := transport.RoundTrip(req)
	if err != nil {
		if ctx.Err() != nil {
			return secret.Text{}, context.Cause(ctx)
		}
		failed.Err = err
		return secret.Text{}, failed
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(answer.Body, answerBytes+1))
	failed.Status = answer.StatusCode
	switch {
	case ctx.Err() != nil:
		return secret.Text{}, context.Cause(ctx)
	case err != nil:
		failed.Err = err
		return secret.Text{}, failed
	case len(body) > answerBytes:
		failed.Err = errors.New("the answer is too long")
		return secret.Text{}, failed
	}
	var said struct{ SigninToken string }
	if answer.StatusCode != http.StatusOK || json.Unmarshal(body, &said) != nil || said.SigninToken == "" {
		return secret.Text{}, failed
	}
	return secret.New(said.SigninToken), nil
}
