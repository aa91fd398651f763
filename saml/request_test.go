package saml_test

import (
	"compress/flate"
	"encoding/base64"
	"encoding/xml"
	"io"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/samlogin/samlogin/saml"
)

// sent is what an IdP reads from the address of a login that we start.
type sent struct {
	XMLName      xml.Name                     `xml:"urn:oasis:names:tc:SAML:2.0:protocol AuthnRequest"`
	Attrs        []xml.Attr                   `xml:",any,attr"`
	Issuer       string                       `xml:"urn:oasis:names:tc:SAML:2.0:assertion Issuer"`
	Others       []struct{ XMLName xml.Name } `xml:",any"`
	attributes   map[string]string
	deflatedText string
}

func inflate(t *testing.T, u *url.URL) sent {
	t.Helper()
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil || len(query["SAMLRequest"]) != 1 {
		t.Fatalf("the query %q is not one with one SAMLRequest: %v", u.RawQuery, err)
	}
	packed, err := base64.StdEncoding.Strict().DecodeString(query.Get("SAMLRequest"))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(flate.NewReader(strings.NewReader(string(packed))))
	if err != nil {
		t.Fatal(err)
	}
	s := sent{attributes: map[string]string{}, deflatedText: string(text)}
	if err := xml.Unmarshal(text, &s); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	for _, a := range s.Attrs {
		if a.Name.Space != "xmlns" {
			s.attributes[a.Name.Local] = a.Value
		}
	}
	return s
}

func address(t *testing.T, s string) *url.URL {
	t.Helper()
	u, err := url.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func TestRequestURLReadsBack(t *testing.T) {
	now := time.Date(2026, 11, 21, 9, 0, 0, 123_456_789, time.FixedZone("CET", 3600))
	sso := address(t, "https://adfs.example.com:8443/adfs/ls/?wauth=a%26b&client-request-id=1#top")
	before := sso.String()
	u, err := saml.RequestURL(sso, "urn:amazon:webservices", now)
	if err != nil {
		t.Fatal(err)
	}
	if sso.String() != before {
		t.Errorf("the address given was changed: %s", sso)
	}
	if !strings.HasPrefix(u.String(), "https://adfs.example.com:8443/adfs/ls/?wauth=a%26b&client-request-id=1&SAMLRequest=") || u.Fragment != "" {
		t.Errorf("the address is %s", u)
	}
	if u.Query().Has("RelayState") || u.Query().Has("SigAlg") {
		t.Errorf("the address says too much: %s", u)
	}
	s := inflate(t, u)
	for name, want := range map[string]string{"Version": "2.0", "IssueInstant": "2026-11-21T08:00:00.123Z", "Destination": "https://adfs.example.com:8443/adfs/ls/"} {
		if got := s.attributes[name]; got != want {
			t.Errorf("%s = %q, want %q", name, got, want)
		}
	}
	if len(s.attributes) != 4 || len(s.Others) != 0 || s.Issuer != "urn:amazon:webservices" {
		t.Errorf("the request says more or less than it should: %s", s.deflatedText)
	}
}

func TestRequestIDsAreFreshNCNames(t *testing.T) {
	name := regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.-]*$`)
	seen := map[string]bool{}
	for range 1000 {
		u, err := saml.RequestURL(address(t, "https://adfs.example.com/adfs/ls/"), saml.Audience, time.Unix(0, 0))
		if err != nil {
			t.Fatal(err)
		}
		id := inflate(t, u).attributes["ID"]
		if !name.MatchString(id) || seen[id] || len(id) < 27 { // 26 characters of base32 are 130 bits
			t.Fatalf("ID = %q (seen: %v)", id, seen[id])
		}
		seen[id] = true
	}
}

func TestRelyingPartyIsEscaped(t *testing.T) {
	const odd = `urn:a&b<c>"d" é`
	u, err := saml.RequestURL(address(t, "https://adfs.example.com/adfs/ls"), odd, time.Unix(0, 0))
	if err != nil {
		t.Fatal(err)
	}
	if s := inflate(t, u); s.Issuer != odd {
		t.Errorf("Issuer = %q", s.Issuer)
	}
}

func TestEscapesOfThePathAreKept(t *testing.T) {
	u, err := saml.RequestURL(address(t, "https://idp.example.com/a%2Fb/sso"), saml.Audience, time.Unix(0, 0))
	if err != nil {
		t.Fatal(err)
	}
	if s := inflate(t, u); u.EscapedPath() != "/a%2Fb/sso" || s.attributes["Destination"] != "https://idp.example.com/a%2Fb/sso" {
		t.Errorf("the address is %s, Destination %q", u, s.attributes["Destination"])
	}
}

func TestRequestURLRefuses(t *testing.T) {
	const good = "https://adfs.example.com/adfs/ls/"
	for sso, party := range map[string]string{
		good: "", "http://adfs.example.com/": "urn:x", "/adfs/ls/": "urn:x", "https:///adfs/ls/": "urn:x", "https://jane:pw@adfs.example.com/": "urn:x",
		good + "?SAMLRequest=x": "urn:x", good + "?a=b&Signature=x": "urn:x", good + "?SigAlg=": "urn:x", good + "?SAMLEncoding=x": "urn:x",
	} {
		u, err := saml.RequestURL(address(t, sso), party, time.Unix(0, 0))
		if err == nil {
			t.Errorf("RequestURL(%q, %q) = %s", sso, party, u)
		} else if strings.Contains(err.Error(), "pw") || strings.Contains(err.Error(), "=x") {
			t.Errorf("the message shows a user or a query: %v", err)
		}
	}
	if _, err := saml.RequestURL(nil, "urn:x", time.Unix(0, 0)); err == nil {
		t.Error("no address is taken")
	}
}
