package saml_test

import (
	"net/url"
	"testing"

	"github.com/samlogin/samlogin/saml"
)

// security case 40
func TestSignInAddress(t *testing.T) {
	for address, partition := range map[string]string{
		"https://signin.aws.amazon.com/saml":                              "aws",
		"https://signin.aws.amazon.com:443/saml":                          "aws",
		"https://SignIn.AWS.Amazon.com/saml":                              "aws",
		"HTTPS://signin.aws.amazon.com/saml":                              "aws",
		"https://signin.aws.amazon.com/saml/acs/SAMLSP1234567890ABCDEF":   "aws",
		"https://eu-west-1.signin.aws.amazon.com/saml":                    "aws",
		"https://ap-southeast-2.signin.aws.amazon.com:443/saml/acs/A-b_1": "aws",
		"https://signin.amazonaws-us-gov.com/saml":                        "aws-us-gov",
		"https://us-gov-east-1.signin.amazonaws-us-gov.com/saml":          "aws-us-gov",
		"https://signin.amazonaws.cn/saml":                                "aws-cn",
		"https://cn-northwest-1.signin.amazonaws.cn/saml":                 "aws-cn",
		"https://eusc-de-east-1.signin.amazonaws-eusc.eu/saml":            "aws-eusc",
	} {
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := saml.SignInAddress(u); !ok || got != partition {
			t.Errorf("%s: %q, %v; want %q", address, got, ok, partition)
		}
	}
	for _, address := range []string{
		"http://signin.aws.amazon.com/saml", "//signin.aws.amazon.com/saml", "signin.aws.amazon.com/saml", "https:signin.aws.amazon.com/saml", "ftp://signin.aws.amazon.com/saml",
		"https://signin.aws.amazon.com:8443/saml", "https://signin.aws.amazon.com:80/saml", "https://signin.aws.amazon.com:/saml", "https://signin.aws.amazon.com:0443/saml",
		"https://jane@signin.aws.amazon.com/saml", "https://signin.aws.amazon.com@evil.test/saml", "https://@signin.aws.amazon.com/saml",
		"https://signin.aws.amazon.com./saml", "https://signin.aws.amazon.com.evil.test/saml", "https://evilsignin.aws.amazon.com/saml", "https://evil-signin.aws.amazon.com/saml",
		"https://evil.signin.aws.amazon.com/saml", "https://evil.test.signin.aws.amazon.com/saml", "https://.signin.aws.amazon.com/saml", "https://eu-west-1.evil.signin.aws.amazon.com/saml",
		"https://eu-west.signin.aws.amazon.com/saml", "https://eu-west-999.signin.aws.amazon.com/saml", "https://-west-1.signin.aws.amazon.com/saml", "https://west-1.signin.aws.amazon.com/saml", "https://e1-west-1.signin.aws.amazon.com/saml",
		"https://signin-aws.amazon.com/saml", "https://signin.aws.amazon.co/saml", "https://signin.amazonaws.com/saml", "https://signin.aws.amaz\u043en.com/saml", "https://s\u0130gnin.aws.amazon.com/saml", "https://%73ignin.aws.amazon.com/saml",
		"https://aws.amazon.com/saml", "https://sts.amazonaws.com/saml", "https://signin.amazonaws.com.cn/saml", "https://signin.amazonaws-eusc.eu/saml",
		"https://signin.aws.amazon.com/", "https://signin.aws.amazon.com", "https://signin.aws.amazon.com/SAML", "https://signin.aws.amazon.com/saml/", "https://signin.aws.amazon.com//saml", "https://signin.aws.amazon.com/saml2",
		"https://signin.aws.amazon.com/x/../saml", "https://signin.aws.amazon.com/%73aml", "https://signin.aws.amazon.com/saml/acs/", "https://signin.aws.amazon.com/saml/acs/a/b", "https://signin.aws.amazon.com/saml/acs/..", "https://signin.aws.amazon.com/saml/acs/a%2Fb",
		"https://signin.aws.amazon.com/saml?x=1", "https://signin.aws.amazon.com/saml?", "https://signin.aws.amazon.com/saml#x",
		"https://127.0.0.1/saml", "https://[::1]/saml", "javascript:alert(1)", "data:text/html,x", "",
	} {
		u, err := url.Parse(address)
		if err != nil {
			continue // no address at all is no sign-in address either
		}
		if got, ok := saml.SignInAddress(u); ok || got != "" {
			t.Errorf("%q is taken for AWS's (%q)", address, got)
		}
	}
	if _, ok := saml.SignInAddress(nil); ok {
		t.Error("no address is taken for AWS's")
	}
}

func TestKnownPartition(t *testing.T) {
	for _, p := range []string{"aws", "aws-cn", "aws-us-gov", "aws-eusc", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f"} {
		if !saml.KnownPartition(p) {
			t.Errorf("%s is not known", p)
		}
	}
	for _, p := range []string{"", "AWS", "aws-", "aws-mars", "aws "} {
		if saml.KnownPartition(p) {
			t.Errorf("%q is known", p)
		}
	}
}
