package adfs

import (
	"net/http"
	"net/netip"
	"slices"

	"github.com/samlogin/samlogin/idp"
)

// CertificateOrigins are where an AD FS reads client certificates: port 49443 of its host (Windows Server 2012 R2), or
// certauth.HOST (2016 and later, where that name is set up). "AD FS support for alternate hostname binding for
// certificate authentication", Microsoft Learn.
func CertificateOrigins(home idp.Origin) []idp.Origin {
	host := home.Host()
	names := []string{"https://" + host + ":49443"}
	if address, err := netip.ParseAddr(host); err == nil {
		if address.Is6() {
			names[0] = "https://[" + host + "]:49443"
		}
	} else {
		names = append(names, "https://certauth."+host)
	}
	var origins []idp.Origin
	for _, name := range names {
		if o, err := idp.ParseOrigin(name); err == nil {
			origins = append(origins, o)
		}
	}
	return origins
}

// readCertificate knows the empty answer of a certauth server that cannot judge any certificate: its stores of
// certificate authorities are not set up ("Configure user certificate authentication", Microsoft Learn).
func readCertificate(p *idp.Page) idp.Step {
	if p.Status != http.StatusNoContent {
		return nil
	}
	home, err := idp.ParseOrigin("https://" + parent(p.Origin.Host()))
	if err != nil || !slices.Contains(CertificateOrigins(home), p.Origin) {
		return nil
	}
	return idp.Stop{Err: &idp.RefusedError{Reason: idp.CertificateUnread, Origin: p.Origin}}
}

// parent is the name of the farm that a host reads certificates for.
func parent(host string) string {
	const certauth = "certauth."
	if len(host) > len(certauth) && host[:len(certauth)] == certauth {
		return host[len(certauth):]
	}
	return host
}
