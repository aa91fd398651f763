package demo_test

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestAssertionIsJudged(t *testing.T) {
	s := serve(t, nil)
	for name, c := range map[string]struct {
		change      func(*login)
		code, words string
	}{
		"as it should be":           {func(*login) {}, "", ""},
		"a region's address":        {func(l *login) { l.Recipient = "https://eu-west-1.signin.aws.amazon.com/saml" }, "", ""},
		"a status of failure":       {func(l *login) { l.Status = "urn:oasis:names:tc:SAML:2.0:status:Requester" }, "IDPRejectedClaim", ""},
		"another audience":          {func(l *login) { l.Audience = "urn:other" }, "IDPRejectedClaim", "audience"},
		"no audience":               {func(l *login) { l.Audience = "" }, "IDPRejectedClaim", "AudienceRestriction"},
		"another recipient":         {func(l *login) { l.Recipient = "https://signin.aws.amazon.com.evil.test/saml" }, "InvalidIdentityToken", "Recipient"},
		"no name":                   {func(l *login) { l.NameID = "" }, "AccessDenied", "Not authorized"},
		"bearer without an end":     {func(l *login) { l.Bearer = time.Time{} }, "InvalidIdentityToken", "NotOnOrAfter"},
		"two confirmations":         {func(l *login) { l.Twice = true }, "InvalidIdentityToken", "SubjectConfirmation"},
		"five minutes old":          {func(l *login) { l.Issued = morning.Add(-5 * time.Minute) }, "ExpiredTokenException", "Token must be redeemed within 5 minutes of issuance"},
		"a second less":             {func(l *login) { l.Issued = morning.Add(-5*time.Minute + time.Second) }, "", ""},
		"bearer's end":              {func(l *login) { l.Bearer = morning }, "ExpiredTokenException", ""},
		"conditions' end":           {func(l *login) { l.NotOnOrAfter = morning }, "ExpiredTokenException", ""},
		"issued later than skew":    {func(l *login) { l.Issued = morning.Add(5*time.Minute + time.Second) }, "InvalidIdentityToken", "not valid yet"},
		"issued within skew":        {func(l *login) { l.Issued = morning.Add(5 * time.Minute) }, "", ""},
		"valid later than skew":     {func(l *login) { l.NotBefore = morning.Add(6 * time.Minute) }, "InvalidIdentityToken", "not valid yet"},
		"no session name":           {func(l *login) { l.Names = nil }, "InvalidIdentityToken", "RoleSessionName is required in AuthnResponse"},
		"two session names":         {func(l *login) { l.Names = []string{"jane", "joan"} }, "InvalidIdentityToken", "RoleSessionName"},
		"a blank in it":             {func(l *login) { l.Names = []string{"jane doe"} }, "InvalidIdentityToken", "must match [a-zA-Z_0-9+=,.@-]{2,64}"},
		"a source of aws":           {func(l *login) { l.Sources = []string{"aws:jane"} }, "InvalidIdentityToken", "Source Identity must match"},
		"no role":                   {func(l *login) { l.Roles = nil }, "AccessDenied", "Not authorized"},
		"the provider is another's": {func(l *login) { l.Roles = []string{admin + "," + provider + "2"} }, "AccessDenied", ""},
		"both orders, with a blank": {func(l *login) { l.Roles = []string{provider + ", " + admin} }, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLogin()
			c.change(&l)
			a := s.post(t, call(l.encoded(t)))
			if c.code == "" {
				if a.Status != http.StatusOK {
					t.Errorf("refused: %s %s", a.Code, a.Message)
				}
				return
			}
			status := http.StatusBadRequest
			if c.code == "IDPRejectedClaim" || c.code == "AccessDenied" {
				status = http.StatusForbidden
			}
			a.refused(t, status, c.code, c.words)
		})
	}
}

func TestSignatureIsVerified(t *testing.T) {
	s := serve(t, nil)
	l := newLogin()
	signed, plain := theSigner().sign(t, l.assertion(t)), l.assertion(t)
	stranger := newSigner()
	for name, text := range map[string]string{
		"a letter changed":      strings.Replace(l.around(signed), "role/Admin", "role/admin", 1),
		"nothing signed":        l.around(plain),
		"signed by a stranger":  l.around(stranger.sign(t, plain)),
		"response by stranger":  stranger.sign(t, l.around(signed)),
		"a space in a value":    strings.Replace(l.around(signed), ">jane@", "> jane@", 1),
		"the time moved":        strings.Replace(l.around(signed), "2026-03-04T09:00:00Z", "2026-03-04T19:00:00Z", 1),
		"the signature emptied": emptied(l.around(signed)),
	} {
		t.Run(name, func(t *testing.T) {
			s.post(t, call(encode(text))).refused(t, http.StatusBadRequest, "InvalidIdentityToken", "Response signature invalid")
		})
	}
	for name, text := range map[string]string{
		"the assertion signed": l.around(signed), "the response signed": theSigner().sign(t, l.around(plain)), "both signed": theSigner().sign(t, l.around(signed)),
	} {
		t.Run(name, func(t *testing.T) {
			if a := s.post(t, call(encode(text))); a.Status != http.StatusOK {
				t.Errorf("refused: %s %s", a.Code, a.Message)
			}
		})
	}
}

func emptied(text string) string {
	from := strings.Index(text, "<ds:SignatureValue>") + len("<ds:SignatureValue>")
	return text[:from] + text[from+strings.Index(text[from:], "<"):]
}

// A signed assertion does not lend its signature to a forged one beside, around, above or below it.
func TestForgedAssertionBesideASignedOne(t *testing.T) {
	s := serve(t, nil)
	l := newLogin()
	good := theSigner().sign(t, l.assertion(t))
	evil := newLogin()
	const owner = "arn:aws:iam::111111111111:role/Owner"
	evil.Roles, evil.Names = []string{owner + "," + provider}, nil // the name is left to be taken from the signed one
	forged := strings.Replace(evil.assertion(t), `ID="_a1"`, `ID="_a2"`, 1)
	same := evil.assertion(t)
	signature := good[strings.Index(good, "<ds:Signature"):strings.LastIndex(good, "</Assertion>")]
	inside := strings.Replace(forged, "</Issuer>", "</Issuer>"+good, 1)
	for name, text := range map[string]string{
		"behind":               l.around(good, forged),
		"before":               l.around(forged, good),
		"with the same ID":     l.around(good, same),
		"signed one inside":    l.around(inside),
		"in the signature":     l.around(strings.Replace(forged, "</Issuer>", "</Issuer>"+strings.Replace(signature, "</ds:Signature>", "<ds:Object>"+good+"</ds:Object></ds:Signature>", 1), 1)),
		"in an extension":      l.around(`<p:Extensions>`+good+`</p:Extensions>`, forged),
		"with its signature":   l.around(strings.Replace(same, "</Assertion>", signature+"</Assertion>", 1)),
		"a second response":    l.around(l.around(good), forged),
		"in another namespace": l.around(good, strings.Replace(forged, space, `xmlns="urn:other"`, 1)),
	} {
		t.Run(name, func(t *testing.T) {
			form := call(encode(text))
			form.Set("RoleArn", owner)
			if a := s.post(t, form); a.Status == http.StatusOK || a.Result.Credentials.AccessKeyId != "" {
				t.Errorf("keys for %s were handed out", a.Result.User.Arn)
			}
		})
	}
}

func TestOnlyOneWellFormedResponseIsRead(t *testing.T) {
	s := serve(t, nil)
	l := newLogin()
	good := l.around(theSigner().sign(t, l.assertion(t)))
	for name, encoded := range map[string]string{
		"not base64":           "AAAA$AAAA",
		"not XML":              encode("hello"),
		"cut off":              encode(good[:len(good)-5]),
		"a document type":      encode(`<!DOCTYPE x [<!ENTITY e "v">]>` + good),
		"an assertion alone":   encode(theSigner().sign(t, l.assertion(t))),
		"another protocol":     encode(strings.Replace(good, "SAML:2.0:protocol", "SAML:1.1:protocol", 1)),
		"no assertion":         encode(l.around()),
		"a second root":        encode(good + `<x/>`),
		"an assertion deeper":  encode(l.around(`<p:Extensions>` + theSigner().sign(t, l.assertion(t)) + `</p:Extensions>`)),
		"an unreadable time":   encode(l.around(theSigner().sign(t, strings.Replace(l.assertion(t), "2026-03-04T08:00:00Z", "today", 1)))),
		"no AuthnStatement":    encode(l.around(theSigner().sign(t, strings.Replace(l.assertion(t), "<AuthnStatement", "<Other", 1)))),
		"another confirmation": encode(l.around(theSigner().sign(t, strings.Replace(l.assertion(t), "cm:bearer", "cm:holder-of-key", 1)))),
	} {
		t.Run(name, func(t *testing.T) {
			s.post(t, call(encoded)).refused(t, http.StatusBadRequest, "InvalidIdentityToken", "")
		})
	}
	t.Run("broken into lines", func(t *testing.T) {
		text, lines := encode(good), ""
		for len(text) > 76 {
			lines, text = lines+text[:76]+"\r\n", text[76:]
		}
		if a := s.post(t, call(lines+text)); a.Status != http.StatusOK {
			t.Errorf("refused: %s %s", a.Code, a.Message)
		}
	})
}

// A comment inside a value is not signed (exclusive canonicalization leaves comments out), so anybody may put one there;
// it must not cut the value in two.
func TestCommentDoesNotCutAValue(t *testing.T) {
	s := serve(t, nil)
	l := newLogin()
	signed := l.around(theSigner().sign(t, l.assertion(t)))
	a := s.post(t, call(encode(strings.Replace(signed, "jane@corp", "jane<!---->@corp", 1))))
	if want := "assumed-role/Admin/jane@corp.example.com"; !strings.HasSuffix(a.Result.User.Arn, want) {
		t.Errorf("got %s %s %s, want …%s", a.Result.User.Arn, a.Code, a.Message, want)
	}
	l.Roles = []string{admin + "," + provider + "2"}
	signed = l.around(theSigner().sign(t, l.assertion(t)))
	s.post(t, call(encode(strings.Replace(signed, provider+"2", provider+"<!---->2", 1)))).refused(t, http.StatusForbidden, "AccessDenied", "")
}

// A pair that the assertion lists is refused all the same where no trust policy could allow it.
func TestPairThatCannotBe(t *testing.T) {
	const reserved = "arn:aws:iam::111111111111:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef"
	s := serve(t, nil)
	for name, pair := range map[string][2]string{
		"another account":   {admin, "arn:aws:iam::222222222222:saml-provider/ADFS"},
		"another partition": {admin, "arn:aws-cn:iam::111111111111:saml-provider/ADFS"},
		"a reserved role":   {reserved, provider},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLogin()
			l.Roles = []string{pair[0] + "," + pair[1]}
			form := call(l.encoded(t))
			form.Set("RoleArn", pair[0])
			form.Set("PrincipalArn", pair[1])
			s.post(t, form).refused(t, http.StatusForbidden, "AccessDenied", "Not authorized")
		})
	}
}

// STS counts characters, not roles: the largest assertion that it takes is verified and read, whatever limits an XML
// library has.
func TestLargestAssertionIsRead(t *testing.T) {
	s := serve(t, nil)
	l := newLogin()
	fits, next := "", l.encoded(t)
	for len(next) <= 100_000 {
		for range 25 {
			l.Roles = append(l.Roles, "arn:aws:iam::222222222222:role/A,arn:aws:iam::222222222222:saml-provider/P")
		}
		fits, next = next, l.encoded(t)
	}
	if a := s.post(t, call(fits)); a.Status != http.StatusOK || len(fits) < 95_000 {
		t.Errorf("%d characters, %d roles: %s %s", len(fits), len(l.Roles)-25, a.Code, a.Message)
	}
	s.post(t, call(next)).refused(t, http.StatusBadRequest, "ValidationError", "less than or equal to 100000")
}
