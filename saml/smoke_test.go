package saml_test

import (
	"encoding/base64"
	"net/url"
	"testing"
	"time"

	"github.com/samlogin/samlogin/saml"
	"github.com/samlogin/samlogin/saml/secret"
)

func TestSmoke(t *testing.T) {
	doc := `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" Destination="https://signin.aws.amazon.com/saml"><samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status><Assertion xmlns="urn:oasis:names:tc:SAML:2.0:assertion"><AttributeStatement><Attribute Name="https://aws.amazon.com/SAML/Attributes/Role"><AttributeValue>arn:aws:iam::111111111111:role/team/Admin,arn:aws:iam::111111111111:saml-provider/ADFS</AttributeValue></Attribute></AttributeStatement></Assertion></samlp:Response>`
	r, err := saml.Parse(secret.New(base64.StdEncoding.EncodeToString([]byte(doc))))
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%+v %s %s", r, r.Roles[0].Name(), r.Roles[0].Path())
	u, _ := url.Parse("https://adfs.example.com/adfs/ls/")
	t.Log(saml.RequestURL(u, "urn:amazon:webservices", time.Now()))
}
