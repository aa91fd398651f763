package demo_test

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/xml"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"text/template"
	"time"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"

	"github.com/samlogin/samlogin/sts/demo"
)

const (
	admin    = "arn:aws:iam::111111111111:role/Admin"
	provider = "arn:aws:iam::111111111111:saml-provider/ADFS"
)

// morning is when the tests take place: by the STS's clock, never by the machine's.
var morning = time.Date(2026, 3, 4, 8, 0, 0, 0, time.UTC)

// signer is an identity provider's key.
type signer struct {
	key         *rsa.PrivateKey
	certificate *x509.Certificate
}

// theSigner is made once: making a key takes longer than the tests.
var theSigner = sync.OnceValue(newSigner)

func newSigner() signer {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "signing"}, NotBefore: morning.Add(-time.Hour), NotAfter: morning.Add(24 * time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		panic(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		panic(err)
	}
	return signer{key, certificate}
}

func (s signer) sign(t *testing.T, text string) string {
	t.Helper()
	context := dsig.NewDefaultSigningContext(dsig.TLSCertKeyStore(tls.Certificate{Certificate: [][]byte{s.certificate.Raw}, PrivateKey: s.key}))
	context.Canonicalizer = dsig.MakeC14N10ExclusiveCanonicalizerWithPrefixList("")
	doc := etree.NewDocument()
	if err := doc.ReadFromString(text); err != nil {
		t.Fatal(err)
	}
	signed, err := context.SignEnveloped(doc.Root())
	if err != nil {
		t.Fatal(err)
	}
	doc.SetRoot(signed)
	out, err := doc.WriteToString()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// login is what an assertion of the tests says; the zero value of a field that newLogin fills leaves it out.
type login struct {
	Status, Issuer, Audience, Recipient, NameID string
	Issued, NotBefore, NotOnOrAfter, Bearer     time.Time
	Ends                                        time.Time
	Roles, Names, Sources                       []string
	Twice                                       bool // two confirmations
}

func newLogin() login {
	return login{
		Status: "urn:oasis:names:tc:SAML:2.0:status:Success", Issuer: "http://adfs.example.com/adfs/services/trust", Audience: "urn:amazon:webservices",
		Recipient: "https://signin.aws.amazon.com/saml", NameID: `CORP\jane`,
		Issued: morning, NotBefore: morning, NotOnOrAfter: morning.Add(time.Hour), Bearer: morning.Add(5 * time.Minute),
		Roles: []string{admin + "," + provider}, Names: []string{"jane@corp.example.com"},
	}
}

const space = `xmlns="urn:oasis:names:tc:SAML:2.0:assertion"`

var assertionText = template.Must(template.New("").Funcs(template.FuncMap{"at": func(t time.Time) string { return t.Format(time.RFC3339) }}).Parse(
	`<Assertion ` + space + ` ID="_a1" Version="2.0" IssueInstant="{{at .Issued}}"><Issuer>{{.Issuer}}</Issuer><Subject>
{{- if .NameID}}<NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">{{.NameID}}</NameID>{{end -}}
{{define "bearer"}}<SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><SubjectConfirmationData{{if not .Bearer.IsZero}} NotOnOrAfter="{{at .Bearer}}"{{end}} Recipient="{{.Recipient}}"/></SubjectConfirmation>{{end -}}
{{template "bearer" .}}{{if .Twice}}{{template "bearer" .}}{{end}}</Subject>
<Conditions NotBefore="{{at .NotBefore}}" NotOnOrAfter="{{at .NotOnOrAfter}}">{{if .Audience}}<AudienceRestriction><Audience>{{.Audience}}</Audience></AudienceRestriction>{{end}}</Conditions>
<AttributeStatement>{{range $name, $values := .Attributes}}<Attribute Name="https://aws.amazon.com/SAML/Attributes/{{$name}}">{{range $values}}<AttributeValue>{{.}}</AttributeValue>{{end}}</Attribute>{{end}}</AttributeStatement>
<AuthnStatement AuthnInstant="{{at .Issued}}"{{if not .Ends.IsZero}} SessionNotOnOrAfter="{{at .Ends}}"{{end}}/></Assertion>`))

// Attributes are the AWS attributes that have a value.
func (l login) Attributes() map[string][]string {
	all := map[string][]string{}
	for name, values := range map[string][]string{"Role": l.Roles, "RoleSessionName": l.Names, "SourceIdentity": l.Sources} {
		if len(values) > 0 {
			all[name] = values
		}
	}
	return all
}

func (l login) assertion(t *testing.T) string {
	t.Helper()
	var b bytes.Buffer
	if err := assertionText.Execute(&b, l); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func (l login) around(assertions ...string) string {
	return `<p:Response xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol" ID="_r1" Version="2.0" IssueInstant="2026-03-04T08:00:00Z"><p:Status><p:StatusCode Value="` +
		l.Status + `"/></p:Status>` + strings.Join(assertions, "") + `</p:Response>`
}

// encoded is the usual response: a signed assertion in a response that is not signed.
func (l login) encoded(t *testing.T) string {
	t.Helper()
	return encode(l.around(theSigner().sign(t, l.assertion(t))))
}

func encode(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }

// service is an STS that trusts theSigner, on a real TLS server.
type service struct {
	*demo.STS
	*httptest.Server
	now     time.Time // by the STS's clock
	signing time.Time // by the clock of the SDK's client
}

func serve(t *testing.T, change func(*demo.Config)) *service {
	t.Helper()
	s := &service{now: morning, signing: morning}
	config := demo.Config{Trust: []*x509.Certificate{theSigner().certificate}, DefaultMax: 4 * time.Hour, Now: func() time.Time { return s.now }}
	if change != nil {
		change(&config)
	}
	s.STS = demo.New(config)
	s.Server = httptest.NewTLSServer(s.STS)
	t.Cleanup(s.Server.Close)
	return s
}

// answer is what a client reads.
type answer struct {
	Status  int
	Header  http.Header
	Type    string `xml:"Error>Type"`
	Code    string `xml:"Error>Code"`
	Message string `xml:"Error>Message"`
	Request string `xml:"RequestId"`
	Result  struct {
		Audience, Issuer, NameQualifier, SourceIdentity, Subject, SubjectType string
		PackedPolicySize                                                      int
		User                                                                  struct{ AssumedRoleId, Arn string } `xml:"AssumedRoleUser"`
		Credentials                                                           struct {
			AccessKeyId, SecretAccessKey, SessionToken string
			Expiration                                 time.Time
		}
	} `xml:"AssumeRoleWithSAMLResult"`
	Meta struct{ RequestId string } `xml:"ResponseMetadata"`
}

func call(encoded string) url.Values {
	return url.Values{"Action": {"AssumeRoleWithSAML"}, "Version": {"2011-06-15"}, "RoleArn": {admin}, "PrincipalArn": {provider}, "SAMLAssertion": {encoded}}
}

func (s *service) post(t *testing.T, form url.Values) answer {
	t.Helper()
	return s.do(t, http.MethodPost, s.URL, form.Encode(), nil)
}

func (s *service) do(t *testing.T, method, address, body string, header http.Header) answer {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for name, values := range header {
		r.Header[name] = values
	}
	response, err := s.Server.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	a := answer{Status: response.StatusCode, Header: response.Header}
	if err := xml.Unmarshal(text, &a); err != nil {
		t.Fatalf("the answer is not XML: %v\n%s", err, text)
	}
	return a
}

func (a answer) refused(t *testing.T, status int, code, words string) {
	t.Helper()
	if a.Status != status || a.Code != code || !strings.Contains(a.Message, words) {
		t.Errorf("got %d %s %q, want %d %s with %q", a.Status, a.Code, a.Message, status, code, words)
	}
	if a.Result.Credentials.AccessKeyId != "" {
		t.Error("a refusal carries keys")
	}
}
