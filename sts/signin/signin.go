// Package signin asks AWS's sign-in page what the accounts of a SAML response are called: the page that a browser comes
// to after the login at an IdP lists the roles under the names of their accounts. It is a page for people, which AWS
// documents nowhere and may change any day; so its names are for showing, and nothing depends on them.
//
// House rules: a response goes only to the address of AWS's sign-in that it names itself, over TLS, in the body of a
// POST that follows no redirect. One that names another address, or none, and one that is encrypted is not sent.
package signin

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/samlogin/samlogin/saml"
	"github.com/samlogin/samlogin/saml/foreign"
)

// MaxPage is the longest page read, in bytes after any decompression.
const MaxPage = 4 << 20

// ErrNotAsked says that a response is not one to ask with: it is encrypted, offers one role only (the page would sign in
// with it instead of listing it), or names no address of AWS's sign-in.
var ErrNotAsked = errors.New("AWS's sign-in page is not asked with this response")

// Error reports that the page gave no names.
type Error struct {
	Host   string
	Status int // of HTTP; 0 where no answer came
	Err    error
}

func (e *Error) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("asking %s for the names of accounts: %s", foreign.Text(e.Host), foreign.Text(e.Err.Error()))
	}
	return fmt.Sprintf("%s gave no names of accounts (HTTP status %d)", foreign.Text(e.Host), e.Status)
}

// Unwrap is what went wrong on the way, nil where AWS answered.
func (e *Error) Unwrap() error { return e.Err }

// Client asks the page.
type Client struct {
	Transport http.RoundTripper // nil: http.DefaultTransport
	Endpoint  string            // scheme and host instead of AWS's, for a stand-in on this computer; "" is AWS's own
}

// AccountNames gives the names of the accounts whose roles a response offers, by number; an account without a name is
// absent. The names are AWS's words, that is, those of whoever owns the account: as they came, but for white space.
//
// Errors: ErrNotAsked, *Error, context.Cause(ctx).
func (c Client) AccountNames(ctx context.Context, r *saml.Response) (map[string]foreign.Text, error) {
	address, err := c.address(r)
	if err != nil {
		return nil, err
	}
	failed := &Error{Host: address.Host}
	form := url.Values{"SAMLResponse": {r.Encoded.Reveal()}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address.String(), strings.NewReader(form.Encode()))
	if err != nil {
		return nil, failed
	}
	req.GetBody = nil // it is sent once
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "text/html")
	req.Header.Set("Accept-Language", "en")
	req.Header.Set("User-Agent", "samlogin")
	transport := c.Transport
	if transport == nil {
		transport = http.DefaultTransport
	}
	answer, err := transport.RoundTrip(req)
	if err != nil {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		failed.Err = err
		return nil, failed
	}
	defer func() { _ = answer.Body.Close() }()
	failed.Status = answer.StatusCode
	if answer.StatusCode != http.StatusOK {
		return nil, failed
	}
	page, err := wholePage(answer)
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if err != nil {
		failed.Err = err
		return nil, failed
	}
	names, err := Parse(page)
	if err != nil {
		failed.Err = err
		return nil, failed
	}
	offered := map[string]foreign.Text{}
	for _, role := range r.Roles { // a name of another account is none of ours
		if name, ok := names[role.Account()]; ok {
			offered[role.Account()] = name
		}
	}
	return offered, nil
}

// address is where a response goes.
func (c Client) address(r *saml.Response) (*url.URL, error) {
	if r.Encrypted || len(r.Roles) < 2 {
		return nil, ErrNotAsked
	}
	u, err := url.Parse(r.Destination)
	if err != nil {
		return nil, ErrNotAsked
	}
	if _, ok := saml.SignInAddress(u); !ok || strings.HasPrefix(u.Path, "/saml/acs/") { // that one is for encrypted ones
		return nil, ErrNotAsked
	}
	if c.Endpoint == "" {
		return u, nil
	}
	stand, err := url.Parse(c.Endpoint)
	if err != nil {
		return nil, ErrNotAsked
	}
	return stand.JoinPath(u.Path), nil
}

// wholePage reads an answer, which net/http has decompressed only if it asked for that itself.
func wholePage(answer *http.Response) (string, error) {
	body := io.Reader(answer.Body)
	if strings.EqualFold(answer.Header.Get("Content-Encoding"), "gzip") {
		plain, err := gzip.NewReader(body)
		if err != nil {
			return "", err
		}
		body = plain
	}
	text, err := io.ReadAll(io.LimitReader(body, MaxPage+1))
	if err == nil && len(text) > MaxPage {
		err = fmt.Errorf("the page is longer than %d MiB", MaxPage>>20)
	}
	return string(text), err
}
