package adfs_test

import (
	"errors"
	"net/url"
	"testing"

	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/idp/adfs"
	"github.com/samlogin/samlogin/idp/idptest"
)

// A 401 that nobody can answer is tried once more in the life of a provider, with the other User-Agent and no cookie of
// the first try; what is reported is the first.
func TestTheOtherAgentComesWithoutCookiesAndOnce(t *testing.T) {
	w := idptest.New(t)
	refuses := idptest.Page(401, "", "WWW-Authenticate", "Negotiate", "Set-Cookie", "MSISSamlRequest=x; Path=/; Secure")
	s := w.Site("adfs.example.com").On(initiated, refuses)
	address, err := adfs.ParseAddress("adfs.example.com")
	if err != nil {
		t.Fatal(err)
	}
	p := adfs.New(adfs.Config{Address: address, OtherAgent: "other", Walk: idp.Config{Transport: w.Transport, Agent: "first", Username: "jane"}})
	for try, want := range [][]string{{"first", "other"}, {"first", "other", "other"}} {
		var refused *idp.RefusedError
		if _, err := p.Login(t.Context(), idptest.Stored{}); !errors.As(err, &refused) || refused.Reason != idp.WindowsSignIn {
			t.Error(err)
		}
		requests := s.Requests()
		if len(requests) != len(want) {
			t.Fatalf("login %d: %d requests, want %q", try+1, len(requests), want)
		}
		for i, r := range requests {
			if r.Header.Get("User-Agent") != want[i] || (i < 2 && r.Header.Get("Cookie") != "") {
				t.Errorf("request %d: %q with %q", i, r.Header.Get("User-Agent"), r.Header.Get("Cookie"))
			}
		}
	}
}

func TestAnUnreadableCertificateIsTheServersFault(t *testing.T) {
	for _, c := range []struct {
		origin string
		status int
		unread bool
	}{
		{"https://adfs.example.com:49443", 204, true}, {"https://certauth.example.com", 204, true}, {"https://certauth.example.com", 200, false},
		{"https://adfs.example.com", 204, false}, {"https://certauth.example.com:8443", 204, false},
	} {
		p, err := idp.ReadPage(at(t, c.origin+"/adfs/ls/"), c.status, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		found := false
		for _, r := range adfs.Recognisers(adfs.Wishes{}) {
			if stop, ok := r.Read(p).(idp.Stop); ok {
				var refused *idp.RefusedError
				found = errors.As(stop.Err, &refused) && refused.Reason == idp.CertificateUnread
				break
			}
		}
		if found != c.unread {
			t.Errorf("%+v: %t", c, found)
		}
	}
}

func at(t testing.TB, address string) *url.URL {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u
}
