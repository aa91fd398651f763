// Package probe finds out what kind of identity provider stands at an address, before anybody gives a user name: which
// product, which page to sign in, from whose side a login begins, and what has to stand in the settings.
//
// It asks as a browser would that only looks. It sends nothing that anybody knows, follows no redirect to an address
// without TLS, and makes a bounded number of requests.
package probe

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/saml"
	"github.com/samlogin/samlogin/saml/foreign"
)

// Kinds of IdP, as the settings call them.
const (
	KindADFS    = "adfs"
	KindForm    = "form"
	KindBrowser = "browser"
)

// Config is what a probe needs.
type Config struct {
	Address      string // as a person gives it: a host, a base address, a start address
	RelyingParty string // under which the IdP knows AWS; "": the usual name
	Transport    http.RoundTripper
	Agent        string // User-Agent of a login
	Now          func() time.Time
	Tell         func(string) // what is looked at now; nil: nobody listens
}

// Finding is what stands at an address.
type Finding struct {
	Product string // "AD FS", "Keycloak"; "" not one of those that are known
	Version string // of the product, as far as its pages tell: "Windows Server 2016"; "" unknown
	Kind    string // one of the kinds
	URL     string // for the settings
	Start   string // "sp" where a login has to begin from our side, else ""

	SignIn       string       // what the first page wants, in words: "user name and password"; "" not seen
	Realms       []idp.Option // whose accounts can sign in, where the IdP asks
	Applications []idp.Option // relying parties that it lists, by the names a person reads
	RelyingParty string       // the one of them that seems to be AWS, where the usual name is not known; "" else
	Windows      bool         // it offers integrated Windows authentication
	Certificate  bool         // it offers to sign in with a client certificate
	Metadata     *saml.Metadata

	Said    error  // why a login would not begin: an error page of the IdP; nil: it would
	Missing string // what has to be known besides, in words; "" nothing
	Notes   []string
}

// UnknownError says that no IdP was found at an address.
type UnknownError struct {
	Host   string
	Status int          // of the page at the address itself, 0 none
	Title  foreign.Text // of that page
	Hinted string
}

func (e *UnknownError) Error() string {
	s := "no sign-in page was found at " + e.Host
	if e.Status >= 400 {
		s += fmt.Sprintf(" (HTTP status %d)", e.Status)
	}
	if e.Title != "" {
		s += fmt.Sprintf("; the page there is %q", e.Title)
	}
	return s
}

// Hint says what to do.
func (e *UnknownError) Hint() string { return e.Hinted }

// maxRequests bounds one probe, redirects included.
const maxRequests = 60

// maxMetadata is how much of a document is read, in bytes. AD FS with many claim types has 100 KB.
const maxMetadata = 1 << 20

// probing is one probe under way.
type probing struct {
	Config
	url    *url.URL
	origin idp.Origin
	host   string
	bare   bool // nothing but a host was given
	walk   *idp.Walk
}

// Probe looks at an address. Where something is found that a login cannot begin with, the finding says so; the errors
// are *UnknownError, *idp.NetworkError, *idp.SafetyError, *idp.PageError, an error of idp.ParseStart, and the cause of a
// context that ended.
func Probe(ctx context.Context, c Config) (*Finding, error) {
	u, origin, err := idp.ParseStart(c.Address, "https://adfs.example.com")
	if err != nil {
		return nil, err
	}
	if c.Tell == nil {
		c.Tell = func(string) {}
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	c.Transport = &bounded{next: c.Transport}
	spent := u.Query().Has("SAMLRequest")
	if spent { // copied from a browser in the middle of a sign-in
		u.RawQuery = ""
		c.Address = u.String()
	}
	p := &probing{Config: c, url: u, origin: origin, host: strings.ToLower(origin.Host())}
	p.bare = (u.Path == "" || u.Path == "/") && u.RawQuery == ""
	p.walk = idp.NewWalk(p.config())
	if v, ok := vendorOf(p.host); ok {
		return p.fromVendor(v)
	}
	for _, look := range []func(context.Context) (*Finding, error){p.byPath, p.adfs, p.published, p.page} {
		found, err := look(ctx)
		if found != nil && spent {
			found.Notes = append(found.Notes, "the address held the request of one sign-in, which is good for minutes: it was left out")
		}
		if found != nil || err != nil {
			return found, err
		}
	}
	return nil, &UnknownError{Host: p.host, Hinted: startHint}
}

const startHint = "give the full address at which a login for AWS begins: open it in a browser, and copy it from there before you type anything"

func (p *probing) config() idp.Config {
	return idp.Config{Transport: p.Transport, Agent: p.Agent, Home: p.origin, Now: p.Now, After: func(context.Context, time.Duration) error { return nil }}
}

// at is an address at the same server.
func (p *probing) at(path string) *url.URL {
	u := *p.url
	u.Path, u.RawPath, u.RawQuery = path, "", ""
	if before, query, found := strings.Cut(path, "?"); found {
		u.Path, u.RawQuery = before, query
	}
	return &u
}

// metadata fetches and reads metadata; nil where there is none. Only what means that the server cannot be reached at all
// is an error.
func (p *probing) metadata(ctx context.Context, path string) (*saml.Metadata, error) {
	document, err := p.walk.Document(ctx, p.at(path), "application/samlmetadata+xml, application/xml, text/xml", maxMetadata)
	if err != nil {
		return nil, hopeless(err)
	}
	if document.Status != http.StatusOK {
		return nil, nil
	}
	m, err := saml.ParseMetadata(document.Body)
	if err != nil {
		return nil, nil // something else stands there
	}
	return m, nil
}

// hopeless keeps the errors after which no other page of the server is worth asking for.
func hopeless(err error) error {
	var page *idp.PageError
	var unsafe *idp.SafetyError
	if errors.As(err, &page) || errors.As(err, &unsafe) {
		return nil
	}
	return err
}

// bounded refuses requests beyond the bound.
type bounded struct {
	next http.RoundTripper
	made atomic.Int32
}

func (b *bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	if b.made.Add(1) > maxRequests {
		return nil, errors.New("more requests than looking at a sign-in page can take")
	}
	next := b.next
	if next == nil {
		next = http.DefaultTransport
	}
	return next.RoundTrip(r)
}
