package probe

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/idp/adfs"
	"github.com/samlogin/samlogin/idp/form"
	"github.com/samlogin/samlogin/saml"
)

// byPath looks at an address whose path is that of a known product.
func (p *probing) byPath(ctx context.Context) (*Finding, error) {
	known, ok := productOfPath(p.url.Path)
	if !ok {
		return nil, nil
	}
	if known.name == keycloak {
		return p.keycloak(ctx, known)
	}
	p.Tell("the sign-in page of " + known.name)
	sight, err := p.look(ctx, p.url.String())
	if hopeless(err) != nil {
		return nil, err
	}
	f := &Finding{Product: known.name, Kind: KindForm, URL: p.url.String()}
	if err != nil {
		f.Said = err
		return f, nil
	}
	if other := p.elsewhere(sight); other != nil {
		return other, nil
	}
	f.read(sight)
	if p.url.RawQuery == "" && !asks(sight) {
		f.Missing = known.want
	}
	if f.Said == nil && f.Missing == "" && !asks(sight) && sight.Page != nil && sight.Page.Status >= http.StatusBadRequest {
		f.Said = sight.Page.NotUnderstood("it is an error page")
	}
	f.Metadata, err = p.metadataOf(ctx, known)
	return f, err
}

// metadataOf fetches a product's metadata below the address that is known to be its.
func (p *probing) metadataOf(ctx context.Context, known product) (*saml.Metadata, error) {
	for _, at := range known.published {
		if !sharesBase(p.url.Path, at.metadata) {
			continue
		}
		if m, err := p.metadata(ctx, at.metadata); m != nil || err != nil {
			return m, err
		}
	}
	return nil, nil
}

// sharesBase reports whether two paths begin with the same part.
func sharesBase(a, b string) bool {
	first := func(s string) string { s, _, _ = strings.Cut(strings.TrimPrefix(s, "/"), "/"); return s }
	return first(a) == first(b)
}

// keycloak finds the client of AWS in a realm. Its name is the administrator's; those that AWS's and Keycloak's guides
// use are tried.
func (p *probing) keycloak(ctx context.Context, known product) (*Finding, error) {
	p.Tell("the realm in Keycloak")
	before, rest, _ := strings.Cut(p.url.Path, "/realms/")
	realm, _, _ := strings.Cut(rest, "/")
	base := before + "/realms/" + realm
	f := &Finding{Product: keycloak, Kind: KindForm, URL: p.url.String()}
	var err error
	if f.Metadata, err = p.metadata(ctx, base+"/protocol/saml/descriptor"); err != nil {
		return nil, err
	}
	if strings.Contains(p.url.Path, "/protocol/saml/clients/") || p.url.RawQuery != "" {
		sight, err := p.look(ctx, p.url.String())
		if hopeless(err) != nil {
			return nil, err
		}
		if f.Said = err; err == nil {
			f.read(sight)
		}
		return f, nil
	}
	if f.Metadata == nil {
		return nil, nil
	}
	for _, name := range []string{"amazon-aws", "aws", "amazon", "AWS"} {
		p.Tell("the client " + name + " in Keycloak")
		at := p.at(base + "/protocol/saml/clients/" + name)
		sight, err := p.look(ctx, at.String())
		if hopeless(err) != nil {
			return nil, err
		}
		if err == nil && asks(sight) {
			f.URL = at.String()
			f.read(sight)
			return f, nil
		}
	}
	f.Missing = known.want
	return f, nil
}

// look opens an address as a login of the kind form would.
func (p *probing) look(ctx context.Context, at string) (idp.Sight, error) {
	address, err := form.ParseAddress(at)
	if err != nil {
		return idp.Sight{}, err
	}
	return form.New(form.Config{Address: address, RelyingParty: p.RelyingParty, Walk: p.config()}).Look(ctx)
}

// published looks for the metadata of known products at their usual places.
func (p *probing) published(ctx context.Context) (*Finding, error) {
	if !p.bare {
		return nil, nil
	}
	for _, known := range products() {
		for _, at := range known.published {
			p.Tell("whether it is " + known.name)
			metadata, err := p.metadata(ctx, at.metadata)
			if err != nil {
				return nil, err
			}
			if metadata == nil {
				continue
			}
			start := p.at(at.start)
			f := &Finding{Product: known.name, Kind: KindForm, URL: start.String(), Metadata: metadata}
			sight, err := p.look(ctx, start.String())
			if hopeless(err) != nil {
				return nil, err
			}
			if f.Said = err; err == nil {
				f.read(sight)
			}
			return f, nil
		}
	}
	document, err := p.walk.Document(ctx, p.at("/realms/master"), "application/json", maxMetadata)
	if hopeless(err) != nil {
		return nil, err
	}
	if err == nil && document.Status == http.StatusOK && strings.Contains(string(document.Body), `"realm"`) {
		return &Finding{Product: keycloak, Kind: KindForm, URL: p.url.String(), Missing: products()[0].want}, nil
	}
	return nil, nil
}

// page looks at the address itself: which product made it, and whether it asks for anything that can be answered
// without a browser.
func (p *probing) page(ctx context.Context) (*Finding, error) {
	p.Tell("the page at this address")
	sight, err := p.look(ctx, p.url.String())
	var strange *idp.PageError
	if errors.As(err, &strange) {
		return nil, &UnknownError{Host: p.host, Status: strange.Status, Title: strange.Title, Hinted: startHint}
	}
	if err != nil {
		return nil, err
	}
	page := sight.Page
	if other := p.elsewhere(sight); other != nil {
		return other, nil
	}
	f := &Finding{Kind: KindForm, URL: p.url.String()}
	if adfs.Known(page) && strings.HasPrefix(strings.ToLower(page.URL.Path), "/adfs") {
		f.Product, f.Kind = "AD FS", KindADFS
		f.version(sight)
		f.read(sight)
		return f, nil
	}
	for _, known := range products() {
		if page.Has(known.mark) {
			f.Product = known.name
			break
		}
	}
	switch {
	case asks(sight):
		f.read(sight)
		if p.bare && f.Product == "" {
			f.Notes = append(f.Notes, "the page at the host itself was taken; where another one leads to AWS, give its address")
		}
		return f, nil
	case f.Product != "":
		f.read(sight)
		f.Missing = startHint
		return f, nil
	case page.Status < 400 && page.Has("script") && len(page.Text()) < 400 && !p.bare:
		f.Kind, f.SignIn = KindBrowser, "a browser with scripts"
		return f, nil
	}
	return nil, &UnknownError{Host: p.host, Status: page.Status, Title: page.Title, Hinted: startHint}
}

// elsewhere is the finding for an address that leads to a provider in the cloud, or whose page is one's; nil else.
func (p *probing) elsewhere(s idp.Sight) *Finding {
	if s.Page == nil {
		return nil
	}
	hosts := []string{s.Page.Origin.Host()}
	if step, ok := s.Step.(idp.Submit); ok {
		hosts = append(hosts, step.Form.Target.Host())
	}
	for _, host := range hosts {
		if v, ok := vendorOf(strings.ToLower(host)); ok && v.no == "" {
			f := &Finding{Product: v.product, Kind: KindBrowser, URL: p.url.String(), SignIn: "a browser with scripts"}
			f.Notes = append(f.Notes, p.host+" leads to "+host)
			return f
		}
	}
	for _, v := range vendors() {
		if v.mark != "" && s.Page.Has(v.mark) && !asks(s) {
			return &Finding{Product: v.product, Kind: KindBrowser, URL: p.url.String(), SignIn: "a browser with scripts"}
		}
	}
	return nil
}
