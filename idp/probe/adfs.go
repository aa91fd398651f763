package probe

import (
	"context"
	"errors"
	"strings"

	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/idp/adfs"
)

// adfs looks whether the address is that of an AD FS: by its metadata, and by what stands where a login begins.
func (p *probing) adfs(ctx context.Context) (*Finding, error) {
	if path := strings.ToLower(p.url.Path); !p.bare && path != "/adfs" && !strings.HasPrefix(path, "/adfs/") {
		return nil, nil
	}
	p.Tell("the federation metadata")
	metadata, err := p.metadata(ctx, adfs.MetadataPath)
	if err != nil {
		return nil, err
	}
	address, err := adfs.ParseAddress(p.Address)
	if err != nil {
		return nil, err
	}
	p.Tell("where a login begins from the IdP's side")
	sight, err := p.adfsProvider(address, p.Agent).Look(ctx, adfs.StartIdP)
	if hopeless(err) != nil {
		return nil, err
	}
	if metadata == nil && !seenADFS(sight) {
		return nil, nil
	}
	f := &Finding{Product: "AD FS", Kind: KindADFS, URL: p.adfsURL(address), Metadata: metadata}
	if err != nil {
		f.Said = err
		return f, nil
	}
	if refusedAs(sight, idp.IdPInitiatedOff) && !address.Full {
		p.Tell("where a login begins from our side")
		f.Start = string(adfs.StartSP)
		f.version(sight)
		if sight, err = p.adfsProvider(address, p.Agent).Look(ctx, adfs.StartSP); err != nil {
			f.Said = err
			return f, hopeless(err)
		}
	}
	f.version(sight)
	f.read(sight)
	if f.Start == "" && !address.Full {
		p.Tell("which applications it lists")
		if f.Applications, err = p.adfsProvider(address, p.Agent).Applications(ctx); hopeless(err) != nil {
			return nil, err
		}
		f.likelyParty(sight)
	}
	return f, p.windows(ctx, f, address)
}

func (p *probing) adfsProvider(address adfs.Address, agent string) *adfs.Provider {
	walk := p.config()
	walk.Agent = agent
	return adfs.New(adfs.Config{Address: address, RelyingParty: p.RelyingParty, Walk: walk, Now: p.Now})
}

// adfsURL is what the settings say: the origin, or the full address that was given.
func (p *probing) adfsURL(address adfs.Address) string {
	if address.Full {
		return p.url.String()
	}
	return p.origin.String()
}

// windows looks whether the farm signs in browsers of the company by Windows alone: it goes by the User-Agent.
func (p *probing) windows(ctx context.Context, f *Finding, address adfs.Address) error {
	if f.SignIn == SignInWindows || address.Full {
		return nil
	}
	p.Tell("whether it signs in Windows accounts")
	sight, err := p.adfsProvider(address, adfs.WindowsAgent).Look(ctx, adfs.Start(f.Start))
	if hopeless(err) != nil {
		return err
	}
	_, f.Windows = sight.Step.(idp.Negotiate)
	return nil
}

func seenADFS(s idp.Sight) bool {
	return s.Page != nil && (adfs.Known(s.Page) || strings.HasPrefix(s.Name, "AD FS"))
}

func refusedAs(s idp.Sight, reason idp.Reason) bool {
	stop, ok := s.Step.(idp.Stop)
	var refused *idp.RefusedError
	return ok && errors.As(stop.Err, &refused) && refused.Reason == reason
}

// version notes the version that a page shows, unless one is known.
func (f *Finding) version(s idp.Sight) {
	if s.Page == nil || f.Version != "" {
		return
	}
	if v := adfs.Version(s.Page); v != "" {
		f.Version = "Windows Server " + v
	}
	f.Certificate = adfs.OffersCertificate(s.Page)
}

// likelyParty names the application that is AWS by its looks, where AD FS does not know AWS by the usual name.
func (f *Finding) likelyParty(s idp.Sight) {
	if !refusedAs(s, idp.UnknownRelyingParty) && !refusedAs(s, idp.OtherRefusal) {
		if choice, ok := s.Step.(idp.Choose); !ok || choice.Topic != idp.Application {
			return
		}
	}
	var found []string
	for _, o := range f.Applications {
		label := strings.ToLower(o.Label.Raw())
		if strings.Contains(label, "aws") || strings.Contains(label, "amazon") {
			found = append(found, o.Label.Raw())
		}
	}
	if len(found) == 1 {
		f.RelyingParty = found[0]
	}
	if len(f.Applications) > 0 && f.RelyingParty == "" {
		f.Missing = "the application of the list that is AWS (--relying-party)"
	}
}
